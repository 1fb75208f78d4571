"""The word to somebody who missed a visit: once, kind, and not to whoever has been in touch since."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail

from clinic.booking import actions, missed_reminders
from clinic.booking.models import Appointment
from clinic.reminders.actions import claim_and_send, collect
from clinic.reminders.models import Reminder, State
from tests.wished import wish

SOURCE = "clinic.booking.missed_reminders"
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _only_this(settings):
    settings.REMINDER_SOURCES = [SOURCE]


def due(now: dt.datetime) -> list[dt.datetime]:
    return [one.due_at for one in missed_reminders.due(now=now)]


def send(now: dt.datetime) -> State | None:
    collect(now=now)
    return claim_and_send(reminder_id=Reminder.objects.get().pk, now=now)


@pytest.fixture
def missed(world) -> Appointment:
    """Thursday at ten; marked a quarter past."""
    visit = world.booked()
    at = visit.starts_at + 15 * MINUTE
    return actions.change_status(appointment=visit, to="no_show", by=world.dee, now=at)


def test_two_hours_after_the_mark_they_read_a_kind_word_once(world, missed):
    marked = missed.starts_at + 15 * MINUTE
    assert due(marked + 2 * HOUR - MINUTE) == []
    assert due(marked + 2 * HOUR) == [marked + 2 * HOUR]
    assert send(marked + 2 * HOUR) == State.SENT
    assert "We did not see you" in mail.outbox[0].subject
    assert "Thursday 5 March 2026 at 10:00" in mail.outbox[0].body
    actions.change_status(appointment=missed, to="booked", by=world.dee, now=marked + 3 * HOUR)
    actions.change_status(appointment=missed, to="no_show", by=world.dee, now=marked + 3 * HOUR)
    assert due(marked + DAY) == []


def test_the_clinic_says_how_long_after_or_not_at_all(world, missed):
    marked = missed.starts_at + 15 * MINUTE
    wish(world, SOURCE, "appointment_missed", lead=DAY)
    assert due(marked + DAY - MINUTE) == []
    assert due(marked + DAY) == [marked + DAY]
    wish(world, SOURCE, "appointment_missed", is_on=False)
    assert due(marked + DAY) == []


def test_a_clinic_that_starts_late_does_not_write_to_everybody(missed):
    assert due(missed.starts_at + 8 * DAY) == []


def _taken_back(world, missed, at):
    actions.change_status(appointment=missed, to="arrived", by=world.dee, now=at)
    return "The visit no longer counts as missed."


def _another_ahead(world, missed, at):
    world.booked(starts_at=missed.starts_at + 5 * DAY, now=at)
    return "They have another visit, or were in touch since."


def _booked_before_and_seen_since(world, missed, at):
    # Booked with Dee while they missed this one: an hour later with Cleo.
    world.booked(clinician=world.cleo, starts_at=missed.starts_at + HOUR, now=world.now)
    return "They have another visit, or were in touch since."


def _booked_and_called_off(world, missed, at):
    visit = world.booked(starts_at=missed.starts_at + 5 * DAY, now=at)
    actions.cancel(appointment=visit, because="ill", by=world.dee, now=at + MINUTE)
    return "They have another visit, or were in touch since."


@pytest.mark.parametrize(
    "what", [_taken_back, _another_ahead, _booked_before_and_seen_since, _booked_and_called_off]
)
@pytest.mark.parametrize("before", [True, False], ids=["before it was due", "while it waited"])
def test_who_was_in_touch_since_reads_nothing(world, missed, what, before):
    at = missed.starts_at + HOUR
    if before:
        what(world, missed, at)
        assert due(at + 2 * HOUR) == []
        return
    collect(now=at + 2 * HOUR)
    because = what(world, missed, at + 2 * HOUR)
    assert send(at + 2 * HOUR) == State.SKIPPED
    assert Reminder.objects.get().because == because


def test_a_visit_that_is_gone_is_not_spoken_of(world):
    said = missed_reminders.message(kind="x", subject_id=0, about_at=world.now, now=world.now)
    assert said.because == "The appointment is no longer there."


def test_asking_costs_the_same_for_many(world, missed, django_assert_num_queries):
    late = missed.starts_at + 4 * HOUR
    with django_assert_num_queries(4):
        assert len(due(late)) == 1
    visit = world.booked(patient=world.ben, starts_at=missed.starts_at + HOUR)
    actions.change_status(appointment=visit, to="no_show", by=world.dee, now=visit.starts_at + HOUR)
    with django_assert_num_queries(4):
        assert len(due(late)) == 2
