"""A version's block of weeks, built anew from what the version keeps: the same rows always give the same weeks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from programs.builder.arranging import free_days
from programs.builder.block import Block, Plan, PlannedDay, Week, build_block, race_place
from programs.builder.days import E, Room
from programs.builder.fitting import runs_at_all
from programs.builder.limits import Limits, limits_from
from programs.builder.progression import Progression, load_progression
from programs.builder.runs import PlannedRun, runner_from
from programs.builder.sessions import Day, Split, week

MINUTES = ("strength_min", "run_addons_min", "daily_min", "total_day_min")


def rules_of(snapshot: Mapping[str, Any]) -> Progression:
    """The rules of progression a proposal was built with; version 1 for one older than they are."""
    label = str(snapshot.get("rules", "progression.v1"))
    number = label.partition(".v")[2].partition("+")[0]
    return load_progression(int(number))


def days_of(snapshot: Mapping[str, Any]) -> tuple[Day, ...]:
    """The week's template as it was when the program was built, on the patient's own days."""
    return tuple(
        Day(d["day"], d["run"], d["strength"] or "", hard=d["hard"], moves=d.get("moves", ""))
        for d in snapshot["week"]
    )


def asked_of(snapshot: Mapping[str, Any]) -> Limits:
    """The patient's limits it was built within."""
    return limits_from(snapshot.get("asked"))


def plan_of(snapshot: Mapping[str, Any], split: Split, *, starts_on: dt.date | None) -> Plan | None:
    """What its block is built from; None for a proposal that is older than blocks."""
    if "runner" not in snapshot:
        return None
    asked, rules = asked_of(snapshot), rules_of(snapshot)
    race = race_place(asked.race_on, starts_on=starts_on, weeks=rules.block.weeks) if starts_on else None
    return Plan(
        days=days_of(snapshot),
        split=split,
        room=Room(
            minutes={key: int(snapshot["limits"][key]) for key in MINUTES},
            asked=asked.minutes,
            free=free_days(asked.days),
            keep=frozenset(snapshot.get("keep", ())),
        ),
        runner=runner_from(snapshot["runner"]),
        running=runs_at_all(snapshot["running"]),
        race=race,
    )


def block_of(
    snapshot: Mapping[str, Any],
    exercises: Sequence[E],
    *,
    split: Callable[[], Split],
    starts_on: dt.date | None,
) -> Block[E]:
    """The weeks of a version with these exercises. One older than blocks has a single week, again and again."""
    plan = plan_of(snapshot, split(), starts_on=starts_on)
    if plan is not None:
        return build_block(plan, exercises, rules_of(snapshot))
    return Block((_only_week(snapshot, exercises, split()),), {})


def _only_week(snapshot: Mapping[str, Any], exercises: Sequence[E], split: Split) -> Week[E]:
    stage = snapshot.get("ladder") or {}
    sessions = week(days_of(snapshot), exercises, split, running=runs_at_all(snapshot["running"]))
    days = tuple(
        PlannedDay(
            session.day.name,
            session.day.strength,
            PlannedRun(session.day.does, stage=stage.get("stage"), session=stage.get("session", ""))
            if session.day.does == "ladder"
            else PlannedRun(session.day.does),
            session.exercises,
            (),
        )
        for session in sessions
    )
    return Week(1, 0, lighter=False, days=days)
