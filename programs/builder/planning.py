"""From picked exercises to a block that keeps the patient's limits: what stays, what is left out, and why."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from assessments.triage.causes import Causes, Weighed
from clinic.knowledge.conditions import Facts
from programs.builder import sessions
from programs.builder.arranging import arrange, free_days
from programs.builder.block import Block, Plan, build_block, race_place
from programs.builder.days import Room
from programs.builder.fitting import runs_at_all
from programs.builder.limits import Limits
from programs.builder.progression import Progression
from programs.builder.recipe import GUARDED, LADDER, Day, Phase, Recipe, Track
from programs.builder.runs import Runner, run_limit
from programs.builder.selection import Picked, weight
from programs.exercises.definitions import Exercise


@dataclass(frozen=True, slots=True)
class Candidate:
    """An exercise of the library as the planner sees it (days.Listed)."""

    library_id: str
    category: str
    per_week: str
    minutes: Decimal
    points: int
    hours_between: int | None
    tags: tuple[str, ...]
    sets: int
    reps: str
    hold_s: str


@dataclass(frozen=True, slots=True)
class Planned:
    """What came of the picks: those that `stay`, id → why one was `left_out`, (what, why) of `dropped` sessions."""

    stay: tuple[Picked, ...]
    left_out: Mapping[str, str]
    dropped: tuple[tuple[str, str], ...]
    plan: Plan
    block: Block[Candidate]


def candidate(exercise: Exercise, causes: Mapping[str, Weighed]) -> Candidate:
    return Candidate(
        library_id=exercise.id,
        category=exercise.category,
        per_week=exercise.dose.per_week,
        minutes=Decimal(exercise.est_minutes),
        points=weight(exercise, causes),
        hours_between=exercise.dose.min_hours_between,
        tags=exercise.tags,
        sets=exercise.dose.sets or 1,
        reps=exercise.dose.reps or "1",
        hold_s=exercise.dose.hold_s,
    )


def plan_block(
    picked: Sequence[Picked],
    *,
    phase: Phase,
    track: Track,
    running: str,
    runner: Runner,
    causes: Causes,
    minutes: Mapping[str, int],
    limits: Limits,
    starts_on: dt.date | None,
    recipe: Recipe,
    rules: Progression,
) -> Planned:
    """The block of these picks. What finds no day is taken out and the rest is laid out anew, until all have one."""
    free = free_days(limits.days)
    arranged = arrange(recipe.week_of(phase, running), free, limits.long_run, rules.spacing)
    plan = Plan(
        days=tuple(
            sessions.Day(one.day, one.run, one.strength, one.hard, one.moves) for one in arranged.days
        ),
        split=recipe.sessions,
        room=Room(minutes, limits.minutes, free, frozenset(track.extra)),
        runner=_with_fewer_runs(runner, recipe.week_of(phase, running), arranged.days),
        running=runs_at_all(running),
        race=_race(limits, starts_on, rules),
    )
    left_out: dict[str, str] = {}
    while True:
        stay = tuple(one for one in picked if one.id not in left_out)
        listed = [candidate(recipe.library.exercise(one.id), causes.supported) for one in stay]
        block = build_block(plan, listed, rules)
        if not block.left_out:
            return Planned(
                stay,
                MappingProxyType(left_out),
                _dropped(arranged.dropped, limits, running, plan, starts_on),
                plan,
                block,
            )
        left_out |= block.left_out


def _with_fewer_runs(runner: Runner, asked: Sequence[Day], held: Sequence[Day]) -> Runner:
    """A run that has no day takes its share of the distance with it: the others do not become longer for it."""
    many, left = (sum(day.moves in sessions.RUNS for day in week) for week in (asked, held))
    if left >= many:
        return runner
    return replace(runner, weeks_km=tuple(km * left / many for km in runner.weeks_km))


def _times(what: str, count: int) -> str:
    return what if count == 1 else f"{count} x {what}"


def _race(limits: Limits, starts_on: dt.date | None, rules: Progression) -> tuple[int, int] | None:
    if starts_on is None:
        return None
    return race_place(limits.race_on, starts_on=starts_on, weeks=rules.block.weeks)


def _dropped(
    dropped: tuple[tuple[str, str], ...],
    limits: Limits,
    running: str,
    plan: Plan,
    starts_on: dt.date | None,
) -> tuple[tuple[str, str], ...]:
    found = [(_times(what, count), because) for (what, because), count in Counter(dropped).items()]
    if plan.race is not None and running != GUARDED:
        found.append(
            ("race", "Running has to be free of guards before a race is planned: speak with the patient.")
        )
    if plan.race is None and limits.race_on is not None and starts_on is not None:
        found.append(("race", "It is on no day of this block's weeks, so they are not planned around it."))
    if limits.long_run and limits.long_run not in plan.room.free:
        found.append(
            ("long run", f"{limits.long_run} is not one of the patient's days, so it is on another.")
        )
    elif limits.long_run and not any(day.does == "long" for day in plan.days):
        found.append(("long run", "This phase plans no long run, so the day asked for is not used."))
    return tuple(found)


def runner_of(
    klass: str,
    running: str,
    facts: Facts,
    causes: Causes,
    *,
    recipe: Recipe,
    rules: Progression,
) -> Runner:
    """What the plan of runs starts from. Distances grow for guarded runners, and not where training was the error."""
    weeks, longest = _distances(facts, rules)
    return Runner(
        policy=running,
        may_grow=running == GUARDED and "training_errors" not in causes.supported,
        weeks_km=weeks,
        longest_km=longest,
        stages=recipe.ladder.stages if running == LADDER else (),
        first=recipe.ladder.start_stage if running == LADDER else None,
        greens=recipe.ladder.pace.of(klass),
    )


def _distances(facts: Facts, rules: Progression) -> tuple[tuple[float, ...], float | None]:
    """(weekly distances, oldest first; the longest run to start from). A last run that was a jump does not count."""
    weeks: Any = facts.get(rules.running.week_fact) or ()
    before, last = facts.get(rules.running.longest_fact), facts.get(rules.running.latest_fact)
    known = [float(one) for one in (before, last) if isinstance(one, (int, float))]
    if len(known) == 2 and known[1] > run_limit(known[0], rules.running):
        known = known[:1]
    return tuple(float(one) for one in weeks), max(known, default=None)
