"""A change smaller than the measure's own error is never called progress."""

from __future__ import annotations

import dataclasses
import math

import pytest

from assessments.screens.checks import outcomes_are_sound
from assessments.screens.outcomes import (
    OUTCOMES,
    Change,
    changed_beyond_error,
    load_outcomes,
    moved_beyond_error,
)
from tests.cases import broken_copy

FILE = "outcomes.v1.toml"
SHIPPED = load_outcomes()
MEASURES, THRESHOLDS = SHIPPED.measures, SHIPPED.thresholds


def test_the_shipped_measures_are_sound():
    assert outcomes_are_sound() == []
    assert (len(MEASURES), len(THRESHOLDS), SHIPPED.label) == (8, 8, "outcomes.v1")


@pytest.mark.parametrize(
    ("measure", "before", "after", "expected"),
    [
        ("nprs", 6, 4, Change.IMPROVED),
        ("nprs", 6, 4.1, Change.WITHIN_ERROR),
        ("nprs", 4, 6, Change.WORSE),
        ("nprs", 6.8, 4.8, Change.IMPROVED),
        ("nprs", 5, 5, Change.WITHIN_ERROR),
        ("psfs", 4, 6, Change.IMPROVED),
        ("lefs", 60, 68, Change.WITHIN_ERROR),
        ("lefs", 60, 69, Change.IMPROVED),
        ("lefs", 69, 60, Change.WORSE),
        ("visa_h", 50, 71, Change.WITHIN_ERROR),
        ("visa_h", 50, 72, Change.IMPROVED),
        ("groc", 0, 3, Change.IMPROVED),
        ("groc", 0, -3, Change.WORSE),
        ("fash", 20, 90, Change.NOT_KNOWN),
        ("adherence", 20, 90, Change.NOT_KNOWN),
        ("reinjury", 0, 1, Change.NOT_KNOWN),
        ("nprs", None, 4, Change.NOT_KNOWN),
        ("nprs", 6, None, Change.NOT_KNOWN),
    ],
)
def test_a_change_counts_from_the_larger_of_error_and_importance(measure, before, after, expected):
    assert changed_beyond_error(MEASURES[measure], before, after) is expected


@pytest.mark.parametrize(("mdc", "mcid"), [(3, 2), (2, 3), (None, 3), (3, None)])
def test_the_larger_of_the_two_decides_whichever_it_is(mdc, mcid):
    measure = dataclasses.replace(MEASURES["nprs"], mdc=mdc, mcid=mcid)
    assert changed_beyond_error(measure, 6, 3.5) is Change.WITHIN_ERROR
    assert changed_beyond_error(measure, 6, 3) is Change.IMPROVED


def test_no_change_is_said_in_the_words_of_the_rule():
    assert str(Change.WITHIN_ERROR) in SHIPPED.rule


@pytest.mark.parametrize("value", [11, -1, math.nan, math.inf])
def test_an_impossible_value_is_refused_with_its_range(value):
    with pytest.raises(ValueError, match="0 to 10"):
        changed_beyond_error(MEASURES["nprs"], 5, value)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [(30, 38, True), (38, 30, True), (30, 37.9, False), (None, 38, None), (30, None, None)],
)
def test_a_test_moved_only_beyond_its_own_error(before, after, expected):
    assert moved_beyond_error(THRESHOLDS["ake_deg"], before, after) is expected


@pytest.mark.parametrize(
    ("old", "new", "id"),
    [
        ('source = ["S95"]', 'source = ["S999"]', "E002"),
        ('source = ["S05"]', 'source = ["S999"]', "E002"),
        ('source = ["S95"]', "source = []", "E005"),
        ('source = ["S95"]', 'source = ["S95"]\ncolour = "red"', "E001"),
        ('id = "ake_deg"', 'id = "ake_degrees"', "E002"),
        ('id = "psfs"', 'id = "nprs"', "E006"),
        ('id = "pslr_deg"', 'id = "ake_deg"', "E006"),
        ('better = "lower"', 'better = "less"', "E002"),
        ('items = "may ship"', 'items = "yes"', "E002"),
        ("mdc = 1.8", "mdc = 0", "E006"),
        ("mdc = 1.8", "mdc = nan", "E006"),
        ("min = 0\n", "", "E006"),
        ("min = 0\nmax = 10", "min = 10\nmax = 0", "E006"),
        ("min = 0\nmax = 10\n", "", "E006"),
        ("change = 8\n", "", "E006"),
        ("change = 8", "change = -8", "E006"),
        ('screens = ["hamstring.v1"]', 'screens = ["hamstring"]', "E006"),
        ("licence = ", "license = ", "E006"),
    ],
)
def test_a_broken_measure_is_refused(tmp_path, old, new, id):
    errors = outcomes_are_sound(folder=broken_copy(OUTCOMES, tmp_path, FILE, old, new))
    assert [error.id for error in errors] == [f"screens.{id}"]
    assert errors[0].hint


def test_a_changed_or_unpublished_file_is_refused(tmp_path):
    copied = broken_copy(OUTCOMES, tmp_path, FILE, "mdc = 1.8", "mdc = 0.8", publish=False)
    assert [error.id for error in outcomes_are_sound(folder=copied)] == ["screens.E003"]
    (copied / "PUBLISHED").write_text("")
    assert [error.id for error in outcomes_are_sound(folder=copied)] == ["screens.E004"]
