"""Where the trouble is, chosen with keys alone from the day and from the chart, in every window."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from playwright.sync_api import expect

from assessments.screens import actions as screens
from assessments.screens.models import Screen
from tests.assessments.stories import DESK_WORKER, RACING_SHOES, concluded
from tests.journeys.conftest import SIZES
from tests.journeys.person import Person
from tests.journeys.stage import nine_on_a_working_day
from tests.places import OTHER, USUAL, offers
from tests.world import World

MOST_TABS = 40
IN_FOCUS = "document.activeElement.matches('a, button') ? document.activeElement.innerText : ''"


@pytest.fixture
def world(transactional_db, monkeypatch):
    """As everywhere, but committed, so that the server sees it, and near the browser's own clock."""
    offers(monkeypatch, USUAL, OTHER)
    with time_machine.travel(nine_on_a_working_day(dt.datetime.now(dt.UTC))):
        yield World(dt.datetime.now(dt.UTC))


@pytest.fixture(params=SIZES, ids=lambda window: window.name)
def carl(world, browser, live_server, request):
    """Carl at a keyboard, signed in."""
    person = Person.arrives("Carl", browser, live_server.url, request.param).brings(
        world.signed_in(world.carl)
    )
    yield person
    person.leaves()
    assert person.faults == []


def chart_of(world):
    return f"/chart/patients/{world.ana.pk}/"


def tabs_to(person, words):
    """On by Tab, never by pointer, until this is in focus; what is never reached is a fault."""
    for _ in range(MOST_TABS):
        person.page.keyboard.press("Tab")
        if words in person.page.evaluate(IN_FOCUS):
            return
    raise AssertionError(f"{words} is not within {MOST_TABS} Tabs")


def test_from_the_day_by_keys_alone_enter_takes_the_first_place(world, carl):
    visit = world.booked(starts_at=world.now + dt.timedelta(hours=1))
    carl.opens("/chart/").passes("where-day")
    tabs_to(carl, "Start screen")
    carl.page.keyboard.press("Enter")
    carl.is_on("Where is the trouble?").passes("where")
    expect(carl.page.get_by_role("button", name=USUAL.place)).to_be_focused()
    carl.page.keyboard.press("Enter")
    carl.page.wait_for_url("**/in/red_flags/")
    screen = Screen.objects.get()
    assert (screen.catalogue, screen.appointment) == (USUAL.screen, visit)


def test_a_number_takes_its_place_and_the_list_of_keys_says_so(world, carl):
    carl.opens(chart_of(world))
    tabs_to(carl, "Start a screen")
    carl.page.keyboard.press("Enter")
    carl.is_on("Where is the trouble?")
    carl.page.keyboard.press("?")
    expect(carl.page.get_by_role("dialog")).to_contain_text("That place")
    carl.page.keyboard.press("2")
    expect(carl.page.get_by_role("dialog")).to_be_visible()  # a list in front takes no number
    carl.page.keyboard.press("Escape")
    carl.page.keyboard.press("9")  # there is no ninth place
    assert not Screen.objects.exists()
    carl.page.keyboard.press("2")
    carl.page.wait_for_url("**/in/red_flags/")
    assert Screen.objects.get().catalogue == OTHER.screen


def test_two_open_drafts_and_two_results_are_told_apart_on_chart_and_day(world, carl):
    visit = world.booked(starts_at=world.now + dt.timedelta(hours=1))
    for story in (DESK_WORKER, RACING_SHOES):
        concluded(world, story, appointment=visit)
    for number, place in enumerate((USUAL, OTHER)):
        given = {"appointment": visit, "now": world.now + dt.timedelta(minutes=number)}
        screens.start(patient=world.ana, by=world.carl, catalogue=place.screen, **given)
    carl.opens("/chart/").sees(f"{OTHER.place}. Also open: {USUAL.place}").passes("where-day-two")
    carl.opens(chart_of(world)).passes("where-chart-two")
    tabs_to(carl, f"Continue: {USUAL.place}")
    carl.page.keyboard.press("Enter")
    carl.page.wait_for_url("**/in/red_flags/")
    assert f"/screens/{Screen.objects.drafts().get(catalogue=USUAL.screen).pk}/" in carl.page.url
    carl.opens(f"{chart_of(world)}screens/").sees(re.compile("Continue the draft of")).passes("where-two")
    carl.opens("/chart/rules/").sees("(shown)").passes("where-rules")
