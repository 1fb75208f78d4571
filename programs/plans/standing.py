"""Where a patient stands in their program: read from everything they logged, judged by builder/judging.py."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from programs.builder.block import Block, PlannedDay, Week, amount_in, week_number
from programs.builder.doses import Amount, amount_at
from programs.builder.guards import breaches
from programs.builder.judging import RUN, Did, Logged, Standing, Standings, standings
from programs.builder.progression import Progression
from programs.builder.runs import PlannedRun, Runner, runner_from, shorter_by, stage_run, stepped_back
from programs.plans.blocks import plan_of, rules_of
from programs.plans.models import Exercise, ExerciseLog, SessionLog, Version
from programs.plans.stepping import StepsUp, steps_up

THESE = 1  # the number of the doses (and of the run's first stage) this version has; all others are 0


@dataclass(frozen=True, slots=True)
class Now:
    """A released version on one day: its week, and what each exercise and the run ask for after all that was logged.

    `steps` says which harder exercises kept ready have taken over, and which exercises wait for the clinician.
    """

    version: Version
    block: Block[Exercise]
    week: Week[Exercise]
    standings: Standings
    rules: Progression
    day: dt.date
    steps: StepsUp[Exercise] = field(default_factory=StepsUp)

    @property
    def rests(self) -> bool:
        """Whether a red day asks for rest today, or a warning sign has stopped everything."""
        until = self.standings.rests_until
        return self.standings.stop is not None or (until is not None and self.day < until)

    def done_as(self, exercise: Exercise) -> Exercise:
        """What is done in a listed exercise's place: the harder one that has taken over, or itself."""
        return self.steps.taken_over.get(exercise.library_id, exercise)

    def amount(self, exercise: Exercise) -> Amount:
        """What this exercise asks for today: the week's plan, at the step its sessions have earned."""
        step = self.standings.step(exercise.library_id)
        return amount_in(self._lightened, exercise, self.version.split, self.rules, step=step)

    @property
    def _lightened(self) -> Week[Exercise]:
        until = self.standings.lighter_until
        lighter = self.week.lighter or (until is not None and self.day < until)
        return Week(self.week.number, self.week.step, lighter, self.week.days)

    def shorter(self, planned: PlannedRun) -> int:
        """The percent this run is shorter than planned, after red runs; 0 for one as planned, and on the ladder."""
        is_shorter = planned.stage is None and not planned.is_left_out and self.run(planned) != planned
        return shorter_by(self.standings.step(RUN), self.rules.running) if is_shorter else 0

    def run(self, planned: PlannedRun) -> PlannedRun:
        """What is run instead: the stage that sessions have earned, where it is lower; off the ladder a shorter run."""
        runner = runner_of(self.version)
        if runner is not None and runner.first is None:
            return stepped_back(planned, self.standings.step(RUN), self.rules.running)
        if planned.stage is None or runner is None or runner.first is None:
            return planned
        earned = max(runner.first + self.standings.step(RUN), runner.stages[0].stage)
        if earned >= planned.stage:
            return planned
        return replace(stage_run(runner, earned), is_left_out=planned.is_left_out)


def now_of(
    version: Version,
    exercises: Sequence[Exercise],
    *,
    day: dt.date,
    logs: Sequence[SessionLog],
    ready: Sequence[Exercise] = (),
) -> Now:
    """Where the patient of this version stands on this day of theirs.

    `exercises` are the listed ones, `logs` those of `logs_of`, `ready` what is kept ready for the exercises (without
    it no harder exercise takes over).
    """
    block = version.block(exercises)
    rules = rules_of(version.proposal)
    number = week_number(day, starts_on=version.starts_on) if version.starts_on else 1
    standing = standings_of(version, [*exercises, *ready], logs)
    of = {one.pk: one.library_id for one in exercises}
    steps = steps_up(
        exercises,
        {
            of[one.instead_of_id]: one
            for one in ready
            if one.role == Exercise.Role.NEXT and one.instead_of_id in of
        },
        standing,
        allowed=version.steps_up_alone,
        day=day,
        most_a_week=rules.dose.new_exercises_per_week,
        fits=_keeps_the_guards(version, block, rules),
    )
    return Now(version, block, block.week(number), standing, rules, day, steps)


def _keeps_the_guards(
    version: Version, block: Block[Exercise], rules: Progression
) -> Callable[[Mapping[str, Exercise]], bool]:
    """Whether the block breaks nothing more with these harder exercises on the days of the easier ones."""

    def fits(harder: Mapping[str, Exercise]) -> bool:
        plan = plan_of(version.proposal, version.split, starts_on=version.starts_on)
        if plan is None:
            return False
        with_them = replace(block, weeks=tuple(_with(week, harder) for week in block.weeks))
        # A harder one is done in the easier one's place, whatever its kind: the order of the day is not asked.
        now, then = (
            {one for one in breaches(of, plan, rules) if one.guard != "order"} for of in (block, with_them)
        )
        return then <= now

    return fits


