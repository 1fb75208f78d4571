"""The box over the calendar, in a real browser: one click and four keys, nothing lost, nothing booked twice."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings as live
from django.urls import reverse
from playwright.sync_api import Page, expect

from clinic.booking.models import Appointment
from clinic.people.models import Patient
from tests.journeys.person import page_faults

pytestmark = pytest.mark.django_db(transaction=True)
GAP = "a[data-book-gap], td.cell-free a"
CLICKS, KEYS = 1, 4


@pytest.fixture
def morning(world) -> Iterator[dt.datetime]:
    """Eight on a working day that has not begun; Carl works until six."""
    day = dt.datetime.now(ZoneInfo(live.TIME_ZONE)).replace(hour=8, minute=0, second=0, microsecond=0)
    while day.weekday() > 4:
        day += dt.timedelta(days=1)
    with time_machine.travel(day.astimezone(dt.UTC)):
        world.now = dt.datetime.now(dt.UTC)
        assert world.carl
        assert world.assessment
        assert world.ana
        assert world.ben
        yield day


@pytest.fixture
def page(world, morning, at_a_browser, live_server) -> Page:
    """Dee’s browser on the day."""
    page = at_a_browser(world.dee)
    page.goto(f"{live_server.url}/desk/")
    return page


def gap_at(page: Page, clock: str):
    return page.locator(GAP).filter(has_text=clock).first


def opened(page: Page, clock: str = "10:00"):
    gap_at(page, clock).click()
    box = page.locator("dialog.box")
    expect(box.locator("#q")).to_be_focused()
    return box


def test_one_click_and_four_keys_book_somebody_known(world, page):
    clicks = pressed = 0
    gap_at(page, "10:00").click()
    clicks += 1
    box = page.locator("dialog.box")
    expect(box.locator("#q")).to_be_focused()
    for key in ("s", "i", "Enter"):
        page.keyboard.press(key)
        pressed += 1
    expect(box.locator(".chosen")).to_contain_text("Ana Silva")
    expect(box.locator("input[name=starts_at]:checked")).to_be_focused()
    page.keyboard.press("Enter")
    pressed += 1
    expect(page.locator("#messages")).to_contain_text("Booked: Ana Silva with Carl Jensen")
    assert (clicks, pressed) == (CLICKS, KEYS)
    made = Appointment.objects.get()
    assert timezone_clock(made.starts_at) == "10:00"
    assert (made.patient, made.type, made.clinician) == (world.ana, world.assessment, world.carl.clinician)
    expect(page.locator("#messages")).to_contain_text("will be mailed a confirmation.")
    expect(page.locator(f"#visit-{made.pk}")).to_be_focused()
    expect(page.locator("dialog.box")).to_have_count(0)


def timezone_clock(moment: dt.datetime) -> str:
    return f"{moment.astimezone(ZoneInfo(live.TIME_ZONE)):%H:%M}"


def test_somebody_new_is_made_in_the_box_without_the_mouse(page):
    gap_at(page, "11:00").focus()
    page.keyboard.press("Enter")
    box = page.locator("dialog.box")
    expect(box.locator("#q")).to_be_focused()
    page.keyboard.type("Mei Tanaka", delay=10)
    expect(box.locator("[role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(box.locator("input[name=birth_date]")).to_be_focused()
    assert box.locator("input[name=legal_family_name]").input_value() == "Tanaka"
    page.keyboard.type("9/7/1993")
    page.keyboard.press("Enter")
    expect(box.locator(".chosen")).to_contain_text("Mei Tanaka")
    expect(box).to_contain_text("is registered as R")
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Booked: Mei Tanaka with Carl Jensen")
    made = Appointment.objects.get()
    assert timezone_clock(made.starts_at) == "11:00"


def test_likely_duplicates_are_shown_in_the_box_and_lead_on_with_the_booking(world, page):
    box = opened(page)
    page.keyboard.type("Anna Silva", delay=10)
    expect(box.locator("#option-new")).to_contain_text("No patient found for")
    page.keyboard.press("Enter")
    expect(box.locator("input[name=birth_date]")).to_be_focused()
    page.keyboard.type("14/3/1991")
    page.keyboard.press("Enter")
    expect(box).to_contain_text("This may be somebody we know")
    assert box.locator("input[name=birth_date]").input_value() == "14/3/1991"
    box.locator("a.person").click()
    expect(box.locator(".chosen")).to_contain_text("Ana Silva")
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Booked: Ana Silva")
    assert Patient.objects.count() == 2


def test_taken_meanwhile_stays_in_the_box_and_another_time_is_a_button_away(world, page, morning):
    box = opened(page)
    for key in ("s", "i", "Enter"):
        page.keyboard.press(key)
    expect(box.locator("input[name=starts_at]:checked")).to_be_focused()
    world.booked(patient=world.ben, starts_at=morning.replace(hour=10), now=world.now)
    page.keyboard.press("Enter")
    expect(box.locator("[data-error-summary]")).to_be_focused()
    expect(box).to_contain_text("is taken: Ben Nowak, 10:00–11:00. Nothing was changed.")
    expect(box.locator(".chosen")).to_contain_text("Ana Silva")
    assert Appointment.objects.count() == 1
    box.locator("button[name=take]").first.click()
    expect(page.locator("#messages")).to_contain_text("Booked: Ana Silva")


def test_overbooking_in_the_box_needs_its_reason(world, page, morning):
    box = opened(page)
    for key in ("s", "i", "Enter"):
        page.keyboard.press(key)
    expect(box.locator("input[name=starts_at]:checked")).to_be_focused()
    world.booked(patient=world.ben, starts_at=morning.replace(hour=10), now=world.now)
    page.keyboard.press("Enter")
    expect(box.get_by_role("heading", name="Or overbook")).to_be_visible()
    box.get_by_label("Reason for overbooking").press("Enter")
    expect(box.locator("[data-error-summary]")).to_contain_text("Say why before you overbook")
    box.get_by_label("Reason for overbooking").fill("Twins, one visit")
    box.get_by_label("Reason for overbooking").press("Enter")
    expect(page.locator("#messages")).to_contain_text("It is overbooked, and marked so.")
    assert Appointment.objects.get(patient=world.ana).overbooked_because == "Twins, one visit"


def test_two_enters_in_a_row_book_once(world, page):
    box = opened(page)
    for key in ("s", "i", "Enter"):
        page.keyboard.press(key)
    expect(box.locator("input[name=starts_at]:checked")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Booked: Ana Silva")
    assert Appointment.objects.count() == 1


def test_arrows_choose_among_several_and_the_field_says_which(world, page):
    world.patient("Bea", "Nowicka", dt.date(1990, 1, 1), "+447946000999")
    box = opened(page)
    page.keyboard.type("now", delay=10)
    expect(box.locator("[role=option][data-url]")).to_have_count(2)
    expect(box.locator("#q")).to_have_attribute("aria-activedescendant", "option-1")
    expect(box.locator("[data-how-many]")).to_have_text("2 patients fit.")
    second = box.locator("#option-2 .person-name").inner_text()
    page.keyboard.press("ArrowDown")
    expect(box.locator("#q")).to_have_attribute("aria-activedescendant", "option-2")
    page.keyboard.press("Enter")
    expect(box.locator(".chosen")).to_contain_text(second)


def test_enter_before_the_list_has_come_takes_nobody_unseen(world, page):
    world.patient("Bea", "Nowicka", dt.date(1990, 1, 1), "+447946000999")
    box = opened(page)
    page.keyboard.type("now")
    page.keyboard.press("Enter")
    expect(box.locator("[role=option][data-url]")).to_have_count(2)
    expect(box.locator(".chosen")).to_have_count(0)


def test_another_type_or_length_shows_its_times_in_the_box(world, page, morning):
    world.booked(patient=world.ben, starts_at=morning.replace(hour=11), now=world.now)
    page.reload()
    box = opened(page)
    expect(box.locator("input[name=starts_at]:checked")).to_have_count(1)
    box.locator("input[name=minutes]").fill("75")
    box.locator("input[name=minutes]").press("Tab")
    expect(box.locator("input[name=starts_at]:checked")).to_have_count(0)
    expect(box.locator("input[name=minutes]")).to_have_value("75")
    box.locator("select[name=type]").select_option("follow-up")
    expect(box.locator("select[name=type]")).to_be_focused()
    expect(box.locator("input[name=minutes]")).to_have_value("75")
    assert Appointment.objects.count() == 1


def test_escape_closes_it_and_gives_the_focus_back(page):
    opened(page)
    page.keyboard.press("Escape")
    expect(page.locator("dialog.box")).not_to_be_visible()
    expect(gap_at(page, "10:00")).to_be_focused()


def test_one_escape_closes_the_list_and_the_next_the_box_and_what_was_typed_comes_back(page):
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    box = opened(page)
    page.keyboard.type("si", delay=10)
    expect(box.locator("[role=option]")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(box.locator("[role=listbox]")).to_be_hidden()
    expect(box.locator("#q")).to_be_focused()
    expect(box.locator("#q")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Escape")
    expect(box).not_to_be_visible()
    expect(gap_at(page, "10:00")).to_be_focused()
    page.keyboard.press("Enter")
    expect(box.locator("#q")).to_have_value("si")
    expect(box.locator("#q")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(box.locator("[role=listbox]")).to_be_visible()
    page.keyboard.press("Enter")
    expect(box.locator(".chosen")).to_contain_text("Ana Silva")
    assert asked == [], "nothing is lost, so nothing is asked"


def test_another_gap_begins_anew_and_the_first_still_has_what_was_typed(page):
    box = opened(page)
    for key in ("s", "i", "Enter"):
        page.keyboard.press(key)
    expect(box.locator(".chosen")).to_contain_text("Ana Silva")
    box.get_by_label("Or another time").fill("14:20")
    page.keyboard.press("Escape")
    opened(page, "11:00")
    expect(box.locator(".chosen")).to_have_count(0)
    page.keyboard.press("Escape")
    gap_at(page, "10:00").click()
    expect(box.locator(".chosen")).to_contain_text("Ana Silva")
    expect(box.get_by_label("Or another time")).to_have_value("14:20")
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Booked: Ana Silva")
    assert timezone_clock(Appointment.objects.get().starts_at) == "14:20"


def test_from_a_taken_time_to_the_overbooking_by_keys(world, page, morning):
    """The visit's steps, Overbook, two letters for the patient, the reason: what it is, and nothing more."""
    visit = world.booked(patient=world.ben, starts_at=morning.replace(hour=10), now=world.now)
    page.reload()
    page.locator(f"#visit-{visit.pk}").get_by_role("button", name="More").click()
    page.locator(f"#visit-{visit.pk}").get_by_role("link", name="Overbook").click()
    box = page.locator("dialog.box")
    expect(box.locator("#q")).to_be_focused()
    expect(box).to_contain_text("10:00 is taken")
    for key in ("s", "i", "Enter"):
        page.keyboard.press(key)
    expect(box.get_by_label("Reason for overbooking")).to_be_focused()
    page.keyboard.type("Twins")
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("It is overbooked, and marked so.")
    made = Appointment.objects.get(patient=world.ana)
    assert (timezone_clock(made.starts_at), made.overbooked_because) == ("10:00", "Twins")


