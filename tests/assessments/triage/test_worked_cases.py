"""Every worked case and every probe of every region, through the public functions.

A failing case is a clinical decision changed.
"""

from __future__ import annotations

from typing import Any

import pytest

from assessments.screens.offered import usual_screen
from assessments.triage import worked_cases
from assessments.triage.causes import Causes, load_causes, weigh
from assessments.triage.rules import conclude, load_ruleset, what_missing_could_change
from clinic.knowledge.sources import load_sources
from programs.builder.proposal import Proposal, propose
from programs.builder.reading import load_recipe
from tests.cases import CASES, RULESET, SCREEN, answers, case_of, causes, triage
from tests.generated import Case, Region, case_of_probe, region_of, regions

EVERY = [(region.name, case) for region in regions() for case in worked_cases.load(region.name)]
PROBES = [
    (region.name, probe) for region in regions() for probe in worked_cases.load_probes(region.name)["probes"]
]


def expecting(key: str) -> list[Any]:
    """(region, case) of every worked case that says what is expected there."""
    return [
        pytest.param(region, case, id=f"{region} {case['id']}")
        for region, case in EVERY
        if key in case["expected"]
    ]


def weighed(region: Region, case: Case) -> Causes:
    return weigh(region.answers(case), screen=region.screen, causes=load_causes(region.name))


def program(region: Region, case: Case) -> Proposal:
    return propose(
        region.answers(case),
        outcome=region.triage(case),
        causes=weighed(region, case),
        screen=region.screen,
        recipe=load_recipe(region.name),
    )


def test_there_are_as_many_as_we_think():
    counted = {
        region.name: (
            len(worked_cases.load(region.name)),
            len(worked_cases.load_probes(region.name)["probes"]),
            len(region.ruleset.rules),
        )
        for region in regions()
    }
    assert counted == {"hamstring": (20, 37, 30), "calf": (17, 43, 34)}


@pytest.mark.parametrize(("name", "case"), expecting("class"))
def test_triage_of_a_worked_case(name, case):
    expected, outcome = case["expected"], region_of(name).triage(case["input"])
    assert (outcome.klass, outcome.urgency) == (expected["class"], expected["urgency"])
    assert outcome.provisional == expected.get("provisional")
    assert set(expected.get("missing_includes", ())) <= set(outcome.missing)
    assert not set(expected.get("missing_excludes", ())) & set(outcome.missing)
    assert [one.id for one in outcome.contradictions] == expected.get("contradictions", [])
    assert list(outcome.also_flagged) == expected.get("also_flagged", list(outcome.also_flagged))


@pytest.mark.parametrize(("name", "case"), expecting("cautions"))
def test_cautions_of_a_worked_case(name, case):
    outcome = region_of(name).triage(case["input"])
    assert [one.id for one in outcome.cautions] == case["expected"]["cautions"]


@pytest.mark.parametrize(("name", "case"), expecting("top_causes"))
def test_main_causes_of_a_worked_case(name, case):
    found = weighed(region_of(name), case["input"]).top
    assert [one.cause.id for one in found] == case["expected"]["top_causes"]


@pytest.mark.parametrize(("name", "case"), expecting("additional"))
def test_additional_causes_of_a_worked_case(name, case):
    """O08 names one of the two its findings support, so the list is read as "at least these"."""
    found = {one.cause.id for one in weighed(region_of(name), case["input"]).additional}
    assert set(case["expected"]["additional"]) <= found


@pytest.mark.parametrize(("name", "case"), expecting("class"))
def test_program_of_a_worked_case(name, case):
    expected, proposal = case["expected"], program(region_of(name), case["input"])
    picked = {one.id for one in proposal.exercises}
    assert (proposal.phase, proposal.running) == (expected["start_phase"], expected["running"])
    assert [group for group in expected.get("must_include_any", []) if not picked & set(group)] == []
    assert set(expected.get("must_exclude", ())) & set(proposal.eligible) == set()


