"""What must hold of every program, over 20,000 runners made from numbers, and some that Hypothesis looks for.

Two programs a runner, each with another decided class and other limits; `held.faults` looks at every day of each.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.triage.causes import load_causes, weigh
from programs.builder.block import build_block
from programs.builder.limits import Limits
from programs.builder.proposal import build
from programs.builder.recipe import NO_PROGRAM
from tests import figures
from tests.generated import region_of, regions, runners
from tests.programs.builder import digest
from tests.programs.builder.held import faults
from tests.programs.builder.made import Made, classes_with_a_program, made, of, recipe_of

SHARES, RUNNERS_A_SHARE = 40, figures.tried(each_time=10_000, promised=100_000) // 40
ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("share", range(SHARES))
def test_no_program_breaks_anything(share):
    wrong = {
        (number, plan): found
        for number in range(share * RUNNERS_A_SHARE, (share + 1) * RUNNERS_A_SHARE)
        for plan, one in enumerate(made(number))
        if (found := faults(one, build(one.case, one.limits, one.starts_on)))
    }
    assert wrong == {}


@settings(max_examples=250, deadline=None)
@given(runners(), st.integers(0, 2**32))
def test_no_program_of_a_runner_hypothesis_looks_for_breaks_anything(runner, seed):
    region, case = region_of(runner[0]), runner[1]
    answers = region.answers(case)
    causes = weigh(answers, screen=region.screen, causes=load_causes(region.name))
    one = of(region, answers, causes, random.Random(seed))  # noqa: S311
    assert faults(one, build(one.case, one.limits, one.starts_on)) == []


def test_every_class_and_every_limit_is_met():
    """The runners made are what the property is about: none of it may be left out by chance."""
    found: Counter[str] = Counter()
    for number in range(600):
        for one in made(number):
            found.update([one.region.name, one.case.klass])
            found.update(f"days {len(one.limits.days)}" for _ in range(1))
            found.update(name for name in ("long_run", "race_on", "dislikes") if getattr(one.limits, name))
            found.update(["few minutes"] if (one.limits.minutes or 99) < 10 else [])
            found.update(["no equipment"] if one.limits.equipment == frozenset() else [])
    wanted = {region.name for region in regions()} | {f"days {n}" for n in range(8)}
    wanted |= {klass for region in regions() for klass in classes_with_a_program(region.name)}
    wanted |= {"long_run", "race_on", "dislikes", "few minutes", "no equipment"}
    assert wanted - set(found) == set()


@pytest.mark.parametrize("region", [region.name for region in regions()])
def test_a_class_without_a_program_has_none_whatever_the_limits(region):
    recipe = recipe_of(region)
    one = next(one for number in range(50) for one in made(number) if one.region.name == region)
    for klass in recipe.classes:
        if recipe.track_of(klass).id == NO_PROGRAM:
            case = replace(one.case, klass=klass, track=recipe.track_of(klass))
            proposal = build(case, one.limits, one.starts_on)
            assert (proposal.planned, proposal.exercises, proposal.eligible) == (None, (), ())
            assert set(proposal.blocked) == set(recipe.library.exercises)


def test_an_empty_program_is_allowed_and_explained():
    """Whoever dislikes everything gets weeks without exercises, and each exercise says why."""
    one = next(made(1))
    limits = Limits(dislikes=frozenset(one.case.recipe.library.exercises))
    proposal = build(one.case, limits, one.starts_on)
    assert proposal.exercises == ()
    assert len(proposal.planned.block.weeks) == 4
    assert set(proposal.unwanted) == set(proposal.eligible) != set()
    assert all(each.because == "The patient would rather not do it." for each in proposal.unwanted.values())


# --- The same input, the same plan ---------------------------------------------------------------------------


def test_the_same_runner_gets_the_same_program_twice():
    for number in range(40):
        first, again = ([build(o.case, o.limits, o.starts_on) for o in made(number)] for _ in range(2))
        assert first == again


def test_another_process_with_other_hashes_and_another_order_gives_the_same_programs():
    """Sets are walked in another order under another hash seed: nothing may follow from it."""
    said = [
        subprocess.run(
            [sys.executable, "-m", digest.__name__, order],
            cwd=ROOT,
            env=digest.environment(seed),
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for seed, order in (("1", "forwards"), ("2", "backwards"))
    ]
    assert said[0] == said[1] != []


# --- Negative controls: the property can fail ----------------------------------------------------------------


def broken_by(to: str) -> list[str]:
    """What is found wrong with a program in which one thing was made wrong."""
    for number in range(200):
        one = next(made(number))
        proposal = build(one.case, replace(one.limits, minutes=None), one.starts_on)
        if proposal.exercises and proposal.planned and proposal.planned.block.weeks[0].days[0].exercises:
            return faults(*_spoilt(one, proposal, to))
    raise AssertionError("no program to spoil")


def _spoilt(one: Made, proposal, to: str):
    first, limits = proposal.exercises[0], replace(one.limits, minutes=None)
    if to == "a dislike":
        limits = replace(limits, dislikes=frozenset({first.id}))
    elif to == "few minutes":
        limits = replace(limits, minutes=1)
    elif to == "a busy day":
        limits = replace(limits, days=frozenset({"Sun"}))
    elif to == "one lost":
        proposal = replace(proposal, exercises=proposal.exercises[1:])
    elif to == "no reason":
        proposal = replace(proposal, left_out={**proposal.left_out, "x": " "})
    elif to == "another phase":
        proposal = replace(proposal, phase=next(p for p in one.case.recipe.phases if p != proposal.phase))
    elif to == "growing sets":
        listed = {e.library_id: e for w in proposal.planned.block.weeks for d in w.days for e in d.all}
        longer = [replace(e, minutes=e.minutes + Decimal(30)) for e in listed.values()]
        block = build_block(replace(proposal.planned.plan), longer, one.case.rules)
        proposal = replace(proposal, planned=replace(proposal.planned, block=block))
    return replace(one, limits=limits), proposal


@pytest.mark.parametrize(
    "to",
    ["a dislike", "few minutes", "a busy day", "one lost", "no reason", "another phase", "growing sets"],
)
def test_a_broken_program_is_seen(to):
    assert broken_by(to) != []
