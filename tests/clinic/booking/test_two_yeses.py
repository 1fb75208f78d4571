"""Eight say yes to one time in the same second: one booking. With the control that shows the guards matter."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection

from clinic.booking import actions, answering, freed, holding, offering, waiting
from clinic.booking.answering import Gone, NotOpen
from clinic.booking.models import SLOT_CONSTRAINT, Answer, Appointment, Offer, WaitListPolicy
from clinic.people.tokens import hashed
from tests.clinic.booking.test_race import overlaps, race
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
HANDS, ROUNDS = 8, 20
HALF_HOUR = dt.timedelta(minutes=30)


@pytest.fixture
def committed(transactional_db) -> World:
    world = World()
    world.carl, world.follow_up  # noqa: B018  # made before the race
    world.line = [
        world.patient("Pat", f"Number{n}", dt.date(1990, 1, 1), f"+4479460{n:05d}") for n in range(HANDS)
    ]
    for one in world.line:
        world.waits(one)
    return world


def offered(world: World, start: dt.datetime) -> list[str]:
    """The tokens of eight offers for one time."""
    made = offering.offer(
        clinician=world.carl.clinician, starts_at=start, how_many=HANDS, by=world.dee, now=world.now
    )
    tokens = [f"token {one.pk}" for one in made]
    for one, token in zip(made, tokens, strict=True):
        Offer.objects.filter(pk=one.pk).update(token_sha256=hashed(token))
    return tokens


def test_one_booking_for_eight_yeses_twenty_times(committed):
    opening = committed.now + dt.timedelta(days=1) - dt.timedelta(hours=1)
    for number in range(ROUNDS):
        start = opening + number * HALF_HOUR
        tokens = offered(committed, start)
        assert len(tokens) == HANDS
        results = race(
            [lambda token=token: answering.accept(token=token, now=committed.now) for token in tokens]
        )
        won = [r for r in results if isinstance(r, Appointment)]
        lost = [r for r in results if isinstance(r, Gone | NotOpen)]
        assert (len(won), len(lost)) == (1, HANDS - 1), results
        assert Appointment.objects.filter(starts_at=start).count() == 1
        answers = Offer.objects.filter(starts_at=start).values_list("answer", flat=True)
        assert sorted(answers) == ["too_late"] * (HANDS - 1) + ["yes"]
        committed.waits(won[0].patient)
    assert overlaps() == 0


def test_yeses_and_noes_and_the_clock_at_once(committed):
    """Whatever meets: at most one booking, no deadlock, and nothing stays held."""
    opening, late = committed.now + dt.timedelta(days=1), committed.now + dt.timedelta(hours=1)
    for number in range(5):
        start = opening + number * HALF_HOUR
        tokens = offered(committed, start)
        round = Offer.objects.filter(starts_at=start).first().round
        results = race(
            [lambda token=token: answering.accept(token=token, now=late) for token in tokens[:3]]
            + [lambda token=token: answering.decline(token=token, now=late) for token in tokens[3:5]]
            + [lambda: offering.lapse(now=late)] * 2
            + [lambda round=round: offering.take_back(round=round, by=committed.dee, now=late)]
        )
        faults = [r for r in results if isinstance(r, Exception) and not isinstance(r, Gone | NotOpen)]
        assert faults == []
        won = [r for r in results if isinstance(r, Appointment)]
        assert len(won) <= 1
        assert not Offer.objects.filter(round=round, answer=Answer.OPEN).exists()
        for appointment in won:
            committed.waits(appointment.patient)
    assert overlaps() == 0


def test_control_with_lock_and_constraints_off_two_get_it(committed, monkeypatch):
    """Look, then write: what the guards replace. If this ever finds one winner, the race above proves nothing."""
    everybody_has_looked = threading.Barrier(HANDS)
    check = answering._check_free_of_other_visits

    def check_and_wait(*told):
        check(*told)
        everybody_has_looked.wait(10)

    def unlocked(round):
        return list(Offer.objects.filter(round=round).select_related("entry", "clinician__account", "hold"))

    for module in (actions, answering, offering, holding):
        monkeypatch.setattr(module, "lock_calendars", lambda *which: None)
    monkeypatch.setattr(offering, "locked_round", unlocked)
    monkeypatch.setattr(answering, "_check_free_of_other_visits", check_and_wait)
    monkeypatch.setattr("clinic.booking.taking.in_the_way", lambda *told, **how: None)
    tokens = offered(committed, committed.now + dt.timedelta(days=1))
    guards = [
        (Appointment, next(c for c in Appointment._meta.constraints if c.name == SLOT_CONSTRAINT)),
        (Offer, next(c for c in Offer._meta.constraints if c.name == "one_yes_to_an_offered_time")),
    ]
    with connection.schema_editor() as editor:
        for model, guard in guards:
            editor.remove_constraint(model, guard)
    try:
        results = race(
            [lambda token=token: answering.accept(token=token, now=committed.now) for token in tokens]
        )
        won = [r for r in results if isinstance(r, Appointment)]
        assert len(won) > 1, results
    finally:
        with connection.cursor() as cursor:
            cursor.execute("truncate booking_appointment, booking_offer, booking_waitlistentry cascade")
        with connection.schema_editor() as editor:
            for model, guard in guards:
                editor.add_constraint(model, guard)


def test_the_database_alone_refuses_a_second_yes(committed):
    start = committed.now + dt.timedelta(days=1)
    offered(committed, start)
    first, second = Offer.objects.filter(starts_at=start)[:2]
    for one in (first, second):
        one.answer, one.answered_at = Answer.YES, committed.now
    first.save()
    with pytest.raises(Exception, match="one_yes_to_an_offered_time"):
        second.save()


def test_two_workers_offer_what_came_free_once(committed):
    WaitListPolicy.objects.create(pk=1, automatic=True)
    visit = committed.booked(starts_at=committed.now + dt.timedelta(days=1))
    actions.cancel(appointment=visit, because="ill", by=committed.dee, now=committed.now)
    now = committed.now + dt.timedelta(minutes=4)
    results = race([lambda: freed.offer_freed(now=now)] * HANDS)
    assert sorted(results) == [0] * (HANDS - 1) + [1]
    assert Offer.objects.values("round").distinct().count() == 1


def test_one_wish_for_two_clicks(committed):
    assert committed.ana  # made before the race
    results = race([lambda: committed.waits(committed.ana)] * 2)
    assert sum(isinstance(r, waiting.AlreadyWaiting) for r in results) == 1
