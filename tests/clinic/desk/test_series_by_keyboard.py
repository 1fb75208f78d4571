"""A series by keyboard alone in a real browser, and its pages and the numbers without a fault, at both sizes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings as live
from playwright.sync_api import Page, expect

from tests.journeys.person import page_faults

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def monday(world) -> Iterator[dt.datetime]:
    """Nine on a working Monday; Ben has Carl at nine a week later."""
    zone = ZoneInfo(live.TIME_ZONE)
    morning = dt.datetime.now(zone).replace(hour=9, minute=0, second=0, microsecond=0)
    while morning.weekday():
        morning += dt.timedelta(days=1)
    with time_machine.travel(morning.astimezone(dt.UTC)):
        world.now = dt.datetime.now(dt.UTC)
        week_later = (morning + dt.timedelta(weeks=1)).astimezone(dt.UTC)
        world.booked(patient=world.ben, starts_at=week_later)
        assert world.ana
        assert world.follow_up
        yield morning


@pytest.mark.parametrize(
    ("width", "scheme"), [(320, "light"), (1280, "dark")], ids=["phone in the light", "desktop in the dark"]
)
def test_a_series_is_booked_by_keys_and_every_page_is_sound(
    world, at_a_browser, live_server, monday, width, scheme
):
    page: Page = at_a_browser(
        world.dee,
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    faults: list[str] = []

    def sound(name: str) -> None:
        page.wait_for_load_state()
        page.evaluate("scrollTo(0, 0)")
        faults.extend(f"{name}: {fault}" for fault in page_faults(page))

    page.goto(f"{live_server.url}/desk/patients/{world.ana.pk}/series/new/")
    page.get_by_label("What for").select_option("follow-up")
    page.get_by_label("With whom").select_option(label="Carl Jensen")
    page.get_by_label("Monday").fill("09:00")
    page.get_by_label("From", exact=True).fill((monday.date() + dt.timedelta(weeks=1)).isoformat())
    sound("new")
    page.get_by_role("button", name="Show the dates").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 of 6 clashes.")).to_be_visible()
    sound("dates")
    page.get_by_role("button", name="Book them").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Choose one of these.")).to_be_visible()
    sound("one undecided")
    page.get_by_label("08:30 with Carl Jensen instead").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Book them").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Booked: 6 visits of Ana Silva.")).to_be_visible()
    sound("series")
    assert world.ana.appointments.count() == 6
    first = world.ana.appointments.order_by("starts_at")[0]
    for name in ("move", "cancel"):
        page.goto(f"{live_server.url}/desk/patients/{world.ana.pk}/appointments/{first.pk}/series/{name}/")
        sound(name)
    page.goto(f"{live_server.url}/desk/numbers/")
    sound("numbers")
    page.goto(f"{live_server.url}/desk/numbers/?first=2026-03-08&last=2026-03-02")
    sound("numbers refused")
    assert faults == []
