"""A draft in two real windows: a clash is told where it was typed, and a release waits until it was read again."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.programs.prescribing.test_order_browser import arrives, handle, names, story

__all__ = ["arrives", "story"]


def unfolded(person, name):
    """The exercise's row, opened."""
    row = person.page.locator(".exercise-row", has_text=name)
    if row.get_attribute("open") is None:
        row.locator("summary").click()
    return row


def doses(person, name, sets):
    row = unfolded(person, name)
    row.get_by_label("Sets").fill(sets)
    person.presses("Save dose", within=row)
    return row


def test_one_dose_in_two_windows(arrives, story):
    first, second = arrives(), arrives()
    name = names(story)[0]
    doses(first, name, "2")
    first.sees(f"New dose for “{name}”.")
    row = doses(second, name, "5")
    second.sees("was changed in another window since this page was opened. It is now: 2 sets")
    expect(row.get_by_label("Sets")).to_have_value("5")
    second.passes("program-clash")
    second.presses("Save dose", within=row)
    second.sees(f"New dose for “{name}”.")
    assert story.proposed.listed_now()[0].sets == 5


def test_a_release_waits_until_the_draft_was_read_again(arrives, story):
    first, second = arrives(), arrives()
    name = names(story)[0]
    handle(second, name).focus()
    second.page.keyboard.press("Alt+ArrowDown")
    second.sees("New order.")  # ones own change is on the page
    doses(first, name, "2")
    first.sees(f"New dose for “{name}”.")
    for told in (True, False):
        second.ticks(second.page.get_by_label("I have read this program"))
        second.presses("Release to patient")
        if told:
            second.sees("Nothing was released")
            second.sees("to “2 sets of 8–10")
            second.passes("program-release-clash")
    second.sees("Released.")


def test_after_a_drag_ones_own_draft_is_released(arrives, story):
    carl = arrives()
    name = names(story)[0]
    handle(carl, name).focus()
    carl.page.keyboard.press("Alt+ArrowDown")
    carl.sees("New order.")
    carl.ticks(carl.page.get_by_label("I have read this program"))
    carl.presses("Release to patient")
    carl.sees("Released.")
