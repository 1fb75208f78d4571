"""Which of a program's exercises belong to which day: the week's template laid over the exercises.

The template says “strength A” on Monday; which exercises that is says the recipe's `sessions` (source S122): it keeps
a day to a handful of exercises, and eccentric work for hip and knee on different days. Plain values, no database, no
clock.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, Protocol, TypeVar

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

# Where in a session a category is done, in the order it is done there. A recipe gives each of its categories one.
# The run with its cues comes between the drills and the jumps; what asks most of rested legs comes before the rest.
WARM_UP, DRILL, CUE, JUMP, LOADING, ROLLING = "warm_up", "drill", "cue", "jump", "loading", "rolling"
PLAIN_STRENGTH, HOLD, TRUNK = "strength", "hold", "trunk"
ORDER = (WARM_UP, DRILL, CUE, JUMP, LOADING, PLAIN_STRENGTH, HOLD, TRUNK, "loosening", ROLLING, "cool_down")
STRENGTH = frozenset({JUMP, LOADING, PLAIN_STRENGTH, HOLD, TRUNK})
BEFORE_A_RUN = frozenset({WARM_UP, DRILL})
IN_A_RUN = frozenset({CUE})
DAILY = frozenset({"loosening", ROLLING})
AFTER = frozenset({"cool_down"})
REST = "rest"
RUNS = frozenset({"ladder", "easy", "speed", "long"})


@dataclass(frozen=True, slots=True)
class Share:
    """Exercises of one category: all of them (place 0), or the one at this place, counted from 1."""

    category: str
    place: int = 0


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
class Split:
    """How a recipe spreads exercises over days.

    `letters` name a strength session's exercises. The `alternating` session holds all strength work, half of it each
    turn, save what is done `every_day_from` or more times a week. Drills and cues are for the runs named. `kinds` gives
    each category its kind (ORDER).
    """

    letters: Mapping[str, tuple[Share, ...]]
    alternating: str
    every_day_from: int
    drills_on: frozenset[str]
    cues_on: frozenset[str]
    kinds: Mapping[str, str]

    def kind(self, exercise: Planned) -> str:
        """The kind of an exercise's category; empty for a category the recipe does not have."""
        return self.kinds.get(exercise.category, "")

    def of_kind(self, kinds: Collection[str], exercises: Iterable[E]) -> list[E]:
        """Those of these kinds, in their order."""
        return [exercise for exercise in exercises if self.kind(exercise) in kinds]

    def takes_time(self, exercise: Planned) -> bool:
        """Whether it takes minutes of its own: what is done during the run takes the run's."""
        return self.kind(exercise) not in IN_A_RUN

    def minutes(self, exercises: Iterable[Planned]) -> Decimal:
        """What these take of a day."""
        return sum((one.minutes for one in exercises if self.takes_time(one)), Decimal(0))

    def as_json(self) -> dict[str, Any]:
        """As a proposal keeps it; `split_from` reads it."""
        return {
            "letters": {
                letter: [[share.category, share.place] for share in shares]
                for letter, shares in self.letters.items()
            },
            "alternating": self.alternating,
            "every_day_from": self.every_day_from,
            "drills_on": sorted(self.drills_on),
            "cues_on": sorted(self.cues_on),
            "kinds": dict(self.kinds),
        }


def split_from(kept: Mapping[str, Any], *, kinds: Mapping[str, str]) -> Split:
    """The split a proposal kept; `kinds` for one kept before it held its own."""
    return Split(
        letters={
            letter: tuple(Share(category, place) for category, place in shares)
            for letter, shares in kept["letters"].items()
        },
        alternating=kept["alternating"],
        every_day_from=kept["every_day_from"],
        drills_on=frozenset(kept["drills_on"]),
        cues_on=frozenset(kept["cues_on"]),
        kinds=kept.get("kinds", kinds),
    )


def times_a_week(per_week: str) -> int:
    """The most a week that “2-3”, “daily”, “every 2-4 weeks” allow; 7 where the words name no number."""
    if "weeks" in per_week:
        return 1
    if "every other day" in per_week:
        return 4
    if "every third day" in per_week:
        return 3
    numbers = [int(number) for number in re.findall(r"\d+", per_week)] if "x" not in per_week else []
    return min(max(numbers), len(DAYS)) if numbers else len(DAYS)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the template: `run` and `strength` are the template's own words, strength "" on a day without.

    `moves` is what the running policy makes of the run; empty where it was not kept.
    """

    name: str
    run: str
    strength: str
    hard: bool = False
    moves: str = ""

    @property
    def does(self) -> str:
        """What the runner does that day."""
        return self.moves or self.run


@dataclass(frozen=True, slots=True)
class Session(Generic[E]):
    """A day's exercises in the order they are done."""

    day: Day
    exercises: tuple[E, ...]

    @property
    def is_rest(self) -> bool:
        """Neither strength nor anything to run, walk or ride: what is left is done if one likes."""
        return not self.day.strength and self.day.does == REST


