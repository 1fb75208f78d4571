"""What must hold of every program, whatever is answered. Checked here again from the library itself."""

from __future__ import annotations

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.triage.causes import load_causes, weigh
from programs.builder.proposal import Proposal, propose
from programs.builder.reading import load_recipe
from programs.builder.recipe import Recipe
from tests.generated import Case, Region, region_of, runners, without

MANY = settings(max_examples=250, deadline=None)


@cache
def recipe_of(region: str) -> Recipe:
    return load_recipe(region)


def program(region: Region, case: Case, klass: str | None = None) -> Proposal:
    found = region.answers(case)
    weighed = weigh(found, screen=region.screen, causes=load_causes(region.name))
    return propose(
        found,
        outcome=region.triage(case),
        causes=weighed,
        screen=region.screen,
        recipe=recipe_of(region.name),
        klass=klass,
    )


@MANY
@given(runners(), st.integers(0, 999))
def test_an_unanswered_red_flag_never_leads_to_a_program(runner, number):
    region, case = region_of(runner[0]), runner[1]
    flag = region.core[number % len(region.core)]
    proposal = program(region, without(case, region.part(flag), flag))
    assert (proposal.track, proposal.exercises, proposal.eligible) == ("none", (), ())


@MANY
@given(runners(), st.integers(0, 999))
def test_no_eligible_exercise_breaks_a_cap_a_phase_or_a_contraindication(runner, number):
    """Whatever class a clinician decides on."""
    region, case = region_of(runner[0]), runner[1]
    recipe, classes = recipe_of(region.name), [None, *region.ruleset.classes]
    proposal = program(region, case, classes[number % len(classes)])
    assert len(proposal.eligible) + len(proposal.blocked) == len(recipe.library.exercises)
    assert {one.id for one in proposal.exercises} <= set(proposal.eligible)
    if not proposal.eligible:
        return
    phase = recipe.phases[proposal.phase]
    facts = {
        **region.screen.derive(region.answers(case)),
        "_class": proposal.klass,
        "_phase": phase.number,
    }
    young = facts.get("age_years", 0) < recipe.caps.age_under
    new = facts.get("strength_sessions_pw", 0) < 1
    for exercise in (recipe.library.exercise(id) for id in proposal.eligible):
        assert exercise.tags
        assert proposal.phase in exercise.phases
        assert exercise.level <= (min(3, phase.level_cap) if young or new else phase.level_cap)
        assert exercise.require is None or exercise.require.truth(facts) is True
        assert exercise.block_if is None or exercise.block_if.truth(facts) is not True


@MANY
@given(runners())
def test_urgent_and_undecided_runners_get_no_exercises(runner):
    region, case = region_of(runner[0]), runner[1]
    outcome = region.triage(case)
    if outcome.is_urgent or outcome.primary is None:
        assert program(region, case).exercises == ()
