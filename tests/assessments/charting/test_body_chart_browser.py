"""The body chart in a real browser: moved over and marked by keys, pressed, taken away, saved as it goes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from assessments.screens import actions
from assessments.screens.actions import Change
from assessments.screens.models import Answer, Screen
from tests.journeys.person import Person, Window, comes, page_faults
from tests.world import World

SAVED = re.compile(r"Saved \d\d:\d\d")
HEEL = {"side": "left", "region": "heel", "depth": "deep", "pain": 6}


@pytest.fixture
def world(transactional_db) -> World:
    """As everywhere, but committed, so that the server sees it."""
    return World()


@pytest.fixture
def arrives(world, browser, live_server):
    """Carl at a window of his own, signed in; with or without script."""
    people = []

    def come(window: Window, *, script: bool = True) -> Person:
        person = Person.arrives("Carl", browser, live_server.url, window)
        if not script:
            person.leaves()
            person.page = browser.new_context(java_script_enabled=False).new_page()
        person.brings(world.signed_in(world.carl))
        people.append(person)
        return person

    yield come
    for person in people:
        person.leaves()
        assert person.faults == []


@pytest.fixture
def carl(arrives) -> Person:
    return arrives(Window(1280, "light"))


@pytest.fixture
def screen(world) -> Screen:
    return actions.start(patient=world.ana, by=world.carl, now=world.now)


def opened(person, screen):
    return person.opens(f"/chart/patients/{screen.patient_id}/screens/{screen.pk}/in/episode/").page


def marked(screen):
    row = Answer.objects.filter(screen=screen, item="pain_map").first()
    return row.value if row else "nothing"


def becomes(page, screen, value):
    """“Saved” may be said of what was marked a moment earlier: the last answer is on its way for half a second."""
    comes(page, lambda: marked(screen) == value)


def saved(person):
    expect(person.page.locator("[data-saved-text]")).to_have_text(SAVED)


def place(page, id):
    return page.locator(f'[data-place="{id}"]')


def test_a_place_is_marked_by_keys_alone(carl, screen):
    page = opened(carl, screen)
    page.locator("[name=pain_location]").focus()
    page.keyboard.press("Enter")
    body = page.get_by_role("listbox", name="Body chart")
    expect(body).to_be_focused()
    for key in ("ArrowDown", "ArrowRight", "ArrowDown", "Enter", "7", "d"):
        page.keyboard.press(key)
    saved(carl)
    expect(page.locator("[data-body-now]")).to_have_text("Thigh, outer side, left: 7 of 10, deep")
    becomes(page, screen, [{"side": "left", "region": "thigh_outer", "depth": "deep", "pain": 7}])
    expect(place(page, "thigh_outer-left")).to_have_attribute("aria-selected", "true")
    expect(place(page, "thigh_outer-left")).to_have_attribute(
        "aria-label", "Thigh, outer side, left: 7 of 10, deep"
    )
    assert page_faults(page) == []
    page.keyboard.press("Enter")
    expect(page.locator("[name=eases_with_movement]").first).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.locator("[data-saved-text]")).to_have_text(SAVED)


def test_one_enter_passes_it(carl, screen):
    page = opened(carl, screen)
    page.locator("[name=pain_location]").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator("[name=eases_with_movement]").first).to_be_focused()
    assert marked(screen) == "nothing"


def test_delete_takes_a_mark_away_and_a_number_alone_marks(carl, screen):
    page = opened(carl, screen)
    page.get_by_role("listbox").focus()
    for key in ("ArrowDown", "t"):
        page.keyboard.press(key)
    saved(carl)
    expect(page.locator("[data-marked] [data-mark]")).to_have_count(1)
    page.keyboard.press("Delete")
    expect(page.locator("[data-marked] [data-mark]")).to_have_count(0)
    expect(place(page, "lower_abdomen-middle")).to_have_attribute("aria-selected", "false")
    page.locator("[name=eases_with_movement]").first.focus()
    page.keyboard.press("y")
    saved(carl)
    becomes(page, screen, None)


def test_a_pressed_place_waits_for_its_pain_and_says_so(carl, screen):
    page = opened(carl, screen)
    place(page, "heel-left").locator(".place-reach").click()
    row = page.locator("[data-marked] [data-mark]")
    expect(row).to_contain_text("Heel, left")
    expect(row).to_contain_text("Say how strong it is. Not saved until then.")
    pain = row.locator("[data-part=pain]")
    expect(pain).to_be_focused()
    page.wait_for_timeout(600)
    assert marked(screen) == "nothing"
    pain.select_option("6")
    row.locator("[data-part=depth]").select_option(label="Deep")
    saved(carl)
    expect(row.get_by_text("Say how strong it is")).to_be_hidden()
    becomes(page, screen, [HEEL])
    row.get_by_role("button", name="Take away Heel, left").click()
    becomes(page, screen, None)
    assert page_faults(page) == []


def test_a_begun_place_that_is_left_is_named_and_not_called_saved(carl, screen):
    page = opened(carl, screen)
    place(page, "heel-left").locator(".place-reach").click()
    page.locator("[name=eases_with_movement]").first.focus()
    expect(page.locator("#item-pain_map [data-problem]")).to_contain_text("Heel, left: choose how strong")
    expect(page.locator("[data-saved-text]")).to_contain_text("not saved")
    place(page, "heel-left").locator(".place-reach").click()
    page.keyboard.type("3")
    saved(carl)
    expect(page.locator("#item-pain_map [data-problem]")).to_be_hidden()
    becomes(page, screen, [{**HEEL, "depth": "not_sure", "pain": 3}])


def test_the_list_marks_the_figure(carl, screen):
    page = opened(carl, screen)
    page.get_by_text("Choose places from a list").click()
    row = page.locator("[data-spare] [data-mark]").first
    row.locator("[data-part=region]").select_option("sacrum")
    row.locator("[data-part=side]").select_option("middle")
    row.locator("[data-part=pain]").select_option("2")
    saved(carl)
    expect(place(page, "sacrum-middle")).to_have_attribute("data-pain", "2")
    expect(place(page, "sacrum-middle").locator(".place-pain")).to_have_text("2")
    becomes(page, screen, [{"side": "middle", "region": "sacrum", "depth": "not_sure", "pain": 2}])


def test_another_tabs_marks_are_not_overwritten(world, carl, screen):
    page = opened(carl, screen)
    actions.save_answers(screen=screen, changes={"pain_map": Change([HEEL])}, by=world.cleo, now=world.now)
    page.get_by_role("listbox").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("4")
    expect(page.locator("#item-pain_map [data-problem]")).to_contain_text("Heel, left: 6 of 10, deep")
    assert marked(screen) == [HEEL]


@pytest.mark.parametrize("window", [Window(1280, "light"), Window(320, "dark")], ids=lambda one: one.name)
def test_it_is_worth_looking_at(world, arrives, screen, window):
    """Twenty places, so that one more is refused in words; wide and narrow, with the accessibility check."""
    chart = screen.definition.items["pain_map"].chart
    marks = [{**HEEL, "region": one.id, "side": one.sides[0]} for one in chart.regions.values()][:20]
    actions.save_answers(screen=screen, changes={"pain_map": Change(marks)}, by=world.carl, now=world.now)
    person = arrives(window)
    page = opened(person, screen)
    place(page, "sole-left").locator(".place-reach").click()
    expect(page.locator("[data-body-now]")).to_contain_text("20 places are marked")
    assert page_faults(page) == []


def test_without_script_the_list_does_it_all(arrives, screen):
    page = opened(arrives(Window(1280, "light"), script=False), screen)
    page.get_by_text("Choose places from a list").click()
    row = page.locator("[data-spare] [data-mark]").first
    row.locator("[data-part=region]").select_option("heel")
    row.locator("[data-part=side]").select_option("left")
    row.locator("[data-part=pain]").select_option("6")
    row.locator("[data-part=depth]").select_option("deep")
    page.get_by_role("button", name="Save and continue").click()
    becomes(page, screen, [HEEL])
