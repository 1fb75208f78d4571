"""Taking a time without the desk: within the type's windows, kept for five minutes, and never by two."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection

from clinic.booking import actions, free, online
from clinic.booking.models import Appointment, AppointmentType, CameBy, Hold
from clinic.people.actors import Job
from tests.clinic.booking.test_race import race
from tests.world import World

THURSDAY_TEN = dt.datetime(2026, 3, 5, 10, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def opened(world: World) -> AppointmentType:
    AppointmentType.objects.filter(pk=world.assessment.pk).update(bookable_online=True)
    return AppointmentType.objects.get(pk=world.assessment.pk)


@pytest.fixture
def visit(world):
    """An hour's assessment with Carl or Cleo, which may be booked online."""
    world.carl, world.cleo  # noqa: B018 - made before anybody asks
    return opened(world)


def keep(world, visit, starts_at=THURSDAY_TEN, clinician=None, **more):
    return online.keep(
        type=visit, clinician=clinician, starts_at=starts_at, now=more.pop("now", world.now), **more
    )


def book_kept(world, visit, hold, patient=None, **more):
    return online.book_kept(
        patient=patient or world.ana,
        type=visit,
        clinician=hold.clinician,
        starts_at=hold.starts_at,
        holding=more.pop("holding", hold),
        came_by=CameBy.ONLINE,
        by=Job("a test"),
        now=more.pop("now", world.now),
    )


def test_no_type_is_open_before_somebody_switches_it_on(world):
    assert world.assessment
    assert not online.bookable_online(world.now.date()).exists()
    assert opened(world) in online.bookable_online(world.now.date())


def test_a_retired_type_is_not_open(world, visit):
    AppointmentType.objects.filter(pk=visit.pk).update(retired_on=world.now.date() - dt.timedelta(days=1))
    assert not online.bookable_online(world.now.date()).exists()
    with pytest.raises(online.NotOnline):
        keep(world, visit)


def test_times_lie_within_notice_and_reach(world, visit):
    AppointmentType.objects.filter(pk=visit.pk).update(notice_hours=48, ahead_days=9)
    visit.refresh_from_db()
    found = [one.starts_at for one in online.times(visit, clinician=None, now=world.now)]
    assert found[0] == world.now + dt.timedelta(hours=48)
    assert found[-1].date() == world.now.date() + dt.timedelta(days=9)


def test_no_days_ahead_and_a_long_notice_leave_nothing(world, visit):
    AppointmentType.objects.filter(pk=visit.pk).update(notice_hours=48, ahead_days=0)
    visit.refresh_from_db()
    assert list(online.times(visit, clinician=None, now=world.now)) == []


def test_asking_for_times_writes_nothing(world, visit, django_assert_max_num_queries):
    with django_assert_max_num_queries(4) as asked:
        assert next(online.times(visit, clinician=None, now=world.now))
    said = [one["sql"].lstrip().lower() for one in asked.captured_queries]
    assert [sql for sql in said if not sql.startswith("select")] == []


@pytest.mark.parametrize(
    ("starts_at", "refusal"),
    [
        (dt.datetime(2026, 3, 4, 8, 45, tzinfo=dt.UTC), online.TooSoon),
        (dt.datetime(2026, 3, 3, 8, tzinfo=dt.UTC), online.TooSoon),  # in the past
        (dt.datetime(2026, 4, 29, 10, tzinfo=dt.UTC), online.TooFarAhead),
        (dt.datetime(2026, 3, 7, 10, tzinfo=dt.UTC), online.Gone),  # a Saturday: nobody works
        (dt.datetime(2026, 3, 5, 17, 15, tzinfo=dt.UTC), online.Gone),  # runs past the end of work
        (dt.datetime(2026, 3, 5, 10, 7, tzinfo=dt.UTC), online.Gone),  # between two starts
    ],
)
def test_a_time_that_is_not_offered_is_refused(world, visit, starts_at, refusal):
    with pytest.raises(refusal):
        keep(world, visit, starts_at)
    assert not Hold.objects.exists()


def test_the_ends_of_the_windows_are_in_reach(world, visit):
    assert keep(world, visit, world.now + dt.timedelta(hours=24))
    assert keep(
        world, visit, dt.datetime(2026, 4, 28, 10, tzinfo=dt.UTC)
    )  # the 56th day; summer time by then


