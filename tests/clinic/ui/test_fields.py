"""What each clinical field accepts, and what it says when it refuses."""

from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from clinic.ui import fields

ANGLE = fields.WholeWithUnitField(unit="°", min_value=0, max_value=120)


def refusal(field, value):
    with pytest.raises(ValidationError) as refused:
        field.clean(value)
    return " ".join(refused.value.messages)


class SidesForm(forms.Form):
    raise_angle = fields.LeftRightField(ANGLE, label="Straight leg raise")
    tender = fields.LeftRightField(fields.YesNoUnknownField())


def sides(query):
    return SidesForm(QueryDict(query))


class TestPain:
    @pytest.mark.parametrize(
        ("given", "stored"), [("0", 0), ("10", 10), ("", None), ("-", None), (None, None)]
    )
    def test_reads(self, given, stored):
        assert fields.PainScaleField(required=False).clean(given) == stored

    @pytest.mark.parametrize("given", ["11", "-1", "3.5", "ten", "1 0"])
    def test_refuses_what_is_not_on_the_scale_and_repeats_it(self, given):
        said = refusal(fields.PainScaleField(required=False), given)
        assert "0 to 10" in said
        assert given in said

    @pytest.mark.parametrize("given", ["", "-", None])
    def test_asks_for_a_number_where_one_is_needed(self, given):
        assert "Choose a number from 0" in refusal(fields.PainScaleField(), given)

    def test_ticks_nothing_by_itself(self):
        class PainForm(forms.Form):
            pain = fields.PainScaleField(required=False)

        assert " checked" not in str(PainForm()["pain"])
        assert str(PainForm(initial={"pain": 0})["pain"]).count(" checked") == 1


class TestYesNo:
    @pytest.mark.parametrize(
        ("given", "stored"),
        [("yes", True), ("no", False), ("unknown", None), ("", None), (None, None), (True, True)],
    )
    def test_reads(self, given, stored):
        assert fields.YesNoUnknownField(required=False).clean(given) is stored

    def test_refuses_another_word(self):
        assert "“maybe” was given" in refusal(fields.YesNoUnknownField(required=False), "maybe")

    def test_not_known_is_an_answer_and_nothing_is_not(self):
        field = fields.YesNoUnknownField(required=True)
        assert field.clean("unknown") is None
        assert "Choose yes, no or not known." in refusal(field, "")

    @pytest.mark.parametrize(("stored", "ticked"), [(True, "yes"), (False, "no"), (None, None)])
    def test_shows_what_is_stored_and_ticks_nothing_else(self, stored, ticked):
        class PopForm(forms.Form):
            popped = fields.YesNoUnknownField(required=False)

        drawn = str(PopForm(initial={"popped": stored})["popped"])
        assert drawn.count(" checked") == (1 if ticked else 0)
        assert ticked is None or f'value="{ticked}"' in drawn.split(" checked")[0].rsplit("<input", 1)[1]


class TestNumber:
    @pytest.mark.parametrize(
        ("given", "stored"), [("12,5", "12.5"), (" 12.5 ", "12.5"), ("\u22123", "-3"), ("0", "0")]
    )
    def test_reads_the_ways_people_type(self, given, stored):
        assert fields.DecimalWithUnitField(unit="cm", required=False).clean(given) == Decimal(stored)

    def test_empty_is_not_zero(self):
        assert fields.DecimalWithUnitField(unit="cm", required=False).clean("") is None

    @pytest.mark.parametrize(
        "given", ["600", "-1", "NaN", "Infinity", "1e999999", "twelve", "1,2,3", "12.34"]
    )
    def test_refuses_by_range_unit_and_what_was_given(self, given):
        field = fields.DecimalWithUnitField(unit="cm", min_value=0, max_value=60, decimal_places=1)
        said = refusal(field, given)
        assert "60 cm" in said or "decimal place" in said
        assert given in said or "decimal place" in said

    def test_a_count_is_whole(self):
        assert ANGLE.clean("30") == 30
        assert "whole number from 0 to 120°" in refusal(ANGLE, "30.5")


class TestLeftRight:
    def test_keeps_the_sides_apart(self):
        form = sides("raise_angle_left=70&raise_angle_right=55&tender_right=no")
        assert form.is_valid(), form.errors
        assert form.cleaned_data["raise_angle"] == {"left": 70, "right": 55}
        assert form.cleaned_data["tender"] == {"left": None, "right": False}

    def test_a_side_left_empty_stays_unknown(self):
        form = sides("raise_angle_left=&raise_angle_right=55")
        assert form.is_valid(), form.errors
        assert form.cleaned_data["raise_angle"] == {"left": None, "right": 55}

    @pytest.mark.parametrize(
        ("query", "side"),
        [
            ("raise_angle_left=70&raise_angle_right=190", "Right"),
            ("raise_angle_left=abc&raise_angle_right=9", "Left"),
            ("raise_angle_left=70", "Right"),
            ("raise_angle_right=70", "Left"),
        ],
    )
    def test_names_the_side_it_refuses(self, query, side):
        messages = sides(query).errors["raise_angle"]
        assert [message.split(":")[0] for message in messages] == [side]

    @pytest.mark.parametrize(
        ("value", "said"),
        [
            ({"left": {"right": 3}, "right": 4}, "Left: expected one value"),
            ({"left": 3, "right": [3, 4]}, "Right: expected one value"),
            ({"left": 3}, "The right side is missing"),
            ({"left": 3, "rigth": 4}, "no side “rigth”"),
            ([1, 2, 3], "one value for the left and one for the right"),
            ("70/55", "one value for the left and one for the right"),
        ],
    )
    def test_never_guesses_a_side_from_a_broken_shape(self, value, said):
        assert said in refusal(fields.LeftRightField(ANGLE), value)

    def test_both_sides_where_both_are_needed(self):
        field = fields.LeftRightField(ANGLE, required=True)
        assert refusal(field, [3, ""]) == "Right: enter a value for this side."
        assert "Left" in refusal(field, None)

    def test_what_was_typed_comes_back(self):
        drawn = str(sides("raise_angle_left=70&raise_angle_right=190")["raise_angle"])
        assert 'value="70"' in drawn
        assert 'value="190"' in drawn
        assert "absent" not in str(sides("raise_angle_left=70")["raise_angle"]).lower()

    @pytest.mark.parametrize(
        ("query", "changed"),
        [
            ("raise_angle_left=70&raise_angle_right=55", False),
            ("raise_angle_left=71&raise_angle_right=55", True),
        ],
    )
    def test_knows_whether_it_changed(self, query, changed):
        form = SidesForm(QueryDict(query), initial={"raise_angle": {"left": 70, "right": 55}})
        assert ("raise_angle" in form.changed_data) is changed
