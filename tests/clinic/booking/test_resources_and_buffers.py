"""Buffers, rooms and equipment, lengths, who does what, holds and deliberate overbookings."""

from __future__ import annotations

import datetime as dt

import pytest

from clinic.booking import actions, free, holding
from clinic.booking.models import Absence, Appointment, ExtraHours, Hold, Resource, ResourceKind, WorkingHours
from clinic.booking.refusals import (
    BadLength,
    ChangedSince,
    DoesNotDo,
    HasLeft,
    NobodyFree,
    NotOffered,
    OutsideWorkingHours,
    ResourceTaken,
    SlotHeld,
    SlotTaken,
    TooLateToTakeBack,
)

HOUR, MINUTE, DAY = dt.timedelta(hours=1), dt.timedelta(minutes=1), dt.timedelta(days=1)


@pytest.fixture
def tomorrow(world):
    """Wednesday at ten."""
    return world.now + DAY + HOUR


@pytest.fixture
def treadmill(world):
    kind = ResourceKind.objects.create(slug="treadmill", name="Treadmill")
    world.follow_up.needs = kind
    world.follow_up.save()
    return Resource.objects.create(kind=kind, name="Treadmill 1")


def kept(world, start, *, minutes=5, **other):
    return holding.hold(
        **{"clinician": world.carl.clinician, "type": world.assessment} | other,
        starts_at=start,
        purpose=Hold.Purpose.ONLINE,
        lasts_until=world.now + minutes * MINUTE,
        now=world.now,
    )


class TestABuffer:
    def test_is_kept_free_after_a_visit_and_by_a_visit(self, world, tomorrow):
        world.assessment.buffer_minutes = 15
        world.assessment.save()
        held = world.booked(starts_at=tomorrow)
        assert held.held_until == held.ends_at + 15 * MINUTE
        with pytest.raises(SlotTaken):
            world.booked(starts_at=held.ends_at, type=world.follow_up, patient=world.ben)
        with pytest.raises(SlotTaken):  # its own buffer would reach into the visit
            world.booked(starts_at=tomorrow - HOUR, patient=world.ben)
        assert free.next_free(world.carl.clinician, world.follow_up, tomorrow, 1, now=world.now) == [
            held.held_until
        ]

    def test_may_lie_after_closing(self, world, tomorrow):
        world.assessment.buffer_minutes = 15
        world.assessment.save()
        assert world.booked(starts_at=tomorrow.replace(hour=17)).ends_at.hour == 18


class TestAResource:
    def test_serves_one_visit_at_a_time(self, world, tomorrow, treadmill):
        first = world.booked(type=world.follow_up, starts_at=tomorrow)
        assert first.resource == treadmill
        with pytest.raises(ResourceTaken, match="No treadmill is free") as refused:
            world.booked(type=world.follow_up, clinician=world.cleo, patient=world.ben, starts_at=tomorrow)
        assert refused.value.next_free[0] == first.ends_at
        second = Resource.objects.create(kind=treadmill.kind, name="Treadmill 2")
        theirs = world.booked(
            type=world.follow_up, clinician=world.cleo, patient=world.ben, starts_at=tomorrow
        )
        assert theirs.resource == second

    def test_the_database_alone_refuses_two(self, world, tomorrow, treadmill):
        first = world.booked(type=world.follow_up, starts_at=tomorrow)
        with pytest.raises(Exception, match="one_appointment_of_a_resource_at_a_time"):
            Appointment.objects.create(
                patient=world.ben,
                clinician=world.cleo.clinician,
                type=world.follow_up,
                starts_at=tomorrow,
                ends_at=first.ends_at,
                held_until=first.ends_at,
                resource=treadmill,
                booked_at=world.now,
                booked_by=world.dee,
            )

    def test_a_retired_one_is_not_offered(self, world, tomorrow, treadmill):
        treadmill.retired_on = world.now.date()
        treadmill.save()
        with pytest.raises(ResourceTaken):
            world.booked(type=world.follow_up, starts_at=tomorrow)
        today = world.now + HOUR
        assert world.booked(type=world.follow_up, starts_at=today).resource == treadmill


