"""The numbers of the desk: what counts as used, filled, waited, and what is not known."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.booking import actions, numbers
from clinic.booking.models import Absence, CameBy, ExtraHours, WorkingHours
from clinic.booking.opening import Days, Schedule, open_minutes
from clinic.booking.status import Status
from clinic.booking.tallies import Quarters

UTC, LONDON = dt.UTC, ZoneInfo("Europe/London")
MONDAY = dt.date(2026, 3, 2)
LATER = dt.datetime(2026, 3, 31, 12, tzinfo=UTC)
HOUR, DAY, WEEK = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(weeks=1)


def at(day, hour, minute=0):
    return dt.datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def counted(first=MONDAY, last=MONDAY + 6 * DAY, now=LATER):
    return numbers.count(Days(first, last, LONDON), now=now)


def all_of(found):
    return found.tally()


class TestUtilisation:
    def test_is_booked_minutes_of_open_minutes(self, world):
        world.booked(starts_at=at(4, 9))
        world.booked(patient=world.ben, starts_at=at(5, 9), type=world.follow_up)
        found = counted()
        assert (all_of(found).used, all_of(found).open) == (90, 5 * 600)
        assert all_of(found).utilisation == pytest.approx(0.03)
        assert [str(person) for person in found.clinicians] == ["Carl Jensen"]

    def test_does_not_count_who_did_not_come_or_called_off(self, world):
        missed, off = world.booked(starts_at=at(4, 9)), world.booked(patient=world.ben, starts_at=at(4, 11))
        actions.change_status(appointment=missed, to=Status.NO_SHOW, by=world.dee, now=at(4, 10))
        actions.cancel(appointment=off, because="Ill", by=world.dee, now=world.now)
        one = all_of(counted())
        assert (one.used, one.no_shows, one.due, one.cancelled, one.booked) == (0, 1, 1, 1, 2)
        assert one.no_show_share == 1

    def test_leaves_out_leave_holidays_and_days_not_worked_here(self, world):
        carl = world.carl.clinician
        away(world, carl, at(3, 0), at(4, 0))
        away(world, None, at(4, 12), at(4, 20))  # from noon on everybody is
        ExtraHours.objects.create(
            clinician=carl, on_day=dt.date(2026, 3, 7), starts=dt.time(9), ends=dt.time(12)
        )
        assert all_of(counted()).open == 600 + 0 + 240 + 600 + 600 + 180
        carl.left_on = dt.date(2026, 3, 5)
        carl.save()
        assert all_of(counted()).open == 600 + 0 + 240 + 600

    def test_of_a_week_without_open_hours_is_not_known(self, world):
        away(world, world.carl.clinician, at(1, 0), at(9, 0))
        world.booked(clinician=world.carl, starts_at=at(10, 9))
        found = counted(last=MONDAY + 13 * DAY)
        first, second = found.weeks
        assert found.tally(week=first).utilisation is None
        assert found.tally(week=second).utilisation == pytest.approx(60 / 3000)

    def test_of_a_clinic_without_clinicians_is_not_known_either(self, db):
        found = counted()
        assert (found.clinicians, found.weeks) == ([], [MONDAY])
        assert all_of(found).utilisation is None
        assert all_of(found).no_show_share is None
        assert found.wait().people == 0
        assert found.wait().booked is None

    def test_counts_only_the_days_of_the_range(self, world):
        world.booked(starts_at=at(4, 9))
        found = counted(first=dt.date(2026, 3, 4), last=dt.date(2026, 3, 4))
        assert (all_of(found).used, all_of(found).open, found.weeks) == (60, 600, [MONDAY])
        assert all_of(counted(first=dt.date(2026, 3, 5))).used == 0


class TestOpenMinutes:
    @pytest.mark.parametrize(
        ("day", "minutes"),
        [(dt.date(2026, 3, 29), 5 * 60), (dt.date(2026, 10, 25), 7 * 60), (dt.date(2026, 3, 22), 6 * 60)],
    )
    def test_are_right_where_the_clocks_change(self, day, minutes):
        nights = WorkingHours(weekday=6, starts=dt.time(0), ends=dt.time(6))
        schedule = Schedule(day - WEEK, None)
        schedule.usual[6].append(nights)
        days = Days(day, day, LONDON)
        assert open_minutes(schedule, days, days.with_other_clocks()) == {day - 6 * DAY: minutes}

    def test_would_be_wrong_on_the_wall_alone(self):
        """The control: without knowing where the clocks change, the spring night has its six hours."""
        day = dt.date(2026, 3, 29)
        schedule = Schedule(day, None)
        schedule.usual[6].append(WorkingHours(weekday=6, starts=dt.time(0), ends=dt.time(6)))
        assert open_minutes(schedule, Days(day, day, LONDON), set()) == {day - 6 * DAY: 360}

    def test_count_each_minute_once_and_follow_the_weeks_of_the_rule(self):
        schedule = Schedule(MONDAY, None)
        for starts, ends in ((8, 12), (11, 13), (9, 10)):
            schedule.usual[0].append(
                WorkingHours(
                    weekday=0, starts=dt.time(starts), ends=dt.time(ends), from_day=MONDAY, every_weeks=2
                )
            )
        days = Days(MONDAY, MONDAY + 20 * DAY, LONDON)
        assert open_minutes(schedule, days, set()) == {MONDAY: 300, MONDAY + 2 * WEEK: 300}


class TestCancellations:
    def cancelled(self, world):
        off = world.booked(starts_at=at(4, 9))  # an hour
        return actions.cancel(appointment=off, because="Ill", by=world.dee, now=world.now)

    def filled(self):
        one = all_of(counted())
        return (one.cancelled, one.filled)

    def test_are_filled_when_half_of_the_time_was_booked_afterwards(self, world):
        self.cancelled(world)
        assert self.filled() == (1, 0)
        world.booked(patient=world.ben, starts_at=at(4, 9), type=world.follow_up, now=world.now + HOUR)
        assert self.filled() == (1, 1)

    def test_are_not_filled_by_less(self, world):
        self.cancelled(world)
        world.booked(patient=world.ben, starts_at=at(4, 9, 45), type=world.follow_up, now=world.now + HOUR)
        assert self.filled() == (1, 0)

    def test_are_filled_by_two_that_make_half_of_it_together(self, world):
        self.cancelled(world)
        for minute, patient in ((-15, world.ana), (45, world.ben)):
            world.booked(
                patient=patient,
                starts_at=at(4, 9) + dt.timedelta(minutes=minute),
                type=world.follow_up,
                now=world.now + HOUR,
            )
        assert self.filled() == (1, 1)

    def test_are_not_filled_by_what_was_there_before_or_is_with_another(self, world):
        actions.book(
            patient=world.ben,
            clinician=world.carl.clinician,
            type=world.follow_up,
            starts_at=at(4, 9, 30),
            by=world.dee,
            now=world.now - HOUR,
        )
        off = actions.book(
            patient=world.ana,
            clinician=world.carl.clinician,
            type=world.assessment,
            starts_at=at(4, 9),
            by=world.dee,
            now=world.now - HOUR,
            overbooking="She came from afar",
        )
        actions.cancel(appointment=off, because="Ill", by=world.dee, now=world.now)
        world.booked(patient=world.ben, clinician=world.cleo, starts_at=at(4, 9), now=world.now + HOUR)
        assert self.filled() == (1, 0)

    def test_are_filled_by_one_that_was_moved_there(self, world):
        theirs = world.booked(patient=world.ben, starts_at=at(5, 9), now=world.now - HOUR)
        self.cancelled(world)
        actions.move(appointment=theirs, starts_at=at(4, 9), by=world.dee, now=world.now + HOUR)
        assert self.filled() == (1, 1)


class TestTheWaitForAFirstAssessment:
    def test_is_told_from_booking_and_from_registering_in_quarters(self, world):
        for number, days in enumerate((1, 2, 3, 4, 5)):
            patient = world.patient("Pat", f"Number{number}", dt.date(1990, 1, 1), f"+44794600{number:04d}")
            patient.registered_at = world.now - dt.timedelta(days=10)
            patient.save()
            world.booked(patient=patient, starts_at=world.now + (5 + days) * DAY)  # Monday to Friday
        wait = counted(last=MONDAY + 20 * DAY).wait()
        assert wait.people == 5
        assert wait.booked == Quarters(7, 8, 9)
        assert wait.registered == Quarters(17, 18, 19)

    def test_counts_the_first_only_and_only_assessments_that_stand(self, world):
        world.booked(patient=world.ana, starts_at=at(4, 9))
        world.booked(patient=world.ana, starts_at=at(6, 9))
        world.booked(patient=world.ben, starts_at=at(4, 11), type=world.follow_up)
        off = world.booked(patient=world.ben, starts_at=at(4, 13))
        actions.cancel(appointment=off, because="Ill", by=world.dee, now=world.now)
        found = counted()
        assert found.wait().people == 1
        assert found.wait(clinician=world.carl.clinician.pk, week=MONDAY).booked.middle == 1
        assert counted(first=dt.date(2026, 3, 5)).wait().people == 0  # her first lies before the range


def test_overbookings_and_who_booked_online_are_counted(world):
    world.booked(starts_at=at(4, 9))
    for came_by, patient in ((CameBy.PORTAL, world.ben), (CameBy.ONLINE, world.ana)):
        actions.book(
            patient=patient,
            clinician=world.carl.clinician,
            type=world.follow_up,
            starts_at=at(4, 9, 30),
            by=world.dee,
            now=world.now,
            overbooking="The only time they can",
            came_by=came_by,
        )
    one = all_of(counted())
    assert (one.booked, one.online, one.desk, one.overbooked) == (3, 2, 1, 2)


def test_a_visit_counts_in_the_week_of_the_clinics_wall(world):
    """Half past midnight on a Monday in summer is still Sunday in UTC."""
    moment = dt.datetime(2026, 6, 7, 23, 30, tzinfo=UTC)
    WorkingHours.objects.create(clinician=world.carl.clinician, weekday=0, starts=dt.time(0), ends=dt.time(2))
    world.booked(starts_at=moment)
    found = numbers.count(Days(dt.date(2026, 6, 1), dt.date(2026, 6, 14), LONDON), now=LATER)
    assert found.tally(week=dt.date(2026, 6, 8)).used == 60
    assert found.tally(week=dt.date(2026, 6, 1)).used == 0


def test_eight_queries_however_much_there_is(world):
    world.booked(starts_at=at(4, 9))
    costs = []
    for day in (9, 10):
        for hour in range(9, 17):
            world.booked(patient=world.ben, clinician=world.cleo, starts_at=at(day, hour))
        with CaptureQueriesContext(connection) as caught:
            counted(last=MONDAY + 13 * DAY)
        costs.append(len(caught))
    assert costs == [8, 8]


def away(world, clinician, since, until):
    Absence.objects.create(
        clinician=clinician, kind="leave", starts_at=since, ends_at=until, made_at=world.now
    )
