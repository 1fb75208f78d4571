"""The shipped screen is whole, and a broken one is refused by name."""

from __future__ import annotations

import pytest

from assessments.screens.checks import catalogue_is_sound
from assessments.screens.reading import CATALOGUE
from tests.cases import SCREEN, broken_copy

FILE = "hamstring.v1.toml"


def test_the_shipped_catalogue_is_sound():
    assert catalogue_is_sound() == []


def test_it_asks_what_the_research_asks():
    history = [item for item in SCREEN.items.values() if item.is_history]
    assert (len(history), len(SCREEN.tests), len(SCREEN.derived)) == (73, 30, 22)


def test_red_flags_come_first_and_are_all_needed_but_two():
    first = SCREEN.sections[0]
    assert first.id == "red_flags"
    assert [item.id for item in first.items if not item.core_triage] == ["lump_size_cm", "lump_deep_fixed"]


def test_palpation_comes_before_anything_that_provokes():
    exam = [item for item in SCREEN.items.values() if not item.is_history]
    first_provocative = next(place for place, item in enumerate(exam) if item.provocative)
    assert all(
        item.test in ("lumbar_neuro", "dvt_exam", "vascular_exam", "palpation")
        for item in exam[:first_provocative]
    )


@pytest.mark.parametrize(
    ("old", "new", "id", "named"),
    [
        ('label = "Age"', 'lable = "Age"', "E006", "age_years"),
        ('label = "Age"', 'label = "Age"\n  colour = "red"', "E001", "colour"),
        ('source = ["S68"]', 'source = ["S999"]', "E002", "S999"),
        ('source = ["S68"]', "source = []", "E005", "rf_bladder_bowel"),
        ('source = ["S68"]', "", "E005", "rf_bladder_bowel"),
        (
            'otherwise = "kf_strength_manual = cannot_hold"',
            'otherwise = "kf_manual = x"',
            "E002",
            "kf_manual",
        ),
        ('yes_when = "hs_lsi_15 < 75"', 'yes_when = "hs_lsi_15 <"', "E006", "strength_deficit_25"),
        ("min = 8", "# no lower end", "E006", "age_years"),
        ('id = "rf_saddle_numbness"', 'id = "rf_bladder_bowel"', "E006", "twice"),
    ],
)
def test_a_broken_catalogue_is_refused_and_says_where(tmp_path, old, new, id, named):
    errors = catalogue_is_sound(folder=broken_copy(CATALOGUE, tmp_path, FILE, old, new))
    assert [error.id for error in errors] == [f"screens.{id}"]
    assert named in errors[0].msg
    assert errors[0].hint


def test_a_changed_catalogue_is_refused(tmp_path):
    folder = broken_copy(CATALOGUE, tmp_path, FILE, "max = 100", "max = 120", publish=False)
    assert [error.id for error in catalogue_is_sound(folder=folder)] == ["screens.E003"]


def test_a_catalogue_nobody_published_is_refused(tmp_path):
    folder = broken_copy(CATALOGUE, tmp_path, FILE, "max = 100", "max = 120", publish=False)
    (folder / "PUBLISHED").write_text("")
    assert [error.id for error in catalogue_is_sound(folder=folder)] == ["screens.E004"]


def test_no_code_names_a_region_but_in_one_place():
    """Adding the calf must be data only."""
    from tests.test_house_rules import named, our_files

    rooms = ("assessments/screens", "assessments/triage/rules", "assessments/triage/causes")
    deciding = (*rooms, "clinic/knowledge", "programs/exercises", "programs/builder")
    naming = [named(p) for p in our_files() if named(p).startswith(deciding) and "hamstring" in p.read_text()]
    assert naming == ["assessments/screens/definitions.py"]
