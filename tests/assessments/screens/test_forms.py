"""A section as a form: what each kind of item accepts, and that a form only reports what was changed in it."""

import json
import re

import pytest
from django.http import QueryDict

from assessments.screens.forms import SectionForm, read_seen
from assessments.screens.models import Answer
from assessments.screens.reading import load_screen


def form(section_id, answered=None, **posted):
    definition = load_screen()
    section = next(one for one in definition.sections if one.id == section_id)
    data = QueryDict(mutable=True)
    for name, value in posted.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    found = SectionForm(data, definition=definition, section=section, answered=answered or {})
    found.is_valid()
    return found


def changed(section_id, **posted):
    made = form(section_id, **posted)
    assert not made.errors
    return {item: change.value for item, change in made.changes().items()}


@pytest.mark.parametrize("section", [one.id for one in load_screen().sections])
def test_an_untouched_section_changes_nothing(section):
    assert changed(section) == {}


def test_no_red_flag_is_answered_before_somebody_asked():
    """H2: nothing is ticked until somebody asked, so a skipped question can never read as "no"."""
    definition = load_screen()
    for section in definition.sections:
        fresh = SectionForm(definition=definition, section=section, answered={})
        for item in section.items:
            ticked = re.findall(r"<(?:input|option)[^>]*\b(?:checked|selected)\b[^>]*>", str(fresh[item.id]))
            assert [tag for tag in ticked if 'value=""' not in tag] == [], item.id


def test_yes_no_and_not_known_are_three_answers():
    assert changed("red_flags", rf_bladder_bowel="yes", rf_dark_urine="no", rf_weight_loss="unknown") == {
        "rf_bladder_bowel": True,
        "rf_dark_urine": False,
        "rf_weight_loss": None,
    }


def test_numbers_arrive_as_numbers():
    assert changed("person", age_years="34", body_mass_kg="61,5") == {"age_years": 34, "body_mass_kg": 61.5}


def test_weeks_are_read_oldest_first():
    assert changed("training", weekly_km="28, 30.5, 31, 32") == {"weekly_km": [28, 30.5, 31, 32]}
    assert changed("training", weekly_km="28 30 31 32") == {"weekly_km": [28, 30, 31, 32]}


def test_sides_stay_where_they_were_typed():
    assert changed("supine", ake_deg_left="22", ake_deg_right="24") == {"ake_deg": {"left": 22, "right": 24}}
    assert changed("supine", ake_deg_left="22", ake_deg_right="") == {"ake_deg": {"left": 22}}


@pytest.mark.parametrize(
    "typed", ["NaN", "inf", "-Infinity", "1e400", "🦵", "12 cm", "0x10", "--3", "1,2,3", "\x00"]
)
def test_what_is_not_a_number_is_refused_by_name(typed):
    for section, item, name in [
        ("person", "body_mass_kg", "body_mass_kg"),
        ("supine", "ake_deg", "ake_deg_left"),
    ]:
        posted = {name: typed} if section == "person" else {name: typed, "ake_deg_right": "20"}
        refused = form(section, **posted)
        assert list(refused.errors) == [item]
        assert "was given" in str(refused.errors[item])
        assert refused.changes() == {}


def test_arabic_indic_digits_are_read_as_the_number_they_are():
    assert changed("person", age_years="٣٤") == {"age_years": 34}


def test_out_of_range_says_the_range_and_the_unit():
    assert "from 30 to 200 kg" in str(form("person", body_mass_kg="20").errors["body_mass_kg"])
    assert "Left: Enter a whole number from 0 to 90 deg" in str(
        form("supine", ake_deg_left="400", ake_deg_right="20").errors["ake_deg"]
    )


def test_a_bare_number_where_sides_are_asked_is_refused():
    refused = form("supine", ake_deg_left="20")
    assert "Right" in str(refused.errors["ake_deg"])


def test_one_bad_field_leaves_the_others_their_changes():
    made = form("person", age_years="340", body_mass_kg="60")
    assert list(made.errors) == ["age_years"]
    assert list(made.changes()) == ["body_mass_kg"]


@pytest.mark.parametrize(
    "seen", ["", "[]", "{", '{"age_years": 3}', '{"age_years": ["1", 2, false]}', "null", "\x00"]
)
def test_an_unreadable_note_of_what_was_seen_is_no_licence_to_overwrite(seen):
    assert read_seen(seen) == {}
    made = form("person", age_years="35", seen=seen)
    assert made.changes()["age_years"].based_on_revision == 0


def test_only_what_differs_from_what_the_tab_showed_is_a_change():
    seen = json.dumps(
        {"age_years": [3, 34, False], "body_mass_kg": [1, 61.5, False], "sex": [1, "female", False]}
    )
    made = form("person", age_years="34", body_mass_kg="61.5", sex="male", seen=seen)
    assert {item: (c.value, c.based_on_revision) for item, c in made.changes().items()} == {
        "sex": ("male", 1)
    }


def test_emptying_a_field_is_a_change_to_not_known():
    made = form("person", age_years="", seen=json.dumps({"age_years": [3, 34, False]}))
    assert made.changes()["age_years"].value is None


def test_unable_because_of_pain_is_its_own_answer():
    made = form("supine", **{"unable-ake_deg": "on"})
    assert made.changes()["ake_deg"].unable
    assert "unable-age_years" not in form("person").fields


def test_a_stored_answer_is_shown_again_and_is_no_change():
    answered = {
        "age_years": Answer(item="age_years", value=34, revision=2),
        "rf": Answer(item="rf", value=None),
        "sex": Answer(item="sex", value="female", revision=1),
    }
    definition = load_screen()
    section = next(one for one in definition.sections if one.id == "person")
    fresh = SectionForm(definition=definition, section=section, answered=answered)
    assert 'value="34"' in str(fresh["age_years"])
    assert "checked" in str(fresh["sex"])
    assert changed("person", seen=fresh.initial["seen"], age_years="34", sex="female") == {}


def test_an_option_nobody_offered_is_refused():
    assert "side" in form("person", side="middle").errors
