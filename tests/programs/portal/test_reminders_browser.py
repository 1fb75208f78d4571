"""A patient chooses how and when we remind them: by keyboard, what was refused is kept, and every check passes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from clinic.people import actions as people
from tests.world import World


@pytest.fixture
def world(transactional_db) -> World:
    """As everywhere, but committed, so that the server sees it."""
    return World()


def test_the_way_and_the_times_are_chosen_refused_and_kept(world, ana):
    phone = people.agree_to_texts(channel=world.ana.channels.get(kind="phone"), by=world.dee, now=world.now)
    people.verify(channel=phone, by=world.dee, now=world.now)
    ana.opens("/my/appointments/").presses("How we remind you")
    ana.sees("Only on days with a session").passes("reminders-usual")
    ana.page.get_by_label("No wish").focus()
    ana.page.keyboard.press("ArrowUp")
    expect(ana.page.get_by_label("Text message")).to_be_checked()
    expect(ana.page.get_by_label("After a session that hurt")).to_be_checked()
    session = ana.page.get_by_label("When shall we tell you about a session?")
    session.fill("18:30")
    ana.page.get_by_label("After a session that hurt").focus()
    ana.page.keyboard.press("ArrowDown")
    expect(ana.page.get_by_label("After each session")).to_be_checked()
    ana.page.get_by_label("At what time in the morning?").fill("")
    ana.presses("Save").sees("Choose a time.").passes("reminders-refused")
    expect(session).to_have_value("18:30")
    ana.page.get_by_label("At what time in the morning?").fill("07:15")
    ana.presses("Save").sees("Saved.").sees("Text message to the number that ends in 123")
    expect(ana.page.get_by_label("Text message")).to_be_checked()
    expect(session).to_have_value("18:30")
    expect(ana.page.get_by_label("After each session")).to_be_checked()
    ana.presses("Your appointments").is_on("Your appointments")