class TestWhoAndWhat:
    def test_only_those_named_do_it(self, world, tomorrow):
        world.assessment.clinicians.add(world.cleo.clinician)
        with pytest.raises(DoesNotDo, match="Carl Jensen does not do this: Initial assessment"):
            world.booked(starts_at=tomorrow)
        assert world.booked(starts_at=tomorrow, clinician=world.cleo)

    def test_what_was_retired_is_not_booked_but_moves(self, world, tomorrow):
        earlier = world.booked(starts_at=tomorrow)
        world.assessment.retired_on = world.now.date()
        world.assessment.save()
        with pytest.raises(NotOffered):
            world.booked(starts_at=tomorrow + HOUR, patient=world.ben)
        assert actions.move(appointment=earlier, starts_at=tomorrow + HOUR, by=world.dee, now=world.now)

    def test_somebody_who_has_left(self, world, tomorrow):
        clinician = world.carl.clinician
        clinician.left_on = world.now.date()
        clinician.save()
        with pytest.raises(HasLeft, match="Carl Jensen does not work here on Wednesday 4 March 2026"):
            world.booked(starts_at=tomorrow)

    @pytest.mark.parametrize("minutes", [0, -30, 4, 20 * 60])
    def test_a_length_nobody_means(self, world, tomorrow, minutes):
        with pytest.raises(BadLength, match="5 minutes to 8 hours"):
            actions.book(
                patient=world.ana,
                clinician=world.carl.clinician,
                type=world.assessment,
                starts_at=tomorrow,
                minutes=minutes,
                by=world.dee,
                now=world.now,
            )


class TestDaysThatAreNotAsUsual:
    def away(self, world, clinician, start, end):
        return Absence.objects.create(
            clinician=clinician, kind="leave", starts_at=start, ends_at=end, made_at=world.now
        )

    def test_leave_and_holidays_are_not_free(self, world, tomorrow):
        self.away(world, world.carl.clinician, tomorrow - HOUR, tomorrow + 2 * HOUR)
        with pytest.raises(OutsideWorkingHours, match="Carl Jensen is away at 10:00") as refused:
            world.booked(starts_at=tomorrow)
        assert refused.value.next_free[0] == tomorrow + 2 * HOUR
        self.away(world, None, tomorrow, tomorrow + 3 * HOUR)
        with pytest.raises(OutsideWorkingHours, match="The clinic is shut at 10:00"):
            world.booked(starts_at=tomorrow, clinician=world.cleo)

    def test_a_saturday_now_and_then(self, world):
        saturday = dt.datetime(2026, 3, 7, 10, tzinfo=dt.UTC)
        with pytest.raises(OutsideWorkingHours):
            world.booked(starts_at=saturday)
        ExtraHours.objects.create(
            clinician=world.carl.clinician, on_day=saturday.date(), starts=dt.time(9), ends=dt.time(12)
        )
        assert world.booked(starts_at=saturday)

    def test_every_other_week_within_its_days(self):
        stretch = WorkingHours(
            weekday=2,
            starts=dt.time(9),
            ends=dt.time(12),
            from_day=dt.date(2026, 3, 2),
            until_day=dt.date(2026, 4, 1),
            every_weeks=2,
        )
        days = [dt.date(2026, 2, 18) + n * DAY for n in range(60)]
        assert [d for d in days if stretch.holds_on(d)] == [
            dt.date(2026, 3, 4),
            dt.date(2026, 3, 18),
            dt.date(2026, 4, 1),
        ]


class TestAHold:
    def test_keeps_its_time_until_it_expires(self, world, tomorrow):
        kept(world, tomorrow)
        with pytest.raises(SlotHeld, match="is being booked online and kept until 09:05") as refused:
            world.booked(starts_at=tomorrow)
        assert refused.value.next_free[0] == tomorrow + HOUR
        assert tomorrow not in free.next_free(
            world.carl.clinician, world.assessment, tomorrow, 9, now=world.now
        )
        assert world.booked(starts_at=tomorrow, now=world.now + 5 * MINUTE)

    def test_keeps_it_from_another_hold_until_it_expires(self, world, tomorrow):
        first = kept(world, tomorrow)
        with pytest.raises(SlotHeld):
            kept(world, tomorrow)
        Hold.objects.filter(pk=first.pk).update(expires_at=world.now)
        assert kept(world, tomorrow).pk != first.pk
        assert Hold.objects.count() == 1

    def test_becomes_the_visit_it_was_kept_for(self, world, tomorrow, treadmill):
        first = kept(world, tomorrow, type=world.follow_up)
        assert first.resource == treadmill
        made = actions.book(
            patient=world.ana,
            clinician=world.carl.clinician,
            type=world.follow_up,
            starts_at=tomorrow,
            holding=first,
            by=world.dee,
            now=world.now,
        )
        assert made.resource == treadmill
        assert not Hold.objects.exists()

    def test_asking_for_free_times_writes_nothing(self, world, tomorrow, django_assert_num_queries):
        kept(world, tomorrow)
        with django_assert_num_queries(1) as asked:
            free.next_free(world.carl.clinician, world.assessment, tomorrow, 3, now=world.now + DAY)
        assert asked[0]["sql"].lstrip().lower().startswith("select")
        assert Hold.objects.count() == 1