def test_it_is_kept_for_five_minutes_and_for_nobody_else(world, visit):
    carl = world.carl.clinician
    held = keep(world, visit, clinician=carl)
    assert held.expires_at == world.now + 5 * MINUTE
    with pytest.raises(online.Gone) as gone:
        keep(world, visit, clinician=carl, now=world.now + 4 * MINUTE)
    assert gone.value.later[0] == THURSDAY_TEN + dt.timedelta(hours=1)
    assert "Ana" not in str(gone.value)
    with pytest.raises(actions.SlotHeld):
        world.booked(starts_at=THURSDAY_TEN)
    assert keep(world, visit, clinician=carl, now=world.now + 5 * MINUTE)


def test_it_is_kept_longer_once(world, visit):
    held = keep(world, visit)
    assert online.may_be_longer(held)
    assert online.keep_longer(hold=held, now=world.now + 4 * MINUTE)
    held.refresh_from_db()
    assert held.expires_at == world.now + 10 * MINUTE
    assert not online.may_be_longer(held)
    assert not online.keep_longer(hold=held, now=world.now + 5 * MINUTE)


def test_what_ran_out_is_not_kept_longer(world, visit):
    held = keep(world, visit)
    assert not online.keep_longer(hold=held, now=world.now + 5 * MINUTE)


def test_another_time_lets_the_first_one_go_unless_it_is_gone(world, visit):
    carl = world.carl.clinician
    first = keep(world, visit, clinician=carl)
    second = keep(world, visit, THURSDAY_TEN + dt.timedelta(hours=1), clinician=carl, instead_of=first)
    assert list(Hold.objects.all()) == [second]
    world.booked(starts_at=THURSDAY_TEN)
    with pytest.raises(online.Gone):
        keep(world, visit, clinician=carl, instead_of=second)
    assert list(Hold.objects.all()) == [second]


def test_anybody_is_whoever_has_the_fewest_visits_that_day(world, visit):
    world.booked(starts_at=THURSDAY_TEN + dt.timedelta(hours=2))
    assert keep(world, visit).clinician == world.cleo.clinician
    assert keep(world, visit).clinician == world.carl.clinician
    with pytest.raises(online.Gone):
        keep(world, visit)


def test_only_those_who_do_it_are_anybody(world, visit):
    visit.clinicians.add(world.cleo.clinician)
    assert keep(world, visit).clinician == world.cleo.clinician
    with pytest.raises(online.Gone):
        keep(world, visit, clinician=world.carl.clinician)


def test_the_kept_time_becomes_the_visit(world, visit):
    made = book_kept(world, visit, keep(world, visit))
    assert (made.starts_at, made.came_by, made.booked_by_job) == (THURSDAY_TEN, CameBy.ONLINE, "a test")
    assert not Hold.objects.exists()


def test_a_hold_that_ran_out_still_becomes_the_visit_where_the_time_is_free(world, visit):
    held = keep(world, visit)
    assert book_kept(world, visit, held, now=world.now + 20 * MINUTE).starts_at == THURSDAY_TEN


def test_a_hold_that_ran_out_and_was_given_away_offers_the_next_times(world, visit):
    held = keep(world, visit, clinician=world.carl.clinician)
    later = world.now + 6 * MINUTE
    world.booked(patient=world.ben, starts_at=THURSDAY_TEN, now=later)
    with pytest.raises(online.Gone) as gone:
        book_kept(world, visit, held, now=later)
    assert gone.value.later
    assert "Nowak" not in str(gone.value)
    assert Appointment.objects.count() == 1


def test_a_type_that_was_switched_off_meanwhile_is_not_booked(world, visit):
    held = keep(world, visit)
    AppointmentType.objects.update(bookable_online=False)
    with pytest.raises(online.NotOnline):
        book_kept(world, visit, held)


def test_notice_passes_while_one_types_but_not_overnight(world, visit):
    held = keep(world, visit, world.now + dt.timedelta(hours=24))
    with pytest.raises(online.TooSoon):
        book_kept(world, visit, held, now=world.now + 31 * MINUTE)
    assert book_kept(world, visit, held, now=world.now + 29 * MINUTE)


def test_nobody_is_expected_by_two_at_once(world, visit):
    world.booked(starts_at=THURSDAY_TEN)
    with pytest.raises(online.TwoAtOnce):
        book_kept(world, visit, keep(world, visit, clinician=world.cleo.clinician))
    assert book_kept(world, visit, keep(world, visit, THURSDAY_TEN + dt.timedelta(hours=1)))


