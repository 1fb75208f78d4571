"""Rules that say some things anew to patients: the same outcome as the version before on every case, but for words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from assessments.screens.offered import offered_screens
from assessments.screens.reading import load_screen
from assessments.triage import worked_cases
from assessments.triage.checks import rulesets_are_sound
from assessments.triage.rules import REVIEW, RULESETS, Outcome, Rule, conclude, load_ruleset
from assessments.triage.rules.reading import is_ruleset
from clinic.knowledge.files import versions
from tests.cases import broken_copy
from tests.generated import Case, case_of_probe, region_of, regions, runners

BEFORE = {"hamstring": (2, 3), "calf": (1, 1)}
NOW = {"hamstring": (3, 4), "calf": (2, 2)}
"""Region → versions of its screen and of its rules: the last that spoke too hard, and the first that speaks plainly."""

SAID_ANEW = {"R04_chest", "R08_infection", "R28_youth_spinal", REVIEW}
SHARED = "red_flags.v3.toml"
OWN = "hamstring.v4.toml"
NAMES = sorted(BEFORE)

KNOWN = [(name, case["input"]) for name in NAMES for case in worked_cases.load(name)]
KNOWN += [
    (name, case_of_probe(name, probe)) for name in NAMES for probe in worked_cases.load_probes(name)["probes"]
]


def decided(name: str, case: Case, pair: tuple[int, int]) -> Outcome:
    """What the rules of a version say of a case taken with a version of the screen."""
    screen = load_screen(name, pair[0])
    return conclude(screen.validate(case), screen=screen, ruleset=load_ruleset(name, pair[1]))


def without_words(outcome: Outcome) -> Outcome:
    """All of an outcome but what the patient reads, and the versions it names."""
    mute = tuple(replace(rule, say_patient="") for rule in outcome.fired)
    primary = outcome.primary and replace(outcome.primary, say_patient="")
    return replace(outcome, say_patient="", primary=primary, fired=mute, ruleset="", screen="")


def by_id(name: str, version: int) -> dict[str, Rule]:
    return {rule.id: rule for rule in load_ruleset(name, version).rules}


def check(name: str, case: Case) -> None:
    before, now = decided(name, case, BEFORE[name]), decided(name, case, NOW[name])
    assert without_words(now) == without_words(before)
    decider = now.primary.id if now.primary else now.klass
    assert (now.say_patient != before.say_patient) is (decider in SAID_ANEW)


@pytest.mark.parametrize(("name", "case"), KNOWN, ids=[f"{name} {n}" for n, (name, _) in enumerate(KNOWN)])
def test_every_known_case_has_the_same_outcome(name, case):
    check(name, case)


@settings(max_examples=2_000, deadline=None)
@given(runners().filter(lambda one: one[0] in BEFORE))
def test_a_runner_nobody_met_has_the_same_outcome(runner):
    check(*runner)


def test_the_known_cases_meet_every_text_that_was_said_anew():
    """Else the same outcome would be shown of nothing that changed."""
    outcomes = [decided(name, case, NOW[name]) for name, case in KNOWN]
    met = {one.primary.id if one.primary else one.klass for one in outcomes}
    assert SAID_ANEW - met == set()


def test_the_comparison_can_say_no():
    """The second version of these rules made an answer more urgent than the first: that is more than words."""
    case = next(case["input"] for case in worked_cases.load("hamstring") if case["id"] == "O01")
    opened = {**case, "history": {**case["history"], "pop_felt": True, "rf_dark_urine": None}}
    first, second = (decided("hamstring", opened, (2, version)) for version in (1, 2))
    assert without_words(first) != without_words(second)


@pytest.mark.parametrize("name", NAMES)
def test_the_rules_are_the_same_but_for_what_the_patient_reads(name):
    before, now = load_ruleset(name, BEFORE[name][1]), load_ruleset(name, NOW[name][1])
    old, new = by_id(name, BEFORE[name][1]), by_id(name, NOW[name][1])
    assert list(old) == list(new)
    assert {id for id in new if new[id] != old[id]} == SAID_ANEW - {REVIEW}
    assert {id: replace(one, say_patient=old[id].say_patient) for id, one in new.items()} == old
    assert {id for id in now.messages if now.messages[id] != before.messages[id]} == {REVIEW}
    assert now.messages[REVIEW].say_clinician == before.messages[REVIEW].say_clinician
    same = ("screen", "core_group", "algorithm", "while_open", "classes", "contradictions", "cautions")
    assert [key for key in same if getattr(now, key) != getattr(before, key)] == []


def test_every_region_says_to_patients_what_it_shares_in_the_same_words():
    """Words said anew in one region only would read the old way in the other."""
    first, *others = (region.ruleset for region in regions())
    said = {rule.id: rule.say_patient for rule in first.rules}
    for other in others:
        theirs = {rule.id: rule.say_patient for rule in other.rules}
        assert len(set(said) & set(theirs)) == 17
        assert {id: text for id, text in theirs.items() if said.get(id, text) != text} == {}
        assert other.messages == first.messages


def test_a_rule_says_in_full_what_it_asks_for():
    """Cough with blood, and pain at night, are asked for and were not said."""
    said = {rule.id: rule.say_patient for rule in region_of("calf").ruleset.rules}
    assert "coughing up blood" in said["R04_chest"]
    assert "112 or 999" in said["R04_chest"]
    assert "night" in said["R28_youth_spinal"]
    assert "before you start any exercises" in said["R28_youth_spinal"]
    assert "today" in said["R08_infection"]


@pytest.mark.parametrize(
    ("file", "old", "new", "id", "named"),
    [
        (SHARED, "R04_chest =", "R04_chst =", "E002", "R04_chst"),
        (OWN, "clinician_review =", "clinician_rewiev =", "E002", "clinician_rewiev"),
        (SHARED, "[say_patient_anew]", "[say_patient_anw]", "E001", "say_patient_anw"),
        (OWN, "[say_patient_anew]", "[say_clinician_anew]", "E001", "say_clinician_anew"),
        (OWN, "[say_patient_anew]", '[say_patient_anew]\nR08_infection = " "', "E006", "is empty"),
        (OWN, "[say_patient_anew]", "[say_patient_anew]\nR08_infection = 8", "E006", "must be text"),
        (SHARED, 'extends = "red_flags.v2"', 'extends = "red_flags.v3"', "E002", "earlier version"),
        (SHARED, 'extends = "red_flags.v2"', 'extends = "hamstring.v2"', "E002", "earlier version"),
        (SHARED, "[say_patient_anew]", '[general]\nnew_name = "one more"\n[say_patient_anew]', "E002",
         "one more"),
        (SHARED, "[say_patient_anew]", "[[rules]]\n[say_patient_anew]", "E006", "is missing"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_and_named(tmp_path, file, old, new, id, named):
    errors = rulesets_are_sound(folder=broken_copy(RULESETS, tmp_path, file, old, new))
    assert errors
    assert {error.id for error in errors} == {f"triage.{id}"}
    assert any(named in error.msg for error in errors), [error.msg for error in errors]


@pytest.mark.parametrize(
    ("file", "old"),
    [("red_flags.v2.toml", "Possible fracture"), (SHARED, "Call your"), ("hamstring.v2.toml", "Tightness w")],
)
def test_a_change_below_changes_the_fingerprint(tmp_path, file, old):
    folder = broken_copy(RULESETS, tmp_path, file, old, f" {old}")
    assert load_ruleset("hamstring", 4, folder).fingerprint != load_ruleset("hamstring", 4).fingerprint


def test_the_last_version_that_says_it_counts(tmp_path):
    """A region may say a shared rule in words of its own, over those of the shared file."""
    own = '[say_patient_anew]\nR08_infection = "See a doctor today."'
    folder = broken_copy(RULESETS, tmp_path, OWN, "[say_patient_anew]", own)
    said = {rule.id: rule.say_patient for rule in load_ruleset("hamstring", 4, folder).rules}
    assert said["R08_infection"] == "See a doctor today."
    assert said["R04_chest"] == by_id("hamstring", 4)["R04_chest"].say_patient


def test_a_file_that_extends_is_what_its_first_version_is():
    """Shared red flags are no rules of their own, however many versions they have."""
    own = {
        name for name, found in versions(RULESETS).items() for one in found if is_ruleset(RULESETS, name, one)
    }
    assert own == set(offered_screens())
