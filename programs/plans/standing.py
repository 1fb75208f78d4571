"""Where a patient stands in their program: read from everything they logged, judged by builder/judging.py."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from programs.builder.block import Block, Week, amount_in, week_number
from programs.builder.doses import Amount
from programs.builder.judging import RUN, Did, Logged, Standings, standings
from programs.builder.progression import Progression
from programs.builder.runs import PlannedRun, Runner, runner_from, stage_run
from programs.plans.blocks import rules_of
from programs.plans.models import Exercise, SessionLog, Version


@dataclass(frozen=True, slots=True)
class Now:
    """A released version on one day: its week, and what each exercise and the run ask for after all that was logged."""

    version: Version
    block: Block[Exercise]
    week: Week[Exercise]
    standings: Standings
    rules: Progression
    day: dt.date

    @property
    def rests(self) -> bool:
        """Whether a red day asks for rest today, or a warning sign has stopped everything."""
        until = self.standings.rests_until
        return self.standings.stop is not None or (until is not None and self.day < until)

    def amount(self, exercise: Exercise) -> Amount:
        """What this exercise asks for today: the week's plan, at the step its sessions have earned."""
        step = self.standings.step(exercise.library_id)
        return amount_in(self._lightened, exercise, self.version.split, self.rules, step=step)

    @property
    def _lightened(self) -> Week[Exercise]:
        until = self.standings.lighter_until
        lighter = self.week.lighter or (until is not None and self.day < until)
        return Week(self.week.number, self.week.step, lighter, self.week.days)

    def run(self, planned: PlannedRun) -> PlannedRun:
        """What is run instead of the plan's stage: the stage the sessions have earned."""
        runner = _runner(self.version)
        if planned.kind != "ladder" or runner is None or runner.first is None:
            return planned
        return stage_run(runner, max(runner.first + self.standings.step(RUN), 0))


def now_of(
    version: Version, exercises: Sequence[Exercise], *, day: dt.date, logs: Sequence[SessionLog]
) -> Now:
    """Where the patient of this version stands on this day of theirs. `logs` are those of `logs_of`."""
    block = version.block(exercises)
    rules = rules_of(version.proposal)
    number = week_number(day, starts_on=version.starts_on) if version.starts_on else 1
    return Now(version, block, block.week(number), standings_of(version, exercises, logs), rules, day)


def logs_of(program_id: int) -> list[SessionLog]:
    """Every session of a program, over all its versions, with what judging needs. Two queries."""
    rows = SessionLog.objects.filter(version__program=program_id).select_related(
        "morning", "go_on", "version"
    )
    return list(rows.prefetch_related("entries__exercise"))


def standings_of(version: Version, exercises: Sequence[Exercise], logs: Sequence[SessionLog]) -> Standings:
    """The standings of this version's exercises after these sessions of its program."""
    rules, runner = rules_of(version.proposal), _runner(version)
    doses = {one.library_id: _dose(one) for one in exercises}
    first = runner.first if runner and runner.first is not None else 0
    tops = {one.library_id: rules.dose.reps_steps for one in exercises}
    if runner and runner.stages:
        tops[RUN] = runner.stages[-1].stage - first
    return standings(
        [_logged(log, doses, version) for log in logs],
        rules,
        usual=int(version.proposal.get("usual_pain", 0)),
        run_greens=runner.greens if runner else 1,
        first_stage=first,
        tops=tops,
    )


def _runner(version: Version) -> Runner | None:
    kept = version.proposal.get("runner")
    return runner_from(kept) if kept else None


def _dose(exercise: Exercise) -> tuple[Any, ...]:
    return exercise.sets, exercise.reps, exercise.hold_s


def _logged(log: SessionLog, doses: Mapping[str, tuple[Any, ...]], version: Version) -> Logged:
    entries = [one for one in log.entries.all() if one.exercise.library_id in doses]
    return Logged(
        id=log.pk,
        on_day=log.on_day,
        pain=log.pain_during,
        morning=log.morning.pain if hasattr(log, "morning") else None,
        did={
            one.exercise.library_id: Did(one.done and one.instead_id is None, one.could_not, one.pain)
            for one in entries
        },
        ran=log.run_minutes is not None or log.run_km is not None,
        warned=bool(log.symptoms),
        # Another version released since is a therapist's answer as well.
        goes_on=hasattr(log, "go_on") or _answered_since(log, version),
        effort=log.effort,
        base={
            one.exercise.library_id: int(_dose(one.exercise) == doses[one.exercise.library_id])
            for one in entries
        },
    )


def _answered_since(log: SessionLog, version: Version) -> bool:
    return version.released_at is not None and log.logged_at < version.released_at
