"""A patient chooses when they are reminded: by keyboard, with and without what was there, and it passes every check."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.world import World


@pytest.fixture
def world(transactional_db) -> World:
    """As everywhere, but committed, so that the server sees it."""
    return World()


def test_the_times_are_chosen_refused_and_kept(ana):
    ana.opens("/my/reminders/").sees("Only on days with a session").passes("reminders-usual")
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
    ana.presses("Save").sees("Saved.")
    expect(session).to_have_value("18:30")
    expect(ana.page.get_by_label("After each session")).to_be_checked()
