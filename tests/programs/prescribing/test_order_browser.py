"""Exercises moved in a real browser: by keys, by dragging, past a guard with a reason, and in two windows."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import expect

from programs.plans import proposals
from tests.journeys.conftest import SIZES, WINDOWS
from tests.journeys.person import Person
from tests.journeys.stage import nine_on_a_working_day
from tests.programs.stories import Story, small_draft
from tests.world import World


@pytest.fixture
def story(transactional_db, monkeypatch):
    """As everywhere, but committed, so that the server sees it, and near the browser's own clock."""
    monkeypatch.setattr(proposals, "draft", small_draft)
    with time_machine.travel(nine_on_a_working_day(dt.datetime.now(dt.UTC))):
        world = World(dt.datetime.now(dt.UTC))
        story = Story(world, world.ana, world.carl)
        assert story.proposed
        yield story


@pytest.fixture
def arrives(story, browser, live_server):
    """Carl at the draft, in as many windows as a test opens."""
    people = []

    def at_the_draft(window=WINDOWS[0]):
        person = Person.arrives("Carl", browser, live_server.url, window)
        people.append(person.brings(story.world.signed_in(story.by)))
        return person.opens(page_of(story))

    yield at_the_draft
    for person in people:
        person.leaves()
        assert person.faults == []


def page_of(story):
    return reverse("prescribing:program", args=[story.patient.pk, story.proposed.pk])


def names(story):
    return list(story.proposed.listed_now().values_list("name", flat=True))


def handle(person, name):
    return person.page.get_by_role("button", name=f"Move {name}, number")


def said(person):
    return person.page.locator("[data-order-said]")


@pytest.mark.parametrize("window", SIZES, ids=lambda window: window.name)
def test_the_page_is_worth_standing_on(arrives, window):
    carl = arrives(window).is_on("Program").passes("program-edit")
    carl.page.locator(".exercise-row > summary").first.click()
    carl.passes("program-edit-open")


def test_alt_and_an_arrow_move_an_exercise_and_the_focus_stays(arrives, story):
    carl, before = arrives(), names(story)
    handle(carl, before[0]).focus()
    carl.page.keyboard.press("Alt+ArrowDown")
    expect(said(carl)).to_contain_text(f"{before[0]} is now number 2 of {len(before)}.")
    expect(handle(carl, before[0])).to_be_focused()
    assert names(story) == [before[1], before[0], *before[2:]]
    carl.page.keyboard.press("Alt+ArrowUp")
    expect(said(carl)).to_contain_text("is now number 1")
    assert names(story) == before
    carl.page.keyboard.press("Alt+ArrowUp")
    expect(said(carl)).to_contain_text("is first already")


def test_dragging_moves_an_exercise(arrives, story):
    carl, before = arrives(), names(story)
    handle(carl, before[3]).hover()
    carl.page.mouse.down()
    target = handle(carl, before[0]).bounding_box()
    carl.page.mouse.move(target["x"] + 5, target["y"] + 60, steps=4)
    carl.page.mouse.move(target["x"] + 5, target["y"] + 3, steps=4)
    carl.page.mouse.up()
    expect(said(carl)).to_contain_text(f"{before[3]} is now number 1")
    assert names(story) == [before[3], *before[:3], *before[4:]]
    carl.sees("New order.")


def test_what_is_dropped_where_it_was_sends_nothing(arrives, story):
    carl, before = arrives(), names(story)
    handle(carl, before[1]).hover()
    carl.page.mouse.down()
    carl.page.mouse.move(5, 5)
    carl.page.mouse.up()
    expect(said(carl)).to_be_empty()
    assert names(story) == before


def test_a_second_window_is_refused_clearly_and_sees_the_list_as_it_is(arrives, story):
    first, second = arrives(), arrives()
    before = names(story)
    gone = before[4]
    first.page.locator(".exercise-row", has_text=gone).locator("summary").click()
    first.presses("Remove", within=first.page.locator(".exercise-row", has_text=gone))
    first.sees(f"“{gone}” removed.")
    handle(second, before[0]).focus()
    second.page.keyboard.press("Alt+ArrowDown")
    second.sees("The list changed in another window")
    expect(second.page.locator("[data-error-summary]")).to_be_focused()
    expect(handle(second, gone)).to_have_count(0)
    handle(second, before[0]).focus()
    second.page.keyboard.press("Alt+ArrowDown")
    expect(said(second)).to_contain_text("is now number 2")


def test_without_a_script_the_buttons_do_the_same(story, browser, live_server):
    context = browser.new_context(java_script_enabled=False)
    session = story.world.signed_in(story.by).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page, before = context.new_page(), names(story)
    page.goto(live_server.url + page_of(story))
    expect(page.get_by_role("button", name=f"Move {before[0]}, number")).to_have_count(0)
    page.locator(".exercise-row > summary").first.click()
    page.get_by_role("button", name="Move down").locator("visible=true").first.click()
    expect(page.locator("#messages")).to_contain_text(f"“{before[0]}” moved down.")
    assert names(story)[:2] == [before[1], before[0]]
    context.close()


def test_a_saved_dose_comes_back_to_where_it_was_typed(arrives, story):
    page = arrives().page
    line = page.locator("[data-line]").last
    line.locator("summary").first.click()
    line.get_by_label("Sets").fill("2")
    save = line.get_by_role("button", name="Save dose")
    save.scroll_into_view_if_needed()
    before = save.bounding_box()["y"]
    save.click()
    message = page.locator("#messages").get_by_text("New dose for")
    expect(message).to_be_in_viewport()
    expect(line.get_by_label("Sets")).to_have_value("2")
    expect(save).to_be_in_viewport()
    assert abs(save.bounding_box()["y"] - before) < 120, "the same row, under the same eyes"
    assert page.evaluate("sessionStorage.length") == 0
