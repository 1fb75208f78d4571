"""Which of a program's exercises belong to which day: the week's template laid over the exercises.

The template says “strength A” on Monday; which exercises that is follows from their category and place in the
program. The split is a convention of ours (source S122): it keeps a day to a handful of exercises, and eccentric
work for hip and knee on different days. Plain values, no database, no clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, Protocol, TypeVar

from programs.plans.doses import times_a_week

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
EVERY_STRENGTH_DAY = 5  # an exercise for five or more days a week is not alternated

ISOMETRIC, ECCENTRIC, GLUTE = "hamstring_isometric", "eccentric_hamstring", "glute"
CORE, ROTATION, JUMPS = "core", "anti_rotation", "plyometric"
STRENGTH = frozenset({ISOMETRIC, ECCENTRIC, GLUTE, CORE, ROTATION, JUMPS})
WARM_UP, DRILL = "dynamic_warmup", "running_drill"
BEFORE_A_RUN = frozenset({WARM_UP, DRILL})
IN_A_RUN = frozenset({"gait_cue"})
DAILY = frozenset({"mobility", "foam_roll"})
AFTER = frozenset({"cooldown"})
RUNS = frozenset({"ladder", "easy", "speed", "long"})
DRILLED = frozenset({"ladder", "speed"})  # drills are for days that ask for speed, or lead back to it
CUED = frozenset({"ladder", "easy"})  # a cue is practised where there is nothing else to think of

# letter of the template → (category, which of its exercises: None for all, else the first, second …)
LETTERS: dict[str, tuple[tuple[str, int | None], ...]] = {
    "A": ((ECCENTRIC, 0), (GLUTE, 0), (CORE, None), (ROTATION, None), (JUMPS, None)),
    "B": ((ECCENTRIC, 1), (GLUTE, 1), (CORE, None), (ROTATION, None)),
    "C": ((ISOMETRIC, None), (GLUTE, 0)),
    "core": ((CORE, None), (ROTATION, None)),
}
ALTERNATING = "isometric"


class Planned(Protocol):
    """What an exercise must tell to be placed in a week."""

    @property
    def category(self) -> str: ...
    @property
    def per_week(self) -> str: ...
    @property
    def minutes(self) -> Decimal: ...


# Bound to Any, not Planned: mypy asks before Django's plugin has told it what the columns are.
E = TypeVar("E", bound=Any)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the template: `run` and `strength` are the template's own words, strength "" on a day without."""

    name: str
    run: str
    strength: str
    hard: bool = False


@dataclass(frozen=True, slots=True)
class Session(Generic[E]):
    """A day's exercises in the order they are done."""

    day: Day
    exercises: tuple[E, ...]

    @property
    def is_rest(self) -> bool:
        return not self.day.strength and self.day.run not in RUNS

    @property
    def minutes(self) -> Decimal:
        return sum((exercise.minutes for exercise in self.exercises), Decimal(0))

    @property
    def strength_minutes(self) -> Decimal:
        return sum((e.minutes for e in self.exercises if e.category in STRENGTH), Decimal(0))


def week(days: Sequence[Day], exercises: Sequence[E], *, running: bool = True) -> tuple[Session[E], ...]:
    """The seven sessions of a week. Without `running` no warm-up for a run, drill or gait cue is planned."""
    strength_days = [day.name for day in days if day.strength]
    planned = [_of_day(day, exercises, turn=_turn(day, strength_days), running=running) for day in days]
    left = [
        e
        for e in exercises
        if not any(e in chosen for chosen in planned) and _needs_no_run(e, running=running)
    ]
    return tuple(
        # What no day asked for is done on each strength day rather than silently never.
        Session(day, tuple(sorted(chosen + left, key=_order) if day.strength else chosen))
        for day, chosen in zip(days, planned, strict=True)
    )


def _needs_no_run(exercise: Planned, *, running: bool) -> bool:
    return running or exercise.category not in IN_A_RUN | {DRILL}


def _turn(day: Day, strength_days: Sequence[str]) -> int:
    return strength_days.index(day.name) if day.name in strength_days else 0


def _of_day(day: Day, exercises: Sequence[E], *, turn: int, running: bool) -> list[E]:
    runs = running and day.run in RUNS
    if not day.strength and not runs:
        return [e for e in exercises if e.category in DAILY]
    around = [e for e in exercises if _belongs(e, day, runs=runs)]
    return sorted(_strength(day.strength, exercises, turn) + around, key=_order)


def _belongs(exercise: Planned, day: Day, *, runs: bool) -> bool:
    """Whether what is done around strength and running is done on this day."""
    if exercise.category in DAILY | AFTER:
        return True
    if exercise.category == WARM_UP:
        # Gentle ones serve strength work and every run; full ones are for hard days, and running drills' days.
        if exercise.per_week.startswith("every run"):
            return True
        return day.hard if "hard" in exercise.per_week else day.run in DRILLED
    if exercise.category == DRILL:
        return runs and day.run in DRILLED
    return exercise.category in IN_A_RUN and runs and day.run in CUED


def _strength(letter: str, exercises: Sequence[E], turn: int) -> list[E]:
    if letter == ALTERNATING:
        return _alternating(exercises, turn)
    chosen: list[E] = []
    for category, which in LETTERS.get(letter, ()):
        of_category = [e for e in exercises if e.category == category]
        if which is None:
            chosen += of_category
        elif of_category:
            # With a single exercise of its kind, it is done on both days.
            chosen.append(of_category[min(which, len(of_category) - 1)])
    return chosen


def _alternating(exercises: Sequence[E], turn: int) -> list[E]:
    """Daily work every day; what is done up to four times a week takes turns, one half each."""
    every = [
        e for e in exercises if e.category in STRENGTH and times_a_week(e.per_week) >= EVERY_STRENGTH_DAY
    ]
    others = [e for e in exercises if e.category in STRENGTH and e not in every]
    return every + others[turn % 2 :: 2]


ORDER = (
    frozenset({WARM_UP}),
    frozenset({DRILL}),
    IN_A_RUN,
    frozenset({JUMPS}),
    frozenset({ECCENTRIC}),
    STRENGTH,
    frozenset({"mobility"}),
    AFTER,
    frozenset({"foam_roll"}),
)


def _order(exercise: Planned) -> int:
    return next((place for place, group in enumerate(ORDER) if exercise.category in group), len(ORDER))


PARTS = (
    ("Before and during your run", BEFORE_A_RUN | IN_A_RUN),
    ("Strength", STRENGTH),
    ("To finish", DAILY | AFTER),
)


def parts(session: Session[E]) -> list[tuple[str, list[E]]]:
    """The session under headings a patient reads, empty ones left out."""
    found = [(title, [e for e in session.exercises if e.category in kinds]) for title, kinds in PARTS]
    if session.day.run not in RUNS:
        found[0] = ("Warm up", found[0][1])
    return [(title, exercises) for title, exercises in found if exercises]
