"""How a program moves: the published numbers for days, doses, running weeks and traffic lights. No Django.

`programs/builder/rules/progression.vN.toml`. The rules that use them are in doses.py, days.py, runs.py and judging.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, cast

from clinic.knowledge.files import open_file
from clinic.knowledge.reading import Entry, Problem
from clinic.knowledge.sources import load_sources

RULES = Path(__file__).parent / "rules"
R = TypeVar("R")
COUNTED_BY = frozenset(
    {
        "weeks",
        "deload_every",
        "deload_red_days",
        "most_exercises",
        "greens",
        "could_not_again",
        "weeks_before",
    }
)
LIGHTS = ("green", "waiting", "amber", "red", "could_not", "could_not_again", "stop")


@dataclass(frozen=True, slots=True)
class Habit:
    """One recovery habit every patient reads."""

    id: str
    title: str
    text: str
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BlockRules:
    """A block of weeks. Every `deload_every`th asks for `deload_percent` less; so does one with that many red days."""

    weeks: int
    deload_every: int
    deload_percent: int
    deload_red_days: int


@dataclass(frozen=True, slots=True)
class DayRules:
    """The most exercises of a day, and the most of what belongs to its run (warm-up, drills, cues, cool-down)."""

    most_exercises: int
    most_around: int


@dataclass(frozen=True, slots=True)
class Spacing:
    """Hours between what leaves soreness, what loads a muscle at length, and the runs that must find it rested."""

    sore_tag: str
    sore_hours: int
    loaded_tag: str
    loaded_hours: int
    before_runs: tuple[str, ...]
    not_the_day_after_sore: tuple[str, ...]
    ladder_hours: int


@dataclass(frozen=True, slots=True)
class DoseRules:
    """How a dose grows: `reps_steps` from the low to the high end, then `more_sets`, then load (effort permitting)."""

    reps_steps: int
    more_sets: int
    greens: int
    effort_to: int
    new_exercises_per_week: int


@dataclass(frozen=True, slots=True)
class Lights:
    """The thresholds of green, amber and red, pain 0 to 10, and how far a red day steps back."""

    green_to: int
    red_from: int
    morning_green_to: int
    rise_red_above: int
    rest_hours: int
    back: int
    back_again: int
    could_not_again: int
    usual_fact: str


@dataclass(frozen=True, slots=True)
class RunningRules:
    """How running weeks grow (percent, km, minutes), and which facts of a screen they start from."""

    week_percent: int
    week_strong_percent: int
    weeks_before: int
    run_percent: int
    run_days: int
    small_km: float
    long_share_percent: int
    easy_min: int
    long_min: int
    walk_min: int
    cross_min: int
    taper_percent: int
    back_percent: int
    week_fact: str
    longest_fact: str
    latest_fact: str


@dataclass(frozen=True, slots=True)
class Progression:
    """Everything about pace; `label` is `progression.vN+fingerprint` (12 hex digits), stored with every program.

    `say` and `say_patient` give the words of each light (LIGHTS).
    """

    label: str
    block: BlockRules
    day: DayRules
    spacing: Spacing
    dose: DoseRules
    lights: Lights
    running: RunningRules
    say: Mapping[str, str]
    say_patient: Mapping[str, str]
    habits: tuple[Habit, ...]


@lru_cache(maxsize=4)
def load_progression(version: int | None = None, folder: Path = RULES) -> Progression:
    """The published numbers, verified; the newest without `version`. Raises KnowledgeError."""
    file = open_file(folder, "progression", version)
    entry, known = file.entry, frozenset(load_sources())
    lights_entry = entry.table("lights")
    say, say_patient = lights_entry.table("say"), _said(lights_entry.table("say_patient"), {})
    lights = _read(Lights, lights_entry, known)
    found = Progression(
        label=f"{file.label}+{file.fingerprint[:12]}",
        block=_read(BlockRules, entry.table("block"), known),
        day=_read(DayRules, entry.table("day"), known),
        spacing=_read(Spacing, entry.table("spacing"), known),
        dose=_read(DoseRules, entry.table("dose"), known),
        lights=lights,
        running=_read(RunningRules, entry.table("running"), known),
        say=MappingProxyType(_said(say, asdict(lights))),
        say_patient=MappingProxyType(say_patient),
        habits=tuple(_habit(row, known) for row in entry.tables("habits")),
    )
    entry.done()
    return found


def _said(entry: Entry, numbers: Mapping[str, Any]) -> dict[str, str]:
    """The words of each light, with the numbers they name in braces."""
    found = {}
    for light in LIGHTS:
        try:
            found[light] = entry.text(light).format_map(numbers)
        except (KeyError, ValueError, IndexError) as error:
            raise entry.error(Problem.DANGLING, light, f"names no number of the lights: {error}") from None
    entry.done()
    return found


def _read(shape: type[R], entry: Entry, known: frozenset[str]) -> R:
    """One table as its dataclass: every field is asked for by its own type, and nothing else may stand there."""
    entry.sources(known)
    texts: Callable[[Entry, str], Any] = Entry.texts
    readers: dict[str, Callable[[Entry, str], Any]] = {"int": _whole, "str": Entry.text, "float": _number}
    given = {}
    for field in fields(cast(Any, shape)):
        read = readers.get(getattr(field.type, "__name__", str(field.type)), texts)
        given[field.name] = read(entry, field.name)
    entry.done()
    return shape(**given)


def _whole(entry: Entry, key: str) -> int:
    """A count or a limit: 0 or more, and 1 or more where something is counted off by it."""
    found, least = entry.whole(key), 1 if key in COUNTED_BY else 0
    if found < least:
        raise entry.error(Problem.MALFORMED, key, f"is {least} or more, not {found}")
    return found


def _number(entry: Entry, key: str) -> float:
    found = entry.number_or_none(key)
    if found is None:
        raise entry.error(Problem.MALFORMED, key, "is missing")
    if found < 0:
        raise entry.error(Problem.MALFORMED, key, f"is 0 or more, not {found}")
    return float(found)


def _habit(entry: Entry, known: frozenset[str]) -> Habit:
    habit = Habit(entry.text("id"), entry.text("title"), entry.text("text"), entry.sources(known))
    entry.done()
    return habit
