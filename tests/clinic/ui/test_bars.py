"""Bars begin at nought, fit their scale, and what is not known is no bar of nought."""

from __future__ import annotations

from itertools import pairwise

import pytest

from clinic.ui.bars import HEIGHT, LEFT, RIGHT, TOP, WIDTH, bar_chart


def test_a_bar_reaches_as_far_as_its_number():
    chart = bar_chart([("2 Mar", 50.0), ("9 Mar", 100.0), ("16 Mar", 0.0)], unit=" %")
    half, whole, none = chart.bars
    assert float(half.height) * 2 == pytest.approx(float(whole.height), abs=0.2)
    assert (float(none.height), none.known) == (0, True)
    assert [mark.text for mark in chart.marks] == ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]


def test_what_is_not_known_has_no_bar_and_says_so():
    (bar,) = bar_chart([("2 Mar", None)]).bars
    assert (bar.known, float(bar.height)) == (False, 0)


@pytest.mark.parametrize("many", [0, 1, 8, 105])
@pytest.mark.parametrize("largest", [0.0, 0.04, 1.0, 7.3, 99.0, 140.0, 12_345.0])
def test_everything_lies_within_the_chart(many, largest):
    chart = bar_chart([(f"{n}", largest) for n in range(many)])
    for bar in chart.bars:
        assert float(bar.x) >= LEFT
        assert float(bar.x) + float(bar.width) <= WIDTH - RIGHT + 0.1
        assert TOP - 0.1 <= float(bar.y) <= HEIGHT
    assert 2 <= len(chart.marks) <= 7
    places = [float(words.x) for words in chart.below]
    assert all(after - before >= 63.9 for before, after in pairwise(places))
