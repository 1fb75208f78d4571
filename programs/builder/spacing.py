"""The hours between what leaves soreness, what loads a muscle at length, and the runs that need rested legs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from programs.builder.arranging import HOURS, WEEK, gap
from programs.builder.progression import Spacing
from programs.builder.runs import HARD_RUNS
from programs.builder.sessions import DAYS, Day


def is_sore(exercise: Any, spacing: Spacing) -> bool:
    return spacing.sore_tag in exercise.tags


def hours_needed(one: Any, other: Any, spacing: Spacing) -> int:
    """The hours that must lie between `one` and a later `other`; 0 where nothing asks for any."""
    hours = 0
    if one.library_id == other.library_id:
        hours = one.hours_between or 0
    if one.hours_between and is_sore(other, spacing):
        hours = max(hours, one.hours_between)
    if is_sore(one, spacing) and is_sore(other, spacing):
        hours = max(hours, spacing.sore_hours)
    if all(e.hours_between and spacing.loaded_tag in e.tags for e in (one, other)):
        hours = max(hours, spacing.loaded_hours)
    return hours


def hard_run_before(at: int, days: Sequence[Day]) -> str:
    """The hard run of the day before this weekday, in words; empty when there is none."""
    before = (at - 1) % WEEK
    return f"the {days[before].does} run on {DAYS[before]}" if days[before].does in HARD_RUNS else ""


def sore_before_run(at: int, days: Sequence[Day], spacing: Spacing) -> str:
    """The run that soreness of this weekday would spoil, in words; empty when there is none."""
    for later in range(WEEK):
        days_between, kind = gap(at, later), days[later].does
        if kind in spacing.before_runs and 0 < days_between * HOURS < spacing.sore_hours:
            return f"the {kind} run on {DAYS[later]}"
        if kind in spacing.not_the_day_after_sore and days_between == 1:
            return f"the run on {DAYS[later]}"
    return ""
