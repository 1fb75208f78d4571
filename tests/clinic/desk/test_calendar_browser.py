"""The calendar in real windows: a change in one shows in the other within two seconds, and keys do what a drag does."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as live
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, Route, expect

from clinic.booking import actions
from clinic.booking.models import Appointment
from tests.journeys.person import AXE_RULES, axe_faults, faults_in_both_lights

pytestmark = pytest.mark.django_db(transaction=True)
WITHIN = 2.0  # seconds
WAIT = 20_000  # milliseconds, for a machine that is busy with other things


@pytest.fixture
def visits(world) -> list[Appointment]:
    """Ana at ten and Ben at eleven with Carl, on the Monday after next; Cleo is free."""
    monday = dt.datetime.now(ZoneInfo(live.TIME_ZONE)).replace(hour=10, minute=0, second=0, microsecond=0)
    monday += dt.timedelta(days=14 - monday.weekday())
    world.now = dt.datetime.now(dt.UTC)
    assert world.cleo
    return [
        world.booked(patient=patient, type=world.follow_up, starts_at=monday + dt.timedelta(hours=later))
        for patient, later in ((world.ana, 0), (world.ben, 1))
    ]


@pytest.fixture
def window(world, at_a_browser, live_server, visits) -> Page:
    page = at_a_browser(world.dee, viewport={"width": 1280, "height": 900})
    page.goto(address(live_server, visits))
    return page


def address(live_server, visits) -> str:
    return f"{live_server.url}/desk/?day={visits[0].starts_at.date()}"


def card(page: Page, visit: Appointment):
    return page.locator(f"#visit-{visit.pk}")


def by_desk(world):
    return {"by": world.dee, "now": dt.datetime.now(dt.UTC)}


def gap(page: Page, clock: str, name: str):
    return page.get_by_role("link", name=f"Book {clock} with {name}", exact=True)


# --- Two windows --------------------------------------------------------------------------------------------


def test_a_change_in_one_window_is_in_the_other_within_two_seconds(
    world, at_a_browser, live_server, window, visits
):
    other = at_a_browser(world.mona, viewport={"width": 1280, "height": 900})
    other.goto(address(live_server, visits))
    expect(card(other, visits[0])).to_contain_text("Booked")
    card(window, visits[0]).get_by_role("button", name="Confirmed").click()
    # The stopwatch starts when the change is in the database, whatever the clicked window still has to draw.
    while Appointment.objects.get(pk=visits[0].pk).status != "confirmed":
        time.sleep(0.02)
    began = time.monotonic()
    expect(card(other, visits[0])).to_contain_text("Back to booked", timeout=WAIT)
    took = time.monotonic() - began
    assert took < WITHIN * slowness(other, live_server, visits), f"{took:.1f} s"


def slowness(page: Page, live_server, visits) -> float:
    """How many times longer than a fifth of a second this machine takes just now to draw the day; at least 1."""
    began = time.monotonic()
    page.request.get(address(live_server, visits))
    return max(1.0, (time.monotonic() - began) / 0.2)


def test_without_asking_a_window_stays_as_it_was(world, at_a_browser, live_server, window, visits):
    """The negative control: the version's address is cut off, and the change does not come."""
    window.route("**/desk/day/version/**", lambda route: route.abort())
    actions.change_status(appointment=visits[0], to="arrived", **by_desk(world))
    window.wait_for_timeout(4000)
    expect(card(window, visits[0])).to_contain_text("Booked")
    window.unroute("**/desk/day/version/**")
    expect(card(window, visits[0])).to_contain_text("In session", timeout=WAIT)


def test_what_somebody_is_typing_and_where_they_are_stay(world, window, visits):
    card(window, visits[1]).locator(".visit-more").click()
    field = card(window, visits[1]).locator("input[name=because]")
    field.type("Has a col")
    actions.change_status(appointment=visits[0], to="arrived", **by_desk(world))
    actions.change_status(appointment=visits[1], to="confirmed", **by_desk(world))
    expect(card(window, visits[1])).to_contain_text("Confirmed", timeout=WAIT)
    expect(card(window, visits[0])).to_contain_text("Arrived", timeout=WAIT)
    expect(field).to_be_focused()
    window.keyboard.type("d")
    expect(field).to_have_value("Has a cold")


def test_a_gap_that_was_booked_elsewhere_hands_the_focus_to_the_visit(world, window, visits):
    gap(window, "12:00", "Carl Jensen").focus()
    made = world.booked(
        patient=world.ana, type=world.follow_up, starts_at=visits[0].starts_at + dt.timedelta(hours=2)
    )
    expect(card(window, made)).to_be_focused(timeout=WAIT)


