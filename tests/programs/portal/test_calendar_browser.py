"""A patient connects their calendar: the address is there to be copied once, and each state passes every check."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from programs.feeds.models import Feed
from tests.world import World


@pytest.fixture
def world(transactional_db) -> World:
    """As everywhere, but committed, so that the server sees it."""
    return World()


def test_the_address_is_made_shown_once_and_taken_away(ana):
    ana.opens("/my/calendar/").sees("nothing about your health").passes("calendar-none")
    ana.presses("Make my calendar address").sees("We show it only now").passes("calendar-made")
    address = ana.page.get_by_role("textbox", name="Address").input_value()
    assert address.endswith(".ics")
    opens = ana.page.get_by_role("link", name="Add to my calendar").get_attribute("href")
    assert opens == "webcal:" + address.partition(":")[2]
    ana.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ana.presses("Copy").sees("Copied.")
    assert ana.page.evaluate("navigator.clipboard.readText()") == address
    ana.opens("/my/calendar/").does_not_see("We show it only now").passes("calendar-connected")
    ana.page.get_by_label("When do you train?").fill("")
    ana.presses("Save the time").sees("Choose a time.").passes("calendar-refused")
    ana.page.get_by_label("When do you train?").fill("06:30")
    ana.presses("Save the time").sees("Saved.")
    expect(ana.page.get_by_label("When do you train?")).to_have_value("06:30")
    ana.presses("Take my calendar off").sees("no longer works for anyone")
    assert not Feed.objects.exists()
