"""Which exercises a patient does on which day: a handful a day, within their minutes, with the rest muscles need.

The recipe's sessions say what could be done (sessions.py). Here each day is brought within its limits: how often a week
an exercise asks for, the hours between two bouts, the most exercises and minutes. The least important goes first, and
what is left with no day is left out, with the reason. Plain values, no database, no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from itertools import combinations
from operator import is_
from typing import Any, Generic, Protocol, TypeVar

from programs.builder.arranging import HOURS, WEEK, gap
from programs.builder.progression import Progression
from programs.builder.runs import HARD_RUNS
from programs.builder.sessions import (
    AFTER,
    BEFORE_A_RUN,
    DAILY,
    DAYS,
    IN_A_RUN,
    LOADING,
    ROLLING,
    RUNS,
    STRENGTH,
    Day,
    Split,
    times_a_week,
    week,
)
from programs.builder.spacing import hard_run_before, hours_needed, is_sore, sore_before_run

AROUND = BEFORE_A_RUN | IN_A_RUN | AFTER


class Listed(Protocol):
    """What an exercise of a program must tell to be given its days."""

    @property
    def library_id(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def per_week(self) -> str: ...
    @property
    def minutes(self) -> Decimal: ...
    @property
    def points(self) -> int: ...
    @property
    def hours_between(self) -> int | None: ...
    @property
    def tags(self) -> Collection[str]: ...


Rank = Callable[[Any, Sequence[Any]], tuple[Any, ...]]
# Bound to Any, not Listed: mypy asks before Django's plugin has told it what the columns are.
E = TypeVar("E", bound=Any)


@dataclass(frozen=True, slots=True)
class DayPlan(Generic[E]):
    """One day: its `exercises` in the order they are done, what stands `around` its run, and what cools down `after`.

    `around` are the warm-up, the drills and the cues; `after` belongs to the run as well, and ends the day.
    """

    day: Day
    exercises: tuple[E, ...]
    around: tuple[E, ...] = ()
    after: tuple[E, ...] = ()

    @property
    def all(self) -> tuple[E, ...]:
        """Everything of the day, in the order it is done."""
        return (*self.around, *self.exercises, *self.after)


@dataclass(frozen=True, slots=True)
class Laid(Generic[E]):
    """A week's seven days, Monday first; `left_out`: library id → why no day has it."""

    days: tuple[DayPlan[E], ...]
    left_out: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Room:
    """How much a day may hold, in minutes by kind, and whose day it is.

    `minutes` has the recipe's keys (strength_min, run_addons_min, daily_min, total_day_min); `asked` is the patient's
    own limit; `free` the weekdays they have; `keep` the ids that never go.
    """

    minutes: Mapping[str, int]
    asked: int | None
    free: frozenset[str]
    keep: frozenset[str] = frozenset()


def lay_out(
    days: Sequence[Day],
    exercises: Sequence[E],
    split: Split,
    *,
    running: bool,
    room: Room,
    rules: Progression,
) -> Laid[E]:
    """The week with these exercises. `days` are already the patient's own (arranging.arrange)."""
    planned = week(days, exercises, split, running=running)
    table = _Table(
        days=list(days),
        split=split,
        rules=rules,
        room=room,
        order={one.library_id: place for place, one in enumerate(exercises)},
        held=[
            _for_day(session.exercises, day, split, running=running) if day.name in room.free else []
            for day, session in zip(days, planned, strict=True)
        ],
        because={},
        running=running,
    )
    table.keep_to_times_a_week()
    table.keep_hours()
    for at in range(WEEK):
        table.keep_to_a_handful(at)
    for at in range(WEEK):
        table.keep_to_minutes(at)
        table.rest_where_nothing_is_left(at)
    placed = {one.library_id for held in table.held for one in held}
    left_out = {
        one.library_id: table.because.get(one.library_id) or _never(one, split, running=running)
        for one in exercises
        if one.library_id not in placed
    }
    return Laid(tuple(table.day(at) for at in range(WEEK)), left_out)


def _for_day(exercises: Iterable[E], day: Day, split: Split, *, running: bool) -> list[E]:
    return [one for one in exercises if _is_for(one, day, split, running=running)]


