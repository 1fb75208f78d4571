"""Many people at the desk, the same slots, the real server: one booking each, and a clear answer for the others."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from clinic.booking.models import SLOT_CONSTRAINT, Appointment
from tests import figures
from tests.clinic.booking.real_server import Hand, hands, serving
from tests.clinic.booking.test_race import overlaps
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
HANDS, SLOTS, TRIALS = 8, 20, figures.tried(each_time=15, promised=100)
CROWD, CROWDED_TRIALS = 50, 5
HALF_AN_HOUR = dt.timedelta(minutes=30)


@pytest.fixture
def committed(transactional_db) -> World:
    """Three clinicians, who work at all hours of all days, and a patient for each hand."""
    world = World(now=timezone.now().replace(minute=0, second=0, microsecond=0))
    for account in (world.carl, world.cleo, world.clinician("cora", "Cora Lind")):
        account.clinician.working_hours.all().delete()
        for day in range(7):
            account.clinician.working_hours.create(weekday=day, starts=dt.time(0), ends=dt.time(23, 59))
    world.dee, world.follow_up  # noqa: B018  # made before the race
    return world


def patients(world: World, how_many: int) -> list[int]:
    return [
        world.patient(f"Runner{n}", "Kipkemboi", dt.date(1990, 1, 1), f"+4479460{n:05}").pk
        for n in range(how_many)
    ]


def slots(world: World, day: int, how_many: int) -> list[dt.datetime]:
    """Half hours of the day that many days ahead, from eight o'clock UTC."""
    opens = (world.now + dt.timedelta(days=day)).replace(hour=8)
    return [opens + n * HALF_AN_HOUR for n in range(how_many)]


def all_at_once(runners: list[Callable[[], None]]) -> None:
    gate = threading.Barrier(len(runners))

    def run(runner: Callable[[], None]) -> None:
        gate.wait(60)
        runner()

    threads = [threading.Thread(target=run, args=(runner,)) for runner in runners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)


def at_the_desk(world: World, port: int, how_many: int) -> AbstractContextManager[list[Hand]]:
    return hands((world.signed_in(world.dee) for _ in range(how_many)), port)


def wish(world: World, patient: int, start: dt.datetime, clinician: object) -> dict[str, object]:
    on_day = timezone.localdate(start).isoformat()
    return {
        "patient": patient,
        "type": "follow-up",
        "clinician": clinician,
        "day": on_day,
        "take": start.isoformat(),
    }


def deadlocks() -> int:
    """How many PostgreSQL has seen in this database since it was made."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_stat_clear_snapshot()")
        cursor.execute("select deadlocks from pg_stat_database where datname = current_database()")
        return cursor.fetchone()[0]


def test_eight_hands_on_twenty_slots(committed):
    """Whoever is second reads who holds the time and what is free next; nothing fails and nothing waits for ever."""
    carl = committed.carl.clinician.pk
    people = patients(committed, HANDS)
    answers: list[tuple[int, str]] = []
    before = deadlocks()
    with serving("clinic.config.wsgi:application") as port, at_the_desk(committed, port, HANDS) as desk:
        for trial in range(TRIALS):
            starts = slots(committed, 7 + trial, SLOTS)

            def book_all(hand: Hand, patient: int, starts: list[dt.datetime] = starts) -> None:
                answers.extend(hand.books(**wish(committed, patient, start, carl)) for start in starts)

            all_at_once(
                [
                    lambda hand=hand, patient=patient: book_all(hand, patient)
                    for hand, patient in zip(desk, people, strict=True)
                ]
            )
    statuses = Counter(status for status, _ in answers)
    assert statuses == {302: SLOTS * TRIALS, 409: SLOTS * TRIALS * (HANDS - 1)}
    assert Appointment.objects.count() == SLOTS * TRIALS
    assert overlaps() == 0
    assert deadlocks() == before
    lost = next(body for status, body in answers if status == 409)
    assert "is taken: Runner" in lost
    assert lost.count('name="take"') == 3  # the next free ones, each a button


@pytest.mark.parametrize(("clinician", "free"), [("carl", 1), ("any", 3)])
def test_fifty_attempts_at_one_moment(committed, clinician, free):
    """One booking for a named clinician; for “any clinician” one for each who is free."""
    whom = "any" if clinician == "any" else committed.carl.clinician.pk
    people = patients(committed, CROWD)
    answers: list[int] = []
    before = deadlocks()
    with serving("clinic.config.wsgi:application") as port, at_the_desk(committed, port, CROWD) as desk:
        for trial in range(CROWDED_TRIALS):
            [start] = slots(committed, 7 + trial, 1)
            asked = [wish(committed, patient, start, whom) for patient in people]
            all_at_once(
                [
                    lambda hand=hand, asked=one: answers.append(hand.books(**asked)[0])
                    for hand, one in zip(desk, asked, strict=True)
                ]
            )
            assert Appointment.objects.filter(starts_at=start).count() == free
    assert Counter(answers) == {302: free * CROWDED_TRIALS, 409: (CROWD - free) * CROWDED_TRIALS}
    assert overlaps() == 0
    assert deadlocks() == before


def test_control_without_constraint_and_lock_the_same_hands_overbook(committed):
    """If this ever finds no overlap, the tests above prove nothing."""
    people = patients(committed, HANDS)
    constraint = next(c for c in Appointment._meta.constraints if c.name == SLOT_CONSTRAINT)
    with connection.schema_editor() as editor:
        editor.remove_constraint(Appointment, constraint)
    try:
        with (
            serving("tests.clinic.booking.unguarded:application") as port,
            at_the_desk(committed, port, HANDS) as desk,
        ):
            for start in slots(committed, 7, SLOTS):
                asked = [wish(committed, patient, start, committed.carl.clinician.pk) for patient in people]
                all_at_once(
                    [
                        lambda hand=hand, asked=one: hand.books(**asked)
                        for hand, one in zip(desk, asked, strict=True)
                    ]
                )
        assert overlaps() > 0
    finally:
        with connection.cursor() as cursor:
            cursor.execute("truncate booking_appointment cascade")
        with connection.schema_editor() as editor:
            editor.add_constraint(Appointment, constraint)


def test_control_a_deadlock_is_counted(committed):
    """Two who take two rows in opposite order: PostgreSQL ends one of them, and the counter says so."""
    first, second = committed.carl.pk, committed.cleo.pk
    before = deadlocks()
    both_hold_one = threading.Barrier(2)
    params = connection.get_connection_params()
    params.pop("cursor_factory", None)
    params.pop("context", None)
    ended: list[bool] = []

    def hold_both(one: int, other: int) -> None:
        with psycopg.connect(**params) as line:
            line.execute("select 1 from people_account where id = %s for update", [one])
            both_hold_one.wait(30)
            try:
                line.execute("select 1 from people_account where id = %s for update", [other])
            except psycopg.errors.DeadlockDetected:
                ended.append(True)

    all_at_once([lambda: hold_both(first, second), lambda: hold_both(second, first)])
    assert ended == [True]
    assert deadlocks() == before + 1
