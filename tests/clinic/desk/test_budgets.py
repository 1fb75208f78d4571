"""What the pages of the calendar cost in queries: as house.md allows, and the same on a day of 20 and of 320 visits."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.booking import actions, series
from clinic.booking.agenda import Slot
from clinic.booking.models import Appointment, AppointmentType, Resource, ResourceKind
from clinic.booking.patterns import When
from tests.clinic.booking.full_days import EIGHT, HALF_HOUR, fill
from tests.world import NOW

pytestmark = pytest.mark.usefixtures("clock")
DAY = {"day": "2026-03-05"}
ANY_PAGE, A_VIEW, A_RECORD = 12, 6, 8  # house.md
PART = {"X-Part": "1"}


@pytest.fixture
def pages(world):
    """Name → address, what it asks for, its headers, and what it may cost."""
    kind = ResourceKind.objects.create(slug="treadmill", name="Treadmill")
    Resource.objects.create(kind=kind, name="Treadmill 1")
    world.follow_up.clinicians.clear()
    AppointmentType.objects.create(
        slug="gait", name="Gait retraining", minutes=45, needs=kind, buffer_minutes=10
    )
    carl, ana = world.carl.clinician, world.ana
    slots = [
        Slot(carl, at, at + HALF_HOUR) for at in (EIGHT + dt.timedelta(days=n, hours=2) for n in (4, 5, 6))
    ]
    made = series.book_series(patient=ana, type=world.follow_up, slots=slots, by=world.dee, now=NOW)
    first = made.appointments.order_by("starts_at").first()
    on_top = actions.book(
        patient=world.ben, clinician=carl, type=world.follow_up, starts_at=first.starts_at, by=world.dee, now=NOW,
        overbooking="Twins",
    )  # fmt: skip
    assert on_top.overbooked_because
    world.waits(world.ben)
    asked = {"type": "follow-up", "clinician": str(carl.pk), "time": "09:00", "patient": str(ana.pk)} | DAY
    of_visit = [ana.pk, first.pk]
    repeated = {
        "look": "1",
        "tuesday": "09:00",
        "thursday": "10:00",
        "first_day": "2026-03-03",
        "every_weeks": "1",
    }
    preview, rest = reverse("desk:new_series", args=[ana.pk]), reverse("desk:move_series", args=of_visit)
    moved = {"look": "1", "clinician": "", "day": "2026-03-12", "time": "09:30", "which": "all"}
    return {
        "day": (reverse("desk:today"), DAY, {}, A_VIEW),
        "day, part": (reverse("desk:day_part"), DAY, PART, A_VIEW),
        "day, version": (reverse("desk:day_version"), DAY, {}, A_VIEW),
        "week": (reverse("desk:week"), DAY, {}, A_VIEW),
        "month": (reverse("desk:month"), DAY, {}, A_VIEW),
        "booking": (reverse("desk:book"), asked, {}, ANY_PAGE),
        "booking, with anybody": (reverse("desk:book"), asked | {"clinician": "any"}, {}, ANY_PAGE),
        "box": (reverse("desk:book"), asked, PART, ANY_PAGE),
        "box, with a machine": (reverse("desk:book"), asked | {"type": "gait"}, PART, ANY_PAGE),
        "moving": (reverse("desk:move", args=of_visit), {}, {}, ANY_PAGE),
        "next free": (reverse("desk:find_time"), {"type": "gait", "patient": str(ana.pk)}, {}, A_RECORD),
        "who waits": (reverse("desk:who_waits"), asked, PART, ANY_PAGE),
        "wait list": (reverse("desk:wait_list"), {}, {}, ANY_PAGE),
        "to be seen": (reverse("desk:to_be_seen"), {}, PART, ANY_PAGE),
        "series": (reverse("desk:series", args=of_visit), {}, {}, ANY_PAGE),
        "series, asked": (preview, {"like": str(first.pk)}, {}, ANY_PAGE),
        "series, preview": (preview, repeated | asked | {"weeks": "26"}, {}, ANY_PAGE),
        "series, preview with a machine": (preview, repeated | asked | {"type": "gait", "weeks": "6"}, {}, ANY_PAGE),
        "series, preview with anybody": (preview, repeated | asked | {"clinician": "", "weeks": "26"}, {}, ANY_PAGE),
        "series, moving the rest": (rest, moved, {}, ANY_PAGE),
        "series, cancelling the rest": (reverse("desk:cancel_series", args=of_visit), {}, {}, ANY_PAGE),
        "numbers": (reverse("desk:numbers"), {"first": "2026-03-02", "last": "2026-03-31"}, {}, ANY_PAGE),
        "numbers, file": (reverse("desk:numbers_csv"), {"first": "2026-03-02", "last": "2026-03-31"}, {}, ANY_PAGE),
        "overbooked": (reverse("desk:overbooked"), {}, {}, ANY_PAGE),
    }  # fmt: skip


def costs(client, pages) -> dict[str, int]:
    found = {}
    for name, (url, asked, headers, _) in pages.items():
        with CaptureQueriesContext(connection) as caught:
            answer = client.get(url, asked, headers=headers)
            assert answer.status_code == 200, (name, answer.status_code)
            if answer.streaming:
                answer.getvalue()
        found[name] = len(caught)
    return found


def test_no_page_of_the_calendar_costs_more_than_it_may_nor_more_when_it_is_full(world, pages):
    mona = world.signed_in(world.mona)  # may see every one of them
    fill(world, 20)
    costs(mona, pages)  # the first look of a session
    few = costs(mona, pages)
    fill(world, 320, of=20)
    assert Appointment.objects.filter(starts_at__date=DAY["day"]).count() == 320
    many = costs(mona, pages)
    assert many == few
    assert {name: cost for name, cost in many.items() if cost > pages[name][-1]} == {}


@pytest.mark.parametrize("who", ["carl", ""])
def test_a_series_of_which_every_date_clashes_costs_no_more(world, pages, who, django_assert_max_num_queries):
    """Each with somebody who has that time, whose name is shown and written down, and with another time instead."""
    mona, carl = world.signed_in(world.mona), world.carl.clinician
    mona.get(reverse("desk:patients"))
    url, asked, headers, most = pages["series, preview"]
    week = dt.timedelta(weeks=1)
    dates = [(dt.date(2026, 3, 3) + n * week, dt.time(11)) for n in range(21)]
    dates += [(dt.date(2026, 3, 5) + n * week, dt.time(9)) for n in range(21)]
    starts = [When.on(day, wall, ZoneInfo("Europe/London")).at for day, wall in dates]
    Appointment.objects.bulk_create(
        Appointment(
            patient=world.ben,
            clinician=person,
            type=world.follow_up,
            starts_at=start,
            ends_at=start + HALF_HOUR,
            held_until=start + HALF_HOUR,
            booked_at=NOW,
            booked_by=world.dee,
        )
        for person in (carl, world.cleo.clinician)
        for start in starts
    )
    sent = asked | {
        "thursday": "09:00",
        "tuesday": "11:00",
        "clinician": str(carl.pk) if who else "",
        "weeks": "20",
    }
    with django_assert_max_num_queries(most):
        page = mona.get(url, sent, headers=headers)
    assert page.context["clashes"] == 40
    assert all(len(line.choices) == 2 for line in page.context["lines"])
