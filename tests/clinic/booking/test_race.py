"""Many hands, one slot: real connections, real commits. With the control that shows the guards matter."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import OperationalError, connection

from clinic.booking import actions
from clinic.booking.models import SLOT_CONSTRAINT, Appointment
from clinic.booking.refusals import SlotTaken
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
HANDS = 8
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def committed(transactional_db) -> World:
    world = World()
    world.dee, world.ana, world.carl, world.cleo, world.assessment, world.follow_up  # noqa: B018  # made before the race
    return world


def race(runners) -> list[object]:
    """Let them all go at once; what each returned or raised."""
    gate = threading.Barrier(len(runners))
    results: list[object] = [None] * len(runners)

    def run(place: int) -> None:
        try:
            gate.wait(10)
            results[place] = runners[place]()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(runners))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def overlaps() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from booking_appointment a join booking_appointment b on a.id < b.id"
            " and a.clinician_id = b.clinician_id"
            " and tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)"
            " where a.status not in ('cancelled', 'no_show') and b.status not in ('cancelled', 'no_show')"
        )
        return cursor.fetchone()[0]


def test_one_slot_goes_to_one_of_eight(committed):
    for day in range(1, 4):
        start = committed.now + dt.timedelta(days=day)
        results = race([lambda start=start: committed.booked(starts_at=start)] * HANDS)
        won = [r for r in results if isinstance(r, Appointment)]
        lost = [r for r in results if isinstance(r, SlotTaken)]
        assert (len(won), len(lost)) == (1, HANDS - 1), results
        assert {refused.holder.pk for refused in lost} == {won[0].pk}
        assert all(refused.next_free[0] == start + HOUR for refused in lost)
    assert overlaps() == 0


def test_moving_and_booking_onto_one_slot(committed):
    start = committed.now + dt.timedelta(days=1)
    movers = [committed.booked(starts_at=start + n * HOUR) for n in range(1, 5)]
    results = race(
        [
            lambda a=a: actions.move(appointment=a, starts_at=start, by=committed.dee, now=committed.now)
            for a in movers
        ]
        + [lambda n=n: committed.booked(starts_at=start + n * HOUR / 4) for n in range(-2, 2)]
    )
    assert all(isinstance(r, Appointment | SlotTaken) for r in results), results
    assert overlaps() == 0


def test_swapping_between_two_clinicians_does_not_deadlock(committed):
    start = committed.now + dt.timedelta(days=1)
    mine, theirs = (
        committed.booked(starts_at=start),
        committed.booked(starts_at=start, clinician=committed.cleo),
    )
    carl, cleo = committed.carl.clinician, committed.cleo.clinician

    def swap(appointment, to):
        return lambda: actions.move(
            appointment=appointment, starts_at=start, clinician=to, by=committed.dee, now=committed.now
        )

    results = race([swap(mine, cleo), swap(theirs, carl)] * 3)
    assert not [r for r in results if isinstance(r, OperationalError)], results
    assert overlaps() == 0


def test_control_with_constraint_and_lock_off_two_get_in(committed, monkeypatch):
    """Look, then write: what the guards replace. If this ever finds no overlap, the race above proves nothing."""
    everybody_has_looked = threading.Barrier(HANDS)

    def look_then_write():
        start = committed.now + dt.timedelta(days=1)
        taken = Appointment.objects.standing().overlapping(start, start + HOUR).exists()
        everybody_has_looked.wait(10)
        return taken or committed.booked(starts_at=start)

    monkeypatch.setattr(actions, "lock_calendars", lambda *which: None)
    constraint = next(c for c in Appointment._meta.constraints if c.name == SLOT_CONSTRAINT)
    with connection.schema_editor() as editor:
        editor.remove_constraint(Appointment, constraint)
    try:
        race([look_then_write] * HANDS)
        assert overlaps() > 0
    finally:
        with connection.cursor() as cursor:
            cursor.execute("truncate booking_appointment cascade")
        with connection.schema_editor() as editor:
            editor.add_constraint(Appointment, constraint)
