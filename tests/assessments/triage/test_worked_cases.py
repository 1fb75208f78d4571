"""Every worked case and every probe, through the public functions. A failing case is a clinical decision changed."""

from __future__ import annotations

import pytest

from assessments.triage.rules import conclude, load_ruleset, what_missing_could_change
from tests.cases import CASES, PROBES, RULESET, SCREEN, answers, case_of, causes, probe_case, program, triage

SAY_WHICH = [probe["rule"] or f"fall-through {number}" for number, probe in enumerate(PROBES["probes"])]


def test_there_are_as_many_as_we_think():
    assert (len(CASES), len(PROBES["probes"]), len(RULESET.rules)) == (20, 37, 30)


@pytest.mark.parametrize("id", CASES)
def test_triage_of_a_worked_case(id):
    expected = CASES[id]["expected"]
    outcome = triage(CASES[id]["input"])
    assert (outcome.klass, outcome.urgency) == (expected["class"], expected["urgency"])
    assert outcome.provisional == expected.get("provisional")
    assert set(expected.get("missing_includes", ())) <= set(outcome.missing)
    assert not set(expected.get("missing_excludes", ())) & set(outcome.missing)
    assert [one.id for one in outcome.contradictions] == expected.get("contradictions", [])
    assert list(outcome.also_flagged) == expected.get("also_flagged", list(outcome.also_flagged))


@pytest.mark.parametrize("id", [id for id, case in CASES.items() if "top_causes" in case["expected"]])
def test_main_causes_of_a_worked_case(id):
    assert [one.cause.id for one in causes(CASES[id]["input"]).top] == CASES[id]["expected"]["top_causes"]


@pytest.mark.parametrize("id", [id for id, case in CASES.items() if "additional" in case["expected"]])
def test_additional_causes_of_a_worked_case(id):
    """O08 names one of the two its findings support, so the list is read as "at least these"."""
    found = {one.cause.id for one in causes(CASES[id]["input"]).additional}
    assert set(CASES[id]["expected"]["additional"]) <= found


@pytest.mark.parametrize("id", CASES)
def test_program_of_a_worked_case(id):
    expected = CASES[id]["expected"]
    proposal = program(CASES[id]["input"])
    picked = {one.id for one in proposal.exercises}
    assert (proposal.phase, proposal.running) == (expected["start_phase"], expected["running"])
    assert [group for group in expected.get("must_include_any", []) if not picked & set(group)] == []
    assert set(expected.get("must_exclude", ())) & set(proposal.eligible) == set()


@pytest.mark.parametrize("probe", PROBES["probes"], ids=SAY_WHICH)
def test_a_probe(probe):
    outcome = triage(probe_case(probe))
    assert (outcome.klass, outcome.urgency) == (probe["expected_class"], probe["expected_urgency"])
    assert (outcome.primary.id if outcome.primary else None) == probe["rule"]


def test_every_rule_decides_at_least_one_story():
    decided = {triage(probe_case(probe)).primary for probe in PROBES["probes"]}
    assert [rule.id for rule in RULESET.rules if rule not in decided] == []


def test_an_outcome_says_what_speaks_for_it_and_what_it_rests_on():
    outcome = triage(CASES["O02"]["input"])
    assert outcome.primary.source
    assert "onset = sudden" in {one.question for one in outcome.facts_for}
    assert outcome.ruleset.startswith("hamstring.v2+")
    assert outcome.screen == "hamstring.v2"


def test_after_an_emergency_only_history_is_asked_and_after_any_referral_nothing_that_provokes():
    emergency = triage(case_of("O16", pop_felt=None, rf_dark_urine=None))
    assert emergency.missing
    assert all(SCREEN.item(name).is_history for name in emergency.missing)
    referral = triage(CASES["O05"]["input"])
    assert not [name for name in referral.missing if SCREEN.item(name).provocative]


def test_both_sides_without_the_worse_one_asks_for_it():
    outcome = triage(case_of("O01", side="bilateral"))
    assert (outcome.klass, "worse_side" in outcome.missing) == ("insufficient_information", True)
    assert triage(case_of("O01", side="bilateral", worse_side="right")).klass == "tightness"


def test_what_is_missing_names_what_it_could_change():
    case = case_of("O01", slump=None)
    changes = what_missing_could_change(
        answers(case), triage(case), screen=SCREEN, conclude=lambda one: triage(one.as_case())
    )
    assert ("slump", "tightness") in {(one.item, one.klass) for one in changes}


def test_a_finding_taken_through_pain_is_no_cause():
    painful = case_of("O01", hs_iso_15_n={"left": 100, "right": 50}, rkf15_pain=5)
    weighed = {one.cause.id: one for one in causes(painful).ranked}["hamstring_strength_deficit"]
    assert [one.id for one in weighed.retest][:1] == ["hs1"]
    assert weighed.points == 0


def test_a_cause_hardly_looked_at_is_not_called_unsupported():
    weighed = {one.cause.id: one for one in causes({"history": {}, "exam": {}}).ranked}
    assert {one.level for one in weighed.values()} == {"not_assessed"}
    assert "sleep_hours" in weighed["low_recovery"].missing


@pytest.mark.parametrize(
    ("changes", "klass"),
    [
        ({"pop_felt": True, "rf_dark_urine": None}, "clinician_review"),
        ({"rf_weight_loss": True, "rf_dark_urine": None}, "suspected_cancer"),
    ],
    ids=["contradictory answers", "a referral within days"],
)
def test_nothing_makes_an_open_red_flag_wait(changes, klass):
    """Step 7b, new in the second version; the first still says what it said."""
    found = answers(case_of("O01", **changes))
    now, before = (
        conclude(found, screen=SCREEN, ruleset=load_ruleset(RULESET.head.name, version)) for version in (2, 1)
    )
    assert (now.klass, now.urgency) == (klass, "same_day")
    assert (before.klass, before.urgency) == (klass, "within_days")