def week(
    days: Sequence[Day], exercises: Sequence[E], split: Split, *, running: bool = True
) -> tuple[Session[E], ...]:
    """The seven sessions of a week. Without `running` no warm-up for a run, drill or gait cue is planned."""
    strength_days = [day.name for day in days if day.strength]
    planned = [
        _of_day(day, exercises, split, turn=_turn(day, strength_days), running=running) for day in days
    ]
    left = [
        e
        for e in exercises
        if not any(e in chosen for chosen in planned) and (running or split.kind(e) not in {CUE, DRILL})
    ]
    return tuple(
        # What no day asked for is done on each strength day rather than silently never.
        Session(day, tuple(_ordered(chosen + left, split) if day.strength else chosen))
        for day, chosen in zip(days, planned, strict=True)
    )


def _turn(day: Day, strength_days: Sequence[str]) -> int:
    return strength_days.index(day.name) if day.name in strength_days else 0


def _of_day(day: Day, exercises: Sequence[E], split: Split, *, turn: int, running: bool) -> list[E]:
    runs = running and day.run in RUNS
    if not day.strength and not runs:
        return _ordered(split.of_kind(DAILY, exercises), split)
    around = [e for e in exercises if _belongs(e, day, split, runs=runs)]
    return _ordered(_strength(day.strength, exercises, split, turn) + around, split)


def _belongs(exercise: Planned, day: Day, split: Split, *, runs: bool) -> bool:
    """Whether what is done around strength and running is done on this day."""
    kind = split.kind(exercise)
    if kind in DAILY | AFTER:
        return True
    if kind == WARM_UP:
        # Gentle ones serve strength work and every run; full ones are for hard days, and running drills' days.
        if exercise.per_week.startswith("every run"):
            return True
        return day.hard if "hard" in exercise.per_week else day.run in split.drills_on
    if kind == DRILL:
        return runs and day.run in split.drills_on
    return kind in IN_A_RUN and runs and day.run in split.cues_on


def _strength(session: str, exercises: Sequence[E], split: Split, turn: int) -> list[E]:
    if session == split.alternating:
        return _alternating(exercises, split, turn)
    chosen: list[E] = []
    for share in split.letters.get(session, ()):
        of_category = [e for e in exercises if e.category == share.category]
        if not share.place:
            chosen += of_category
        elif of_category:
            # With a single exercise of its kind, it is done on both days, and never twice on one.
            one = of_category[min(share.place, len(of_category)) - 1]
            chosen += [one] if one not in chosen else []
    return chosen


def _alternating(exercises: Sequence[E], split: Split, turn: int) -> list[E]:
    """Daily work every day; what is done less often takes turns, one half each."""
    strength = split.of_kind(STRENGTH, exercises)
    every = [e for e in strength if times_a_week(e.per_week) >= split.every_day_from]
    others = [e for e in strength if e not in every]
    return every + others[turn % 2 :: 2]


def _ordered(exercises: Iterable[E], split: Split) -> list[E]:
    places = {kind: place for place, kind in enumerate(ORDER)}
    return sorted(exercises, key=lambda one: places.get(split.kind(one), len(ORDER)))


MANY = 8  # more than this on one day are told apart: the strength work, and the small things around the run
AROUND = BEFORE_A_RUN | IN_A_RUN | DAILY | AFTER


@dataclass(frozen=True, slots=True)
class Part(Generic[E]):
    """Exercises of a session under a heading a patient reads; `is_compact` ones are drawn as short lines."""

    title: str
    exercises: list[E]
    is_compact: bool = False


def parts(session: Session[E], split: Split) -> list[Part[E]]:
    """The session under headings, in the order it is done, empty ones left out. A long one has small things compact."""
    if session.is_rest:
        return [Part("If you like", list(session.exercises))] if session.exercises else []
    runs = session.day.does in RUNS
    many = len(session.exercises) > MANY
    before = split.of_kind(BEFORE_A_RUN | IN_A_RUN, session.exercises)
    strength = [e for e in session.exercises if split.kind(e) not in AROUND]
    after = split.of_kind(DAILY | AFTER, session.exercises)
    found = [
        Part("Before and during your run" if runs else "Warm up", before, is_compact=many),
        Part("Strength", strength),
        Part("To finish", after, is_compact=many),
    ]
    return [part for part in found if part.exercises]
