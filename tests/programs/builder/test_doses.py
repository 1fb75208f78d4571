"""How a dose grows and shrinks, in numbers worked out by hand."""

from __future__ import annotations

import pytest

from programs.builder.doses import Amount, amount_at, range_steps, top_step
from tests.programs.builder.made import RULES

LONG = "60-80 m, long build-up and slow-down"


@pytest.mark.parametrize(
    ("reps", "hold", "step", "expected"),
    [
        # A range of repetitions: low, middle, high; then a set; then load, from the low end again.
        ("8-12", "", 0, Amount(3, "8", "")),
        ("8-12", "", 1, Amount(3, "10", "")),
        ("8-12", "", 2, Amount(3, "12", "")),
        ("8-12", "", 3, Amount(4, "12", "")),
        ("8-12", "", 4, Amount(3, "8", "", 1)),
        ("8-12", "", 7, Amount(4, "12", "", 1)),
        ("8-12", "", 8, Amount(3, "8", "", 2)),
        ("9-12", "", 1, Amount(3, "11", "")),
        ("4-5", "", 1, Amount(3, "4", "")),
        # Seconds to hold.
        ("1", "20-40", 0, Amount(3, "1", "20")),
        ("1", "20-40", 1, Amount(3, "1", "30")),
        ("1", "20-40", 2, Amount(3, "1", "40")),
        ("5", "5-10", 1, Amount(3, "5", "7")),
        # Seconds that are fixed, and repetitions that are not.
        ("8-10", "5", 0, Amount(3, "8", "5")),
        ("8-10", "5", 2, Amount(3, "10", "5")),
        # Words around a range stay; only the first range moves.
        (LONG, "", 0, Amount(3, "60 m, long build-up and slow-down", "")),
        (LONG, "", 1, Amount(3, "70 m, long build-up and slow-down", "")),
        (LONG, "", 2, Amount(3, "80 m, long build-up and slow-down", "")),
        ("2-4 x 1 min in an easy run", "", 1, Amount(3, "3 x 1 min in an easy run", "")),
        ("last 5-10 min, then over 4-8 runs", "", 2, Amount(3, "last 10 min, then over 4-8 runs", "")),
        ("8\N{EN DASH}12", "", 1, Amount(3, "10", "")),
        ("8 - 12 each side", "", 2, Amount(3, "12 each side", "")),
        # Fixed numbers and words without one: a set, then load.
        ("10", "", 0, Amount(3, "10", "")),
        ("10", "", 1, Amount(4, "10", "")),
        ("10", "", 2, Amount(3, "10", "", 1)),
        ("8 each side", "5", 1, Amount(4, "8 each side", "5")),
        ("10 slow breaths", "", 1, Amount(4, "10 slow breaths", "")),
        # Backwards: one set a step, two at the most, and never none.
        ("8-12", "", -1, Amount(2, "8", "")),
        ("8-12", "", -2, Amount(1, "8", "")),
        ("8-12", "", -9, Amount(1, "8", "")),
        # A range typed the wrong way round is left as it was typed.
        ("12-8", "", 1, Amount(3, "12-8", "")),
    ],
)
def test_a_step_of_a_dose(reps, hold, step, expected):
    assert amount_at(step, sets=3, reps=reps, hold_s=hold, rules=RULES.dose) == expected


@pytest.mark.parametrize(
    ("sets", "lighter"), [(1, 1), (2, 1), (3, 2), (4, 3), (5, 3), (6, 4), (8, 5), (10, 6)]
)
def test_a_lighter_week_takes_about_a_third_of_the_sets_and_leaves_one(sets, lighter):
    found = amount_at(2, sets=sets, reps="8-12", hold_s="", rules=RULES.dose, deload_percent=35)
    assert found == Amount(lighter, "12", "")


def test_backwards_in_a_lighter_week_one_set_stays():
    for step in range(-5, 6):
        for sets in range(1, 11):
            found = amount_at(step, sets=sets, reps="5", hold_s="", rules=RULES.dose, deload_percent=35)
            assert 1 <= found.sets <= sets + 1


@pytest.mark.parametrize(
    ("reps", "hold", "steps"),
    [("8-12", "", 2), ("10", "", 0), ("1", "20-40", 2), ("8-10", "5", 2), ("8", "5", 0), (LONG, "", 2)],
)
def test_what_has_a_range_can_grow_within_it(reps, hold, steps):
    assert range_steps(reps=reps, hold_s=hold, rules=RULES.dose) == steps
    assert top_step(reps=reps, hold_s=hold, rules=RULES.dose) == steps + 1
