"""Many hands on whole series: real connections, real commits. With the control that shows the guards matter."""

from __future__ import annotations

import datetime as dt
import threading
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from clinic.booking import actions, planning, series
from clinic.booking.agenda import Slot
from clinic.booking.models import SLOT_CONSTRAINT, Appointment, AppointmentChange, Series
from clinic.booking.patterns import When
from clinic.booking.refusals import ChangedSince, NotAllowedFrom, SlotTaken
from clinic.booking.series import SeriesClashes
from tests.clinic.booking.test_race import overlaps, race
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
LONDON = ZoneInfo("Europe/London")
TUESDAY = dt.date(2026, 3, 10)
HALF_HOUR, WEEK = dt.timedelta(minutes=30), dt.timedelta(weeks=1)
WEEKS = 6
TRIALS = 3
LOST = SeriesClashes | SlotTaken | ChangedSince | NotAllowedFrom


@pytest.fixture
def committed(transactional_db) -> World:
    world = World()
    world.dee, world.ana, world.ben, world.carl, world.cleo, world.follow_up  # noqa: B018  # made before the race
    return world


def slots(*people, hour=9, minute=0, weeks=WEEKS, trial=0):
    """One a week, with these in turns. Each trial has a time of its own."""
    found = []
    for n in range(weeks):
        at = When.on(TUESDAY + n * WEEK, dt.time(hour + trial, minute), LONDON).at
        found.append(Slot(people[n % len(people)], at, at + HALF_HOUR))
    return found


def books(world, patient, wanted):
    return lambda: series.book_series(
        patient=patient, type=world.follow_up, slots=wanted, by=world.dee, now=world.now
    )


def books_one(world, slot):
    return lambda: actions.book(
        patient=world.ben, clinician=slot.clinician, type=world.follow_up, starts_at=slot.starts_at,
        by=world.dee, now=world.now,
    )  # fmt: skip


def of_series():
    """Series → how many visits it has, each of them written down once."""
    assert not Appointment.objects.exclude(
        pk__in=AppointmentChange.objects.filter(from_status="").values("appointment")
    )
    return {one.pk: one.appointments.count() for one in Series.objects.all()}


def test_overlapping_series_and_single_visits_all_or_none_each(committed):
    carl, cleo = committed.carl.clinician, committed.cleo.clinician
    others = [committed.patient(f"P{n}", "Race", dt.date(1990, 1, 1), f"+44794600{n:04}") for n in range(4)]
    for trial in range(TRIALS):
        hands = [
            books(committed, committed.ana, slots(carl, cleo, trial=trial)),
            books(committed, committed.ben, slots(cleo, carl, trial=trial)),
            books(committed, others[0], slots(carl, minute=15, trial=trial)),
            books(committed, others[1], slots(cleo, minute=15, trial=trial)[::-1]),
            books(committed, others[2], slots(cleo, carl, weeks=3, trial=trial)),
            books(committed, others[3], slots(carl, weeks=4, trial=trial)[::-1]),
            books_one(committed, slots(carl, trial=trial)[2]),
            books_one(committed, slots(cleo, trial=trial)[5]),
        ]
        results = race(hands)
        assert all(isinstance(one, Series | Appointment | LOST) for one in results), results
        assert any(isinstance(one, Series | Appointment) for one in results), results
        asked = [6, 6, 6, 6, 3, 4]
        there = of_series()
        for result, how_many in zip(results, asked, strict=False):
            assert not isinstance(result, Series) or there[result.pk] == how_many
        assert set(there.values()) <= {3, 4, 6}
    assert overlaps() == 0


def test_moving_cancelling_and_booking_on_the_same_dates(committed):
    carl, cleo = committed.carl.clinician, committed.cleo.clinician
    for trial in range(TRIALS):
        mine = books(committed, committed.ana, slots(carl, trial=trial))()
        theirs = books(committed, committed.ben, slots(cleo, trial=trial))()
        ours, others = (list(one.appointments.order_by("starts_at")) for one in (mine, theirs))

        def moves(visits, to, *, later=0, trial=trial):
            wanted = slots(to, minute=later, trial=trial)
            return lambda: series.move_following(
                moves=list(zip(visits, wanted, strict=True)), by=committed.dee, now=committed.now
            )

        def calls_off(visits):
            return lambda: series.cancel_following(
                visits=visits, because="Away", by=committed.dee, now=committed.now
            )

        results = race(
            [
                moves(ours, cleo),  # onto the other's, who goes
                moves(others, carl),  # the other way round
                moves(ours, carl, later=15),
                calls_off(others),
                calls_off(ours),
                books_one(committed, slots(carl, trial=trial)[3]),
                books_one(committed, slots(cleo, minute=15, trial=trial)[1]),
            ]
        )
        assert all(isinstance(one, list | Appointment | LOST) for one in results), results
        for one in (mine, theirs):
            visits = list(one.appointments.all())
            assert len({visit.status for visit in visits}) == 1
            assert (
                len({(visit.clinician_id, visit.moved_at, visit.starts_at.minute) for visit in visits}) == 1
            )
        assert not Appointment.objects.exclude(overbooked_because="").exists()
    assert overlaps() == 0


def test_control_without_lock_and_constraint_two_series_lie_on_each_other(committed, monkeypatch):
    """Look, then write: what the guards replace. If this ever finds no overlap, the races above prove nothing."""
    everybody_has_looked = threading.Barrier(2)
    look = series._all_free

    def look_and_wait(*args, **how) -> list[planning.Row]:
        rows = look(*args, **how)
        everybody_has_looked.wait(10)
        return rows

    monkeypatch.setattr(series, "_all_free", look_and_wait)
    monkeypatch.setattr(series, "lock_calendars", lambda *which: None)
    constraint = next(c for c in Appointment._meta.constraints if c.name == SLOT_CONSTRAINT)
    with connection.schema_editor() as editor:
        editor.remove_constraint(Appointment, constraint)
    try:
        carl = committed.carl.clinician
        race([books(committed, patient, slots(carl)) for patient in (committed.ana, committed.ben)])
        assert overlaps() == WEEKS
    finally:
        with connection.cursor() as cursor:
            cursor.execute("truncate booking_appointment cascade")
        with connection.schema_editor() as editor:
            editor.add_constraint(Appointment, constraint)
