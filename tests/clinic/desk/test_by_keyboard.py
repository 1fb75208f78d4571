"""The desk by keyboard alone, in a real browser: a call is short, and the other hand holds the telephone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings as live
from playwright.sync_api import Page, expect

from clinic.booking.models import Appointment

pytestmark = pytest.mark.django_db(transaction=True)
# Beyond the letters of the name: Enter takes the only one who fits, Enter books the first free time.
KEYS_TO_BOOK_BESIDE_THE_NAME = 2


@pytest.fixture
def page(world, at_a_browser, live_server) -> Iterator[Page]:
    """Dee's browser on the booking page, on a working morning; three people are on record."""
    morning = dt.datetime.now(ZoneInfo(live.TIME_ZONE)).replace(hour=9, minute=0, second=0, microsecond=0)
    while morning.weekday() > 4:
        morning += dt.timedelta(days=1)
    with time_machine.travel(morning.astimezone(dt.UTC)):
        world.now = dt.datetime.now(dt.UTC)
        assert world.carl
        assert world.assessment
        assert world.ana
        assert world.ben
        world.patient("Bea", "Nowicka", dt.date(1990, 1, 1), "+447946000999")
        page = at_a_browser(world.dee)
        page.goto(f"{live_server.url}/desk/book/")
        # The browser gives the focus only once it has drawn the page; a key before that is lost.
        expect(page.locator("#q")).to_be_focused()
        yield page


def test_a_known_name_is_booked_in_two_keys_more_than_its_letters(world, page):
    pressed = 0
    for key in [*"silv", "Enter"]:
        page.keyboard.press(key)
        pressed += 1
    expect(page.locator(".chosen")).to_contain_text("Ana Silva")
    expect(page.locator("input[name=starts_at]:checked")).to_be_focused()
    page.keyboard.press("Enter")
    pressed += 1
    expect(page.locator("body")).to_contain_text("Booked: Ana Silva with Carl Jensen")
    assert pressed - len("silv") == KEYS_TO_BOOK_BESIDE_THE_NAME
    made = Appointment.objects.get()
    assert (made.patient, made.type, made.clinician) == (world.ana, world.assessment, world.carl.clinician)


def test_of_two_who_fit_a_second_enter_takes_the_first_and_shows_who_it_is(page):
    for key in [*"now", "Enter"]:
        page.keyboard.press(key)
    expect(page.locator("a.person").first).to_be_focused()
    first = page.locator("a.person .person-name").first.inner_text()
    page.keyboard.press("Enter")
    expect(page.locator(".chosen")).to_contain_text(first.split(" “")[0])
    expect(page.locator(".chosen")).to_contain_text("born")


def test_another_time_is_arrows_away_and_enter_books_it(world, page):
    for key in [*"silv", "Enter"]:
        page.keyboard.press(key)
    expect(page.locator("input[name=starts_at]:checked")).to_be_focused()
    first = page.locator("input[name=starts_at]:checked").get_attribute("value")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_contain_text("Booked: Ana Silva")
    assert Appointment.objects.get().starts_at == dt.datetime.fromisoformat(first) + dt.timedelta(minutes=15)


def test_another_clinician_shows_their_times_and_keeps_the_focus(world, page):
    assert world.cleo
    for key in [*"silv", "Enter"]:
        page.keyboard.press(key)
    expect(page.locator(".chosen")).to_contain_text("Ana Silva")
    select = page.locator("select[name=clinician]")
    select.select_option(label="Cleo Marchetti")
    expect(page.locator("select[name=clinician]")).to_be_focused()
    expect(page.locator("select[name=clinician] option:checked")).to_have_text("Cleo Marchetti")
    assert not Appointment.objects.exists()


def test_the_list_comes_as_somebody_types_and_leaves_the_focus_where_it_is(page):
    page.keyboard.type("now", delay=20)
    expect(page.locator("#found a.person")).to_have_count(2)
    expect(page.locator("#q")).to_be_focused()


def test_without_scripts_enter_searches(world, at_a_browser, live_server, page):
    plain = at_a_browser(world.dee, java_script_enabled=False)
    plain.goto(f"{live_server.url}/desk/patients/")
    plain.fill("#q", "now")
    plain.press("#q", "Enter")
    expect(plain.locator("#found a.person")).to_have_count(2)
    assert "now" not in plain.url, "names stay out of addresses"
