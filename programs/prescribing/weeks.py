"""The four weeks of a version as a table: a row a week, a cell a day with its run, strength work and minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from programs.builder.block import Block, PlannedDay, Week
from programs.builder.runs import PlannedRun
from programs.builder.sessions import Split
from programs.plans.models import Exercise
from programs.prescribing import words


@dataclass(frozen=True, slots=True)
class DayCell:
    """One day. `numbers` are the exercises' numbers in the list below the table, in the order they are done."""

    name: str
    run: str
    is_hard: bool
    is_rest: bool
    strength: str
    numbers: str
    minutes: Decimal


@dataclass(frozen=True, slots=True)
class WeekRow:
    """One week with its sums: `run` is its running in words, `minutes` what the exercises take."""

    number: int
    lighter: bool
    days: list[DayCell]
    run: str
    minutes: Decimal


def weeks(block: Block[Exercise], listed: Sequence[Exercise], split: Split) -> list[WeekRow]:
    """The rows of the table; `listed` in the order of the list below it."""
    numbers = {one.pk: number for number, one in enumerate(listed, start=1)}
    return [_week(week, numbers, split) for week in block.weeks]


def _week(week: Week[Exercise], numbers: Mapping[int, int], split: Split) -> WeekRow:
    days = [_day(day, numbers, split) for day in week.days]
    return WeekRow(
        week.number, week.lighter, days, _running(week), sum((d.minutes for d in days), Decimal(0))
    )


def _day(day: PlannedDay[Exercise], numbers: Mapping[int, int], split: Split) -> DayCell:
    return DayCell(
        name=day.name,
        run=words.run_line(day.run),
        is_hard=day.run.is_hard,
        is_rest=day.is_rest,
        strength=words.strength_of(day.strength) if day.strength else "",
        numbers=words.in_a_row([numbers[one.pk] for one in day.all]),
        minutes=split.minutes(day.all),
    )


def _running(week: Week[Exercise]) -> str:
    """“24 km, 3 runs”; minutes of running where the distance is not known, nothing where nobody runs."""
    runs = [day.run for day in week.days if day.run.is_run and not day.run.is_left_out]
    if not runs:
        return ""
    minutes = sum(run.minutes or 0 for run in runs if run.km is None)
    km = f"{week.km:g} km" if week.km else ""
    parts = [km, f"{minutes} min" if minutes else ""]
    many = "1 run" if len(runs) == 1 else f"{len(runs)} runs"
    return ", ".join(part for part in (*parts, many) if part)


def stages(block: Block[Exercise]) -> list[tuple[str, str]]:
    """The ladder's stages these weeks pass through: (“Stage 2”, what is run); empty without a ladder."""
    runs: list[PlannedRun] = [day.run for week in block.weeks for day in week.days]
    found = {run.stage: run.session for run in runs if run.stage is not None and not run.is_left_out}
    return [(f"Stage {stage}", words.readable(found[stage])) for stage in sorted(found)]


def left_without_a_day(block: Block[Exercise], listed: Sequence[Exercise]) -> list[dict[str, Any]]:
    """Exercises of the list that no day has room for, with the reason."""
    return [
        {"name": one.name, "because": block.left_out[one.library_id]}
        for one in listed
        if one.library_id in block.left_out
    ]
