"""Whoever opens the link of a message moves, confirms and cancels that visit, and each page passes every check."""

from __future__ import annotations

import datetime as dt

import pytest

from clinic.booking import free, links
from clinic.booking.actions import book
from tests.journeys.conftest import SIZES
from tests.journeys.person import Person
from tests.world import World


@pytest.fixture
def world(transactional_db) -> World:
    """As everywhere, but committed, so that the server sees it."""
    return World(now=dt.datetime.now(dt.UTC))


@pytest.fixture(params=SIZES, ids=lambda window: window.name)
def somebody(browser, live_server, request):
    person = Person.arrives("Somebody", browser, live_server.url, request.param)
    yield person
    person.leaves()
    assert person.faults == []


def test_a_visit_is_moved_taken_back_confirmed_and_cancelled(world, somebody):
    assert world.cleo
    carl, now = world.carl.clinician, world.now
    start = free.next_free(carl, world.follow_up, now + dt.timedelta(days=9), 1, now=now)[0]
    world.ana.time_zone = "America/New_York"
    world.ana.save()
    visit = book(
        patient=world.ana, clinician=carl, type=world.follow_up, starts_at=start, by=world.dee, now=now
    )
    token = links.make_link(appointment=visit, now=now)
    soon = free.next_free(carl, world.follow_up, now + dt.timedelta(hours=26), 8, now=now)
    taken = next(one for one in soon if one.minute == 0)  # by Ben, so that Cleo alone is free then
    book(patient=world.ben, clinician=carl, type=world.follow_up, starts_at=taken, by=world.dee, now=now)
    somebody.opens(f"/my/visit/{token}/").is_on("Your visit").does_not_see("Silva").passes("visit")
    somebody.presses("Move it").is_on("Move your visit").passes("visit-times")
    somebody.page.get_by_label("Any of us").check()
    somebody.presses("Show these times").sees("Cleo Marchetti").passes("visit-times-anybody")
    # Not the first, which is too soon once the quarter of an hour is over.
    somebody.page.locator("button[name=starts_at]").nth(1).press("Enter")
    somebody.sees("has this new time").passes("visit-moved")
    somebody.presses("Take it back").sees("stands as it did before")
    somebody.presses("Confirm my visit").sees("We look forward").passes("visit-confirmed")
    somebody.page.get_by_text("Cancel it", exact=True).press("Enter")
    somebody.types("Why, if you like to say", "I am abroad").presses("Yes, cancel my visit")
    somebody.sees("Changed your mind?").passes("visit-cancelled")
    visit.refresh_from_db()
    assert visit.cancelled_because == "by the patient by link: I am abroad"
    somebody.opens(f"/my/visit/{token}/").is_on("does not work any more").passes("visit-dead")


def test_a_clinician_connects_a_calendar(world, somebody):
    somebody.brings(world.signed_in(world.carl))
    somebody.opens("/chart/calendar/").passes("clinician-calendar-none")
    somebody.presses("Make my calendar address").sees("We show it only now").passes("clinician-calendar-made")
    somebody.opens("/chart/calendar/").sees("Your address works").passes("clinician-calendar")
    somebody.presses("Take my calendar off").sees("no longer works for anyone")
