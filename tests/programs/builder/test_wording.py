"""Why an exercise is blocked, said in the clinician's words: no ids, no notation, and what was recorded."""

from __future__ import annotations

import re

import pytest

from clinic.knowledge.notation import parse
from programs.builder.wording import Words
from tests.cases import CASES, RECIPE, SCREEN, case_of, program

WORDS = Words(SCREEN, RECIPE.classes)
NOTATION = re.compile(r"\w_\w|_\w|<=|>=|!=|[=<>]")
RESISTED = "Hamstring isometric strength, pain on resisted knee flexion at 15 deg (involved)"
SLUMP = "Slump test, result (involved side)"


@pytest.mark.parametrize(
    ("condition", "facts", "said"),
    [
        ("rkf15_pain <= 1", {"rkf15_pain": 3}, f"{RESISTED} must be at most 1 of 10 (recorded: 3 of 10)"),
        ("rkf15_pain <= 1", {"rkf15_pain": 1}, ""),
        ("slump = positive", {}, f"not known yet: {SLUMP} (must be positive)"),
        ("slump = positive", {"slump": "negative"}, f"{SLUMP} must be positive (recorded: negative)"),
        (
            "pain_now_nprs <= 2 and age_years >= 14",
            {"pain_now_nprs": 1, "age_years": 12},
            "Age must be at least 14 years (recorded: 12 years)",
        ),
        (
            "hs_lsi_15 >= 80 or slb_reps_inv >= 15",
            {"hs_lsi_15": 71.25},
            "either Hamstring isometric strength, force at 15 deg, involved side as a share of the other "
            "must be at least 80 % (recorded: 71.25 %), or not known yet: Single-leg hamstring bridge "
            "repetitions (involved side) (must be at least 15 reps)",
        ),
        (
            "bruising in [none, small]",
            {"bruising": "large"},
            "Bruising must be one of none or small (recorded: large)",
        ),
        (
            "anticoagulant_use is no",
            {"anticoagulant_use": True},
            "Blood thinner or antiplatelet must be no (recorded: yes)",
        ),
        ("_phase >= 3", {"_phase": 2}, "Phase must be at least 3 (recorded: 2)"),
        ("not (bruising = large)", {"bruising": "large"}, "ruled out by Bruising: large"),
        ("not (bruising = large)", {}, "not known yet: Bruising"),
        ("abi_post_drop >= 2 if known", {}, None),
        (
            "at least 2 of (age_years > 3, pain_now_nprs > 3, bruising = large)",
            {"age_years": 30, "pain_now_nprs": 2, "bruising": "none"},
            "either Pain now must be above 3 of 10 (recorded: 2 of 10), or Bruising must be large (recorded: none)",
        ),
    ],
)
def test_what_is_missing_is_said_with_what_was_recorded(condition, facts, said):
    found = WORDS.unmet(parse(condition), facts)
    assert found.endswith("(not tested)") if said is None else found == said


def test_only_the_part_that_holds_is_named():
    condition = parse("slump = positive or (_class = tightness and _phase <= 2) or bruising != none")
    facts = {"slump": "negative", "_class": "tightness", "_phase": 2}
    assert WORDS.holds(condition, facts) == f"Triage: {RECIPE.classes['tightness'].label} and Phase: 2"
    assert WORDS.holds(condition, {"slump": "positive"}) == f"{SLUMP}: positive"
    assert WORDS.holds(condition, {}) == ""


def test_every_condition_of_the_library_can_be_said_without_notation():
    for exercise in RECIPE.library.exercises.values():
        if exercise.require is not None:
            said = WORDS.unmet(exercise.require, {})
            assert said, exercise.id
            assert not NOTATION.search(said), said


@pytest.mark.parametrize("id", CASES)
def test_no_reason_of_a_worked_case_shows_notation(id):
    blocked = program(CASES[id]["input"]).blocked
    assert not [because for because in blocked.values() if NOTATION.search(because)]


def test_a_contraindication_names_what_was_found():
    case = case_of("O01", slump="positive")
    blocked = program(case, "strain_mild").blocked
    told = [because for because in blocked.values() if because.startswith("Contraindicated")]
    assert f"Contraindicated: {SLUMP}: positive." in told


def test_the_search_for_notation_can_fail():
    for text in ("rkf15_pain is 3", "_phase", "pain <= 2", "walking = none"):
        assert NOTATION.search(text)