def test_signed_out_elsewhere_the_window_stops_asking_and_shows_no_names(window, visits):
    asked: list[str] = []
    Session.objects.all().delete()
    expect(window.get_by_label("Password")).to_be_visible(timeout=WAIT)
    window.on("request", lambda request: asked.append(request.url))
    window.wait_for_timeout(2500)
    assert [url for url in asked if "version" in url] == []
    assert "Ana Silva" not in window.content()


# --- By keys ------------------------------------------------------------------------------------------------


def test_tab_reaches_the_grid_once_and_arrows_every_quarter(window, visits):
    stops = "table.day [data-book-gap], table.day .visit"
    assert window.locator(stops).evaluate_all("all => all.filter((each) => each.tabIndex === 0).length") == 1
    gap(window, "08:00", "Carl Jensen").focus()
    seen = []
    for _ in range(40):
        seen.append(
            window.evaluate("document.activeElement.id || document.activeElement.firstChild.textContent")
        )
        window.keyboard.press("ArrowDown")
    assert len(dict.fromkeys(seen)) == 40 - 2, "forty quarters, of which two visits take two each"
    assert f"visit-{visits[0].pk}" in seen
    window.keyboard.press("Home")
    window.keyboard.press("ArrowRight")
    expect(gap(window, "08:00", "Cleo Marchetti")).to_be_focused()


def test_a_visit_is_moved_by_keys_to_another_clinician_and_taken_back(window, visits):
    card(window, visits[0]).focus()
    window.keyboard.press("v")
    words = window.locator("[data-pick-up-words]")
    expect(words).to_contain_text("10:00 with Carl Jensen", timeout=WAIT)
    for key in ("ArrowRight", "ArrowDown"):
        window.keyboard.press(key)
    expect(words).to_contain_text("Ana Silva: 10:15 with Cleo Marchetti, 30 minutes")
    window.keyboard.press("Enter")
    expect(window.locator("#messages")).to_contain_text("will be mailed the new time", timeout=WAIT)
    expect(card(window, visits[0])).to_be_focused()
    moved = Appointment.objects.get(pk=visits[0].pk)
    assert moved.starts_at == visits[0].starts_at + dt.timedelta(minutes=15)
    assert str(moved.clinician) == "Cleo Marchetti"
    window.keyboard.press("u")
    expect(window.locator("#messages")).to_contain_text("Taken back", timeout=WAIT)
    assert Appointment.objects.get(pk=visits[0].pk).starts_at == visits[0].starts_at


def test_a_visit_is_made_longer_by_a_key_and_escape_leaves_it(window, visits):
    card(window, visits[0]).focus()
    window.keyboard.press("v")
    window.keyboard.press("ArrowDown")
    window.keyboard.press("Escape")
    window.keyboard.press("+")
    expect(window.locator("#messages")).to_contain_text("45 minutes now", timeout=WAIT)
    now = Appointment.objects.get(pk=visits[0].pk)
    assert (now.starts_at, now.ends_at - now.starts_at) == (visits[0].starts_at, dt.timedelta(minutes=45))


def test_keys_pressed_before_moving_has_been_read_wait_for_it(window, visits):
    """On a slow line the hand is faster than the file that moves visits: no key is lost or means another thing."""
    on_its_way: list[Route] = []
    window.route("**/calendar_moving*.js", lambda route: on_its_way.append(route))
    window.reload()
    card(window, visits[0]).focus()
    for key in ("v", "ArrowDown", "Escape", "v", "ArrowDown", "+", "Enter"):
        window.keyboard.press(key)
    expect(card(window, visits[0])).to_be_focused()
    assert on_its_way
    for each in on_its_way:
        each.continue_()
    expect(window.locator("#messages")).to_contain_text("Moved: Ana Silva", timeout=WAIT)
    now = Appointment.objects.get(pk=visits[0].pk)
    later = dt.timedelta(minutes=15)
    assert (now.starts_at, now.ends_at - now.starts_at) == (visits[0].starts_at + later, 3 * later)


def test_letters_typed_into_a_field_are_letters(window, visits):
    card(window, visits[0]).locator(".visit-more").click()
    card(window, visits[0]).locator("input[name=because]").type("tnpdwmbfuv?")
    expect(card(window, visits[0]).locator("input[name=because]")).to_have_value("tnpdwmbfuv?")
    expect(window.locator("dialog[open]")).to_have_count(0)


