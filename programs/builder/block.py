"""A block of weeks: each day's exercises and run, lighter weeks, and the week of a race. Plain values, no clock.

The same exercises and the same patient always give the same block, so that nothing but the exercises has to be kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic

from programs.builder.arranging import HOURS, WEEK
from programs.builder.days import DayPlan, E, Room, lay_out
from programs.builder.doses import Amount, amount_at, range_steps
from programs.builder.progression import Progression
from programs.builder.recipe import GUARDED
from programs.builder.runs import PlannedRun, Runner, plan_runs
from programs.builder.sessions import RUNS, STRENGTH, Day, Split

RACE = "race"
THURSDAY = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """All a block is built from, besides the exercises. `race` is (week, weekday), both counted from 0."""

    days: tuple[Day, ...]
    split: Split
    room: Room
    runner: Runner
    running: bool
    race: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class PlannedDay(Generic[E]):
    """One day of one week. `exercises`, `around` and `after` as in DayPlan; `run` is what moves that day."""

    name: str
    strength: str
    run: PlannedRun
    exercises: tuple[E, ...]
    around: tuple[E, ...]
    after: tuple[E, ...] = ()

    @property
    def all(self) -> tuple[E, ...]:
        """Everything of the day, in the order it is done."""
        return (*self.around, *self.exercises, *self.after)

    @property
    def is_rest(self) -> bool:
        """Neither strength nor anything to run, walk or ride: what is left is done if one likes."""
        return not self.strength and self.run.kind == "rest"


@dataclass(frozen=True, slots=True)
class Week(Generic[E]):
    """One week, `number` from 1. `step` is where every dose stands if all goes well; `lighter` takes sets off."""

    number: int
    step: int
    lighter: bool
    days: tuple[PlannedDay[E], ...]

    @property
    def km(self) -> float | None:
        """The planned distance; None where it is not known."""
        runs = [day.run for day in self.days if day.run.is_run and not day.run.is_left_out]
        known = [run.km for run in runs if run.km is not None]
        return sum(known) if known else None


@dataclass(frozen=True, slots=True)
class Block(Generic[E]):
    """The weeks of a block, and what no day had room for (library id → why)."""

    weeks: tuple[Week[E], ...]
    left_out: Mapping[str, str]

    def week(self, number: int) -> Week[E]:
        """The week of this number; after the end of the block its last full one again, never a race once more."""
        if number <= len(self.weeks):
            return self.weeks[max(number, 1) - 1]
        full = [one for one in self.weeks if not one.lighter] or list(self.weeks)
        plain = [one for one in full if not any(day.run.kind == RACE for day in one.days)] or full
        return replace(plain[-1], number=number, step=full[-1].step)


def build_block(plan: Plan, exercises: Sequence[E], rules: Progression) -> Block[E]:
    """The block for these exercises."""
    laid = lay_out(plan.days, exercises, plan.split, running=plan.running, room=plan.room, rules=rules)
    lighter = [number % rules.block.deload_every == 0 for number in range(1, rules.block.weeks + 1)]
    weeks = [_days_of(number, laid.days, plan, rules) for number in range(rules.block.weeks)]
    runs = plan_runs(
        [[one.day for one in days] for days in weeks],
        plan.runner,
        deloads=lighter,
        rules=rules.running,
        block=rules.block,
    )
    found, step = [], 0
    for number, (days, row) in enumerate(zip(weeks, runs, strict=True)):
        step += 1 if number and not lighter[number] else 0
        planned = tuple(_planned(one, run) for one, run in zip(days, row, strict=True))
        found.append(Week(number + 1, step, lighter[number], planned))
    return Block(tuple(found), laid.left_out)


def _planned(one: DayPlan[E], run: PlannedRun) -> PlannedDay[E]:
    around, after = ((), ()) if run.is_left_out else (one.around, one.after)
    return PlannedDay(one.day.name, one.day.strength, run, one.exercises, around, after)


def _days_of(number: int, days: Sequence[DayPlan[E]], plan: Plan, rules: Progression) -> list[DayPlan[E]]:
    """The days of this week: a race takes the place of that day's run, and its eve is kept easy."""
    if plan.race is None or plan.runner.policy != GUARDED:
        return list(days)
    week, weekday = plan.race
    found = []
    for at, one in enumerate(days):
        until = (week - number) * WEEK + weekday - at
        found.append(_before_race(one, until, plan.split, rules) if -1 <= until <= 3 else one)
    return found


def _before_race(one: DayPlan[E], until: int, split: Split, rules: Progression) -> DayPlan[E]:
    """A day `until` days before the race (−1: the day after). No strength within the hours soreness takes."""
    day, exercises, around, after = one.day, one.exercises, one.around, one.after
    if until == 0:
        return DayPlan(replace(day, run=RACE, moves=RACE, strength="", hard=True), (), around, after)
    if until * HOURS < rules.spacing.sore_hours:
        exercises = tuple(one for one in exercises if split.kind(one) not in STRENGTH)
        day = replace(day, strength="")
    if day.does in RUNS and until * HOURS < rules.spacing.sore_hours:
        # The eve and the day after rest; what is fast or long in the days before becomes easy.
        easy = "rest" if abs(until) == 1 else "easy"
        day = replace(day, run=easy, moves=easy, hard=False)
        around, after = ((), ()) if easy == "rest" else (around, after)
    return DayPlan(day, exercises, around, after)


def amount_in(
    week: Week[Any], exercise: Any, split: Split, rules: Progression, *, step: int | None = None
) -> Amount:
    """What an exercise asks for in this week, at its own `step` where that is lower than the week's.

    Only strength work grows, and within its range alone: another set would take more minutes than the day was planned
    with. What earlier blocks have earned (the exercise's own `step`; a candidate of the builder has none) comes on top.
    A lighter week takes sets off strength work alone.
    """
    grows = split.kind(exercise) in STRENGTH
    reached = week.step if step is None else min(step, week.step)
    reached = min(reached, range_steps(reps=exercise.reps, hold_s=exercise.hold_s, rules=rules.dose))
    return amount_at(
        reached + getattr(exercise, "step", 0) if grows else 0,
        sets=exercise.sets,
        reps=exercise.reps,
        hold_s=exercise.hold_s,
        rules=rules.dose,
        deload_percent=rules.block.deload_percent if week.lighter and grows else 0,
    )


def monday_of(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def week_number(day: dt.date, *, starts_on: dt.date) -> int:
    """Which week of a block a day lies in, from 1. A block that starts from Thursday on counts from the next Monday.

    The days before that belong to week 1 as well, as does every day before the start.
    """
    return max((monday_of(day) - _first_monday(starts_on)).days // WEEK + 1, 1)


def last_day(starts_on: dt.date, *, weeks: int) -> dt.date:
    """The Sunday on which a block of so many weeks ends."""
    return _first_monday(starts_on) + dt.timedelta(days=weeks * WEEK - 1)


def _first_monday(starts_on: dt.date) -> dt.date:
    """The Monday of the block's first full week."""
    return monday_of(starts_on) + dt.timedelta(days=WEEK if starts_on.weekday() >= THURSDAY else 0)


def race_place(race_on: dt.date | None, *, starts_on: dt.date, weeks: int) -> tuple[int, int] | None:
    """(week, weekday) from 0 of a race within the block; None without one.

    A race in the days before the first full week is none of the block's: week 1 would show it once more a week later.
    """
    if race_on is None or race_on < max(starts_on, _first_monday(starts_on)):
        return None
    number = week_number(race_on, starts_on=starts_on)
    return (number - 1, race_on.weekday()) if number <= weeks else None
