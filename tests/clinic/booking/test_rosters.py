"""When people work: a week from a day on, absences, extra days. The past stays, and nothing is written over."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from clinic.booking import free, planned, rosters, weeks
from clinic.booking.models import Absence, AbsenceKind, ExtraHours, WorkingHours
from clinic.booking.refusals import OutsideWorkingHours
from clinic.booking.weeks import Repeating

NINE, TWELVE, ONE, FIVE = (dt.time(hour) for hour in (9, 12, 13, 17))
TODAY = dt.date(2026, 3, 3)  # a Tuesday
MONDAY = dt.date(2026, 3, 9)
A_DAY, A_WEEK = dt.timedelta(days=1), dt.timedelta(days=7)
LONDON = ZoneInfo("Europe/London")
MORNINGS = [Repeating(day, NINE, TWELVE) for day in range(5)]


def change(world, week, *, since=MONDAY, until=None, based_on=None, now=None):
    carl = world.carl.clinician
    return rosters.change_week(
        clinician=carl,
        week=week,
        since=since,
        until=until,
        based_on=rosters.fingerprint(carl.working_hours.all()) if based_on is None else based_on,
        by=world.mona,
        now=now or world.now,
    )


def works(world, day):
    """What Carl works on that day, as the diary has it."""
    carl = world.carl.clinician
    noon = dt.datetime.combine(day, TWELVE, LONDON)
    (diary,) = free.diaries([carl], noon, noon, now=world.now)
    return [
        f"{opens.astimezone(LONDON):%H:%M}-{closes.astimezone(LONDON):%H:%M}"
        for opens, closes in diary.works(day)
    ]


class TestAWeekFromADayOn:
    def test_the_past_stays_and_the_rest_is_new(self, world):
        change(world, MORNINGS)
        assert works(world, MONDAY - 3 * A_DAY) == ["08:00-18:00"]
        assert works(world, MONDAY) == ["09:00-12:00"]
        assert works(world, MONDAY + 52 * A_WEEK) == ["09:00-12:00"]

    def test_only_for_a_while(self, world):
        change(world, MORNINGS, until=MONDAY + 13 * A_DAY)
        assert works(world, MONDAY + A_WEEK) == ["09:00-12:00"]
        assert works(world, MONDAY + 2 * A_WEEK) == ["08:00-18:00"]

    def test_nothing_at_all_is_a_week_too(self, world):
        change(world, [])
        assert works(world, MONDAY) == []
        assert works(world, MONDAY - 3 * A_DAY) == ["08:00-18:00"]

    def test_a_lunch_break(self, world):
        change(world, [Repeating(0, NINE, TWELVE), Repeating(0, ONE, FIVE)])
        assert works(world, MONDAY) == ["09:00-12:00", "13:00-17:00"]

    def test_every_other_week_keeps_its_weeks_through_later_changes(self, world):
        odd = [Repeating(0, NINE, TWELVE, 2, MONDAY), Repeating(0, ONE, FIVE, 2, MONDAY + A_WEEK)]
        change(world, odd)
        change(world, MORNINGS, since=MONDAY + 3 * A_WEEK, until=MONDAY + 4 * A_WEEK - A_DAY)
        found = [works(world, MONDAY + n * A_WEEK) for n in range(7)]
        assert found == [
            ["09:00-12:00"], ["13:00-17:00"], ["09:00-12:00"], ["09:00-12:00"],
            ["09:00-12:00"], ["13:00-17:00"], ["09:00-12:00"],
        ]  # fmt: skip

    def test_a_change_to_come_is_replaced_by_an_earlier_one(self, world):
        change(world, MORNINGS, since=MONDAY + 4 * A_WEEK)
        change(world, [Repeating(0, ONE, FIVE)])
        assert works(world, MONDAY + 5 * A_WEEK) == ["13:00-17:00"]

    def test_changing_twice_on_the_same_day_leaves_no_rests(self, world):
        change(world, MORNINGS, since=TODAY)
        change(world, [Repeating(0, ONE, FIVE)], since=TODAY)
        assert WorkingHours.objects.filter(until_day=None).count() == 1
        assert works(world, MONDAY) == ["13:00-17:00"]

    def test_booked_visits_stay_and_are_told_of(self, world):
        visit = world.booked()  # Thursday at ten
        change(world, [Repeating(0, NINE, TWELVE)], since=TODAY)
        visit.refresh_from_db()
        carl = world.carl.clinician
        unusual = planned.Unusual.of(carl, since=world.now)
        assert planned.outside(list(carl.working_hours.all()), unusual, since=world.now) == [visit]

    def test_what_is_taken_cannot_be_saved_over(self, world):
        seen = rosters.fingerprint(world.carl.clinician.working_hours.all())
        change(world, MORNINGS)
        with pytest.raises(rosters.ChangedMeanwhile, match="Somebody else changed the hours of Carl Jensen"):
            change(world, [], based_on=seen)
        assert works(world, MONDAY) == ["09:00-12:00"]

    @pytest.mark.parametrize(
        ("since", "until", "field", "says"),
        [
            (TODAY - A_DAY, None, "since", "The past stays as it was"),
            (TODAY, TODAY - A_DAY, "until", "lies before the first"),
            (dt.date(2126, 1, 1), None, "since", "years ahead"),
            (TODAY, dt.date(9999, 12, 31), "until", "years ahead"),
        ],
    )
    def test_days_that_cannot_be(self, world, since, until, field, says):
        with pytest.raises(rosters.BadDays, match=says) as refused:
            change(world, MORNINGS, since=since, until=until)
        assert refused.value.field == field
        assert works(world, MONDAY) == ["08:00-18:00"]


class TestWhatMakesNoWeek:
    def problems(self, *week, since=MONDAY):
        found = weeks.problems(week, since=since, until=None, zone=LONDON)
        return [(one.place, one.part) for one in found]

    def test_a_stretch_that_ends_before_it_starts(self):
        assert self.problems(Repeating(0, TWELVE, NINE), Repeating(0, NINE, NINE)) == [
            (0, "ends"),
            (1, "ends"),
        ]

    def test_two_that_lie_over_each_other(self):
        assert self.problems(Repeating(0, NINE, ONE), Repeating(0, TWELVE, FIVE)) == [(1, "starts")]
        assert self.problems(Repeating(0, NINE, TWELVE), Repeating(0, TWELVE, FIVE)) == []
        assert self.problems(Repeating(0, NINE, ONE), Repeating(1, TWELVE, FIVE)) == []

    @pytest.mark.parametrize(
        ("every", "behind", "other_every", "meet"),
        [
            (2, 1, 2, False),
            (2, 2, 2, True),
            (2, 1, 3, True),
            (4, 2, 2, True),
            (4, 1, 2, False),
            (1, 1, 4, True),
        ],
    )
    def test_of_two_in_other_weeks_only_those_that_meet(self, every, behind, other_every, meet):
        one = Repeating(0, NINE, ONE, every, MONDAY + behind * A_WEEK if every > 1 else None)
        other = Repeating(0, TWELVE, FIVE, other_every, MONDAY)
        assert bool(self.problems(one, other)) == meet
        days = [MONDAY + n * A_WEEK for n in range(2 * every * other_every)]
        both = weeks.rows_of([one, other], since=MONDAY, until=None)
        assert any(all(row.holds_on(day) for row in both) for day in days) == meet, "what the rows say"

    def test_one_that_the_clocks_skip(self):
        night = Repeating(6, dt.time(1), dt.time(1, 45))
        (found,) = weeks.problems([night], since=TODAY, until=None, zone=LONDON)
        assert "On Sunday 29 March 2026 the clocks skip this stretch" in found.text
        assert self.problems(Repeating(6, dt.time(1), dt.time(3))) == []
        assert weeks.problems([night], since=TODAY, until=dt.date(2026, 3, 28), zone=LONDON) == []


class TestAbsences:
    def add(self, world, *, hours=1, lasts=2, clinician=True, kind=AbsenceKind.LEAVE, note="", knowing=None):
        starts_at = world.now + dt.timedelta(hours=hours)
        return rosters.add_absence(
            clinician=world.carl.clinician if clinician else None,
            kind=kind,
            starts_at=starts_at,
            ends_at=starts_at + dt.timedelta(hours=lasts),
            note=note,
            by=world.mona,
            now=world.now,
            knowing=knowing,
        )

    def test_nobody_is_booked_in_one_and_the_free_times_agree(self, world):
        self.add(world)
        with pytest.raises(OutsideWorkingHours, match="away"):
            world.booked(starts_at=world.now + dt.timedelta(hours=1))
        found = free.next_free(world.carl.clinician, world.assessment, world.now, 3, now=world.now)
        assert found[:2] == [world.now, world.now + dt.timedelta(hours=3)]

    def test_a_holiday_is_everybodys(self, world):
        self.add(world, clinician=False, kind=AbsenceKind.HOLIDAY, note="Founders’ day")
        with pytest.raises(OutsideWorkingHours, match="Founders’ day"):
            world.booked(clinician=world.cleo, starts_at=world.now + dt.timedelta(hours=1))

    def test_who_is_booked_in_it_is_listed(self, world):
        inside = world.booked(starts_at=world.now + dt.timedelta(hours=2))
        before = world.booked(patient=world.ben, starts_at=world.now)
        absence = self.add(world)
        found = planned.to_come(world.carl.clinician, since=absence.starts_at, until=absence.ends_at)
        assert found == [inside]
        assert before not in found, "one that ends as it begins"

    def test_whom_the_manager_has_not_seen_stops_it(self, world):
        visit = world.booked(starts_at=world.now + dt.timedelta(hours=2))
        with pytest.raises(rosters.BookedThen) as refused:
            self.add(world, knowing=())
        assert refused.value.visits == [visit]
        assert refused.value.visits[0].phone == "+447946000123"
        with pytest.raises(rosters.BookedThen):
            self.add(world, clinician=False, kind=AbsenceKind.HOLIDAY, knowing=())
        assert not Absence.objects.exists()

    def test_who_was_moved_out_of_it_meanwhile_does_not(self, world):
        visit = world.booked(starts_at=world.now + dt.timedelta(hours=2))
        assert self.add(world, knowing={visit.pk, 10**9})

    def test_adding_it_twice_adds_it_once(self, world):
        assert self.add(world) == self.add(world)
        assert Absence.objects.count() == 1

    def test_removing_it_frees_its_time_and_twice_says_so(self, world):
        absence = self.add(world)
        rosters.remove_absence(absence=absence, by=world.mona, now=world.now)
        assert world.booked(starts_at=world.now + dt.timedelta(hours=1))
        with pytest.raises(rosters.NoLongerThere, match="removed already"):
            rosters.remove_absence(absence=absence, by=world.mona, now=world.now)

    def test_one_that_has_begun_ends_now_and_one_that_is_over_stays(self, world):
        absence = self.add(world)
        in_it = world.now + dt.timedelta(hours=2)
        rosters.remove_absence(absence=absence, by=world.mona, now=in_it)
        absence.refresh_from_db()
        assert absence.ends_at == in_it
        with pytest.raises(rosters.BadDays, match="stays as it was"):
            rosters.remove_absence(absence=absence, by=world.mona, now=in_it)

    @pytest.mark.parametrize(
        ("hours", "lasts", "says"),
        [(1, 0, "ends before"), (1, -2, "ends before"), (-9, 2, "over already"), (1, 9_000, "more than a year"),
         (60_000, 1, "years ahead")],
    )  # fmt: skip
    def test_days_that_cannot_be(self, world, hours, lasts, says):
        with pytest.raises(rosters.BadDays, match=says):
            self.add(world, hours=hours, lasts=lasts)
        assert not Absence.objects.exists()


class TestExtraDays:
    def add(self, world, day=dt.date(2026, 3, 7), starts=NINE, ends=TWELVE):
        return rosters.add_extra_hours(
            clinician=world.carl.clinician, on_day=day, starts=starts, ends=ends, by=world.mona, now=world.now
        )

    def test_a_saturday_can_be_booked_until_it_is_removed(self, world):
        extra = self.add(world)
        saturday = dt.datetime(2026, 3, 7, 9, tzinfo=dt.UTC)
        assert world.booked(starts_at=saturday)
        rosters.remove_extra_hours(extra=extra, by=world.mona, now=world.now)
        with pytest.raises(OutsideWorkingHours):
            world.booked(patient=world.ben, starts_at=saturday + dt.timedelta(hours=1))
        with pytest.raises(rosters.NoLongerThere):
            rosters.remove_extra_hours(extra=extra, by=world.mona, now=world.now)

    def test_adding_it_twice_adds_it_once(self, world):
        assert self.add(world) == self.add(world)
        assert ExtraHours.objects.count() == 1

    @pytest.mark.parametrize(
        ("typed", "field"),
        [
            ({"day": TODAY - A_DAY}, "on_day"),
            ({"day": dt.date(9999, 1, 1)}, "on_day"),
            ({"starts": TWELVE, "ends": NINE}, "ends"),
            ({"day": dt.date(2026, 3, 29), "starts": dt.time(1), "ends": dt.time(1, 30)}, "starts"),
            ({"starts": dt.time(11), "ends": ONE}, "starts"),
        ],
    )
    def test_what_cannot_be(self, world, typed, field):
        self.add(world)
        with pytest.raises(rosters.BadDays) as refused:
            self.add(world, **typed)
        assert refused.value.field == field
        assert ExtraHours.objects.count() == 1


class TestTheWeeksThatRulesMake:
    def of(self, world, since=TODAY):
        carl = world.carl.clinician
        unusual = planned.Unusual.of(carl, since=world.now)
        found = planned.planned_weeks(list(carl.working_hours.all()), unusual, since=since)
        return {day.day: day for week in found for day in week}

    def test_leave_holidays_extra_days_and_the_clocks_are_in_them(self, world):
        TestAbsences().add(world, hours=24 * 2 - 9, lasts=24)  # all of Thursday
        TestAbsences().add(world, hours=24 + 4, lasts=1, clinician=False, kind=AbsenceKind.HOLIDAY)
        TestExtraDays().add(world)
        found = self.of(world)
        assert len(found) == 56
        assert found[dt.date(2026, 3, 5)].hours == []
        assert found[dt.date(2026, 3, 5)].away == ["Leave"]
        assert found[dt.date(2026, 3, 4)].hours == ["08:00–13:00", "14:00–18:00"]
        assert found[dt.date(2026, 3, 7)].is_extra
        assert found[dt.date(2026, 3, 7)].hours == ["09:00–12:00"]
        assert [day for day, one in found.items() if one.clocks] == [dt.date(2026, 3, 29)]
        assert found[dt.date(2026, 3, 29)].clocks == "The clocks go forward an hour"

    def test_they_are_what_the_diary_says(self, world):
        TestAbsences().add(world, hours=24 * 2 - 9, lasts=24)
        TestExtraDays().add(world)
        change(world, [Repeating(0, NINE, TWELVE, 2, MONDAY), Repeating(6, dt.time(0), dt.time(8))])
        for day, shown in self.of(world).items():
            if day >= TODAY:
                assert [span.replace("–", "-") for span in shown.hours] == works(world, day), day

    @pytest.mark.parametrize("how_many", [1, 12])
    def test_the_queries_do_not_grow_with_weeks_or_visits(self, world, how_many, django_assert_num_queries):
        for hour in range(how_many):
            world.booked(type=world.follow_up, starts_at=world.now + dt.timedelta(days=1, minutes=30 * hour))
        rows = list(world.carl.clinician.working_hours.all())
        with django_assert_num_queries(3):
            unusual = planned.Unusual.of(world.carl.clinician, since=world.now)
            planned.planned_weeks(rows, unusual, since=TODAY, how_many=how_many)
            planned.outside(rows, unusual, since=world.now)
