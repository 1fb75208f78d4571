"""Which screens are taken: regions stand in offered.toml and in knowledge files, and nowhere in the code."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from clinic.knowledge.files import versions
from clinic.knowledge.lines import lines_of
from clinic.knowledge.reading import Entry, KnowledgeError, Problem, unique

CATALOGUE = Path(__file__).parent / "catalogue"
OFFERED = Path(__file__).parent / "offered.toml"


@dataclass(frozen=True, slots=True)
class Offered:
    """One screen that may be started: its catalogue's name, and its place in a clinician's and a patient's words."""

    screen: str
    place: str
    say_patient: str


@lru_cache(maxsize=16)
def places(file: Path = OFFERED, catalogue: Path = CATALOGUE) -> tuple[Offered, ...]:
    """What may be started, the usual one first. Raises KnowledgeError.

    Called through this module wherever it is needed, so that a test can offer more or fewer.
    """
    entry = _opened(file)
    known = versions(catalogue)
    found: dict[str, dict[str, Offered]] = {"screen": {}, "place": {}, "say_patient": {}}
    for row in entry.tables("offered", named_by="screen"):
        screen = row.text("screen")
        row.ids("screen", (screen,), known)
        one = Offered(screen, row.text("place"), row.text("say_patient"))
        # The same words twice would leave a choice between two that look alike.
        for key, taken in found.items():
            unique(taken, row, key, getattr(one, key))
            taken[getattr(one, key)] = one
        row.done()
    entry.done()
    if not found["screen"]:
        raise entry.error(Problem.MALFORMED, "offered", "names no screen")
    return tuple(found["screen"].values())


def offered_screens(file: Path = OFFERED, catalogue: Path = CATALOGUE) -> tuple[str, ...]:
    """Names of the screens that may be started, the usual one first. Raises KnowledgeError."""
    return tuple(one.screen for one in places(file, catalogue))


def usual_screen() -> str:
    """The screen that is meant where none is named."""
    return offered_screens()[0]


def several() -> bool:
    """Whether there is a choice; without one nobody is asked, and no page tells screens apart."""
    return len(places()) > 1


def place_of(screen: str) -> str:
    """What tells this screen from others, in a clinician's words; empty where it is the only one there is.

    One that is no longer offered, and whose old rows still stand, is told apart by its name.
    """
    if offered_screens() == (screen,):
        return ""
    return next((one.place for one in places() if one.screen == screen), screen)


def place_at_home(screen: str) -> str:
    """The same in a patient's words; empty too where it is no longer offered."""
    return next((one.say_patient for one in places() if several() and one.screen == screen), "")


def in_order(screens: Iterable[str]) -> list[str]:
    """The same names, the usual screen's first, then as offered, then those no longer offered."""
    listed = offered_screens()
    return sorted(screens, key=lambda name: (listed.index(name) if name in listed else len(listed), name))


def _opened(file: Path) -> Entry:
    try:
        text = file.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise KnowledgeError(Problem.MALFORMED, file.name, "", "", f"cannot be read: {error}") from None
    return Entry(table, file.name, "", lines=lines_of(text))
