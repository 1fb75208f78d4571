"""Computed values: sides, symmetry, scores, pain that stops a test, and answers that are not there."""

from __future__ import annotations

import pytest

from tests.cases import SCREEN, answers


def derived(history=None, exam=None, unable=()):
    told = {"side": "right", **(history or {})}
    return SCREEN.derive(answers({"history": told, "exam": exam or {}, "unable_due_to_pain": list(unable)}))


SIDES = {"left": 100, "right": 80}
SEVEN = ("deep_squat", "hurdle_step", "inline_lunge", "shoulder", "aslr", "pushup", "rotary")
WELLS_HISTORY = dict.fromkeys(
    ["vte_active_cancer", "vte_immobilised", "vte_bedridden_surgery", "vte_previous"], False
)
WELLS_EXAM = dict.fromkeys(
    ["deep_vein_tender", "entire_leg_swollen", "pitting_oedema", "collateral_veins", "alt_dx_likely"], False
) | {"calf_circ_cm": {"left": 37, "right": 37}}


@pytest.mark.parametrize(
    ("fact", "history", "exam", "value"),
    [
        ("ake_diff", {}, {"ake_deg": {"left": 20, "right": 31}}, 11),
        ("pslr_diff", {}, {"pslr_deg": {"left": 80, "right": 70}}, 10),
        ("hs_lsi_15", {}, {"hs_iso_15_n": SIDES}, 80),
        ("hs_lsi_15", {"side": "left"}, {"hs_iso_15_n": SIDES}, 125),
        ("hs_lsi_15", {"side": "bilateral", "worse_side": "left"}, {"hs_iso_15_n": SIDES}, 125),
        ("hs_lsi_15", {"side": "bilateral"}, {"hs_iso_15_n": SIDES}, None),
        ("hs_lsi_15", {}, {"hs_iso_15_n": {"left": 0, "right": 80}}, None),
        ("hs_lsi_15", {}, {"hs_iso_15_n": {"right": 80}}, None),
        ("strength_deficit_25", {}, {"hs_iso_15_n": {"left": 100, "right": 74}}, True),
        ("strength_deficit_25", {}, {"hs_iso_15_n": {"left": 100, "right": 75}}, False),
        ("strength_deficit_25", {}, {"kf_strength_manual": "clearly_weaker"}, True),
        ("strength_deficit_25", {}, {"hs_iso_15_n": SIDES, "kf_strength_manual": "cannot_hold"}, False),
        ("strength_deficit_25", {}, {}, None),
        ("strength_deficit_50", {}, {"hs_iso_90_n": {"left": 100, "right": 49}}, True),
        ("strength_deficit_50", {}, {"hs_iso_90_n": SIDES}, False),
        ("strength_deficit_50", {}, {"kf_strength_manual": "clearly_weaker"}, False),
        ("rkf_pain_max", {}, {"rkf90_pain": 2, "rkf15_pain": 4}, 4),
        ("rkf_pain_max", {}, {"rkf90_pain": 2}, None),
        ("ake_short_by_norm", {"sex": "female"}, {"ake_deg": {"right": 24}}, True),
        ("ake_short_by_norm", {"sex": "male"}, {"ake_deg": {"right": 33}}, False),
        ("ake_short_by_norm", {"sex": "unspecified"}, {"ake_deg": {"right": 60}}, None),
        ("hip_abd_pct_bw", {"body_mass_kg": 100}, {"hip_abd_n": {"right": 98.1}}, 10),
        ("hq_low", {}, {"hq_method": "isokinetic_60", "hq_ratio": {"right": 0.59}}, True),
        ("hq_low", {}, {"hq_method": "hhd_isometric", "hq_ratio": {"right": 0.5}}, False),
        ("side_plank_min_s", {}, {"side_plank_s": {"left": 40, "right": 30}}, 30),
        ("side_plank_min_s", {}, {"side_plank_s": {"left": 40}}, None),
        ("ybt_ant_diff", {}, {"ybt_ant_cm": {"left": 60, "right": 64}}, 4),
        ("fms_total", {}, {f"fms_{name}": 2 for name in SEVEN}, 14),
        ("fms_total", {}, {f"fms_{name}": 2 for name in SEVEN[:6]}, None),
        ("weekly_change_pct", {"weekly_km": [99, 20, 30, 40, 60]}, {}, 100),
        ("weekly_change_pct", {"weekly_km": [0, 0, 0, 60]}, {}, None),
        ("session_spike_pct", {"session_km": 11, "longest_run_prev_30d_km": 10}, {}, 10),
        ("session_spike_pct", {"session_km": 12.1, "longest_run_prev_30d_km": 11}, {}, 10),
        ("session_spike_pct", {"session_km": 11, "longest_run_prev_30d_km": 0}, {}, None),
        ("wells_score", WELLS_HISTORY, WELLS_EXAM, 0),
        ("wells_score", WELLS_HISTORY, WELLS_EXAM | {"alt_dx_likely": True}, -2),
        ("wells_score", WELLS_HISTORY, WELLS_EXAM | {"calf_circ_cm": {"left": 37, "right": 40}}, 1),
        ("wells_score", WELLS_HISTORY, WELLS_EXAM | {"calf_circ_cm": {"left": 40, "right": 37}}, 0),
        ("wells_score", WELLS_HISTORY, WELLS_EXAM | {"pitting_oedema": None}, None),
    ],
)
def test_a_computed_value(fact, history, exam, value):
    found = derived(history, exam).get(fact)
    assert found == (pytest.approx(value) if isinstance(value, float) else value)


@pytest.mark.parametrize(
    ("item", "worst"),
    [
        ("ake_deg", {"ake_diff": 90}),
        ("pslr_deg", {"pslr_diff": 90}),
        ("hs_iso_15_n", {"hs_lsi_15": 0, "strength_deficit_25": True, "strength_deficit_50": True}),
        ("hs_iso_90_n", {"hs_lsi_90": 0, "strength_deficit_50": True}),
        ("rkf15_pain", {"rkf15_pain": 10, "rkf_pain_max": 10}),
        ("slb_reps", {"slb_lsi": 0}),
        ("ake_pain", {"ake_pain": True}),
    ],
)
def test_a_test_pain_prevented_counts_as_the_worst_value(item, worst):
    facts = derived(unable=[item])
    assert {name: facts.get(name) for name in worst} == worst
    assert {name: derived().get(name) for name in worst} == dict.fromkeys(worst)


def test_a_measurement_without_a_side_asks_for_the_side():
    sided = answers({"exam": {"ake_deg": {"left": 20, "right": 20}}})
    assert SCREEN.unanswered("ake_diff", sided) == ("side",)
    both = answers({"history": {"side": "bilateral"}, "exam": {"ake_deg": {"left": 20, "right": 20}}})
    assert SCREEN.unanswered("ake_diff", both) == ("worse_side",)
    half = answers({"history": {"side": "left"}, "exam": {"ake_deg": {"left": 20}}})
    assert SCREEN.unanswered("ake_diff", half) == ("ake_deg",)