def test_letters_go_about_the_calendar(window, visits):
    monday = visits[0].starts_at.date()
    steps = [
        ("w", rf"/desk/week/\?day={monday}$"),
        ("m", rf"/desk/month/\?day={monday}$"),
        ("d", rf"/desk/\?day={monday}$"),
        ("n", rf"/desk/\?day={monday + dt.timedelta(days=1)}$"),
        ("p", rf"/desk/\?day={monday}$"),
        ("t", r"/desk/$"),
        ("b", r"/desk/book/\?day=\d{4}-\d\d-\d\d$"),
    ]
    for key, address in steps:
        window.keyboard.press(key)
        expect(window).to_have_url(re.compile(address), timeout=WAIT)
        window.wait_for_load_state()
    window.go_back()
    window.wait_for_load_state()
    window.keyboard.press("?")
    expect(window.get_by_role("dialog")).to_contain_text("Pick a visit up")


# --- By pointer ---------------------------------------------------------------------------------------------


def drags(page: Page, visit: Appointment, x: float, y: float, *, to_x: float = 0, to_y: float = 0) -> None:
    box = card(page, visit).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + x, box["y"] + y)
    expect(page.locator("[data-watched]")).to_be_attached(timeout=WAIT)
    page.mouse.down()
    page.mouse.move(box["x"] + x + to_x, box["y"] + y + to_y, steps=6)
    page.mouse.up()


def test_dragging_moves_it_and_a_taken_time_leaves_it_where_it_was(window, visits):
    height = card(window, visits[0]).locator("xpath=ancestor::tr").bounding_box()["height"]
    drags(window, visits[0], 40, 8, to_y=-2 * height)
    expect(window.locator("#messages")).to_contain_text("Moved: Ana Silva", timeout=WAIT)
    assert Appointment.objects.get(pk=visits[0].pk).starts_at == visits[0].starts_at - dt.timedelta(
        minutes=30
    )
    drags(window, visits[1], 40, 8, to_y=-6 * height)
    expect(window.locator("#messages")).to_contain_text("is taken: Ana Silva", timeout=WAIT)
    expect(window.locator("#messages")).to_contain_text("The visit of Ben Nowak was not changed")
    assert Appointment.objects.get(pk=visits[1].pk).starts_at == visits[1].starts_at


def test_dragging_the_lower_edge_makes_it_longer(window, visits):
    box = card(window, visits[1]).bounding_box()
    drags(window, visits[1], 40, box["height"] - 4, to_y=40)
    expect(window.locator("#messages")).to_contain_text("45 minutes now", timeout=WAIT)


def test_moved_by_its_page_what_happened_is_seen_beside_the_visit_and_can_be_undone(window, visits):
    """The day opens at the visit, far below the notice: it floats, with its button."""
    window.set_viewport_size({"width": 1280, "height": 500})
    card(window, visits[1]).get_by_role("button", name="More").click()
    card(window, visits[1]).get_by_role("link", name="Move", exact=True).click()
    window.get_by_label("Or another time").fill("17")
    window.get_by_label("Or another time").press("Enter")
    undo = window.get_by_role("button", name="Undo")
    expect(undo).to_be_in_viewport(timeout=WAIT)
    expect(card(window, visits[1])).to_contain_text("New time is sent at")
    undo.click()
    expect(window.locator("#messages")).to_contain_text("Taken back", timeout=WAIT)
    assert Appointment.objects.get(pk=visits[1].pk).starts_at == visits[1].starts_at


def test_after_undo_the_page_is_back_at_the_visit_and_says_so_once(window, visits):
    window.set_viewport_size({"width": 1280, "height": 500})
    card(window, visits[1]).focus()
    window.keyboard.press("+")
    expect(window.get_by_role("button", name="Undo")).to_be_in_viewport(timeout=WAIT)
    expect(window.locator(".notice [data-put-away]")).to_be_in_viewport()
    window.evaluate("document.activeElement.blur(); scrollTo({ top: 0, behavior: 'instant' })")
    expect(card(window, visits[1])).not_to_be_in_viewport()
    window.keyboard.press("u")
    expect(window.locator("#messages")).to_contain_text("Taken back", timeout=WAIT)
    expect(card(window, visits[1])).to_be_focused()
    expect(card(window, visits[1])).to_be_in_viewport()
    expect(window.locator("#messages .notice")).to_be_in_viewport()
    window.keyboard.press("u")
    expect(window.locator("#messages")).to_contain_text("Nothing more to undo.")


