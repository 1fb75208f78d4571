"""What follows from the answers is said beside them, by the values triage is decided on."""

from __future__ import annotations

import pytest

from assessments.screens.computed import Computed, computed
from tests.cases import SCREEN


def beside(item, history=None, exam=None, unable=()):
    """The values behind one item of its section, as (name, value, needs)."""
    case = {"history": history or {}, "exam": exam or {}, "unable_due_to_pain": list(unable)}
    section = next(one for one in SCREEN.sections if one.id == SCREEN.items[item].section)
    return computed(SCREEN, SCREEN.validate(case), section.items)[item]


AKE = {"ake_deg": {"left": 34, "right": 22}}


@pytest.mark.parametrize(("side", "words"), [("left", "12 deg"), ("right", "-12 deg")])
def test_a_side_difference_is_the_one_the_rules_read(side, words):
    shown = beside("ake_deg", {"side": side}, AKE)
    assert shown[0] == Computed("Active knee extension, side difference", words)


def test_what_is_still_open_is_named():
    assert beside("ake_deg", {}, AKE)[0].needs == ("Symptomatic side",)
    assert beside("ake_deg", {"side": "bilateral"}, AKE)[0].needs == ("Worse side if bilateral",)


def test_nothing_is_said_before_anything_was_answered():
    assert beside("ake_deg", {"side": "left"}) == []


def test_unable_because_of_pain_takes_the_worst_value():
    assert beside("ake_deg", {"side": "left"}, unable=["ake_deg"])[0].value == "90 deg"


def test_the_change_of_the_week_stands_beside_the_weeks():
    values = {one.name: one.value for one in beside("weekly_km", {"weekly_km": [20, 20, 20, 26]})}
    assert values["Last week against the weeks before"] == "30 %"


def test_the_clot_score_stands_where_its_last_answer_is_given():
    history = dict.fromkeys(
        ("vte_active_cancer", "vte_immobilised", "vte_bedridden_surgery", "vte_previous"), False
    )
    exam = dict.fromkeys(
        ("deep_vein_tender", "entire_leg_swollen", "pitting_oedema", "collateral_veins", "alt_dx_likely"),
        False,
    )
    exam["deep_vein_tender"] = True
    exam["calf_circ_cm"] = {"left": 38, "right": 34}
    asked = [item.id for item in SCREEN.tests["dvt_exam"].items]
    last = beside(asked[-1], {"side": "left", **history}, exam)
    assert Computed("Clot risk score (Wells)", "2") in last


def test_a_pair_no_value_compares_has_its_plain_difference():
    paired = [item for item in SCREEN.items.values() if item.laterality == "per_side" and item.unit]
    read = {name for rule in SCREEN.derived.values() for name in rule.inputs}
    item = next(one for one in paired if one.kind in ("int", "float") and one.id not in read)
    low, high = item.minimum, item.maximum
    alone = beside(item.id, {}, {item.id: {"left": low}})
    both = beside(item.id, {}, {item.id: {"left": low, "right": high}})
    same = beside(item.id, {}, {item.id: {"left": low, "right": low}})
    assert alone == []
    assert both[0].value.endswith("right larger")
    assert same[0].value == "none"
