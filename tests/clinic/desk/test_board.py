"""A day in several windows: its version changes with all it shows, costs little, and keeps nobody signed in."""

import datetime as dt
import threading

import pytest
import time_machine
from django.db import connections, transaction
from django.urls import reverse

from clinic.audit.models import Entry
from clinic.booking import actions, holding
from clinic.booking.free import clinic_zone
from clinic.booking.models import Absence, AppointmentChange, ExtraHours, Hold
from clinic.desk.board import read_seen, seen, version_of
from clinic.people.middleware import BY_ITSELF
from clinic.reminders import actions as reminders
from tests.clinic.booking.full_days import fill
from tests.world import NOW

DAY = dt.date(2026, 3, 5)
THAT_DAY = {"day": "2026-03-05"}
QUIETLY = {BY_ITSELF: "1"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def dee(world):
    client = world.signed_in(world.dee)
    client.get(reverse("desk:patients"))
    return client


def version(world, day=DAY, now=NOW):
    return version_of(day, zone=clinic_zone(), now=now)


def arrives(world, visit):
    actions.change_status(appointment=visit, to="arrived", by=world.dee, now=NOW)


def moves(world, visit, **by):
    actions.move(appointment=visit, starts_at=visit.starts_at + dt.timedelta(**by), by=world.dee, now=NOW)


def away(world, visit):
    at = visit.starts_at + dt.timedelta(hours=3)
    Absence.objects.create(
        clinician=None, kind="meeting", starts_at=at, ends_at=at + dt.timedelta(hours=1), made_at=NOW
    )


def held(world, visit):
    holding.hold(
        clinician=visit.clinician, type=world.follow_up, starts_at=visit.starts_at + dt.timedelta(hours=3),
        purpose=Hold.Purpose.ONLINE, lasts_until=NOW + dt.timedelta(minutes=5), now=NOW,
    )  # fmt: skip


def hours(world, visit):
    ExtraHours.objects.create(clinician=visit.clinician, on_day=DAY, starts=dt.time(19), ends=dt.time(20))


CHANGES = {
    "another visit": lambda world, visit: world.booked(
        patient=world.ben, starts_at=visit.starts_at + dt.timedelta(hours=2)
    ),
    "a status": arrives,
    "a move on the day": lambda world, visit: moves(world, visit, hours=1),
    "a move off the day": lambda world, visit: moves(world, visit, days=1),
    "a length": lambda world, visit: actions.resize(appointment=visit, minutes=30, by=world.dee, now=NOW),
    "urgent": lambda world, visit: actions.mark_urgent(
        appointment=visit, because="Today", by=world.carl, now=NOW
    ),
    "a reminder": lambda world, visit: reminders.collect(now=NOW),
    "an absence": away,
    "a hold": held,
    "extra hours": hours,
    "a cancellation": lambda world, visit: actions.cancel(
        appointment=visit, because="Flu", by=world.dee, now=NOW
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_the_day_shows_changes_its_version(world, change):
    visit = world.booked()
    before = version(world)
    assert version(world) == before, "asking twice is no change"
    CHANGES[change](world, visit)
    assert version(world) != before


def test_a_change_on_another_day_is_none_here(world):
    assert world.follow_up
    visit = world.booked()
    before = version(world)
    world.booked(patient=world.ben, starts_at=visit.starts_at + dt.timedelta(days=1))
    assert version(world) == before


def test_a_hold_that_runs_out_changes_it_too(world):
    visit = world.booked()
    held(world, visit)
    assert version(world) != version(world, now=NOW + dt.timedelta(minutes=6))


def test_today_is_drawn_anew_each_minute_for_its_minutes_and_its_line(world):
    today = NOW.date()
    assert version(world, today) == version(world, today, now=NOW + dt.timedelta(seconds=30))
    assert version(world, today) != version(world, today, now=NOW + dt.timedelta(minutes=1))
    assert version(world) == version(world, now=NOW + dt.timedelta(minutes=1))


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_began_first_and_commits_last_is_seen(world):
    """The highest number alone would miss it: the late one's rows have lower numbers than those already there."""
    late, other = world.booked(), world.booked(patient=world.ben, clinician=world.cleo)
    dee, wrote, commit = world.dee, threading.Event(), threading.Event()

    def slowly():
        with transaction.atomic():
            actions.change_status(appointment=late, to="arrived", by=dee, now=NOW)
            wrote.set()
            commit.wait(20)
        connections.close_all()

    slow = threading.Thread(target=slowly)
    slow.start()
    assert wrote.wait(20)
    arrives(world, other)
    highest = AppointmentChange.objects.latest("pk").pk
    before = version(world)
    commit.set()
    slow.join(20)
    assert AppointmentChange.objects.latest("pk").pk == highest, "the negative control: this number stayed"
    assert version(world) != before


@pytest.mark.parametrize("how_many", [20, 320])
def test_asking_costs_one_query_however_full_the_day(world, how_many, django_assert_num_queries):
    fill(world, how_many)
    with django_assert_num_queries(1):
        version(world)


def test_asking_names_nobody_and_leaves_no_audit_row(world, dee, django_assert_max_num_queries):
    world.booked()
    rows = Entry.objects.count()
    with django_assert_max_num_queries(3):
        answer = dee.get(reverse("desk:day_version"), THAT_DAY, headers=QUIETLY)
    assert answer["Content-Type"] == "text/plain"
    assert len(answer.content) == 20
    assert answer["Cache-Control"] == "no-store"
    assert Entry.objects.count() == rows


# --- The session --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("headers", "is_in"), [(QUIETLY, False), ({}, True)])
def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(world, clock, headers, is_in):
    """The negative control is the same walk by hand."""
    client = world.signed_in(world.dee)
    client.get(reverse("desk:today"))
    for _ in range(20):
        clock.shift(dt.timedelta(minutes=1))
        for name in ("desk:day_version", "desk:day_part"):
            last = client.get(reverse(name), headers=headers)
    assert (last.status_code == 200) == is_in
    assert ("_auth_user_id" in client.session) == is_in


# --- What is drawn anew -------------------------------------------------------------------------------------


def drawn(client, note="", **asked):
    return client.get(reverse("desk:day_part"), THAT_DAY | asked, headers=QUIETLY | {"X-Seen": note})


def test_the_part_is_the_day_without_its_frame(world, dee):
    world.booked()
    page = drawn(dee).content.decode()
    assert "Ana Silva" in page
    assert "<main" not in page
    assert f'data-version="{version(world)}"' in page


def test_a_name_that_this_window_has_shown_is_recorded_once(world, dee):
    world.booked()
    page = drawn(dee).content.decode()
    assert Entry.objects.filter(patient=world.ana, action="listed").count() == 1
    note = page.split('data-seen="')[1].split('"')[0]
    world.booked(patient=world.ben, starts_at=NOW + dt.timedelta(days=2, hours=5))
    drawn(dee, note)
    assert Entry.objects.filter(patient=world.ana, action="listed").count() == 1
    assert Entry.objects.filter(patient=world.ben, action="listed").count() == 1


@pytest.mark.parametrize("note", ["", "x", "WzEsWzFdXQ:1abc:forged"])
def test_a_note_that_is_not_ours_hides_nothing_from_the_log(world, dee, note):
    world.booked()
    drawn(dee)
    drawn(dee, note)
    assert Entry.objects.filter(patient=world.ana, action="listed").count() == 2


def test_a_note_is_only_its_own_accounts(world):
    assert read_seen(seen([1, 2], world.dee), world.dee) == {1, 2}
    assert read_seen(seen([1, 2], world.dee), world.mona) == set()


def test_a_notice_waits_for_a_page_of_its_own(world, dee):
    """What redraws itself in another window must not swallow the notice of what was done in this one."""
    visit = world.booked()
    dee.post(reverse("desk:appointment_status", args=[visit.patient_id, visit.pk]), {"to": "arrived"})
    drawn(dee)
    assert b"Ana Silva: arrived." in dee.get(reverse("desk:today"), THAT_DAY).content


@pytest.mark.parametrize("name", ["desk:day_version", "desk:day_part"])
def test_only_the_desk_is_answered(world, name):
    world.booked()
    assert world.signed_in(world.carl).get(reverse(name), THAT_DAY).status_code == 403