def test_closing_the_overbooking_gives_the_focus_to_its_visit(world, page, morning):
    visit = world.booked(patient=world.ben, starts_at=morning.replace(hour=10), now=world.now)
    page.reload()
    page.locator(f"#visit-{visit.pk}").get_by_role("button", name="More").click()
    page.locator(f"#visit-{visit.pk}").get_by_role("link", name="Overbook").click()
    expect(page.locator("dialog.box #q")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(f"#visit-{visit.pk}")).to_be_focused()


def test_a_session_that_ran_out_leads_to_the_sign_in(page):
    box = opened(page)
    for key in ("s", "i", "Enter"):
        page.keyboard.press(key)
    expect(box.locator("input[name=starts_at]:checked")).to_be_focused()
    page.context.clear_cookies(name="sessionid")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(re.escape(reverse("account_login"))))
    assert not Appointment.objects.exists()


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_the_box_is_fit_to_be_worked_in(world, morning, at_a_browser, live_server, width, scheme):
    page = at_a_browser(
        world.dee,
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    day = morning.date().isoformat()
    page.goto(f"{live_server.url}/desk/book/find/?type=follow-up&day={day}")
    assert page_faults(page) == []
    page.locator(GAP).first.click()
    box = page.locator("dialog.box")
    expect(box.locator("#q")).to_be_focused()
    page.keyboard.type("si", delay=10)
    expect(box.locator("[role=option]")).to_have_count(2)
    assert page_faults(page) == []
    page.keyboard.press("Enter")
    expect(box.locator(".chosen")).to_contain_text("Ana Silva")
    assert page_faults(page) == []


def test_without_scripts_a_gap_leads_to_the_booking_page_and_enter_books(
    world, page, at_a_browser, live_server
):
    plain = at_a_browser(world.dee, java_script_enabled=False)
    plain.goto(f"{live_server.url}/desk/")
    gap_at(plain, "10:00").click()
    plain.fill("#q", "si")
    plain.press("#q", "Enter")
    expect(plain.locator(".chosen")).to_contain_text("Ana Silva")
    plain.press("input[name=other_time]", "Enter")
    expect(plain.locator("#messages")).to_contain_text("Booked: Ana Silva with Carl Jensen")
    assert timezone_clock(Appointment.objects.get().starts_at) == "10:00"
