"""A mark on the body chart says side, region, depth and pain, and nothing impossible; the figure is the list, drawn."""

from __future__ import annotations

import math
from typing import Any

import pytest

from assessments.screens.body import BODY, MOST_MARKS, load_body
from assessments.screens.body_figure import HALF, Place, arrows, drawings
from assessments.screens.checks import body_is_sound
from tests.cases import broken_copy

SHIPPED = load_body(1)
FILE = "body.v1.toml"
PLACES: dict[str, Place] = {place.id: place for drawing in drawings(1) for place in drawing.places}
SWAPPED = {"left": "right", "right": "left", "middle": "middle", "up": "up", "down": "down"}


def mark(**said: Any) -> dict[str, Any]:
    return {"side": "left", "region": "heel", "depth": "deep", "pain": 6} | said


def swapped(place: str) -> str:
    region, _, side = place.rpartition("-")
    return f"{region}-{SWAPPED[side]}"


def test_the_shipped_chart_is_sound():
    assert body_is_sound() == []
    assert {region.view for region in SHIPPED.regions.values()} == set(SHIPPED.figures)


def test_a_possible_answer_is_taken_and_said_in_words():
    marks = [mark(), mark(side="right"), mark(region="sacrum", side="middle", depth="not_sure", pain=0)]
    assert SHIPPED.refusal(marks) == ""
    assert SHIPPED.in_words(marks[0]) == "Heel, left: 6 of 10, deep"
    assert SHIPPED.in_words(marks[2]) == "Sacrum and tailbone: 0 of 10, depth not sure"


@pytest.mark.parametrize(
    ("said", "way_out"),
    [
        ({"region": "elbow"}, "'elbow' is no region"),
        ({"region": ["heel"]}, "is no region"),
        ({"side": "middle"}, "Heel has no side 'middle'; it has left and right"),
        ({"side": ["left"]}, "Heel has no side"),
        ({"depth": "bone"}, "the depth is one of"),
        ({"depth": []}, "the depth is one of"),
        ({"pain": -1}, "from 0 to 10"),
        ({"pain": 11}, "from 0 to 10"),
        ({"pain": 4.5}, "from 0 to 10"),
        ({"pain": 1e300}, "from 0 to 10"),
        ({"pain": 10**400}, "from 0 to 10"),
        ({"pain": math.nan}, "as a number"),
        ({"pain": math.inf}, "as a number"),
        ({"pain": "6"}, "as a number"),
        ({"pain": "٦"}, "as a number"),
        ({"pain": True}, "as a number"),
        ({"pain": None}, "as a number"),
        ({"colour": "red"}, "and nothing else"),
    ],
)
def test_an_impossible_mark_is_refused_by_its_place(said: dict[str, Any], way_out: str):
    refused = SHIPPED.refusal([mark(region="sole"), mark(**said)])
    assert refused.startswith("Place 2: ")
    assert way_out in refused


@pytest.mark.parametrize("given", ["heel", {}, [], 6, None])
def test_what_is_no_list_of_marks_is_refused(given: object):
    assert SHIPPED.refusal(given) == "Give a list of places, or leave it out."


def test_the_same_place_is_marked_once():
    assert "Heel, left is marked twice" in SHIPPED.refusal([mark(), mark(pain=2)])


def test_at_most_twenty_places_are_marked():
    every = [mark(region=one.id, side=side) for one in SHIPPED.regions.values() for side in one.sides]
    assert SHIPPED.refusal(every[:MOST_MARKS]) == ""
    assert "at most 20" in SHIPPED.refusal(every[: MOST_MARKS + 1])


def test_swapping_the_sides_mirrors_the_figure():
    for region in SHIPPED.regions.values():
        for side in region.sides:
            mirrored = {(-x, y) for x, y in region.outline(side)}
            assert mirrored == set(region.outline(SWAPPED[side])), region.id
    for name, place in PLACES.items():
        other = PLACES[swapped(name)]
        assert (other.at, other.region) == ((-place.at[0], place.at[1]), place.region)


def test_left_is_the_patients_left_in_both_figures():
    front, back = drawings(1)
    assert (front.on_the_left, back.on_the_left) == ("right", "left")
    for region in SHIPPED.regions.values():
        if "left" in region.sides:
            xs = [x for x, _ in region.outline("left")]
            assert min(xs) >= 0 if region.view == "front" else max(xs) <= 0, region.id


def test_every_number_stands_inside_its_figure():
    for drawing in drawings(1):
        height = SHIPPED.figures[drawing.id].height
        for place in drawing.places:
            assert abs(place.at[0]) < HALF
            assert 0 < place.at[1] < height


def test_the_arrows_reach_every_place_from_every_other():
    leads = arrows(SHIPPED)
    assert set(leads) == set(PLACES)
    for start in leads:
        reached, going = {start}, [start]
        while going:
            new = set(leads[going.pop()].values()) - reached
            reached |= new
            going += new
        assert reached == set(leads), start


def test_up_and_down_are_the_same_on_both_sides():
    leads = arrows(SHIPPED)
    for place, ways in leads.items():
        for way in ("up", "down"):
            side = place.rpartition("-")[2]
            if side != "middle":
                assert swapped(ways.get(way, "-left")) == leads[swapped(place)].get(way, "-right"), place


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('view = "front"', 'view = "top"', "top"),
        ('sides = ["left", "right"]', 'sides = ["left", "rihgt"]', "sides"),
        ("[30, 62]", "[-30, 62]", "shape"),
        ('id = "heel"', 'id = "sole"', "sole"),
        ('label = "Heel"', 'lable = "Heel"', "label"),
        ("height = 428", "heigth = 428", "height"),
        ("at = [34, 404]", "at = 34", "at"),
        ("closed = []", "closed = [[]]", "closed"),
    ],
)
def test_a_typo_in_the_file_is_found(tmp_path, old: str, new: str, named: str):
    errors = body_is_sound(folder=broken_copy(BODY, tmp_path, FILE, old, new))
    assert len(errors) == 1
    assert named in errors[0].msg
    assert FILE in errors[0].msg
