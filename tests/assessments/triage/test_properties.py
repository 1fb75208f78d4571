"""What must hold whatever is answered. Random runners start from the worked cases and the probes."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.triage.rules import INSUFFICIENT, URGENCIES
from tests.cases import CASES, PROBES, RECIPE, RULESET, SCREEN, answers, case_of, probe_case, program, triage

MANY = settings(max_examples=250, deadline=None)
STARTS = [case["input"] for case in CASES.values()] + [probe_case(probe) for probe in PROBES["probes"]]
CORE = [item.id for item in SCREEN.core_items("red_flag")]
IMMEDIATE = [
    "rf_bladder_bowel",
    "rf_saddle_numbness",
    "rf_chest_pain_breathless",
    "rf_cold_pale_leg",
    "rf_tense_severe_pain",
    "rf_bilateral_leg_neuro",
    "rf_dark_urine",
    "rf_leg_swelling",
    "rf_progressive_weakness",
]


def rank(outcome) -> int:
    """0 is the most urgent."""
    return URGENCIES.index(outcome.urgency)


def single(item) -> st.SearchStrategy[Any]:
    if item.kind == "bool":
        return st.booleans()
    if item.kind == "enum":
        return st.sampled_from(item.options)
    if item.kind == "int":
        return st.integers(int(item.minimum), int(item.maximum))
    return st.floats(item.minimum, item.maximum)


@st.composite
def runners(draw) -> dict[str, Any]:
    """A known case with up to eight answers replaced or taken away."""
    start = draw(st.sampled_from(STARTS))
    case = {"history": dict(start["history"]), "exam": dict(start["exam"])}
    if "unable_due_to_pain" in start:
        case["unable_due_to_pain"] = list(start["unable_due_to_pain"])
    asked = [item for item in SCREEN.items.values() if item.kind in ("bool", "enum", "int", "float")]
    for item in draw(st.lists(st.sampled_from(asked), max_size=8)):
        value = single(item)
        if item.laterality == "per_side":
            value = st.fixed_dictionaries({"left": value, "right": value})
        case["history" if item.is_history else "exam"][item.id] = draw(st.none() | value)
    return case


def without(case: dict[str, Any], name: str) -> dict[str, Any]:
    return {
        part: {key: value for key, value in given.items() if key != name}
        if isinstance(given, dict)
        else given
        for part, given in case.items()
    }


def behind(outcome) -> set[str]:
    """The items the fired rules rest on."""
    facts = {fact for rule in outcome.fired for fact in rule.when.names()}
    return {item for fact in facts for item in SCREEN.items_behind(fact)} | {"side", "worse_side"}


@MANY
@given(runners(), st.data())
def test_taking_an_answer_away_never_makes_anything_less_urgent(case, data):
    """Except the very answers the urgency rests on: those are asked for again, the same day at the latest."""
    outcome = triage(case)
    name = data.draw(st.sampled_from(sorted({*case["history"], *case["exam"]})))
    less = triage(without(case, name))
    if name not in behind(outcome) and not outcome.contradictions:
        assert rank(less) <= rank(outcome)


@MANY
@given(runners(), st.sampled_from(CORE))
def test_an_unanswered_red_flag_never_leads_to_a_program(case, name):
    proposal = program(without(case, name))
    assert (proposal.track, proposal.exercises, proposal.eligible) == ("none", (), ())


@MANY
@given(runners(), st.sampled_from(IMMEDIATE))
def test_a_red_flag_never_makes_anything_less_urgent(case, name):
    flagged = {**case, "history": {**case["history"], name: True}}
    outcome = triage(flagged)
    assert rank(outcome) <= rank(triage(without(case, name)))
    assert rank(outcome) <= URGENCIES.index("same_day") or name == "rf_leg_swelling"
    assert program(flagged).exercises == () or name == "rf_leg_swelling"


@MANY
@given(runners())
def test_mirroring_the_body_mirrors_nothing_else(case):
    swap = {"left": "right", "right": "left"}

    def mirrored(value):
        return {swap[side]: one for side, one in value.items()} if isinstance(value, dict) else value

    other = {**case, "exam": {name: mirrored(value) for name, value in case["exam"].items()}}
    sides = {
        name: swap.get(case["history"].get(name), case["history"].get(name))
        for name in ("side", "worse_side")
    }
    other["history"] = {**case["history"], **sides}
    first, second = triage(case), triage(other)
    assert (first.klass, first.urgency, first.missing) == (second.klass, second.urgency, second.missing)
    assert first.fired == second.fired
    assert program(case).eligible == program(other).eligible


@MANY
@given(runners())
def test_a_calm_class_means_every_graver_rule_was_ruled_out(case):
    outcome = triage(case)
    if outcome.primary is None or outcome.is_urgent:
        return
    facts = SCREEN.derive(answers(case))
    above = [rule for rule in RULESET.rules if rule.order < outcome.primary.order]
    assert [rule.id for rule in above if rule.when.truth(facts) is not False] == []


@MANY
@given(runners(), st.sampled_from([None, *RULESET.classes]))
def test_no_eligible_exercise_breaks_a_cap_a_phase_or_a_contraindication(case, klass):
    """Checked again here from the library itself, whatever class a clinician decides on."""
    proposal = program(case, klass)
    assert len(proposal.eligible) + len(proposal.blocked) == len(RECIPE.library.exercises)
    assert {one.id for one in proposal.exercises} <= set(proposal.eligible)
    if not proposal.eligible:
        return
    phase = RECIPE.phases[proposal.phase]
    facts = {**SCREEN.derive(answers(case)), "_class": proposal.klass, "_phase": phase.number}
    young = facts.get("age_years", 0) < RECIPE.caps.age_under
    new = facts.get("strength_sessions_pw", 0) < 1
    for exercise in (RECIPE.library.exercise(id) for id in proposal.eligible):
        assert exercise.tags
        assert proposal.phase in exercise.phases
        assert exercise.level <= (min(3, phase.level_cap) if young or new else phase.level_cap)
        assert exercise.require is None or exercise.require.truth(facts) is True
        assert exercise.block_if is None or exercise.block_if.truth(facts) is not True


@MANY
@given(runners())
def test_urgent_and_undecided_cases_get_no_exercises(case):
    outcome = triage(case)
    if outcome.is_urgent or outcome.primary is None:
        assert program(case).exercises == ()
    if outcome.klass == INSUFFICIENT:
        assert outcome.urgency != "routine"


def test_the_property_about_red_flags_can_fail():
    """Negative control: without its tier 0 rules the same runner would be told "tightness"."""
    import dataclasses

    from assessments.triage.rules import conclude

    calm = dataclasses.replace(RULESET, rules=tuple(rule for rule in RULESET.rules if rule.tier > 0))
    flagged = answers(case_of("O01", rf_saddle_numbness=True))
    assert conclude(flagged, screen=SCREEN, ruleset=calm).klass == "tightness"
    assert conclude(flagged, screen=SCREEN, ruleset=RULESET).urgency == "emergency_now"
