"""A patient at home says where the trouble is, with keys alone, changes their mind, and finds everything again."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from playwright.sync_api import expect

from assessments.screens.models import Answer
from tests.journeys.stage import nine_on_a_working_day
from tests.places import OTHER, USUAL, offers
from tests.world import World


@pytest.fixture
def world(transactional_db, monkeypatch):
    """As everywhere, but committed, so that the server sees it, and near the browser's own clock."""
    offers(monkeypatch, USUAL, OTHER)
    with time_machine.travel(nine_on_a_working_day(dt.datetime.now(dt.UTC))):
        yield World(dt.datetime.now(dt.UTC))


@pytest.fixture
def ana(world, ana):
    """An hour before her visit."""
    world.booked(starts_at=world.now + dt.timedelta(hours=1))
    return ana


def picks_by_keys(person, value):
    person.page.locator("[name=answer]").first.focus()
    for _ in range(10):
        if person.page.evaluate("document.activeElement.value") == value:
            break
        person.page.keyboard.press("ArrowDown")
    person.page.keyboard.press("Space")
    person.page.keyboard.press("Enter")


def test_the_place_is_chosen_changed_and_nothing_is_lost(ana):
    ana.opens("/my/questions/").passes("home-begin").presses("Begin")
    ana.is_on("Where is the trouble?").passes("home-where")
    ana.presses("Next").sees("Choose a place").passes("home-where-refused")
    picks_by_keys(ana, USUAL.screen)
    ana.page.wait_for_url(f"**/{USUAL.screen}/ask/**")
    ana.is_on("Question 1 of").passes("home-question")
    picks_by_keys(ana, "no")
    ana.is_on("Question 2 of").presses("Choose another place")
    ana.is_on("Where is the trouble?").passes("home-where-chosen")
    expect(ana.page.locator(f"[name=answer][value={USUAL.screen}]")).to_be_checked()
    picks_by_keys(ana, OTHER.screen)
    ana.page.wait_for_url(f"**/{OTHER.screen}/ask/**")
    assert Answer.objects.count() == 1
    picks_by_keys(ana, "yes")
    ana.sees("Ring us first").passes("home-warning")
    ana.presses("Go on with the questions").sees("please ring the clinic now").passes("home-warned")
    ana.presses("Choose another place")
    picks_by_keys(ana, USUAL.screen)
    ana.is_on("Question 2 of").sees("please ring the clinic now")
    ana.presses("Stop for now").sees("1 answer kept").passes("home-thanks")
    ana.opens("/my/questions/").passes("home-go-on")
