"""What must not wait, by the screens' own words and rules: each red flag is asked, and none is taken lightly."""

from __future__ import annotations

import pytest

from assessments.screens.offered import offered_screens
from assessments.screens.reading import load_screen
from programs.portal.booking import safety
from programs.portal.booking.safety import Way

PLACES = offered_screens()


@pytest.mark.parametrize("place", PLACES)
def test_every_red_flag_for_patients_is_asked_once(place):
    first, others = safety.in_two_parts(place)
    screen = load_screen(place)
    flags = [
        i for i in screen.asked_at_home if i.group == "red_flag" and i.kind == "bool" and not i.asked_when
    ]
    assert sorted(i.id for i in first + others) == sorted(i.id for i in flags)
    assert len(first) >= 5


@pytest.mark.parametrize("place", PLACES)
def test_each_yes_leads_as_its_rule_says(place):
    first, others = safety.in_two_parts(place)
    everything = dict.fromkeys([item.id for item in first + others], False)
    assert safety.leads(place, everything) == Way.ON
    for item in first:
        assert safety.leads(place, everything | {item.id: True}) == Way.EMERGENCY
    for item in others:
        assert safety.leads(place, everything | {item.id: True}) == Way.RING
    for item in first + others:
        assert safety.leads(place, everything | {item.id: None}) == Way.RING


@pytest.mark.parametrize("place", PLACES)
def test_an_emergency_outweighs_what_is_not_known(place):
    first, others = safety.in_two_parts(place)
    said = {first[0].id: True} | dict.fromkeys([item.id for item in others], None)
    assert safety.leads(place, said) == Way.EMERGENCY


@pytest.mark.parametrize("place", PLACES)
def test_a_yes_that_warns_on_the_history_pages_never_leads_on(place):
    """The two ways in are of one mind: what shows the safety text there stops the booking here."""
    screen = load_screen(place)
    for item in safety.questions(place):
        assert screen.warns(item, value=True)


@pytest.mark.parametrize("place", PLACES)
def test_the_short_round_holds_all_that_is_for_now_or_today(place):
    short = {item.id for item in safety.in_short(place)}
    assert {item.id for item in safety.in_two_parts(place)[0]} < short
    for item in safety.questions(place):
        assert (safety.urgency(place, [item.id]) in {"emergency_now", "same_day"}) == (item.id in short)


def test_every_place_that_is_offered_can_be_booked_for():
    assert [one.screen for one in safety.places()] == list(PLACES)