def _with(week: Week[Exercise], harder: Mapping[str, Exercise]) -> Week[Exercise]:
    def swapped(exercises: tuple[Exercise, ...]) -> tuple[Exercise, ...]:
        return tuple(harder.get(one.library_id, one) for one in exercises)

    def other(day: PlannedDay[Exercise]) -> PlannedDay[Exercise]:
        return replace(
            day,
            exercises=swapped(day.exercises),
            around=swapped(day.around),
            after=swapped(day.after),
        )

    return replace(week, days=tuple(other(day) for day in week.days))


def logs_of(program_id: int) -> list[SessionLog]:
    """Every session of a program, over all its versions, with what judging needs; five queries, however many."""
    rows = SessionLog.objects.filter(version__program=program_id).select_related("morning", "go_on")
    return list(rows.prefetch_related("entries__exercise", "entries__instead", "version"))


def standings_of(version: Version, exercises: Sequence[Exercise], logs: Sequence[SessionLog]) -> Standings:
    """The standings of this version's exercises (listed and kept ready) after these sessions of its program."""
    rules, runner = rules_of(version.proposal), runner_of(version)
    first = runner.first if runner else 0
    tops = {one.library_id: rules.dose.reps_steps for one in exercises}
    if runner and runner.stages:
        tops[RUN] = runner.stages[-1].stage - (first or 0)
    found = standings(
        _logged(version, exercises, logs),
        rules,
        usual=int(version.proposal.get("usual_pain", 0)),
        run_greens=runner.greens if runner else 1,
        first_stage=first,
        tops=tops,
        heavier={one.library_id: _heavier(one, rules, tops[one.library_id]) for one in exercises},
    )
    return replace(found, of={id: _from_here(one) for id, one in found.of.items()})


def _from_here(one: Standing) -> Standing:
    """A dose nobody has done yet starts at its own base, whatever another dose of the exercise has earned."""
    if one.base == THESE:
        return one
    return replace(one, step=0, greens=0, reds=0, could_nots=0, ready=False, ready_on=None)


def _heavier(one: Exercise, rules: Progression, top: int) -> frozenset[int]:
    """The steps up that raise the load."""

    def load(step: int) -> int:
        reached = one.step + step
        return amount_at(reached, sets=one.sets, reps=one.reps, hold_s=one.hold_s, rules=rules.dose).load

    return frozenset(step for step in range(1, top + 1) if load(step) > load(step - 1))


def runner_of(version: Version) -> Runner | None:
    kept = version.proposal.get("runner")
    return runner_from(kept) if kept else None


def _runs_start(version: Version) -> tuple[Any, Any]:
    """The stage the ladder starts from, and when it was set by hand: runs told for another start count no more."""
    kept = version.proposal.get("runner") or {}
    return kept.get("first"), kept.get("set_at")


def _dose(exercise: Exercise) -> tuple[Any, ...]:
    return exercise.sets, exercise.reps, exercise.hold_s, exercise.step


def _logged(version: Version, exercises: Sequence[Exercise], logs: Sequence[SessionLog]) -> list[Logged]:
    doses = {one.library_id: _dose(one) for one in exercises}
    found = []
    for log in logs:
        did, base = _did(log, doses)
        base[RUN] = THESE if _runs_start(log.version) == _runs_start(version) else 0
        found.append(
            Logged(
                id=log.pk,
                on_day=log.on_day,
                pain=log.pain_during,
                morning=log.morning.pain if hasattr(log, "morning") else None,
                did=did,
                ran=log.run_minutes is not None or log.run_km is not None,
                warned=bool(log.symptoms),
                # Another version released since is a therapist's answer as well.
                goes_on=hasattr(log, "go_on") or _answered_since(log, version),
                effort=log.effort,
                base=base,
            )
        )
    return found


def _answered_since(log: SessionLog, version: Version) -> bool:
    return version.released_at is not None and log.logged_at < version.released_at


def _did(log: SessionLog, doses: Mapping[str, tuple[Any, ...]]) -> tuple[dict[str, Did], dict[str, int]]:
    """What became of each exercise, and whether it had the dose it has now. One done instead counts for itself."""
    did: dict[str, Did] = {}
    base: dict[str, int] = {}
    for entry in log.entries.all():
        row = _done(entry)
        if row.library_id in doses:
            one = Did(entry.done, entry.could_not, entry.pain)
            did[row.library_id] = _worse(did.get(row.library_id), one)
            base[row.library_id] = THESE if _dose(row) == doses[row.library_id] else 0
    return did, base


def _done(entry: ExerciseLog) -> Exercise:
    return entry.instead or entry.exercise


def _worse(one: Did | None, other: Did) -> Did:
    """The same exercise twice in one session, once for itself and once for another: the worse counts."""
    if one is None:
        return other
    pains = [each.pain for each in (one, other) if each.pain is not None]
    could_not = one.could_not or other.could_not
    return Did((one.done or other.done) and not could_not, could_not, max(pains, default=None))
