"""A text that answers the reminder of a visit, and only where nothing is left to guess."""

from __future__ import annotations

import datetime as dt

import pytest

from clinic.booking import replies
from clinic.booking.status import Status
from clinic.reminders.models import Reminder, State, Way

DAY = dt.timedelta(days=1)


def texted_about(visit, *, now, kind="appointment_48h", about_at=None, way=Way.TEXT) -> Reminder:
    return Reminder.objects.create(
        source="clinic.booking.reminders", kind=kind, subject_id=visit.pk, patient=visit.patient,
        about_at=about_at or visit.starts_at, due_at=now, try_at=now, ring_at=now, state=State.SENT,
        sent_at=now, sent_to="+447946000123", way=way,
    )  # fmt: skip


def answer(world, text="C", *, now=None, people=None) -> bool:
    return replies.read(text, patients=people or [world.ana], now=now or world.now)


@pytest.fixture
def visit(world):
    return world.booked()


@pytest.mark.parametrize("text", ["C", " yes. ", "Confirm"])
def test_confirms_the_visit_the_text_spoke_of(world, visit, text):
    texted_about(visit, now=world.now)
    assert answer(world, text)
    visit.refresh_from_db()
    assert visit.status == Status.CONFIRMED
    assert visit.changes.last().job == "reply to a text"
    assert answer(world, text), "saying so again is harmless"


def test_other_words_are_for_the_desk(world, visit):
    texted_about(visit, now=world.now)
    assert [text for text in ("", "Yes but at 11?", "no", "CC", "?") if answer(world, text)] == []


def test_two_people_or_two_visits_are_a_guess(world, visit):
    texted_about(visit, now=world.now)
    assert not answer(world, people=[world.ana, world.ben])
    other = world.booked(starts_at=visit.starts_at + DAY)
    texted_about(other, now=world.now)
    assert not answer(world)


def test_what_no_text_of_late_spoke_of_is_not_confirmed(world, visit):
    assert not answer(world)
    told = texted_about(visit, now=world.now, way=Way.EMAIL)
    assert not answer(world)
    Reminder.objects.filter(pk=told.pk).update(way=Way.TEXT, sent_at=world.now - 5 * DAY)
    assert not answer(world)


def test_nor_a_visit_that_moved_since_or_has_begun(world, visit):
    told = texted_about(visit, now=world.now, about_at=visit.starts_at - DAY)
    assert not answer(world)
    Reminder.objects.filter(pk=told.pk).update(about_at=visit.starts_at)
    assert not answer(world, now=visit.starts_at)
