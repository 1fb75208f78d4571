"""What a refusal offers fits in the length that was asked for; and a long visit is found however long ago it began."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from clinic.booking import actions, free, holding
from clinic.booking.models import LONGEST_HELD, Appointment, Hold, Resource, ResourceKind
from clinic.booking.refusals import OutsideWorkingHours, ResourceTaken, SlotHeld, SlotTaken, TooLong
from tests.clinic.booking.test_actions import raw

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
HALF_HOUR = dt.timedelta(minutes=30)


@pytest.fixture
def ten(world):
    """Wednesday at ten. Ben has it for half an hour, and again at eleven: between them half an hour is free."""
    at = world.now + DAY + HOUR
    for start in (at, at + HOUR):
        world.booked(patient=world.ben, type=world.follow_up, starts_at=start)
    return at


def booked(world, start, minutes):
    return actions.book(
        patient=world.ana, clinician=world.carl.clinician, type=world.follow_up, starts_at=start, minutes=minutes,
        by=world.dee, now=world.now,
    )  # fmt: skip


class TestAnotherLengthThanUsual:
    @pytest.mark.parametrize(
        ("minutes", "first"), [(None, HALF_HOUR), (30, HALF_HOUR), (45, 90 * MINUTE), (15, HALF_HOUR)]
    )
    def test_where_somebody_has_the_time(self, world, ten, minutes, first):
        with pytest.raises(SlotTaken) as refused:
            booked(world, ten, minutes)
        assert refused.value.next_free[0] == ten + first
        assert len(refused.value.next_free) == 3

    def test_where_it_is_kept_for_somebody(self, world, ten):
        kept, after = ten + 3 * HOUR, ten + 4 * HOUR
        world.booked(patient=world.ben, type=world.follow_up, starts_at=after)
        holding.hold(
            clinician=world.carl.clinician, type=world.follow_up, starts_at=kept,
            purpose=Hold.Purpose.ONLINE, lasts_until=world.now + 5 * MINUTE, now=world.now,
        )  # fmt: skip
        with pytest.raises(SlotHeld) as refused:
            booked(world, kept, 45)
        assert refused.value.next_free[0] == after + HALF_HOUR

    def test_where_no_machine_is_free(self, world, ten):
        kind = ResourceKind.objects.create(slug="treadmill", name="Treadmill")
        first = Resource.objects.create(kind=kind, name="Treadmill 1")
        Appointment.objects.update(resource=first)
        Appointment.objects.update(clinician=world.cleo.clinician)
        world.follow_up.needs = kind
        world.follow_up.save()
        with pytest.raises(ResourceTaken) as refused:
            booked(world, ten, 45)
        assert refused.value.next_free[0] == ten + 90 * MINUTE

    def test_where_it_would_run_past_closing(self, world, ten):
        closing = ten.replace(hour=18)
        with pytest.raises(TooLong) as refused:
            booked(world, closing - HALF_HOUR, 45)
        assert refused.value.next_free[0] == ten.replace(hour=8) + DAY


class TestAVisitThatIsThereAlready:
    def test_is_not_in_its_own_way(self, world, ten):
        mine = booked(world, ten + HALF_HOUR, 30)
        with pytest.raises(SlotTaken) as refused:  # 10:00 to 10:45 is Ben's and its own
            actions.move(appointment=mine, starts_at=ten, minutes=45, by=world.dee, now=world.now)
        assert refused.value.next_free[0] == ten + 90 * MINUTE
        with pytest.raises(SlotTaken) as refused:
            actions.move(appointment=mine, starts_at=ten, minutes=15, by=world.dee, now=world.now)
        assert refused.value.next_free[:2] == [ten + HALF_HOUR, ten + 45 * MINUTE]

    def test_is_not_offered_where_it_is(self, world, ten):
        mine = booked(world, ten + HALF_HOUR, 30)
        with pytest.raises(SlotTaken) as refused:
            actions.move(appointment=mine, starts_at=ten, by=world.dee, now=world.now)
        assert refused.value.next_free[0] == ten + 90 * MINUTE
        assert len(refused.value.next_free) == 3

    def test_nor_where_nobody_works(self, world, ten):
        mine = booked(world, ten + HALF_HOUR, 30)
        with pytest.raises(OutsideWorkingHours) as refused:
            actions.move(appointment=mine, starts_at=ten.replace(hour=7), by=world.dee, now=world.now)
        early = ten.replace(hour=8)
        assert refused.value.next_free == [early, early + 15 * MINUTE, early + 30 * MINUTE]
        with pytest.raises(OutsideWorkingHours) as refused:
            actions.move(
                appointment=mine, starts_at=ten.replace(hour=7), minutes=180, by=world.dee, now=world.now
            )
        assert refused.value.next_free[0] == ten + 90 * MINUTE


def test_who_may_do_it_is_one_question(world, ten, django_assert_num_queries):
    today = timezone.localdate(world.now)
    assert world.cleo
    with django_assert_num_queries(1):
        assert len(free.doing(world.follow_up, today)) == 2
    world.follow_up.clinicians.add(world.cleo.clinician)
    with django_assert_num_queries(1):
        assert list(free.doing(world.follow_up, today)) == [world.cleo.clinician]
    world.cleo.clinician.left_on = today - DAY
    world.cleo.clinician.save()
    assert list(free.doing(world.follow_up, today)) == []  # named, and gone: nobody else takes their place


class TestTheLongest:
    def test_that_can_be_is_found_at_its_very_end(self, world, ten):
        start = ten + 5 * DAY
        longest = raw(world, starts_at=start, ends_at=start + 24 * HOUR, held_until=start + LONGEST_HELD)
        last_minute = start + LONGEST_HELD - MINUTE
        near = Appointment.objects.overlapping(last_minute, last_minute + MINUTE)
        assert list(near) == [longest]
        assert not Appointment.objects.overlapping(start + LONGEST_HELD, start + LONGEST_HELD + HOUR).exists()

    def test_and_the_database_has_no_longer_one(self, world, ten):
        start = ten + 5 * DAY
        with (
            pytest.raises(IntegrityError, match="an_appointment_holds_its_time_for_26_hours_at_most"),
            transaction.atomic(),
        ):
            raw(world, starts_at=start, ends_at=start + 24 * HOUR, held_until=start + LONGEST_HELD + MINUTE)
