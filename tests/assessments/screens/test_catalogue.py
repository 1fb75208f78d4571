"""The shipped screen is whole, and a broken one is refused by name."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from assessments.screens.checks import catalogue_is_sound
from assessments.screens.offered import offered_screens
from assessments.screens.reading import CATALOGUE, load_screen
from tests.cases import SCREEN, broken_copy

FILE = "hamstring.v1.toml"


def test_the_shipped_catalogue_is_sound():
    assert catalogue_is_sound() == []


def test_it_asks_what_the_research_asks():
    history = [item for item in SCREEN.items.values() if item.is_history and item.chart is None]
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
    assert {error.id for error in catalogue_is_sound(folder=folder)} == {"screens.E004"}


SECOND = "hamstring.v2.toml"


def test_a_version_that_extends_keeps_all_of_the_one_before():
    first = load_screen("hamstring", 1)
    assert SCREEN.extends == ("hamstring.v2", "hamstring.v1")
    assert SCREEN.answers_to("hamstring.v1")
    assert not SCREEN.answers_to("hamstring.v4")
    assert not first.answers_to("hamstring.v2")
    assert {**SCREEN.derived, **first.derived} == SCREEN.derived
    assert [name for name in SCREEN.items if name in first.items] == list(first.items)
    for name, item in first.items.items():
        assert replace(SCREEN.items[name], asked_when=None, plain=None) == item


def test_an_added_question_stands_where_it_was_put(tmp_path):
    added = '[[items]]\nin = "episode"\nafter = "pain_location"\nid = "new_one"\nlabel = "New"\ngroup = "episode"\n'
    added += 'ask = "New?"\nkind = "bool"\nsource = ["S122"]\n\n[asked_when]'
    screen = load_screen("hamstring", 2, broken_copy(CATALOGUE, tmp_path, SECOND, "[asked_when]", added))
    names = list(screen.items)
    assert names[names.index("pain_location") + 1] == "new_one"
    assert screen.fingerprint != SCREEN.fingerprint


@pytest.mark.parametrize(
    ("answers", "asked"),
    [({"side": "bilateral"}, True), ({"side": "left"}, False), ({}, False)],
)
def test_a_follow_up_is_asked_only_once_it_matters(answers, asked):
    facts = SCREEN.derive(SCREEN.validate({"history": answers}))
    assert SCREEN.asks(SCREEN.items["worse_side"], facts) is asked
    assert SCREEN.asks(SCREEN.items["side"], facts)


@pytest.mark.parametrize("name", offered_screens())
def test_patients_are_asked_history_alone_and_no_core_question_is_left_out(name):
    items = load_screen(name).items
    asked = {item.id for item in items.values() if item.plain}
    assert all(items[one].is_history for one in asked)
    core = {item.id for item in items.values() if item.core_triage and item.is_history}
    assert core - asked == {"age_years"}, "the record answers the age"


@pytest.mark.parametrize("name", offered_screens())
def test_every_screen_begins_with_the_same_red_flags_and_a_safety_text(name):
    screen, usual = load_screen(name), load_screen()
    assert [item.id for item in screen.sections[0].items] == [item.id for item in usual.sections[0].items]
    assert screen.safety_text is not None
    assert screen.safety_text.after_yes_in == "red_flag"


def test_what_the_calf_screen_takes_over_is_not_about_a_thigh():
    """Taken sections are said in words of its own, on every page: for clinicians and at home."""
    screen = load_screen("calf")
    said = {section.id: section.intro for section in screen.sections}
    said |= {test.id: f"{test.name} {test.how_to}" for test in screen.tests.values()}
    for item in screen.items.values():
        plain = [item.plain.ask, item.plain.help, *item.plain.option_labels.values()] if item.plain else []
        said[f"{item.id} "] = " ".join([item.label, item.short, item.note, item.ask_clinician, *plain])
    assert {id: text for id, text in said.items() if re.search(r"thigh|hamstring|buttock", text, re.I)} == {}


def test_the_tendon_is_proved_whole_before_anything_loads_the_calf():
    exam = [item for item in load_screen("calf").items.values() if not item.is_history]
    first_provocative = next(place for place, item in enumerate(exam) if item.provocative)
    before = {item.id for item in exam[:first_provocative]}
    assert {
        "calf_squeeze",
        "resting_angle_lost",
        "achilles_gap",
        "palp_bone_tender",
        "deep_vein_tender",
    } <= before


@pytest.mark.parametrize(
    ("old", "new", "id", "named"),
    [
        ('extends = "hamstring.v1"', 'extends = "hamstring.v2"', "E002", "earlier version"),
        ('extends = "hamstring.v1"', 'extends = "calf.v1"', "E002", "earlier version"),
        ('worse_side = "side = bilateral"', 'worse_sid = "side = bilateral"', "E002", "worse_sid"),
        ('worse_side = "side = bilateral"', 'worse_side = "sid = bilateral"', "E002", "sid"),
        ('worse_side = "side = bilateral"', 'worse_side = "side = both"', "E002", "both"),
        ('worse_side = "side = bilateral"', 'worse_side = "worse_side = left"', "E006", "its own answer"),
        ("[in_plain_words.onset]", "[in_plain_words.onsett]", "E002", "onsett"),
        ("[in_plain_words.onset]", "[in_plain_words.palp_ischial_tender]", "E006", "only history"),
        ("options = { bilateral =", "options = { both =", "E002", "both"),
        ('\ntitle = "Please', '\ntitel = "Please', "E006", "title"),
        ("[asked_when]", "[asked_whenever]", "E001", "asked_whenever"),
    ],
)
def test_a_broken_addition_is_refused_and_says_where(tmp_path, old, new, id, named):
    errors = catalogue_is_sound(folder=broken_copy(CATALOGUE, tmp_path, SECOND, old, new))
    assert [error.id for error in errors] == [f"screens.{id}"]
    assert named in errors[0].msg
    assert SECOND in errors[0].msg