class TestOverbooking:
    def test_needs_a_reason_and_is_marked(self, world, tomorrow):
        world.booked(starts_at=tomorrow)
        asked = {
            "patient": world.ben,
            "clinician": world.carl.clinician,
            "type": world.assessment,
            "starts_at": tomorrow,
            "by": world.dee,
            "now": world.now,
        }
        with pytest.raises(SlotTaken):
            actions.book(**asked, overbooking="  ")
        made = actions.book(**asked, overbooking="cannot walk")
        assert made.overbooked_because == "cannot walk"
        assert "overbooked: cannot walk" in made.changes.get().note
        with pytest.raises(SlotTaken):  # and it takes its time, too
            actions.book(**asked | {"patient": world.ana})

    def test_is_none_where_the_time_was_free(self, world, tomorrow):
        made = actions.book(
            patient=world.ben,
            clinician=world.carl.clinician,
            type=world.assessment,
            starts_at=tomorrow,
            overbooking="cannot walk",
            by=world.dee,
            now=world.now,
        )
        assert made.overbooked_because == ""


class TestWithAnybody:
    def test_the_one_with_the_fewest_visits_that_day(self, world, tomorrow):
        world.carl, world.cleo  # noqa: B018  # both work here
        world.booked(starts_at=tomorrow + 3 * HOUR, clinician=world.carl)
        asked = {"type": world.assessment, "starts_at": tomorrow, "by": world.dee, "now": world.now}
        first = actions.book_with_anybody(patient=world.ana, **asked)
        second = actions.book_with_anybody(patient=world.ben, **asked)
        assert (first.clinician, second.clinician) == (world.cleo.clinician, world.carl.clinician)
        with pytest.raises(NobodyFree) as refused:
            actions.book_with_anybody(patient=world.ana, **asked)
        assert refused.value.next_free[0] == tomorrow + HOUR


class TestTakingBack:
    def last(self, appointment):
        return appointment.changes.latest("pk")

    def test_a_move_goes_back_with_all_it_had(self, world, tomorrow):
        booked = world.booked(starts_at=tomorrow)
        actions.change_status(appointment=booked, to="confirmed", by=world.dee, now=world.now)
        moved = actions.move(
            appointment=booked,
            starts_at=tomorrow + 2 * HOUR,
            clinician=world.cleo.clinician,
            by=world.dee,
            now=world.now,
        )
        back = actions.take_back(change=self.last(moved), by=world.dee, now=world.now + 2 * MINUTE)
        assert (back.starts_at, back.clinician, back.status, back.moved_at) == (
            tomorrow,
            world.carl.clinician,
            "confirmed",
            None,
        )
        with pytest.raises(ChangedSince):  # once is enough
            actions.take_back(change=self.last(back), by=world.dee, now=world.now + 2 * MINUTE)

    def test_a_cancellation_until_the_patient_is_told(self, world, tomorrow):
        booked = world.booked(starts_at=tomorrow)
        off = actions.cancel(appointment=booked, because="ill", by=world.dee, now=world.now)
        with pytest.raises(TooLateToTakeBack):
            actions.take_back(
                change=self.last(off), by=world.dee, now=world.now + 3 * MINUTE + dt.timedelta(seconds=1)
            )
        back = actions.take_back(change=self.last(off), by=world.dee, now=world.now + MINUTE)
        assert (back.status, back.cancelled_because, back.cancelled_by) == ("booked", "", None)

    def test_not_onto_somebody_else(self, world, tomorrow):
        booked = world.booked(starts_at=tomorrow)
        off = actions.cancel(appointment=booked, because="ill", by=world.dee, now=world.now)
        world.booked(starts_at=tomorrow, patient=world.ben)
        with pytest.raises(SlotTaken):
            actions.take_back(change=self.last(off), by=world.dee, now=world.now + MINUTE)
        off.refresh_from_db()
        assert off.status == "cancelled"

    def test_a_new_length(self, world, tomorrow):
        booked = world.booked(starts_at=tomorrow)
        longer = actions.resize(appointment=booked, minutes=90, by=world.dee, now=world.now)
        assert longer.ends_at == tomorrow + 1.5 * HOUR
        assert longer.moved_at is None  # when to come is the same: nobody is told
        back = actions.take_back(change=self.last(longer), by=world.dee, now=world.now)
        assert back.ends_at == tomorrow + HOUR
