"""The weeks that stand on paper: the block's plan, moved to where the patient stands today.

Paper is read for weeks, so it never promises more than today's step and the plan's own pace from here on; what was
logged since it was printed is on the phone alone, and the paper says so.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from programs.builder.arranging import WEEK
from programs.builder.block import Week, amount_in, monday_of, week_number
from programs.builder.doses import Amount
from programs.builder.judging import RUN
from programs.builder.runs import PlannedRun, Runner, runner_from, stage_run
from programs.plans.blocks import rules_of
from programs.plans.models import Exercise, Version
from programs.plans.standing import Now

WEEKS = 4


@dataclass(frozen=True, slots=True)
class Ahead:
    """Four weeks of a version. `now` is where its patient stands; None for a draft, which nobody has done yet."""

    version: Version
    weeks: tuple[Week[Exercise], ...]
    now: Now | None

    def begins(self, week: Week[Exercise]) -> dt.date | None:
        """The Monday of this week; None before the release says when the block starts."""
        starts_on = self.version.starts_on
        if starts_on is None or self.now is None:
            return None
        monday = monday_of(starts_on)
        if week_number(monday + dt.timedelta(days=WEEK), starts_on=starts_on) == 1:
            monday += dt.timedelta(days=WEEK)  # a block that starts late in a week counts from the next one
        return monday + dt.timedelta(days=WEEK * (week.number - 1))

    def amount(self, exercise: Exercise, week: Week[Exercise]) -> Amount:
        """What an exercise asks for in this week, if all goes well from here on."""
        split, rules = self.version.split, rules_of(self.version.proposal)
        if self.now is None:
            return amount_in(week, exercise, split, rules)
        if week.number == self.now.week.number:
            return self.now.amount(exercise)
        step = self.now.standings.step(exercise.library_id) + week.step - self.now.week.step
        return amount_in(week, exercise, split, rules, step=step)

    def run(self, planned: PlannedRun, week: Week[Exercise]) -> PlannedRun:
        """The run of a day: on the ladder as many stages from the plan as the patient is today, else as short."""
        runner = self._runner
        if self.now is not None and runner is not None and runner.first is None:
            return self.now.run(planned)
        if self.now is None or runner is None or runner.first is None or planned.stage is None:
            return planned
        if planned.is_left_out:
            return planned
        if week.number == self.now.week.number:
            return self.now.run(planned)
        return stage_run(runner, max(planned.stage + self._stages_off(runner), 0))

    @property
    def _runner(self) -> Runner | None:
        kept = self.version.proposal.get("runner")
        return runner_from(kept) if kept else None

    def _stages_off(self, runner: Runner) -> int:
        """How many stages the patient is beyond this week's plan; below 0 behind it."""
        assert self.now is not None  # noqa: S101  # asked only where somebody stands somewhere
        planned = [day.run.stage for day in self.now.week.days if day.run.stage is not None]
        earned = int(runner.first or 0) + self.now.standings.step(RUN)
        return earned - planned[0] if planned else 0


def ahead_of(version: Version, exercises: list[Exercise], now: Now | None) -> Ahead:
    """The block's weeks from this one on, two at least; once they are over, four. One older than blocks has one."""
    block = now.block if now else version.block(exercises)
    here = now.week.number if now else 1
    if len(block.weeks) == 1:
        return Ahead(version, (block.week(here),), now)
    last = max(len(block.weeks), here + 1) if here <= len(block.weeks) else here + WEEKS - 1
    return Ahead(version, tuple(block.week(number) for number in range(here, last + 1)), now)
