"""What may be answered; what is refused, and that the refusal names the item, its range and the way out."""

from __future__ import annotations

import pytest

from assessments.screens.answers import Answers, Refused
from tests.cases import CASES, SCREEN, answers, case_of


def refusals(case):
    checked = SCREEN.validate(case)
    assert isinstance(checked, Refused)
    return checked.errors


@pytest.mark.parametrize(
    ("part", "item", "given", "allowed"),
    [
        ("history", "pain_now_nprs", 11, "0 to 10 NPRS, whole numbers"),
        ("history", "pain_now_nprs", -1, "0 to 10"),
        ("history", "pain_now_nprs", True, "0 to 10"),
        ("history", "pain_now_nprs", 2.5, "whole numbers"),
        ("history", "pain_now_nprs", "3", "0 to 10"),
        ("history", "body_mass_kg", float("nan"), "30 to 200 kg"),
        ("history", "body_mass_kg", float("inf"), "30 to 200 kg"),
        ("history", "body_mass_kg", 10**400, "30 to 200 kg"),
        ("history", "pop_felt", 1, "true or false"),
        ("history", "pop_felt", "yes", "true or false"),
        ("history", "bruising", "huge", "none, small, large"),
        ("history", "bruising", ["none"], "none, small, large"),
        ("history", "weekly_km", [10, 20, 30], "4 to 8"),
        ("history", "weekly_km", [10, 20, 30, 999], "0 to 300"),
        ("history", "vte_other_risk", ["none", "oestrogen"], "any of"),
        ("history", "vte_other_risk", [{}], "any of"),
        ("history", "goal", "x" * 2001, "2000"),
        ("exam", "ake_deg", 20, "left and right, each 0 to 90 deg"),
        ("exam", "ake_deg", {"left": 20, "rigth": 22}, "left and right"),
        ("exam", "ake_deg", {"left": 20, "right": 91}, "0 to 90"),
        ("exam", "ake_deg", {"left": {"left": 1}}, "left and right"),
        ("exam", "ake_pain", {"left": True}, "true or false"),
        (
            "exam",
            "slump",
            {"left": "positive", "right": "negative"},
            "negative, local_stretch_only, positive",
        ),
    ],
)
def test_an_impossible_answer_is_refused_by_name(part, item, given, allowed):
    (error,) = refusals({part: {item: given}})
    assert error.item == item
    assert allowed in error.allowed
    assert error.way_out
    assert error.label == SCREEN.item(item).label


@pytest.mark.parametrize(
    "case",
    [
        None,
        3,
        [],
        "text",
        {"history": 3},
        {"exam": []},
        {"input": {}},
        {"unable_due_to_pain": "ake_deg"},
        {"unable_due_to_pain": ["pop_felt"]},
        {"unable_due_to_pain": [1]},
        {"history": {"no_such_item": 1}},
        {"history": {"ake_deg": {"left": 1}}},
        {"exam": {"age_years": 30}},
        {"exam": {3: 4}},
    ],
)
def test_a_wrong_shape_is_refused(case):
    assert refusals(case)


def test_every_reason_is_given_not_only_the_first():
    assert {error.item for error in refusals({"history": {"age_years": 1, "pop_felt": 2, "x": 3}})} == {
        "age_years",
        "pop_felt",
        "x",
    }


def test_null_and_absent_are_both_not_known():
    assert answers(
        {"history": {"pop_felt": None}, "exam": {"ake_deg": {"left": None, "right": None}}}
    ) == answers({})
    assert answers({}) == answers({"history": None, "exam": None, "unable_due_to_pain": None})


def test_a_whole_number_written_with_a_point_is_a_whole_number():
    assert answers({"history": {"age_years": 34.0}}).history["age_years"] == 34


@pytest.mark.parametrize("id", CASES)
def test_a_checked_case_can_be_stored_and_checked_again(id):
    first = answers(CASES[id]["input"])
    again = SCREEN.validate(first.as_case())
    assert isinstance(again, Answers)
    assert again == first


def test_answers_cannot_be_changed():
    with pytest.raises(TypeError):
        answers(case_of("O01")).history["pop_felt"] = True