def test_escape_in_the_date_gives_the_focus_back_and_letters_work_again(window, visits):
    gap(window, "14:00", "Carl Jensen").focus()
    window.keyboard.press("g")
    expect(window.locator("#jump")).to_be_focused()
    window.keyboard.press("Escape")
    expect(gap(window, "14:00", "Carl Jensen")).to_be_focused()
    window.keyboard.press("n")
    day = visits[0].starts_at.date() + dt.timedelta(days=1)
    expect(window).to_have_url(re.compile(rf"/desk/\?day={day}$"), timeout=WAIT)


def comes_to(page: Page, there: Callable[[float], bool]) -> None:
    """The page scrolls there; its policy allows no waiting in the browser itself."""
    until = time.monotonic() + WAIT / 1000
    while not there(page.evaluate("scrollY")):
        assert time.monotonic() < until
        page.wait_for_timeout(50)


def test_held_near_the_lower_edge_the_page_goes_along(window, visits):
    window.set_viewport_size({"width": 1280, "height": 500})
    card(window, visits[0]).scroll_into_view_if_needed()
    box = card(window, visits[0]).bounding_box()
    expect(window.locator("[data-watched]")).to_be_attached(timeout=WAIT)
    window.mouse.move(box["x"] + 40, box["y"] + 8)
    window.mouse.down()
    window.mouse.move(box["x"] + 40, box["y"] + 30, steps=3)
    was = window.evaluate("scrollY")
    window.mouse.move(box["x"] + 40, 250, steps=3)
    window.wait_for_timeout(300)
    assert window.evaluate("scrollY") == was, "in the middle it stays"
    window.mouse.move(box["x"] + 40, 490, steps=3)
    comes_to(window, lambda at: at > was + 200)
    window.mouse.move(box["x"] + 40, 5, steps=3)
    comes_to(window, lambda at: at == 0)
    window.keyboard.press("Escape")
    window.mouse.up()
    assert Appointment.objects.get(pk=visits[0].pk).starts_at == visits[0].starts_at


def test_a_place_that_is_not_free_is_shown_before_it_is_let_go(window, visits):
    card(window, visits[0]).focus()
    window.keyboard.press("v")
    words, ghost = window.locator("[data-pick-up-words]"), window.locator(".ghost")
    expect(words).to_contain_text("10:00 with Carl Jensen, 30 minutes. ", timeout=WAIT)
    expect(ghost).not_to_have_class(re.compile("ghost-taken"))
    for _ in range(3):
        window.keyboard.press("ArrowDown")
    expect(ghost).to_have_text("10:45, 30 min: not free")
    expect(ghost).to_have_class(re.compile("ghost-taken"))
    expect(words).to_contain_text("30 minutes, which is not free.")
    window.keyboard.press("ArrowRight")
    expect(ghost).to_have_text("10:45, 30 min")
    expect(ghost).not_to_have_class(re.compile("ghost-taken"))
    window.keyboard.press("Escape")


def test_the_names_stay_in_sight_and_hide_nothing_that_has_the_focus(window, visits):
    window.set_viewport_size({"width": 1280, "height": 500})
    names = window.locator("table.day thead th", has_text="Carl Jensen")
    gap(window, "17:00", "Carl Jensen").focus()
    expect(names).to_be_in_viewport()
    for _ in range(16):
        window.keyboard.press("ArrowUp")
        at = "document.activeElement.getBoundingClientRect().top"
        assert window.evaluate(at) >= names.bounding_box()["y"] + names.bounding_box()["height"] - 1


# --- A visit's further steps -------------------------------------------------------------------------------------


def heights(page: Page) -> list[float]:
    return page.locator("table.day tr").evaluate_all(
        "rows => rows.map((row) => row.getBoundingClientRect().height)"
    )


def lies_in_the_window(page: Page, sheet) -> bool:
    box = sheet.bounding_box()
    return (
        box["x"] >= 0
        and box["y"] >= 0
        and box["x"] + box["width"] <= page.viewport_size["width"]
        and box["y"] + box["height"] <= page.viewport_size["height"]
    )


@pytest.mark.parametrize("width", [320, 1280])
def test_the_steps_lie_over_the_calendar_and_move_nothing(world, at_a_browser, live_server, visits, width):
    """Also in the last row of the last column, where a table would cut them off."""
    last = world.booked(
        patient=world.ana, type=world.follow_up, clinician=world.cleo,
        starts_at=visits[0].starts_at + dt.timedelta(hours=7, minutes=30),
    )  # fmt: skip
    page = at_a_browser(world.dee, viewport={"width": width, "height": 700})
    page.goto(address(live_server, visits))
    for visit in (visits[0], last):
        before = heights(page)
        more = card(page, visit).get_by_role("button", name="More")
        more.click()
        sheet = card(page, visit).locator("[popover]")
        expect(sheet).to_be_visible()
        assert heights(page) == before
        assert lies_in_the_window(page, sheet)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert axe_faults(page, AXE_RULES) == []
        page.keyboard.press("Escape")
        expect(sheet).to_be_hidden()
        expect(more).to_be_focused()


