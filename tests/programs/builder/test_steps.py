"""What a patient is asked for after any row of sessions: never more than the week's plan, never less than a set."""

from __future__ import annotations

import datetime as dt
import random
import re
from dataclasses import replace
from decimal import Decimal

import pytest

from programs.builder.block import Week, amount_in
from programs.builder.doses import LOWEST_STEP
from programs.builder.judging import RUN, Did, Logged, Standings, standings
from programs.builder.proposal import Proposal, build
from programs.builder.runs import stage_run
from tests.programs.builder.made import Made, made


def some_logs(rng: random.Random, ids: list[str], start: dt.date) -> list[Logged]:
    """Up to thirty sessions over the block and a little longer, told in any order."""
    found = []
    for id in range(rng.randrange(31)):
        pain = rng.choice((0, 1, 2, 2, 3, 4, 7))
        did = {
            one: Did(
                done=(done := rng.random() < 0.8),
                could_not=not done and rng.random() < 0.5,
                pain=rng.choice((None, 0, pain)),
            )
            for one in rng.sample(ids, rng.randint(0, len(ids)))
        }
        found.append(
            Logged(
                id=id,
                on_day=start + dt.timedelta(days=rng.randrange(35)),
                pain=pain,
                morning=rng.choice((None, 0, 0, 0, 1, 2, 3, 6)),
                did=did,
                ran=rng.random() < 0.5,
                warned=rng.random() < 0.03,
                goes_on=rng.random() < 0.5,
                effort=rng.choice((None, 5, 7, 9)),
            )
        )
    rng.shuffle(found)
    return found


def after(one: Made, proposal: Proposal, logs: list[Logged]) -> Standings:
    """As the portal asks for it (plans/standing.py)."""
    assert proposal.planned is not None
    runner, rules = proposal.planned.plan.runner, one.case.rules
    tops = {each.id: rules.dose.reps_steps for each in proposal.exercises}
    first = runner.first or 0
    if runner.stages:
        tops[RUN] = runner.stages[-1].stage - first
    return standings(logs, rules, usual=1, run_greens=runner.greens, first_stage=first, tops=tops)


def numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text)]


@pytest.mark.parametrize("share", range(10))
def test_after_any_sessions_the_amounts_keep_to_the_plan(share):
    for number in range(20_000 + share * 30, 20_000 + (share + 1) * 30):
        rng = random.Random(number)  # noqa: S311
        for one in made(number):
            proposal = build(one.case, one.limits, one.starts_on)
            ids = [each.id for each in proposal.exercises]
            found = after(one, proposal, some_logs(rng, ids, one.starts_on))
            for week in proposal.planned.block.weeks:
                for lighter in {week.lighter, True}:
                    _week_keeps(replace(week, lighter=lighter), week, found, one, proposal)


def _week_keeps(now: Week, week: Week, found: Standings, one: Made, proposal: Proposal) -> None:
    split, rules = proposal.planned.plan.split, one.case.rules
    for day in week.days:
        spent = Decimal(0)
        for exercise in day.all:
            planned = amount_in(week, exercise, split, rules)
            asked = amount_in(now, exercise, split, rules, step=found.step(exercise.library_id))
            assert 1 <= asked.sets <= planned.sets <= exercise.sets
            assert asked.load <= planned.load == 0
            for said, plan in ((asked.reps, planned.reps), (asked.hold_s, planned.hold_s)):
                assert len(numbers(said)) == len(numbers(plan))
                assert all(n <= m for n, m in zip(numbers(said), numbers(plan), strict=True))
            if split.kind(exercise) != "cue":  # done while running, in the run's minutes
                spent += exercise.minutes * asked.sets / exercise.sets
        assert spent <= min(proposal.limits["total_day_min"], one.limits.minutes or 999)


@pytest.mark.parametrize("share", range(10))
def test_after_any_sessions_steps_stay_within_their_bounds_and_the_run_on_its_ladder(share):
    for number in range(30_000 + share * 30, 30_000 + (share + 1) * 30):
        rng = random.Random(number)  # noqa: S311
        one = next(made(number))
        proposal = build(one.case, one.limits, one.starts_on)
        runner = proposal.planned.plan.runner
        logs = some_logs(rng, [each.id for each in proposal.exercises], one.starts_on)
        found = after(one, proposal, logs)
        for subject, standing in found.of.items():
            lowest = -(runner.first or 0) if subject == RUN else LOWEST_STEP
            assert lowest <= standing.step <= one.case.rules.dose.reps_steps or subject == RUN
            assert standing.greens >= 0
        if runner.first is not None:
            run = stage_run(runner, max(runner.first + found.step(RUN), 0))
            assert runner.stages[0].stage <= run.stage <= runner.stages[-1].stage
            ran = sum(log.ran for log in logs)
            assert run.stage <= runner.first + ran // runner.greens, "a stage was not earned"
        unanswered = {log.id for log in logs if log.warned and not log.goes_on}
        assert (found.stop is not None) == bool(unanswered)
        assert found.stop is None or found.stop.log_id in unanswered


@pytest.mark.parametrize("share", range(5))
def test_without_a_next_morning_nothing_ever_steps_up(share):
    for number in range(40_000 + share * 30, 40_000 + (share + 1) * 30):
        rng = random.Random(number)  # noqa: S311
        one = next(made(number))
        proposal = build(one.case, one.limits, one.starts_on)
        logs = some_logs(rng, [each.id for each in proposal.exercises], one.starts_on)
        found = after(one, proposal, [replace(log, morning=None) for log in logs])
        assert all(standing.step <= 0 and not standing.greens for standing in found.of.values())