def test_two_visits_to_come_are_enough(world, visit):
    for day in (0, 1):
        book_kept(world, visit, keep(world, visit, THURSDAY_TEN + dt.timedelta(days=day)))
    third = keep(world, visit, THURSDAY_TEN + dt.timedelta(days=4))
    with pytest.raises(online.EnoughBooked):
        book_kept(world, visit, third)
    assert book_kept(world, visit, third, patient=world.ben)


def test_visits_of_the_desk_and_those_called_off_do_not_count(world, visit):
    world.booked()
    first = book_kept(world, visit, keep(world, visit, THURSDAY_TEN + dt.timedelta(days=1)))
    book_kept(world, visit, keep(world, visit, THURSDAY_TEN + dt.timedelta(days=4)))
    actions.cancel(appointment=first, because="No longer needed", by=world.dee, now=world.now)
    assert book_kept(world, visit, keep(world, visit, THURSDAY_TEN + dt.timedelta(days=5)))


# --- Many at once --------------------------------------------------------------------------------------------


@pytest.fixture
def committed(transactional_db) -> World:
    world = World()
    world.dee, world.ana, world.ben, world.carl, world.cleo  # noqa: B018 - made before the race
    opened(world)
    return world


@pytest.mark.django_db(transaction=True)
def test_fifty_visitors_and_one_slot_make_one_hold(committed):
    visit, carl = AppointmentType.objects.get(bookable_online=True), committed.carl.clinician
    results = race([lambda: keep(committed, visit, clinician=carl)] * 50)
    assert sum(isinstance(one, Hold) for one in results) == 1
    assert sum(isinstance(one, online.Gone) for one in results) == 49


@pytest.mark.django_db(transaction=True)
def test_fifty_visitors_and_anybody_make_one_hold_for_each_who_is_free(committed):
    visit = AppointmentType.objects.get(bookable_online=True)
    results = race([lambda: keep(committed, visit)] * 50)
    kept = [one for one in results if isinstance(one, Hold)]
    assert sorted(one.clinician_id for one in kept) == sorted(
        [committed.carl.clinician.pk, committed.cleo.clinician.pk]
    )
    assert sum(isinstance(one, online.Gone) for one in results) == 48


@pytest.mark.django_db(transaction=True)
def test_a_hold_that_ran_out_and_the_desk_make_one_visit(committed):
    """The visitor confirms as the desk books the same time for somebody else, and a third patient at their desk."""
    visit = AppointmentType.objects.get(bookable_online=True)
    held = keep(committed, visit, clinician=committed.carl.clinician)
    later = committed.now + 6 * MINUTE
    results = race(
        [
            lambda: book_kept(committed, visit, held, now=later),
            lambda: committed.booked(patient=committed.ana, starts_at=THURSDAY_TEN, now=later),
            lambda: committed.booked(patient=committed.ben, starts_at=THURSDAY_TEN, now=later),
        ]
        * 2
    )
    assert sum(isinstance(one, Appointment) for one in results) == 1
    assert all(isinstance(one, Appointment | online.NotBooked | actions.Refused) for one in results), results


@pytest.mark.django_db(transaction=True)
def test_control_without_locks_and_constraints_several_keep_it(committed, monkeypatch):
    """What the lock and the constraint are for: the same race without them lets more than one in."""
    import threading

    from clinic.booking import holding

    visit, carl = AppointmentType.objects.get(bookable_online=True), committed.carl.clinician
    everybody_looked = threading.Barrier(8)
    look = free.openings

    def look_then_wait(*args, **kwargs):
        found = list(look(*args, **kwargs))
        everybody_looked.wait(10)
        return iter(found)

    monkeypatch.setattr(online, "lock_calendars", lambda *which: None)
    monkeypatch.setattr(holding, "lock_calendars", lambda *which: None)
    monkeypatch.setattr(holding, "in_the_way", lambda *args, **kwargs: None)
    monkeypatch.setattr(free, "openings", look_then_wait)
    constraint = next(c for c in Hold._meta.constraints if c.name == "one_hold_at_a_time")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Hold, constraint)
    try:
        results = race([lambda: keep(committed, visit, clinician=carl)] * 8)
        assert sum(isinstance(one, Hold) for one in results) > 1
    finally:
        Hold.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Hold, constraint)
