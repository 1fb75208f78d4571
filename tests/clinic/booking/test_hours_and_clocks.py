"""Working hours on the days the clocks change: 8 zones × 2 transitions × 48 half-hours (promise R7).

What is expected is counted by walking the day in UTC quarters and reading the wall clock, which is another way than
the code under test goes.
"""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from clinic.booking import actions, free
from clinic.booking.hours import clinic_zone
from clinic.booking.models import AppointmentType

ZONES = [
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour of summer time
    "America/Phoenix",  # none
    "Africa/Casablanca",  # changes around Ramadan
    "Asia/Kathmandu",  # a quarter past every hour, and none
    "America/Santiago",  # at midnight
    "Pacific/Chatham",  # a quarter before every hour
]
QUARTER, A_DAY = dt.timedelta(minutes=15), dt.timedelta(days=1)
BEGIN = dt.date(2026, 3, 4)  # the day after the world's


def transitions(zone: ZoneInfo) -> list[dt.date]:
    """The first two days from then on that have not 24 hours; for a zone without any, two others."""

    def long(day: dt.date) -> dt.timedelta:
        begins, ends = (dt.datetime.combine(one, dt.time(12), zone) for one in (day, day + A_DAY))
        return ends.astimezone(dt.UTC) - begins.astimezone(dt.UTC)

    noons = [day for n in range(500) if long(day := BEGIN + n * A_DAY) != A_DAY]
    changes = [day + A_DAY if quarters(day + A_DAY, zone) != 96 else day for day in noons[:2]]
    return changes or [dt.date(2026, 3, 29), dt.date(2026, 10, 25)]


def quarters(day: dt.date, zone: ZoneInfo) -> int:
    return len(shown(day, zone))


def shown(day: dt.date, zone: ZoneInfo) -> list[tuple[dt.datetime, dt.time]]:
    """(UTC instant, what the wall shows) of each quarter of that day."""
    start = dt.datetime.combine(day - A_DAY, dt.time(), dt.UTC)
    moments = [start + n * QUARTER for n in range(4 * 24 * 3)]
    walls = [(moment, moment.astimezone(zone)) for moment in moments]
    return [(moment, wall.time()) for moment, wall in walls if wall.date() == day]


def intended(day: dt.date, starts: dt.time, ends: dt.time, zone: ZoneInfo) -> list[dt.datetime]:
    """Quarters of work: from the first moment the wall shows `starts` or later to the last before it shows `ends`."""
    walls = shown(day, zone)
    opens = next((moment for moment, wall in walls if wall >= starts), None)
    at_end = [moment for moment, wall in walls if wall == ends] or [m for m, wall in walls if wall > ends][:1]
    return [] if opens is None or not at_end else [m for m, _ in walls if opens <= m < at_end[-1]]


def half_hours() -> list[tuple[dt.time, dt.time]]:
    starts = [dt.time(n // 2, n % 2 * 30) for n in range(48)]
    return [*pairwise(starts), (starts[-1], dt.time(23, 45))]


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("name", ZONES)
def test_hours_open_and_close_by_the_wall_and_each_start_books_its_instant(world, settings, name, which):
    settings.TIME_ZONE = name
    zone = ZoneInfo(name)
    assert clinic_zone() == zone
    day, carl = transitions(zone)[which], world.carl.clinician
    after = dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC) - 2 * QUARTER
    wanted, wrong, to_book = free.Wanted(minutes=15, until_day=day), [], {}
    for starts, ends in half_hours():
        actions.set_working_hours(clinician=carl, week=[(day.weekday(), starts, ends)], by=world.mona)
        expected = intended(day, starts, ends, zone)
        found = free.openings(
            world.follow_up, clinicians=[carl], after=after, now=world.now, days=2, wanted=wanted
        )
        if (starts_found := [opening.starts_at for opening in found]) != expected:
            wrong.append((starts, starts_found, expected))
        to_book |= dict.fromkeys(expected[:1], starts)
    assert wrong == []
    assert len(to_book) >= 45, "the clocks skip an hour at most"
    actions.set_working_hours(
        clinician=carl, week=[(day.weekday(), dt.time(), dt.time(23, 59))], by=world.mona
    )
    for moment, starts in to_book.items():
        visit = world.booked(type=quarter(world), starts_at=moment)
        visit.refresh_from_db()
        local = visit.starts_at.astimezone(zone)
        if visit.starts_at != moment or local.date() != day or not right(local.time(), starts):
            wrong.append((starts, visit.starts_at))
    assert wrong == []


def right(shown_at: dt.time, starts: dt.time) -> bool:
    """The wall shows the time it opens at, or the first after it where the clocks skip that."""
    late = (shown_at.hour - starts.hour) * 60 + shown_at.minute - starts.minute
    return 0 <= late < 30


def quarter(world) -> AppointmentType:
    """A follow-up of a quarter of an hour, so that no two of them lie over each other."""
    world.follow_up.minutes = 15
    return world.follow_up


def test_every_zone_that_changes_is_asked_on_such_a_day():
    """The control: among these days are short ones and long ones."""
    lengths = {name: [quarters(day, ZoneInfo(name)) for day in transitions(ZoneInfo(name))] for name in ZONES}
    assert lengths["Europe/London"] == [92, 100]
    assert sorted(lengths["Australia/Lord_Howe"]) == [94, 98]
    assert lengths["America/Phoenix"] == lengths["Asia/Kathmandu"] == [96, 96]
    assert all(
        96 not in found for name, found in lengths.items() if "Phoenix" not in name and "Kat" not in name
    )