@pytest.mark.parametrize(("name", "case"), expecting("must_exclude"))
def test_what_a_worked_case_excludes_exists(name, case):
    """Else a misspelt exercise would be excluded for ever."""
    named = {*case["expected"]["must_exclude"]}
    named |= {id for group in case["expected"].get("must_include_any", []) for id in group}
    assert named - set(load_recipe(name).library.exercises) == set()


@pytest.mark.parametrize(("name", "probe"), PROBES, ids=lambda given: str(given)[:60])
def test_a_probe(name, probe):
    outcome = region_of(name).triage(case_of_probe(name, probe))
    assert (outcome.klass, outcome.urgency) == (probe["expected_class"], probe["expected_urgency"])
    assert (outcome.primary.id if outcome.primary else None) == probe["rule"]


@pytest.mark.parametrize("region", regions(), ids=lambda region: region.name)
def test_every_rule_decides_at_least_one_story(region):
    probes = worked_cases.load_probes(region.name)["probes"]
    decided = {region.triage(case_of_probe(region.name, probe)).primary for probe in probes}
    assert [rule.id for rule in region.ruleset.rules if rule not in decided] == []


@pytest.mark.parametrize("region", regions(), ids=lambda region: region.name)
def test_stories_name_sources_there_are(region):
    cited = {source for case in worked_cases.load(region.name) for source in case["citation"]}
    assert cited
    assert cited - set(load_sources()) == set()


def test_every_story_of_a_later_region_has_its_sources():
    """The first region's came with the research; whoever adds one says where each story is from."""
    for region in regions():
        if region.name == usual_screen():
            continue
        stories = worked_cases.load(region.name)
        assert len(stories) >= 8
        assert [case["id"] for case in stories if not case["citation"]] == []


def test_an_outcome_says_what_speaks_for_it_and_what_it_rests_on():
    outcome = triage(CASES["O02"]["input"])
    assert outcome.primary.source
    assert "onset = sudden" in {one.question for one in outcome.facts_for}
    assert outcome.ruleset.startswith("hamstring.v4+")
    assert outcome.screen == "hamstring.v3"


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


def test_a_swollen_calf_is_a_clot_until_somebody_says_otherwise():
    """Better after three days, young and fit: none of it rules a clot out (S85)."""
    calf = region_of("calf")
    tear = next(case["input"] for case in worked_cases.load("calf") if case["id"] == "L15")
    assert calf.triage(tear).klass == "strain_severe"
    for doubt in (False, None):
        unsure = {**tear, "exam": {**tear["exam"], "alt_dx_likely": doubt}}
        assert (calf.triage(unsure).klass, calf.triage(unsure).urgency) == ("rf_dvt", "same_day")


def test_rising_on_the_toes_does_not_rule_a_torn_tendon_out():
    """One squeeze decides, whatever walking, pushing and heel raises say (S145)."""
    calf = region_of("calf")
    kicked = next(case["input"] for case in worked_cases.load("calf") if case["id"] == "L05")
    assert kicked["exam"]["heel_raise_impossible"] is False
    assert calf.triage(kicked).klass == "achilles_rupture"
    not_looked_at = dict.fromkeys(("calf_squeeze", "resting_angle_lost", "achilles_gap"))
    outcome = calf.triage({**kicked, "exam": {**kicked["exam"], **not_looked_at}})
    assert (outcome.klass, outcome.urgency) == ("insufficient_information", "same_day")
    assert set(not_looked_at) <= set(outcome.missing)


def test_one_sign_of_a_torn_tendon_is_imaged_and_never_loaded():
    """Neither torn for certain nor fit for a program: whatever else fits, no exercise and no running follows."""
    calf = region_of("calf")
    for sign in ({"calf_squeeze": "reduced"}, {"resting_angle_lost": True}, {"achilles_gap": True}):
        for story in worked_cases.load("calf"):
            if story["input"]["exam"].get("calf_squeeze") != "normal":
                continue
            doubtful = {**story["input"], "exam": {**story["input"]["exam"], **sign}}
            outcome = calf.triage(doubtful)
            assert outcome.is_urgent, story["id"]
            found = {outcome.klass, *outcome.also_flagged, *outcome.considerations}
            assert found & {"achilles_doubt", "achilles_rupture"}, story["id"]
            assert program(calf, doubtful).exercises == ()
