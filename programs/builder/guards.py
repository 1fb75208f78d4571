"""What must hold of every block, checked from the block itself: the builder, each edit and each step are held to it.

Written apart from the code that builds, and from the numbers alone, so that one can catch the other. Plain values.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from programs.builder.block import Block, Plan, PlannedDay, Week
from programs.builder.progression import Progression
from programs.builder.sessions import BEFORE_A_RUN, DAILY, DAYS, STRENGTH

HOURS_A_DAY = 24
# A day from its first kind of exercise to its last, written out on its own.
DONE_IN_TURN = (
    *("warm_up", "drill", "cue"),
    *("jump", "loading", "strength", "hold", "trunk"),
    *("loosening", "rolling", "cool_down"),
)
TURNS = {kind: turn for turn, kind in enumerate(DONE_IN_TURN)}
MINUTES = (
    ("strength_min", STRENGTH, "strength"),
    ("run_addons_min", BEFORE_A_RUN, "around a run"),
    ("daily_min", DAILY, "loosening"),
    ("total_day_min", None, "the whole day"),
)


@dataclass(frozen=True, slots=True)
class Breach:
    """One guard broken: `guard` names it, `words` say where and by how much, `exercise` is the id it is about.

    `among` are the ids of all exercises that take part in it: those of a day that holds too much.
    """

    guard: str
    words: str
    exercise: str = ""
    among: tuple[str, ...] = ()


def breaches(block: Block[Any], plan: Plan, rules: Progression) -> tuple[Breach, ...]:
    """Every guard this block breaks; empty for one that keeps them all."""
    return tuple(
        dict.fromkeys(
            (
                *_too_much(block, plan, rules),
                *_too_near(block, rules),
                *_hard_days(block, rules),
                *_running(block, plan, rules),
                *_shrinking(block, plan, rules),
            )
        )
    )


# --- A day ---------------------------------------------------------------------------------------------------


def _too_much(block: Block[Any], plan: Plan, rules: Progression) -> Iterator[Breach]:
    for week in block.weeks:
        for day in week.days:
            where = f"week {week.number}, {day.name}"
            if day.name not in plan.room.free and (day.all or day.run.kind not in {"rest", "race"}):
                yield Breach("days", f"{where}: the patient has no time that day.", among=_ids(day.all))
            for id, times in Counter(e.library_id for e in day.all).items():
                if times > 1:
                    yield Breach("handful", f"{where}: “{id}” stands there {times} times.", id)
            if len(day.exercises) > rules.day.most_exercises:
                words = f"{where}: {len(day.exercises)} exercises, at most {rules.day.most_exercises}."
                yield Breach("handful", words, among=_ids(day.exercises))
            around = (*day.around, *day.after)
            if len(around) > rules.day.most_around:
                words = f"{where}: {len(around)} moves around the run, at most {rules.day.most_around}."
                yield Breach("handful", words, among=_ids(around))
            yield from _too_long(where, day, plan)
            yield from _out_of_order(where, day, plan)


def _too_long(where: str, day: PlannedDay[Any], plan: Plan) -> Iterator[Breach]:
    # A cue is done while running: its minutes are the run's.
    of_kind = [(plan.split.kind(e), e) for e in day.all]
    timed = [e for kind, e in of_kind if kind != "cue"]
    for key, kinds, label in MINUTES:
        counted = timed if kinds is None else [e for kind, e in of_kind if kind in kinds]
        spent = sum((e.minutes for e in counted), Decimal(0))
        if spent > plan.room.minutes[key]:
            words = f"{where}: {spent.normalize():f} minutes of {label}, at most {plan.room.minutes[key]}."
            yield Breach("minutes", words, among=_ids(counted))
    spent = sum((e.minutes for e in timed), Decimal(0))
    if plan.room.asked is not None and spent > plan.room.asked:
        words = f"{where}: {spent.normalize():f} minutes, and the patient has {plan.room.asked}."
        yield Breach("minutes", words, among=_ids(timed))


def _out_of_order(where: str, day: PlannedDay[Any], plan: Plan) -> Iterator[Breach]:
    """Nothing is done before what makes ready for it: the day is read from its first exercise to its last."""
    turns = [(TURNS.get(plan.split.kind(one)), one) for one in day.all]
    for (first, before), (then, after) in itertools.pairwise(turns):
        if first is not None and then is not None and first > then:
            words = (
                f"{where}: “{after.library_id}” comes after “{before.library_id}”, and is to be done before."
            )
            yield Breach("order", words, after.library_id, _ids([before, after]))


def _ids(exercises: Sequence[Any]) -> tuple[str, ...]:
    return tuple(one.library_id for one in exercises)


# --- Hours between -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Bout:
    at: int  # days from the block's first Monday
    exercise: Any

    @property
    def when(self) -> str:
        return f"week {self.at // 7 + 1}, {DAYS[self.at % 7]}"


def _bouts(weeks: Sequence[Week[Any]]) -> list[_Bout]:
    return [
        _Bout(number * 7 + at, exercise)
        for number, week in enumerate(weeks)
        for at, day in enumerate(week.days)
        for exercise in day.all
    ]


def _too_near(block: Block[Any], rules: Progression) -> Iterator[Breach]:
    spacing, bouts = rules.spacing, _bouts(block.weeks)
    spaced = [one for one in bouts if one.exercise.hours_between]
    furthest = max((one.exercise.hours_between for one in spaced), default=0)
    for one in spaced:
        for other in spaced:
            hours = (other.at - one.at) * HOURS_A_DAY
            if not 0 < hours < max(furthest, spacing.sore_hours):
                continue
            if hours < (needed := _needed(one.exercise, other.exercise, rules)):
                words = (
                    f"{other.when}: {hours} hours after “{one.exercise.library_id}”, which asks for {needed}."
                )
                yield Breach(
                    "spacing", words, other.exercise.library_id, _ids([one.exercise, other.exercise])
                )
    runs = [
        (number * 7 + at, day.run.kind)
        for number, week in enumerate(block.weeks)
        for at, day in enumerate(week.days)
    ]
    for one in bouts:
        if spacing.sore_tag in one.exercise.tags:
            yield from _sore_legs(one, runs, rules)


def _needed(first: Any, second: Any, rules: Progression) -> int:
    spacing = rules.spacing
    needed = [0]
    sore = [spacing.sore_tag in one.tags for one in (first, second)]
    if first.library_id == second.library_id:
        needed.append(first.hours_between)
    if sore[1]:
        needed.append(first.hours_between)
    if all(sore):
        needed.append(spacing.sore_hours)
    if all(spacing.loaded_tag in one.tags for one in (first, second)):
        needed.append(spacing.loaded_hours)
    return max(needed)


def _sore_legs(one: _Bout, runs: Sequence[tuple[int, str]], rules: Progression) -> Iterator[Breach]:
    spacing = rules.spacing
    for at, kind in runs:
        hours = (at - one.at) * HOURS_A_DAY
        too_near = kind in spacing.before_runs and 0 < hours < spacing.sore_hours
        if too_near or (kind in spacing.not_the_day_after_sore and hours == HOURS_A_DAY):
            words = f"{one.when}: it leaves soreness {hours} hours before a {kind} run."
            yield Breach("spacing", words, one.exercise.library_id)


# --- Running -------------------------------------------------------------------------------------------------


def _hard_days(block: Block[Any], rules: Progression) -> Iterator[Breach]:
    """No two days in a row with a hard run or with work that leaves soreness."""
    days = [(week.number, day) for week in block.weeks for day in week.days]
    for (_, before), (number, day) in itertools.pairwise(days):
        if before.run.is_hard and day.run.is_hard:
            yield Breach("hard_easy", f"week {number}, {day.name}: a second hard day in a row.")
        for exercise in day.all if before.run.is_hard else ():
            if rules.spacing.sore_tag in exercise.tags:
                words = (
                    f"week {number}, {day.name}: it leaves soreness the day after a {before.run.kind} run."
                )
                yield Breach("hard_easy", words, exercise.library_id)


def _running(block: Block[Any], plan: Plan, rules: Progression) -> Iterator[Breach]:
    weeks_km, longest = list(plan.runner.weeks_km), plan.runner.longest_km
    for week in block.weeks:
        runs = [day.run for day in week.days if day.run.is_run and not day.run.is_left_out]
        if runs and not plan.running:
            yield Breach("running", f"week {week.number}: running is paused.")
        kinds = {run.kind for run in runs}
        if plan.runner.first is not None and kinds - {"ladder"}:
            yield Breach("running", f"week {week.number}: only the ladder may be run.")
        for run in runs:
            if (
                run.km
                and longest is not None
                and run.km > _most(longest, rules.running.run_percent, rules) + 1e-9
            ):
                yield Breach(
                    "single_run",
                    f"week {week.number}: {run.km:g} km, and the longest of {rules.running.run_days} days "
                    f"is {longest:g} km.",
                )
        known = [run.km for run in runs if run.km]
        if known and plan.runner.first is None:
            before = weeks_km[-rules.running.weeks_before :]
            mean = sum(before) / len(before) if before else 0
            if before and sum(known) > _most(mean, rules.running.week_percent, rules) + 1e-9:
                words = f"week {week.number}: {sum(known):g} km after a mean of {mean:.1f} km."
                yield Breach("week", words + _jump(sum(known), mean, rules))
            weeks_km.append(sum(known))
            longest = max(longest or 0, *known)
    yield from _ladder_gaps(block, rules)


def _shrinking(block: Block[Any], plan: Plan, rules: Progression) -> Iterator[Breach]:
    """Distances that stay as they are stay so until a lighter week, a race or the week's own limit asks for less."""
    if plan.runner.may_grow or plan.runner.first is not None or plan.race is not None:
        return
    known = list(plan.runner.weeks_km)
    for before, week in itertools.pairwise(block.weeks):
        known = [*known, before.km or 0][-rules.running.weeks_before :]
        limit = _most(sum(known) / len(known), rules.running.week_percent, rules)
        lighter = week.lighter or before.lighter or limit < (before.km or 0)
        if before.km and not lighter and (week.km or 0) < before.km:
            words = (
                f"week {week.number}: {week.km or 0:g} km after {before.km:g} km, and nothing asks for less."
            )
            yield Breach("shrinking", words)


def _most(km: float, percent: int, rules: Progression) -> float:
    return max(km * (100 + percent) / 100, km + rules.running.small_km)


def _jump(km: float, mean: float, rules: Progression) -> str:
    """The stronger warning above `week_strong_percent` (S41); empty below it."""
    percent = rules.running.week_strong_percent
    if km <= mean * (100 + percent) / 100 + 1e-9:
        return ""
    return f" That is a jump of more than {percent} percent: some injuries follow one."


def _ladder_gaps(block: Block[Any], rules: Progression) -> Iterator[Breach]:
    """Also from one week's Sunday to the next one's Monday."""
    days = [day for week in block.weeks for day in week.days]
    ladder = [at for at, day in enumerate(days) if day.run.kind == "ladder" and not day.run.is_left_out]
    for one, other in itertools.pairwise(ladder):
        if (other - one) * HOURS_A_DAY < rules.spacing.ladder_hours:
            yield Breach(
                "running",
                f"week {other // 7 + 1}: two ladder runs within {rules.spacing.ladder_hours} hours.",
            )
