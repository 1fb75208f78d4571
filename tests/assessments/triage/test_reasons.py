"""What speaks for and against a class: only what decided, and what fits another class that is still open."""

from __future__ import annotations

import pytest

from assessments.triage.causes import load_causes, weigh
from assessments.triage.rules.reasons import reasons
from assessments.triage.wording import Wording
from clinic.knowledge.conditions import All, AtLeast, Not, Question
from tests.cases import CASES, RULESET, SCREEN, answers, triage

YES, NO, OTHER = (Question(name, "is yes") for name in ("pop_felt", "forced_stop", "thigh_swelling"))
FACTS = {"pop_felt": True, "forced_stop": False}


def sorted_out(when):
    return [[one.question for one in found] for found in reasons(when, FACTS, SCREEN)]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (AtLeast(1, (NO, YES)), [["pop_felt"], [], []]),
        (AtLeast(1, (All((YES, NO)), YES)), [["pop_felt"], [], []]),
        (AtLeast(1, (All((YES, NO)), NO)), [["pop_felt"], ["forced_stop"], []]),
        (All((YES, NO)), [["pop_felt"], ["forced_stop"], []]),
        (All((YES, OTHER)), [["pop_felt"], [], ["thigh_swelling"]]),
        (AtLeast(1, (YES, OTHER)), [["pop_felt"], [], []]),
        (AtLeast(2, (YES, Not(NO), Not(YES))), [["pop_felt", "forced_stop"], ["pop_felt"], []]),
        (AtLeast(2, (YES, Not(NO), OTHER)), [["pop_felt", "forced_stop"], [], []]),
        (Not(NO), [["forced_stop"], [], []]),
        (Not(YES), [[], ["pop_felt"], []]),
        (Not(All((YES, NO))), [["forced_stop"], [], []]),
        (Not(AtLeast(1, (YES, NO))), [["forced_stop"], ["pop_felt"], []]),
        (Question("thigh_swelling", "is no or unknown"), [[], [], ["thigh_swelling is no or unknown"]]),
        (Question("thigh_swelling", "is yes", if_known=True), [[], [], ["thigh_swelling is yes if known"]]),
    ],
    ids=str,
)
def test_only_deciding_branches_speak(when, expected):
    assert sorted_out(when) == expected


def test_the_other_way_to_a_calm_slump_speaks_against_nothing():
    outcome = triage(CASES["O01"]["input"])
    assert "slump = local_stretch_only" in {one.question for one in outcome.facts_for}
    assert [one.question for one in outcome.facts_against] == []


@pytest.mark.parametrize("id", CASES)
def test_nothing_speaks_both_ways_and_nothing_unknown_speaks(id):
    outcome = triage(CASES[id]["input"])
    found = {one.fact for one in outcome.facts_for}
    assert found.isdisjoint(one.fact for one in outcome.facts_against)
    assert all(one.value is not None for one in (*outcome.facts_for, *outcome.facts_against))


@pytest.mark.parametrize(
    ("id", "fact", "fits"),
    [
        ("O08", "ake_diff", "strain_overload"),
        ("O08", "ake_pain", "strain_overload"),
        ("O13", "neuro_exam", "referred_neuro_deficit"),
    ],
)
def test_what_fits_a_class_that_is_open_too_speaks_against(id, fact, fits):
    against = {one.fact: one.fits for one in triage(CASES[id]["input"]).facts_against}
    assert against[fact] == fits


@pytest.mark.parametrize(
    ("id", "expected"), [("O03", ["pop_felt"]), ("O07", ["ake_diff >= 10", "gait_change != none"])]
)
def test_an_absent_sign_of_a_list_would_have_been_expected(id, expected):
    """The list needs some of its signs; the absent ones speak against it, and fit no other class."""
    against = triage(CASES[id]["input"]).facts_against
    assert [(one.question, one.fits) for one in against] == [(question, "") for question in expected]


@pytest.mark.parametrize("id", CASES)
def test_what_is_considered_beside_a_class_is_neither_calmer_nor_a_lesser_grade(id):
    outcome = triage(CASES[id]["input"])
    if outcome.primary is None:
        return
    grade = {rule.klass: rule for rule in reversed(RULESET.rules)}
    family = RULESET.classes[outcome.klass].family
    for klass in outcome.considerations:
        assert klass not in outcome.also_flagged
        assert not outcome.is_urgent or grade[klass].tier < 2
        assert RULESET.classes[klass].family != family or grade[klass].order < outcome.primary.order


@pytest.mark.parametrize("id", ["O12", "O14", "O16"])
def test_no_calmer_class_speaks_against_an_urgent_one(id):
    calmer = {rule.klass for rule in RULESET.rules if rule.tier > 1}
    assert calmer.isdisjoint(one.fits for one in triage(CASES[id]["input"]).facts_against)


def in_words(id):
    found = answers(CASES[id]["input"])
    causes = weigh(found, screen=SCREEN, causes=load_causes())
    return Wording(SCREEN, RULESET).outcome(triage(CASES[id]["input"]), causes, ())


def test_a_finding_is_said_in_words_first():
    said = {one["rule"]: one for one in in_words("O01")["for"]}
    assert said["pain_worst_nprs <= 3"]["text"] == "Worst pain this episode: 2 of 10"
    assert said["pain_worst_nprs <= 3"]["asks"] == "at most 3"
    assert said["rkf_pain_max <= 1"]["text"] == "Pain on resisted knee bend, highest: 0 of 10"


def test_what_decided_comes_before_what_everybody_is_asked():
    said = [one["rule"] for one in in_words("O01")["for"]]
    assert said.index("onset = gradual") < said.index("rkf_pain_max <= 1") < said.index("lump_present is no")
    assert said[-1].startswith(("rf_", "lump"))


@pytest.mark.parametrize("id", CASES)
def test_no_label_is_longer_than_a_line(id):
    said = in_words(id)
    labels = [one["text"].split(":")[0] for kind in ("for", "against") for one in said[kind]]
    labels += [one["label"] for one in said["missing"]]
    assert [label for label in labels if len(label) > 60] == []