def _is_for(exercise: Any, day: Day, split: Split, *, running: bool) -> bool:
    """What belongs to a run is done with a run alone; a warm-up for every session also before strength work.

    While running is paused a cool-down ends the strength sessions.
    """
    kind = split.kind(exercise)
    if kind in AFTER and not running:
        return bool(day.strength)
    if kind not in AROUND or day.does in RUNS:
        return True
    return kind in BEFORE_A_RUN and bool(day.strength) and "session" in exercise.per_week


def _never(exercise: Any, split: Split, *, running: bool) -> str:
    if not running and split.kind(exercise) in AROUND:
        return "It belongs to a run, and running is paused: it comes with the first runs."
    return "No day of this week asks for it."


@dataclass(slots=True)
class _Table:
    """The week while it is brought within its limits. `held` are each day's exercises, in their order."""

    days: list[Day]
    split: Split
    rules: Progression
    room: Room
    order: Mapping[str, int]
    held: list[list[Any]]
    because: dict[str, str]
    running: bool

    def day(self, at: int) -> DayPlan[Any]:
        held, of_kind = self.held[at], self.split.of_kind
        if not self.has_run(at):
            return DayPlan(self.days[at], tuple(held))
        around, after = of_kind(AROUND - AFTER, held), of_kind(AFTER, held)
        others = tuple(one for one in held if self.split.kind(one) not in AROUND)
        return DayPlan(self.days[at], others, tuple(around), tuple(after))

    def has_run(self, at: int) -> bool:
        return self.days[at].does in RUNS

    def belongs_to_runs(self, kind: str) -> bool:
        return kind in AROUND and (self.running or kind not in AFTER)

    def stays(self, exercise: Any) -> bool:
        return exercise.library_id in self.room.keep

    def days_of(self, exercise: Any) -> list[int]:
        # The very same object: comparing exercises field by field took a tenth of all planning.
        return [at for at, held in enumerate(self.held) if any(map(partial(is_, exercise), held))]

    def drop(self, exercise: Any, at: int, because: str) -> None:
        self.held[at].remove(exercise)
        self.because[exercise.library_id] = because

    def rank(self, exercise: Any, among: Sequence[Any]) -> tuple[Any, ...]:
        """Lower goes first: rolling and what is done on another day too, what serves the fewest points, what is later.

        The only warm-up, drill, cue or cool-down of a run outlasts one that has another beside it.
        """
        kind = self.split.kind(exercise)
        return (
            self.stays(exercise),
            kind == LOADING,
            self.belongs_to_runs(kind) and [self.split.kind(e) for e in among].count(kind) == 1,
            len(self.days_of(exercise)) == 1,
            kind != ROLLING,
            exercise.points,
            kind in STRENGTH,
            -self.order[exercise.library_id],
        )

    def importance(self, exercise: Any, among: Sequence[Any]) -> tuple[Any, ...]:
        """Lower goes first where minutes bind: cool-down, rolling and loosening without a cause, what else serves none,
        what is no strength work and has another day, the fewest points, and last strength for the strongest cause.

        Of what serves none a run's only warm-up and the work under load stay longest.
        """
        kind = self.split.kind(exercise)
        has_one_day = len(self.days_of(exercise)) == 1
        return (
            self.stays(exercise),
            exercise.points > 0,
            exercise.points > 0 or kind not in DAILY | AFTER,
            not exercise.points or kind in STRENGTH or has_one_day,
            exercise.points,
            kind == LOADING,
            exercise.points > 0 and kind in STRENGTH,
            kind in BEFORE_A_RUN and [self.split.kind(e) for e in among].count(kind) == 1,
            kind not in AFTER,
            kind != ROLLING,
            has_one_day,
            kind in STRENGTH,
            -self.order[exercise.library_id],
        )

    # How often a week -------------------------------------------------------------------------------------

    def keep_to_times_a_week(self) -> None:
        for exercise in sorted({id(e): e for held in self.held for e in held}.values(), key=self._place):
            days, times = self.days_of(exercise), times_a_week(exercise.per_week)
            if len(days) <= times or (self.split.kind(exercise) in AROUND and "run" in exercise.per_week):
                continue
            kept = max(combinations(days, times), key=self._spread)
            for at in set(days) - set(kept):
                self.drop(exercise, at, f"It is done {exercise.per_week} times a week.")

    def _place(self, exercise: Any) -> int:
        return self.order[exercise.library_id]

    def _spread(self, days: tuple[int, ...]) -> tuple[list[int], int, tuple[int, ...]]:
        """Far apart first (the closest two, then the next), then on days that hold less, then early in the week."""
        gaps = sorted(
            gap(one, other) or WEEK for one, other in zip(days, (*days[1:], *days[:1]), strict=True)
        )
        return gaps, -sum(len(self.held[at]) for at in days), tuple(-at for at in days)

    # Hours between two bouts ------------------------------------------------------------------------------

    def keep_hours(self) -> None:
        while clash := self._first_clash():
            (at, one), (later, other), words = clash
            if self.rank(one, self.held[at]) < self.rank(other, self.held[later]):
                self.drop(one, at, words)
            else:
                self.drop(other, later, words)
        for at in range(WEEK):
            for exercise in [
                e for e in self.held[at] if is_sore(e, self.rules.spacing) and not self.stays(e)
            ]:
                if run := sore_before_run(at, self.days, self.rules.spacing):
                    self.drop(exercise, at, f"It leaves soreness too near before {run}.")
                elif run := hard_run_before(at, self.days):
                    self.drop(exercise, at, f"It would be a second hard day in a row, after {run}.")

    def _first_clash(self) -> tuple[tuple[int, Any], tuple[int, Any], str] | None:
        spaced = [(at, e) for at in range(WEEK) for e in self.held[at] if e.hours_between]
        for (at, one), (later, other) in ((a, b) for a in spaced for b in spaced if a[0] != b[0]):
            if {one.library_id, other.library_id} <= self.room.keep:
                continue
            if gap(at, later) * HOURS < (hours := hours_needed(one, other, self.rules.spacing)):
                return (
                    (at, one),
                    (later, other),
                    f"{hours} hours must lie between it and {_named(one, other)}.",
                )
        return None

    def rest_where_nothing_is_left(self, at: int) -> None:
        """A day whose strength work all went elsewhere has no strength session, and no warm-up for one."""
        if self.days[at].strength and not self.split.of_kind(STRENGTH, self.held[at]):
            self.days[at] = replace(self.days[at], strength="", hard=self.days[at].does in HARD_RUNS)
            if not self.has_run(at):
                self.held[at] = [e for e in self.held[at] if self.split.kind(e) not in AROUND]

    # A handful, and minutes -------------------------------------------------------------------------------

    def keep_to_a_handful(self, at: int) -> None:
        around = AROUND if self.has_run(at) else frozenset[str]()
        most = self.rules.day
        self._shorten(at, lambda e: self.split.kind(e) not in around, most.most_exercises, "exercises")
        self._shorten(at, lambda e: self.split.kind(e) in around, most.most_around, "moves around a run")

    def _shorten(self, at: int, counts: Any, most: int, words: str) -> None:
        while len(chosen := [e for e in self.held[at] if counts(e)]) > most:
            if not self._drop_least(at, chosen, f"A day holds at most {most} {words}", self.rank):
                return

    def keep_to_minutes(self, at: int) -> None:
        minutes = self.room.minutes
        limits: list[tuple[str, int | None, Collection[str] | None]] = [
            ("Strength in a session", minutes["strength_min"], STRENGTH),
            ("Around a run", minutes["run_addons_min"], BEFORE_A_RUN),
            ("Loosening a day", minutes["daily_min"], DAILY),
            ("A day", minutes["total_day_min"], None),
            ("The minutes the patient has", self.room.asked, None),
        ]
        for label, limit, kinds in limits:
            while limit is not None and self.held[at]:
                chosen = [e for e in self.held[at] if kinds is None or self.split.kind(e) in kinds]
                chosen = [e for e in chosen if self.split.takes_time(e)]
                if (spent := self.split.minutes(chosen)) <= limit:
                    break
                words = f"{label}: {spent.normalize():f} minutes, the limit is {limit}"
                if not self._drop_least(at, chosen, words, self.importance):
                    break

    def _drop_least(self, at: int, chosen: Sequence[Any], words: str, rank: Rank) -> bool:
        """Take the lowest off this day; False where all of them are to stay."""
        may_go = [e for e in chosen if not self.stays(e)]
        if not may_go:
            return False
        gone = min(may_go, key=lambda e: rank(e, chosen))
        serves = f"{gone.points} points" if gone.points else "no supported cause"
        self.drop(gone, at, f"{words}; on {DAYS[at]} it serves the least ({serves}).")
        return True


def _named(one: Any, other: Any) -> str:
    return "the next time" if one.library_id == other.library_id else "other work that leaves soreness"
