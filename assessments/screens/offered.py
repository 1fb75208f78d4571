"""Which screens are taken: regions stand in offered.toml and in knowledge files, and nowhere in the code."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

from clinic.knowledge.files import versions
from clinic.knowledge.reading import Entry, KnowledgeError, Problem

CATALOGUE = Path(__file__).parent / "catalogue"
OFFERED = Path(__file__).parent / "offered.toml"


@lru_cache(maxsize=16)
def offered_screens(file: Path = OFFERED, catalogue: Path = CATALOGUE) -> tuple[str, ...]:
    """Names of the screens that may be started, the usual one first. Raises KnowledgeError."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise KnowledgeError(Problem.MALFORMED, file.name, "", "", f"cannot be read: {error}") from None
    entry = Entry(table, file.name, "")
    names = entry.ids("offered", entry.texts("offered"), versions(catalogue))
    entry.done()
    if not names:
        raise entry.error(Problem.MALFORMED, "offered", "names no screen")
    if len(set(names)) < len(names):
        raise entry.error(Problem.MALFORMED, "offered", "names a screen twice")
    return names


def usual_screen() -> str:
    """The screen that is meant where none is named."""
    return offered_screens()[0]
