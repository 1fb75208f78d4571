"""Series: what clashes and what would do instead, all booked or none, and moving or cancelling the rest."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.audit.models import Entry
from clinic.booking import actions, holding, planning, series
from clinic.booking.models import (
    SLOT_CONSTRAINT,
    Absence,
    Appointment,
    Hold,
    Resource,
    ResourceKind,
    Series,
)
from clinic.booking.patterns import Pattern, Shift, last_day_of
from clinic.booking.planning import Ask, Trouble
from clinic.booking.refusals import ChangedSince, NoReason
from clinic.booking.series import NoVisits, SeriesClashes
from clinic.booking.status import Status

UTC, LONDON = dt.UTC, ZoneInfo("Europe/London")
TUESDAY = dt.date(2026, 3, 10)  # a week after the world's now
HALF_HOUR = dt.timedelta(minutes=30)
WEEK, DAY = dt.timedelta(weeks=1), dt.timedelta(days=1)


def at(day, hour, minute=0, month=3):
    return dt.datetime(2026, month, day, hour, minute, tzinfo=UTC)


def asks(world, *, weeks=6, times=None, who="carl", first=TUESDAY, zone=LONDON, every=1):
    pattern = Pattern(times or {1: dt.time(9), 3: dt.time(14, 30)}, first, last_day_of(first, weeks), every)
    clinician = getattr(world, who).clinician if who else None
    return [Ask(when, HALF_HOUR, clinician) for when in pattern.dates(zone)]


def planned(world, **how):
    patient = how.pop("patient", world.ana)
    return planning.plan(asks(world, **how), type=world.follow_up, patient=patient, now=world.now)


def made(world, **how):
    patient = how.pop("patient", world.ana)
    slots = [row.slot for row in planned(world, patient=patient, **how)]
    return series.book_series(patient=patient, type=world.follow_up, slots=slots, by=world.dee, now=world.now)


def visits_of(made_series):
    return list(made_series.appointments.order_by("starts_at"))


class TestThePreview:
    def test_of_twice_a_week_for_six_weeks_has_twelve_slots(self, world):
        rows = planned(world)
        assert len(rows) == 12
        assert not any(row.clashes for row in rows)
        assert {timezone.localtime(row.slot.starts_at, LONDON).time() for row in rows} == {
            dt.time(9),
            dt.time(14, 30),
        }
        assert not Appointment.objects.exists()
        assert not Series.objects.exists()

    def test_offers_the_nearest_time_that_day_for_one_that_is_taken(self, world):
        world.booked(patient=world.ben, starts_at=at(10, 9))  # an hour
        row = planned(world, weeks=1)[0]
        assert (row.trouble, row.clashes) == (Trouble.TAKEN, True)
        assert row.why == "Carl Jensen is taken: Ben Nowak, 09:00\u201310:00."
        assert row.instead.starts_at == at(10, 8, 30)
        assert row.holder.patient == world.ben

    def test_else_their_next_day_that_is_free(self, world):
        leave(world, at(10, 0), at(11, 0))
        row = planned(world, weeks=1)[0]
        assert (row.trouble, row.why) == (Trouble.AWAY, "Carl Jensen is away (leave).")
        assert (row.instead.clinician, row.instead.starts_at) == (world.carl.clinician, at(11, 9))

    def test_else_somebody_else_the_same_day(self, world):
        world.cleo  # noqa: B018
        leave(world, at(10, 0), at(17, 0))
        row = planned(world, weeks=1, times={1: dt.time(9)})[0]
        assert (row.instead.clinician, row.instead.starts_at) == (world.cleo.clinician, at(10, 9))

    def test_else_nothing(self, world):
        leave(world, at(9, 0), at(30, 0))
        row = planned(world, weeks=1)[0]
        assert (row.clashes, row.instead) == (True, None)

    def test_names_every_kind_of_clash(self, world):
        world.booked(patient=world.ana, clinician=world.cleo, starts_at=at(10, 9), type=world.follow_up)
        Absence.objects.create(
            kind="holiday", note="Spring day", starts_at=at(17, 0), ends_at=at(18, 0), made_at=world.now
        )
        keep(world, at(24, 9))
        found = {row.ask.when.day.day: row for row in planned(world, weeks=3, times={1: dt.time(9)})}
        assert found[10].trouble == Trouble.SAME_PATIENT
        assert "They have another visit then: 09:00\u201309:30 with Cleo Marchetti." in found[10].why
        assert (found[17].trouble, found[17].why) == (Trouble.SHUT, "The clinic is shut (Spring day).")
        assert (found[24].trouble, found[24].why) == (
            Trouble.HELD,
            "That time is being booked online and kept until 09:05.",
        )

    @pytest.mark.parametrize(
        ("times", "first", "trouble"),
        [
            ({1: dt.time(7)}, TUESDAY, Trouble.HOURS),
            ({1: dt.time(17, 45)}, TUESDAY, Trouble.TOO_LONG),
            ({1: dt.time(8)}, dt.date(2026, 3, 3), Trouble.PAST),  # it is nine
            ({6: dt.time(1, 30)}, dt.date(2026, 3, 29), Trouble.SKIPPED),
        ],
    )
    def test_names_what_lies_in_the_time_itself(self, world, times, first, trouble):
        row = planned(world, weeks=1, times=times, first=first)[0]
        assert row.trouble == trouble
        assert row.instead is not None
        assert row.instead.starts_at >= world.now

    def test_sees_that_no_machine_is_free(self, world):
        treadmill(world)
        world.booked(patient=world.ben, clinician=world.cleo, starts_at=at(10, 9), type=world.follow_up)
        row = planned(world, weeks=1)[0]
        assert (row.trouble, row.why) == (Trouble.NO_RESOURCE, "No treadmill is free then.")
        assert row.instead.starts_at == at(10, 8, 30)

    def test_knows_who_does_it_and_who_has_left(self, world):
        world.follow_up.clinicians.add(world.cleo.clinician)
        assert planned(world, weeks=1)[0].trouble == Trouble.NOT_THEIRS
        world.follow_up.clinicians.clear()
        world.carl.clinician.left_on = dt.date(2026, 3, 11)
        world.carl.clinician.save()
        rows = planned(world, weeks=1)
        assert [row.trouble for row in rows] == [None, Trouble.NOT_THEIRS]
        assert rows[1].instead.clinician == world.cleo.clinician

    def test_sees_that_the_type_ends(self, world):
        world.follow_up.retired_on = dt.date(2026, 3, 11)
        world.follow_up.save()
        assert [row.trouble for row in planned(world, weeks=1)] == [None, Trouble.NOT_OFFERED]

    def test_for_anybody_keeps_to_one_face(self, world):
        world.booked(patient=world.ben, clinician=world.carl, starts_at=at(10, 9))
        world.booked(patient=world.ben, clinician=world.carl, starts_at=at(17, 9))
        world.booked(patient=world.ben, clinician=world.cleo, starts_at=at(24, 9))
        rows = planned(world, who=None)
        names = [str(row.slot.clinician) for row in rows]
        assert names.count("Cleo Marchetti") == 11  # Carl only where she is not free
        assert str(rows[4].slot.clinician) == "Carl Jensen"

    def test_for_anybody_says_when_nobody_is(self, world):
        world.booked(patient=world.ben, clinician=world.carl, starts_at=at(10, 9))
        row = planned(world, who=None, weeks=1)[0]
        assert (row.trouble, row.why) == (Trouble.NOBODY, "Nobody is free then.")
        assert row.instead.starts_at == at(10, 8, 30)

    def test_alternatives_do_not_meet_each_other(self, world):
        leave(world, at(10, 0), at(11, 0))
        times = {day: dt.time(9) for day in range(5)}
        rows = planned(world, weeks=2, times=times, first=TUESDAY - dt.timedelta(days=1))
        assert rows[1].instead.starts_at != rows[2].slot.starts_at
        assert rows[1].instead.starts_at in {at(11, 8, 30), at(11, 9, 30)}

    def test_a_day_on_which_they_come_anyway_is_the_last_resort(self, world):
        """Two visits in a row are not what somebody asks for who comes twice a week."""
        leave(world, at(10, 0), at(11, 0))
        rows = planned(world, weeks=1, times={1: dt.time(9), 2: dt.time(9)})
        assert rows[0].instead.starts_at == at(12, 9)

    @pytest.mark.parametrize("who", ["carl", None])
    def test_asks_as_much_for_four_dates_as_for_fifty(self, world, who):
        world.booked(patient=world.ben, starts_at=at(10, 9))
        treadmill(world)
        planned(world)  # makes everybody
        counted = []
        for weeks in (2, 25):
            with CaptureQueriesContext(
                connection,
            ) as caught:
                planned(world, weeks=weeks, who=who)
            counted.append(len(caught))
        assert counted[0] == counted[1] <= 8


class TestBooking:
    def test_makes_all_of_them_with_one_row_for_each_and_one_in_the_audit(self, world):
        visits = visits_of(made(world))
        assert len(visits) == 12
        assert {visit.status for visit in visits} == {Status.BOOKED}
        assert [visit.changes.get().note.split(",")[-1] for visit in visits] == [" in a series"] * 12
        entry = Entry.objects.get(action="created", patient=world.ana)
        assert entry.what == f"series {visits[0].series_id}: 12 appointments"

    def test_keeps_the_wall_time_over_the_change_of_the_clocks(self, world):
        visits = visits_of(made(world))
        assert {v.starts_at.hour for v in visits if v.starts_at.minute == 0} == {9, 8}  # in UTC: two hours
        assert {timezone.localtime(v.starts_at, LONDON).hour for v in visits} == {9, 14}

    def test_of_what_was_taken_meanwhile_books_nothing_and_reports_all(self, world):
        slots = [row.slot for row in planned(world)]
        world.booked(patient=world.ben, starts_at=at(17, 9))
        with pytest.raises(SeriesClashes, match="1 of 12 dates cannot be as asked") as refused:
            series.book_series(
                patient=world.ana, type=world.follow_up, slots=slots, by=world.dee, now=world.now
            )
        assert not world.ana.appointments.exists()
        assert not Series.objects.exists()
        rows = refused.value.rows
        assert [row.clashes for row in rows] == [False, False, True] + [False] * 9
        assert rows[2].holder.patient == world.ben
        assert rows[2].instead.starts_at == at(17, 8, 30)

    def test_gives_each_a_machine_that_is_free(self, world):
        first = treadmill(world)
        second = Resource.objects.create(kind=first.kind, name="Treadmill 2")
        world.booked(patient=world.ben, clinician=world.cleo, starts_at=at(10, 9), type=world.follow_up)
        assert [v.resource for v in visits_of(made(world, weeks=1))] == [second, first]

    def test_of_nothing_or_too_much_is_refused(self, world):
        slot = planned(world, weeks=1)[0].slot
        for slots in ([], [slot] * 53):
            with pytest.raises(NoVisits):
                series.book_series(
                    patient=world.ana, type=world.follow_up, slots=slots, by=world.dee, now=world.now
                )

    def test_of_one_time_twice_is_refused(self, world):
        slot = planned(world, weeks=1)[0].slot
        with pytest.raises(SeriesClashes) as refused:
            series.book_series(
                patient=world.ana, type=world.follow_up, slots=[slot, slot], by=world.dee, now=world.now
            )
        assert [row.trouble for row in refused.value.rows] == [None, Trouble.SAME_PATIENT]

    def test_costs_the_same_for_four_visits_as_for_fifty(self, world):
        counted = []
        for weeks, patient in ((2, world.ana), (25, world.ben)):
            slots = [
                row.slot
                for row in planned(
                    world,
                    weeks=weeks,
                    patient=patient,
                    times={1: dt.time(9 if patient == world.ana else 11), 3: dt.time(14)},
                )
            ]
            slots = [slot for slot in slots if slot]
            with CaptureQueriesContext(connection) as caught:
                series.book_series(
                    patient=patient, type=world.follow_up, slots=slots, by=world.dee, now=world.now
                )
            counted.append(len(caught))
        assert counted[0] == counted[1] <= 18

    def test_the_constraint_has_the_last_word_when_looking_lies(self, world, monkeypatch):
        """The control: somebody forgot the lock and the look, and still nothing is booked twice."""
        slots = [row.slot for row in planned(world)]
        world.booked(patient=world.ben, starts_at=at(17, 9))
        blind = [planning.Row(series.ask_for(slot), slot) for slot in slots]
        monkeypatch.setattr(series, "_all_free", lambda *_, **__: blind)
        with pytest.raises(SeriesClashes):
            series.book_series(
                patient=world.ana, type=world.follow_up, slots=slots, by=world.dee, now=world.now
            )
        assert not world.ana.appointments.exists()
        with connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")
            cursor.execute(f"alter table booking_appointment drop constraint {SLOT_CONSTRAINT}")
        series.book_series(patient=world.ana, type=world.follow_up, slots=slots, by=world.dee, now=world.now)
        assert world.ana.appointments.count() == 12


class TestMovingTheRest:
    def shifted(self, world, first, *, days=1, hour=10, minute=30, **how):
        rest = series.following(first, now=world.now, **how)
        local = timezone.localtime(first.starts_at, LONDON)
        shift = Shift.between(first.starts_at, local.date() + days * DAY, dt.time(hour, minute), LONDON)
        wanted = [
            Ask(shift.of(v.starts_at, LONDON), v.ends_at - v.starts_at, v.clinician) for v in rest.visits
        ]
        rows = planning.plan(
            wanted,
            type=first.type,
            patient=first.patient,
            now=world.now,
            besides=[visit.pk for visit in rest.visits],
        )
        return rest, rows

    def moved(self, world, first, **how):
        rest, rows = self.shifted(world, first, **how)
        moves = [(visit, row.slot) for visit, row in zip(rest.visits, rows, strict=True)]
        series.move_following(moves=moves, by=world.dee, now=world.now)
        return rest

    def test_keeps_the_shift_on_the_wall(self, world):
        visits = visits_of(made(world, times={1: dt.time(9)}))
        self.moved(world, visits[2])
        after = visits_of(visits[0].series)
        shown = [timezone.localtime(v.starts_at, LONDON) for v in after]
        assert [(s.weekday(), s.hour, s.minute) for s in shown] == [(1, 9, 0)] * 2 + [(2, 10, 30)] * 4
        assert len({s.utcoffset() for s in shown[2:]}) == 2  # the clocks changed in between
        assert {v.moved_at for v in after[2:]} == {world.now}

    def test_may_go_where_the_next_one_is(self, world):
        visits = visits_of(made(world, times={1: dt.time(9)}))
        self.moved(world, visits[0], days=7, hour=9, minute=0)
        assert [v.starts_at for v in visits_of(visits[0].series)][:5] == [v.starts_at for v in visits[1:]]
        assert not visits[0].series.appointments.exclude(overbooked_because="").exists()

    def test_can_mean_only_those_on_that_weekday(self, world):
        visits = visits_of(made(world))
        rest = self.moved(world, visits[0], only_its_time=True)
        assert len(rest.visits) == 6
        shown = [timezone.localtime(v.starts_at, LONDON).weekday() for v in visits_of(visits[0].series)]
        assert sorted(shown) == [2] * 6 + [3] * 6

    def test_leaves_what_began_and_what_was_moved_by_hand_and_says_so(self, world):
        visits = visits_of(made(world, times={1: dt.time(9)}))
        actions.move(appointment=visits[3], starts_at=at(2, 13, month=4), by=world.dee, now=world.now)
        actions.change_status(appointment=visits[0], to=Status.ARRIVED, by=world.dee, now=world.now)
        actions.cancel(appointment=visits[4], because="Away", by=world.dee, now=world.now)
        rest = series.following(visits[0], now=world.now)
        assert [v.pk for v in rest.visits] == [visits[1].pk, visits[2].pk, visits[5].pk]
        assert {v.pk: why for v, why in rest.left} == {
            visits[0].pk: "It is arrived.",
            visits[3].pk: "It was moved apart from the others by hand.",
        }
        later = series.following(visits[1], now=at(18, 12))
        assert [why for _, why in later.left][:1] == ["Its time has come."]

    def test_moved_together_they_are_still_together(self, world):
        visits = visits_of(made(world, times={1: dt.time(9)}))
        self.moved(world, visits[2])
        rest = series.following(visits[1], now=world.now)
        assert len(rest.visits) == 5
        assert rest.left == []

    def test_clashes_are_reported_and_nothing_moves(self, world):
        visits = visits_of(made(world, times={1: dt.time(9)}))
        world.booked(patient=world.ben, starts_at=at(18, 10))
        rest, rows = self.shifted(world, visits[0])
        assert [row.trouble for row in rows] == [None, Trouble.TAKEN] + [None] * 4
        slots = [row.slot or planning.Slot(visits[1].clinician, at(18, 10, 30), at(18, 11)) for row in rows]
        with pytest.raises(SeriesClashes):
            series.move_following(
                moves=list(zip(rest.visits, slots, strict=True)), by=world.dee, now=world.now
            )
        assert [v.starts_at for v in visits_of(visits[0].series)] == [v.starts_at for v in visits]

    def test_of_one_that_changed_meanwhile_changes_none(self, world):
        visits = visits_of(made(world, times={1: dt.time(9)}))
        rest, rows = self.shifted(world, visits[0])
        actions.cancel(appointment=visits[5], because="Away", by=world.dee, now=world.now)
        with pytest.raises(ChangedSince):
            series.move_following(
                moves=[(v, r.slot) for v, r in zip(rest.visits, rows, strict=True)],
                by=world.dee,
                now=world.now,
            )
        assert not visits[0].series.appointments.exclude(moved_at=None).exists()

    def test_each_can_be_taken_back(self, world):
        visits = visits_of(made(world, times={1: dt.time(9)}))
        self.moved(world, visits[0])
        change = visits[0].changes.latest("pk")
        assert change.note.startswith("moved with its series from 09:00 on Tuesday 10 March (GMT)")
        assert actions.take_back(change=change, by=world.dee, now=world.now).starts_at == at(10, 9)

    def test_costs_the_same_for_three_as_for_twenty(self, world):
        counted = []
        for weeks, patient, hour in ((3, world.ana, 9), (20, world.ben, 15)):
            first = visits_of(made(world, weeks=weeks, patient=patient, times={1: dt.time(hour)}))[0]
            rest, rows = self.shifted(world, first, hour=hour + 1)
            moves = [(visit, row.slot) for visit, row in zip(rest.visits, rows, strict=True)]
            with CaptureQueriesContext(connection) as caught:
                series.move_following(moves=moves, by=world.dee, now=world.now)
            counted.append(len(caught))
        assert counted[0] == counted[1] <= 20


class TestCancellingTheRest:
    def test_needs_a_reason_and_leaves_the_earlier_ones(self, world):
        visits = visits_of(made(world, times={1: dt.time(9)}))
        rest = series.following(visits[2], now=world.now)
        with pytest.raises(NoReason):
            series.cancel_following(visits=rest.visits, because="  ", by=world.dee, now=world.now)
        series.cancel_following(visits=rest.visits, because="Moves away", by=world.dee, now=world.now)
        statuses = [v.status for v in visits_of(visits[0].series)]
        assert statuses == [Status.BOOKED] * 2 + [Status.CANCELLED] * 4
        assert {v.cancelled_because for v in visits_of(visits[0].series)} == {"", "Moves away"}

    def test_of_one_that_changed_meanwhile_cancels_none(self, world):
        visits = visits_of(made(world, times={1: dt.time(9)}))
        rest = series.following(visits[0], now=world.now)
        actions.move(appointment=visits[5], starts_at=at(16, 11, month=4), by=world.dee, now=world.now)
        with pytest.raises(ChangedSince):
            series.cancel_following(visits=rest.visits, because="Away", by=world.dee, now=world.now)
        assert not visits[0].series.appointments.filter(status=Status.CANCELLED).exists()

    def test_costs_a_few_queries_for_each(self, world):
        counted = []
        for weeks, patient, hour in ((2, world.ana, 9), (12, world.ben, 15)):
            first = visits_of(made(world, weeks=weeks, patient=patient, times={1: dt.time(hour)}))[0]
            rest = series.following(first, now=world.now)
            with CaptureQueriesContext(connection) as caught:
                series.cancel_following(visits=rest.visits, because="Away", by=world.dee, now=world.now)
            counted.append(len(caught))
        assert (counted[1] - counted[0]) / 10 <= 8


def leave(world, since, until):
    Absence.objects.create(
        clinician=world.carl.clinician, kind="leave", starts_at=since, ends_at=until, made_at=world.now
    )


def keep(world, start):
    holding.hold(
        clinician=world.carl.clinician,
        type=world.follow_up,
        starts_at=start,
        purpose=Hold.Purpose.ONLINE,
        lasts_until=world.now + dt.timedelta(minutes=5),
        now=world.now,
    )


def treadmill(world):
    kind = ResourceKind.objects.create(slug="treadmill", name="Treadmill")
    world.follow_up.needs = kind
    world.follow_up.save()
    return Resource.objects.create(kind=kind, name="Treadmill 1")
