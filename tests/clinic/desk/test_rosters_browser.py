"""The managers' pages about hours in a real browser: narrow and wide, in both lights, by keyboard alone."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from playwright.sync_api import expect

from clinic.booking import rosters
from clinic.booking.models import AbsenceKind, WorkingHours
from tests.journeys.person import faults_in_both_lights

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def carl(world):
    """Carl has an absence and a visit in it, from now on."""
    with time_machine.travel(dt.datetime(2027, 3, 2, 9, tzinfo=dt.UTC)):
        world.now = dt.datetime.now(dt.UTC)
        carl = world.carl.clinician
        world.booked()
        starts_at = world.now + dt.timedelta(days=2)
        rosters.add_absence(
            clinician=carl,
            kind=AbsenceKind.TRAINING,
            starts_at=starts_at,
            ends_at=starts_at + dt.timedelta(hours=4),
            note="A course with a rather long name",
            by=world.mona,
            now=world.now,
        )
        yield carl


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
def test_every_page_is_sound(world, at_a_browser, live_server, carl, width, scheme):
    window = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme, "reduced_motion": "reduce"}
    page, faults = at_a_browser(world.mona, **window), []
    own = f"hours/{carl.pk}/"
    addresses = ["hours/", own, f"{own}week/", f"{own}away/new/", f"{own}extra/new/", f"{own}import/"]
    addresses += ["hours/holidays/new/", f"hours/away/{carl.absences.get().pk}/", "types/", "types/new/"]
    addresses += [f"types/{world.assessment.pk}/", "rooms/"]
    for address in addresses:
        page.goto(f"{live_server.url}/desk/{address}")
        faults += [f"{address}: {fault}" for fault in faults_in_both_lights(page)]
    page.goto(f"{live_server.url}/desk/{own}week/")
    page.locator("#id_d0_0_ends").fill("seven")
    page.get_by_role("button", name="Show the weeks").click()
    faults += [f"refused: {fault}" for fault in faults_in_both_lights(page)]
    page.locator("#id_d0_0_ends").fill("09:00")
    page.get_by_role("button", name="Show the weeks").click()
    expect(page.get_by_role("heading", name="The weeks this makes")).to_be_visible()
    faults += [f"preview: {fault}" for fault in faults_in_both_lights(page)]
    assert faults == []


def test_a_week_is_changed_by_keyboard_and_without_scripts(world, at_a_browser, live_server, carl):
    page = at_a_browser(world.mona, java_script_enabled=False)
    page.goto(f"{live_server.url}/desk/hours/{carl.pk}/week/")
    page.locator("#id_d0_0_starts").focus()
    for key in [
        "Control+a",
        *"0930",
        "Tab",
        "Control+a",
        *"1230",
        "Tab",
        "Tab",
        *"13",
        "Tab",
        *"17",
        "Enter",
    ]:
        page.keyboard.press(key)
    expect(page.get_by_role("heading", name="The weeks this makes")).to_be_visible()
    assert not WorkingHours.objects.exclude(from_day=None).exists(), "Enter shows, and saves nothing"
    for name in (
        "Save",
        "Save all the same",
    ):  # somebody is booked on the day of the course: it asks once more
        page.get_by_role("button", name=name, exact=True).focus()
        page.keyboard.press("Enter")
    expect(page.locator("body")).to_contain_text("The hours of Carl Jensen are saved")
    monday = WorkingHours.objects.filter(weekday=0, until_day=None).order_by("starts")
    assert [(row.starts, row.ends) for row in monday] == [
        (dt.time(9, 30), dt.time(12, 30)),
        (dt.time(13), dt.time(17)),
    ]
