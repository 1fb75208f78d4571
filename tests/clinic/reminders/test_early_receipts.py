"""A receipt and our own note of its message in one moment: whichever is second sees the first. Real connections."""

from __future__ import annotations

import datetime as dt
import threading
from contextlib import nullcontext

import pytest
from django.db import connection, transaction

from clinic.reminders import claims, receipts
from clinic.reminders.models import Reminder, State, Unplaced, Way
from clinic.reminders.sending import Receipt
from tests.clinic.reminders.conftest import NAME
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
LATER = dt.timedelta(minutes=5)


@pytest.fixture
def handed_over(transactional_db) -> Reminder:
    """A mail that its provider has, and whose sender has not yet written down what it is called there."""
    world = World()
    moments = dict.fromkeys(("about_at", "due_at", "try_at", "ring_at"), world.now)
    return Reminder.objects.create(
        source=NAME,
        kind="nag",
        subject_id=1,
        patient=world.ana,
        way=Way.EMAIL,
        sent_to="ana@runner.example",
        state=State.SENDING,
        lease_until=world.now + LATER,
        **moments,
    )


class Meanwhile(threading.Thread):
    """Somebody else, who does one thing with a connection of their own."""

    def __init__(self, what) -> None:
        super().__init__()
        self.what, self.raised = what, None
        self.start()

    def run(self) -> None:
        try:
            self.what()
        except BaseException as error:
            self.raised = error
        finally:
            connection.close()

    def is_held_up(self) -> bool:
        """Whether it waits for what we have not committed."""
        self.join(0.5)
        return self.is_alive()

    def has_ended(self) -> bool:
        self.join(20)
        return not self.is_alive() and self.raised is None


def note(reminder: Reminder) -> None:
    claims.note_sent(reminder, Receipt("postmark", "m-1"), reminder.about_at)


def hear(reminder: Reminder) -> None:
    receipts.bounced("m-1", "Gone.", way=Way.EMAIL, hard=False, now=reminder.about_at + LATER)


def both(first, second, reminder: Reminder) -> bool:
    """`second` comes while `first` is not committed yet; whether it had to wait for that."""
    with transaction.atomic():
        first(reminder)
        other = Meanwhile(lambda: second(reminder))
        waited = other.is_held_up()
    assert other.has_ended(), other.raised
    reminder.refresh_from_db()
    return waited


@pytest.mark.parametrize(("first", "second"), [(note, hear), (hear, note)])
def test_the_second_sees_the_first(handed_over, first, second):
    assert both(first, second, handed_over)
    assert (handed_over.state, handed_over.because) == (State.FAILED, "Gone.")
    assert not Unplaced.objects.exists()


@pytest.mark.parametrize(("first", "second"), [(note, hear), (hear, note)])
def test_control_without_the_lock_neither_sees_the_other(handed_over, monkeypatch, first, second):
    monkeypatch.setattr(receipts, "_one_at_a_time", lambda provider_id: nullcontext())
    assert not both(first, second, handed_over)
    assert handed_over.state == State.SENT, "what was told is lost"
    assert Unplaced.objects.count() == 1