def test_enter_opens_the_steps_and_escape_gives_the_focus_back_to_the_visit(window, visits):
    card(window, visits[0]).focus()
    window.keyboard.press("Enter")
    expect(card(window, visits[0]).get_by_role("link", name="Move", exact=True)).to_be_focused()
    window.keyboard.press("Escape")
    expect(card(window, visits[0])).to_be_focused()
    expect(card(window, visits[0]).locator("[popover]")).to_be_hidden()


def test_the_grip_is_seen_when_it_can_be_used_and_lies_below_the_words(world, window, visits):
    short = world.booked(
        patient=world.ana, type=world.follow_up, starts_at=visits[0].starts_at + dt.timedelta(hours=3)
    )
    actions.resize(appointment=short, minutes=15, **by_desk(world))
    window.reload()
    for visit in (visits[0], short):
        grip = f"getComputedStyle(document.querySelector('#visit-{visit.pk}'), '::after').content"
        window.mouse.move(2, 2)
        assert window.evaluate(grip) == "none"
        card(window, visit).hover()
        assert window.evaluate(grip) == '""'
        lowest = (
            card(window, visit)
            .locator("p:visible")
            .evaluate_all("all => Math.max(...all.map((each) => each.getBoundingClientRect().bottom))")
        )
        box = card(window, visit).bounding_box()
        assert lowest <= box["y"] + box["height"] - 2, (
            "the grip takes the card's last two pixels and three below it"
        )


def test_the_list_of_keys_is_seen_whole_in_a_small_window(world, at_a_browser, live_server, visits):
    for width, height, whole in ((1280, 800, True), (320, 700, False)):
        page = at_a_browser(world.dee, viewport={"width": width, "height": height})
        page.goto(address(live_server, visits))
        page.keyboard.press("?")
        sheet = page.get_by_role("dialog")
        expect(sheet).to_be_visible()
        fits = sheet.evaluate("each => each.scrollHeight <= each.clientHeight")
        assert fits == whole
        assert lies_in_the_window(page, sheet), "what does not fit can be scrolled to"
        assert sheet.evaluate("each => each.scrollWidth <= each.clientWidth")


# --- Everybody ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [320, 1280])
def test_the_views_pass_axe_and_fit_the_window(world, at_a_browser, live_server, visits, width):
    page = at_a_browser(world.dee, viewport={"width": width, "height": 900}, reduced_motion="reduce")
    who = visits[0].clinician_id
    for path in ("/desk/", "/desk/week/", "/desk/month/"):
        for asked in ("", f"&clinician={who}"):
            page.goto(f"{live_server.url}{path}?day={visits[0].starts_at.date()}{asked}")
            assert (path, faults_in_both_lights(page)) == (path, [])
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_without_scripts_a_length_is_changed_and_undone(world, at_a_browser, live_server, visits):
    page = at_a_browser(world.dee, java_script_enabled=False)
    page.goto(address(live_server, visits))
    card(page, visits[0]).locator(".visit-more").click()
    expect(card(page, visits[0]).locator("[popover]")).to_be_visible()
    card(page, visits[0]).get_by_role("button", name="Longer by 15 minutes").click()
    expect(page.locator("#messages")).to_contain_text("45 minutes now")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#messages")).to_contain_text("Taken back")
    assert Appointment.objects.get(pk=visits[0].pk).ends_at == visits[0].ends_at


def test_on_paper_the_day_is_one_page_wide_and_without_buttons(window, visits):
    window.emulate_media(media="print")
    paper = window.locator("table.paper", has_text="Carl Jensen")
    for words in ("Ana Silva", visits[0].patient.record_number, "Follow-up", "Booked", "10:00–10:30"):
        expect(paper).to_contain_text(words)
    expect(window.get_by_text("Printed ")).to_be_visible()
    expect(window.get_by_role("button")).to_have_count(0)
    expect(window.locator("table.day")).to_be_hidden()
    window.set_viewport_size({"width": 718, "height": 1000})  # A4 between its margins
    assert window.evaluate("document.documentElement.scrollWidth <= innerWidth")
    window.emulate_media(media="screen")
    expect(paper).to_be_hidden()
