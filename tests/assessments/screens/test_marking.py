"""A pain map as a question of a screen: stored as it was marked, refused by name, and never read by the rules."""

from __future__ import annotations

from typing import Any

import pytest

from assessments.screens.answers import Answers, Refused
from assessments.screens.checks import catalogue_is_sound
from assessments.screens.reading import CATALOGUE
from assessments.screens.showing import shown
from tests.assessments.screens.test_forms import changed, form
from tests.cases import CASES, RULESET, SCREEN, broken_copy, case_of, causes, program, triage

MAP = SCREEN.items["pain_map"]
HEEL = {"side": "left", "region": "heel", "depth": "deep", "pain": 6}
BACK = {"side": "middle", "region": "sacrum", "depth": "not_sure", "pain": 0}


def rows(*marks: dict[str, Any]) -> dict[str, list[str]]:
    """What the page sends: one list a part, one entry a row."""
    return {f"pain_map-{part}": [str(mark[part]) for mark in marks] for part in HEEL}


def row(**said: Any) -> dict[str, Any]:
    return {**HEEL, **said}


BLANK = {"side": "", "region": "", "depth": "not_sure", "pain": ""}


def test_it_follows_where_the_pain_is_and_decides_nothing():
    names = [item.id for item in SCREEN.items.values()]
    assert names[names.index("pain_location") + 1] == "pain_map"
    assert not MAP.core_triage
    assert "pain_map" not in SCREEN.vocabulary


@pytest.mark.parametrize("id", sorted(CASES))
def test_the_rules_never_read_it(id):
    """Marks everywhere change no fact, no outcome, no cause and no program."""
    plain = case_of(id)
    marked = case_of(id, pain_map=[HEEL, BACK])
    assert SCREEN.derive(SCREEN.validate(marked)) == SCREEN.derive(SCREEN.validate(plain))
    assert triage(marked) == triage(plain)
    assert causes(marked) == causes(plain)
    klass = RULESET.classes.get(triage(plain).klass)
    if klass and klass.program:
        assert program(marked) == program(plain)


@pytest.mark.parametrize(
    "condition", ["pain_map", "pain_map = heel", "not pain_map", "at least 1 of (pain_map, rf_leg_swelling)"]
)
def test_a_condition_that_names_it_is_refused(tmp_path, condition):
    old = 'worse_side = "side = bilateral"'
    new = f'worse_side = "{condition}"'
    errors = catalogue_is_sound(folder=broken_copy(CATALOGUE, tmp_path, "hamstring.v2.toml", old, new))
    assert len(errors) == 1
    assert "pain_map" in errors[0].msg


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("body = 1", "body = 99", "body.v99.toml"),
        ("body = 1", "", "body"),
        ('kind = "pain_map"\nbody = 1', 'kind = "pain_map"\nbody = 1\ncore_triage = true', "nothing triage"),
        ('kind = "pain_map"\nbody = 1', 'kind = "bool"\nbody = 1', "body"),
    ],
)
def test_a_pain_map_written_wrongly_is_refused(tmp_path, old, new, named):
    errors = catalogue_is_sound(folder=broken_copy(CATALOGUE, tmp_path, "hamstring.v2.toml", old, new))
    assert len(errors) == 1
    assert named in errors[0].msg


def test_an_impossible_mark_is_refused_with_the_rest_of_the_case():
    found = SCREEN.validate({"history": {"pain_map": [row(pain=11)]}})
    assert isinstance(found, Refused)
    assert "Place 1: the pain is a whole number from 0 to 10" in found.errors[0].message
    assert "up to 20 places" in found.errors[0].allowed


def test_a_case_with_marks_goes_and_comes_back_as_it_was():
    case = {"history": {"pain_map": [HEEL, BACK]}, "exam": {}}
    found = SCREEN.validate(case)
    assert isinstance(found, Answers)
    assert found.as_case() == case


def test_it_is_said_in_words():
    assert (
        shown(MAP, [HEEL, BACK]) == "Heel, left: 6 of 10, deep; Sacrum and tailbone: 0 of 10, depth not sure"
    )
    assert shown(MAP, None) == "nothing marked"


def test_rows_arrive_as_marks_and_blank_ones_are_no_places():
    assert changed("episode", **rows(HEEL, BLANK, BACK)) == {"pain_map": [HEEL, BACK]}
    assert changed("episode", **rows(BLANK, BLANK)) == {}


def test_a_stored_map_is_shown_again_and_is_no_change():
    seen = '{"pain_map": [2, [{"side": "left", "region": "heel", "depth": "deep", "pain": 6}], false]}'
    assert changed("episode", seen=seen, **rows(HEEL)) == {}
    assert changed("episode", seen=seen, **rows(BLANK)) == {"pain_map": None}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"pain": ""}, "Place 1, Heel, left: choose how strong the pain is, 0 to 10. It is not saved yet."),
        ({"side": ""}, "Place 1: choose the side. It is not saved yet."),
        ({"region": ""}, "Place 1: choose the region. It is not saved yet."),
        ({"side": "", "pain": ""}, "Place 1: choose the side and how strong"),
        ({"side": "middle"}, "Place 1: Heel has no side"),
        ({"side": "⟵"}, "Place 1: Heel has no side"),
        ({"region": "elbow"}, "Place 1: 'elbow' is no region"),
        ({"region": "elbow", "pain": ""}, "Place 1: choose how strong"),
        ({"depth": "bone"}, "Place 1: the depth is one of"),
        ({"pain": "-1"}, "Place 1: give the pain as a number"),
        ({"pain": "11"}, "Place 1: the pain is a whole number"),
        ({"pain": "99999999999999999999"}, "Place 1: give the pain as a number"),
        ({"pain": "NaN"}, "Place 1: give the pain as a number"),
        ({"pain": "🦵"}, "Place 1: give the pain as a number"),
        ({"pain": "6 of 10"}, "Place 1: give the pain as a number"),
    ],
)
def test_what_cannot_be_marked_is_refused_by_its_row(said, words):
    made = form("episode", **rows(row(**said)), symptomatic_now="yes")
    assert list(made.errors) == ["pain_map"]
    assert words in made.errors["pain_map"][0]
    assert list(made.changes()) == ["symptomatic_now"], "the other answers keep their changes"


def test_arabic_indic_digits_are_read_as_the_number_they_are():
    assert changed("episode", **rows(row(pain="٦"))) == {"pain_map": [HEEL]}


def test_rows_that_arrive_in_pieces_are_refused_and_not_guessed():
    sent = rows(HEEL, row(side="right")) | {"pain_map-side": ["left"]}
    assert "Place 2: choose the side" in form("episode", **sent).errors["pain_map"][0]


def test_too_many_and_twice_the_same_are_refused():
    assert "marked twice" in form("episode", **rows(HEEL, HEEL)).errors["pain_map"][0]
    assert "at most 20 places; 21 were given" in form("episode", **rows(*[HEEL] * 21)).errors["pain_map"][0]


def test_a_refused_row_keeps_what_was_chosen_in_it():
    html = str(form("episode", **rows(row(pain="")))["pain_map"])
    assert html.count("data-mark>") == 1 + 4
    assert '<option value="heel" selected>' in html
    assert '<option value="deep" selected>' in html


def test_the_list_holds_every_region_of_the_figure():
    html = str(form("episode")["pain_map"])
    for region in MAP.chart.regions.values():
        assert html.count(f'<option value="{region.id}">') == 4
        for side in region.sides:
            assert f'data-place="{region.id}-{side}"' in html
