"""When somebody is free, also on the days the clocks change."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.booking import actions, free
from clinic.booking.models import WorkingHours
from clinic.people.actors import Job

LONDON = ZoneInfo("Europe/London")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # half an hour of summer time
PHOENIX = ZoneInfo("America/Phoenix")  # none
HOUR = dt.timedelta(hours=1)
JUMP = dt.date(2026, 3, 29)  # 01:00 becomes 02:00
FALL = dt.date(2026, 10, 25)  # 02:00 becomes 01:00


def utc(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=dt.UTC)


class TestInstant:
    def test_a_skipped_time_is_the_moment_of_the_jump(self):
        for minute in (0, 15, 59):
            assert free.instant(JUMP, dt.time(1, minute), LONDON) == utc(JUMP, 1)

    def test_a_time_shown_twice_is_the_first_or_the_last(self):
        assert free.instant(FALL, dt.time(1, 30), LONDON) == utc(FALL, 0, 30)
        assert free.instant(FALL, dt.time(1, 30), LONDON, last=True) == utc(FALL, 1, 30)

    def test_half_an_hour_of_summer_time(self):
        assert free.instant(dt.date(2026, 10, 4), dt.time(2, 10), LORD_HOWE) == utc(
            dt.date(2026, 10, 3), 15, 30
        )

    @given(
        day=st.dates(dt.date(2024, 1, 1), dt.date(2030, 12, 31)),
        wall=st.times(),
        zone=st.sampled_from(
            [LONDON, LORD_HOWE, PHOENIX, ZoneInfo("Africa/Casablanca"), ZoneInfo("Asia/Kathmandu")]
        ),
    )
    def test_shows_that_time_or_the_first_after_it(self, day, wall, zone):
        wall = wall.replace(microsecond=0, tzinfo=None, fold=0)
        shown = free.instant(day, wall, zone).astimezone(zone).replace(tzinfo=None, fold=0)
        assert dt.timedelta() <= shown - dt.datetime.combine(day, wall) <= HOUR
        if shown != dt.datetime.combine(day, wall):  # skipped: a second earlier the clock was before it
            before = (free.instant(day, wall, zone) - dt.timedelta(seconds=1)).astimezone(zone)
            assert before.replace(tzinfo=None) < dt.datetime.combine(day, wall)


class TestWindows:
    def week(self, *stretches):
        return [WorkingHours(weekday=6, starts=starts, ends=ends) for starts, ends in stretches]

    def test_a_night_shift_loses_or_gains_the_hour(self):
        hours = self.week((dt.time(0), dt.time(8)))
        ((opens, closes),) = free.windows(hours, JUMP, LONDON)
        assert closes - opens == 7 * HOUR
        ((opens, closes),) = free.windows(hours, FALL, LONDON)
        assert closes - opens == 9 * HOUR

    def test_a_stretch_the_clocks_skip_is_not_worked(self):
        assert free.windows(self.week((dt.time(1), dt.time(1, 45))), JUMP, LONDON) == []

    def test_stretches_that_touch_are_one(self):
        joined = free.windows(self.week((dt.time(13), dt.time(17)), (dt.time(9), dt.time(13))), JUMP, LONDON)
        assert joined == [(utc(JUMP, 8), utc(JUMP, 16))]


class TestNextFree:
    def test_after_what_is_taken_and_only_whole_stays(self, world):
        held = world.booked()
        assert free.next_free(world.carl.clinician, world.assessment, held.starts_at, 2, now=world.now) == [
            held.ends_at,
            held.ends_at + HOUR / 4,
        ]
        # a quarter of an hour before it, an assessment no longer fits
        assert free.next_free(
            world.carl.clinician, world.assessment, held.starts_at - HOUR / 4, 1, now=world.now
        ) == [held.ends_at]

    def test_starts_on_the_quarter(self, world):
        start = world.now + dt.timedelta(minutes=7)
        assert free.next_free(world.carl.clinician, world.follow_up, start, 1, now=world.now) == [
            world.now + HOUR / 4
        ]

    def test_goes_on_to_monday(self, world):
        friday = utc(dt.date(2026, 3, 6), 17, 30)
        assert free.next_free(world.carl.clinician, world.assessment, friday, 1, now=world.now) == [
            utc(dt.date(2026, 3, 9), 8)
        ]

    def test_opens_at_the_same_wall_time_after_the_clocks_change(self, world):
        friday, monday = utc(dt.date(2026, 3, 27), 17, 30), dt.date(2026, 3, 30)
        assert free.next_free(world.carl.clinician, world.assessment, friday, 1, now=world.now) == [
            utc(monday, 7)
        ]

    def test_lunch_is_left_alone(self, world):
        clinician = world.carl.clinician
        week = [
            (day, *hours)
            for day in range(5)
            for hours in [(dt.time(9), dt.time(12)), (dt.time(13), dt.time(17))]
        ]
        actions.set_working_hours(clinician=clinician, week=week, by=Job("demo clinic"))
        start = world.now.replace(hour=11, minute=15)
        assert free.next_free(clinician, world.assessment, start, 1, now=world.now) == [
            start.replace(hour=13, minute=0)
        ]

    def test_nothing_for_somebody_without_hours_or_who_left(self, world):
        clinician = world.cleo.clinician
        clinician.left_on = world.now.date() - dt.timedelta(days=1)
        assert free.next_free(clinician, world.follow_up, world.now, 3, now=world.now) == []
        world.carl.clinician.working_hours.all().delete()
        assert free.next_free(world.carl.clinician, world.follow_up, world.now, 3, now=world.now) == []

    def test_one_query_however_full_the_day(self, world, django_assert_num_queries):
        for hour in range(6):
            world.booked(starts_at=world.now + dt.timedelta(days=1, hours=hour))
        with django_assert_num_queries(1):
            free.next_free(
                world.carl.clinician, world.assessment, world.now + dt.timedelta(days=1), 3, now=world.now
            )


@pytest.mark.parametrize(("day", "hour"), [(JUMP, 8), (FALL, 9)])
def test_a_sunday_clinic_books_on_the_day_the_clocks_change(world, day, hour):
    clinician = world.carl.clinician
    actions.set_working_hours(clinician=clinician, week=[(6, dt.time(9), dt.time(12))], by=world.mona)
    opens = utc(day, hour)
    assert free.next_free(clinician, world.assessment, utc(day, 0), 1, now=world.now) == [opens]
    assert world.booked(starts_at=opens).starts_at == opens
