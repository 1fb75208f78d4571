"""The shipped rules and causes are whole, and broken ones are refused by name."""

from __future__ import annotations

import pytest

from assessments.triage.checks import rulesets_are_sound
from assessments.triage.rules import RULESETS
from tests.cases import broken_copy


def test_the_shipped_rulesets_are_sound():
    assert rulesets_are_sound() == []


@pytest.mark.parametrize(
    ("file", "old", "new", "id", "named"),
    [
        ("red_flags.v1.toml", 'class = "rf_chest"', 'class = "rf_chset"', "E002", "rf_chset"),
        ("red_flags.v1.toml", "rf_saddle_numbness or", "rf_sadle_numbness or", "E002", "rf_sadle_numbness"),
        (
            "red_flags.v1.toml",
            'when = "rf_tense_severe_pain"',
            'when = "rf_tense_severe_pain and"',
            "E006",
            "R02",
        ),
        ("red_flags.v1.toml", 'source = ["S68"]', 'source = ["S1000"]', "E002", "R01_cauda_equina"),
        ("red_flags.v1.toml", 'source = ["S68"]', "", "E005", "R01_cauda_equina"),
        ("red_flags.v1.toml", "order = 2\n", "order = 1\n", "E006", "out of order"),
        ("red_flags.v1.toml", "target_days = 0", "target_dyas = 0", "E001", "target_dyas"),
        ("hamstring.v1.toml", "onset = sudden", "onset = suddenly", "E002", "suddenly"),
        ("hamstring.v1.toml", 'screen = "hamstring.v1"', 'screen = "elbow.v1"', "E002", "elbow.v1"),
        ("hamstring.v1.toml", '"red_flags.v1"', '"red_flags.v9"', "E002", "red_flags.v9"),
        ("hamstring.v1.toml", 'recheck = ["onset"', 'recheck = ["onsett"', "E002", "onsett"),
        ("hamstring_causes.v1.toml", "prev_hsi_count >= 2", "prev_hsi_cont >= 2", "E002", "pi3"),
    ],
)
def test_a_broken_rule_is_refused_and_says_where(tmp_path, file, old, new, id, named):
    errors = rulesets_are_sound(folder=broken_copy(RULESETS, tmp_path, file, old, new))
    assert {error.id for error in errors} == {f"triage.{id}"}
    assert any(named in error.msg for error in errors)


@pytest.mark.parametrize("file", ["red_flags.v1.toml", "hamstring.v1.toml", "hamstring_causes.v1.toml"])
def test_a_changed_file_is_refused(tmp_path, file):
    folder = broken_copy(RULESETS, tmp_path, file, "title", " title", publish=False)
    assert {error.id for error in rulesets_are_sound(folder=folder)} == {"triage.E003"}
    (folder / "PUBLISHED").write_text("")
    assert {error.id for error in rulesets_are_sound(folder=folder)} == {"triage.E004"}
