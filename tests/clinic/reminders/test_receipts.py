"""What a provider tells afterwards: once each, in any order, and an address that is dead is used for nobody."""

from __future__ import annotations

import datetime as dt
import logging

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.people import actions as people
from clinic.people.models import ContactChannel
from clinic.reminders import claims, receipts
from clinic.reminders.models import Reminder, State, Told, Unplaced, Way
from clinic.reminders.sending import Receipt
from tests.clinic.reminders.conftest import NAME

LATER = dt.timedelta(minutes=5)


@pytest.fixture
def sent(world) -> Reminder:
    return Reminder.objects.create(
        source=NAME,
        kind="nag",
        subject_id=1,
        patient=world.ana,
        about_at=world.now,
        due_at=world.now,
        try_at=world.now,
        ring_at=world.now,
        state=State.SENT,
        sent_at=world.now,
        sent_to="ana@runner.example",
        way=Way.EMAIL,
        provider="postmark",
        provider_id="m-1",
    )


@pytest.fixture
def email(world) -> ContactChannel:
    return world.ana.channels.get(kind="email")


def bounce(world, *, hard=True, name="m-1") -> bool:
    return receipts.bounced(
        name, "That address takes no mail.", way=Way.EMAIL, hard=hard, now=world.now + LATER
    )


def test_it_arrived(world, sent):
    assert receipts.delivered("m-1", way=Way.EMAIL, now=world.now + LATER)
    assert not receipts.delivered("m-1", way=Way.EMAIL, now=world.now + 2 * LATER)
    sent.refresh_from_db()
    assert (sent.state, sent.delivered_at) == (State.SENT, world.now + LATER)


def test_it_came_back_and_the_address_is_used_for_nobody(world, sent, email):
    theirs = people.add_channel(
        patient=world.ben, kind="email", value=email.value, by=world.dee, now=world.now, agreed=True
    )
    assert bounce(world)
    sent.refresh_from_db()
    assert (sent.state, sent.bounced_at) == (State.FAILED, world.now + LATER)
    assert sent.because == "That address takes no mail."
    for channel in (email, theirs):
        channel.refresh_from_db()
        assert (channel.may_be_used, channel.stopped_because) == (False, sent.because)
    assert not bounce(world), "told twice, done once"


def test_a_late_delivery_changes_nothing(world, sent):
    bounce(world)
    assert not receipts.delivered("m-1", way=Way.EMAIL, now=world.now + 2 * LATER)
    sent.refresh_from_db()
    assert sent.delivered_at is None
    assert sent.state == State.FAILED


def test_a_full_mailbox_fails_the_message_and_leaves_the_address(world, sent, email):
    assert bounce(world, hard=False)
    email.refresh_from_db()
    assert email.may_be_used


def test_one_that_is_being_sent_again_is_left_alone(world, sent, email):
    Reminder.objects.update(state=State.DUE)
    bounce(world)
    sent.refresh_from_db()
    assert (sent.state, sent.bounced_at) == (State.DUE, None)
    email.refresh_from_db()
    assert not email.may_be_used, "but that address is dead all the same"


def test_somebody_elses_message_is_counted_and_ignored(world, sent, caplog):
    with caplog.at_level(logging.WARNING, "clinic.reminders.receipts"):
        assert not bounce(world, name="m-2")
        assert not receipts.delivered("", way=Way.EMAIL, now=world.now)
        assert not receipts.complained("m-1", way=Way.TEXT, now=world.now), "another way's name"
    assert len(caplog.records) == 3
    sent.refresh_from_db()
    assert sent.state == State.SENT


def test_a_complaint_takes_the_consent_back(world, sent, email):
    assert receipts.complained("m-1", way=Way.EMAIL, now=world.now + LATER)
    assert not receipts.complained("m-1", way=Way.EMAIL, now=world.now + LATER)
    email.refresh_from_db()
    assert email.consent_withdrawn_at == world.now + LATER


def test_the_desk_puts_a_stopped_address_right(world, sent, email):
    bounce(world)
    people.give_consent(channel=email, by=world.dee, now=world.now + 2 * LATER)
    email.refresh_from_db()
    assert (email.may_be_used, email.stopped_at, email.stopped_because) == (True, None, "")


def test_consent_to_a_stopped_address_can_still_be_withdrawn(world, sent, email):
    bounce(world)
    people.withdraw_consent(channel=email, by=world.dee, now=world.now + 2 * LATER)
    email.refresh_from_db()
    assert email.consent_withdrawn_at == world.now + 2 * LATER


class TestWhatComesBeforeOurNote:
    """The provider was quicker than we were in writing down what it calls the message."""

    @pytest.fixture
    def handed_over(self, sent) -> Reminder:
        sent.lease_until = sent.about_at + LATER
        Reminder.objects.update(
            state=State.SENDING, lease_until=sent.lease_until, sent_at=None, provider="", provider_id=""
        )
        return sent

    def noted(self, world, reminder) -> Reminder:
        claims.note_sent(reminder, Receipt("postmark", "m-1"), world.now)
        reminder.refresh_from_db()
        return reminder

    def test_waits_for_it(self, world, handed_over):
        assert not receipts.delivered("m-1", way=Way.EMAIL, now=world.now + LATER)
        assert not receipts.delivered("m-1", way=Way.EMAIL, now=world.now + 2 * LATER), "told twice"
        assert Unplaced.objects.count() == 1
        assert self.noted(world, handed_over).delivered_at == world.now + LATER
        assert not Unplaced.objects.exists()

    def test_stops_a_dead_address_and_no_delivery_after_it_counts(self, world, handed_over, email):
        bounce(world)
        receipts.delivered("m-1", way=Way.EMAIL, now=world.now + 2 * LATER)
        reminder = self.noted(world, handed_over)
        assert (reminder.state, reminder.bounced_at) == (State.FAILED, world.now + LATER)
        assert reminder.delivered_at is None
        email.refresh_from_db()
        assert not email.may_be_used

    def test_takes_the_consent_back(self, world, handed_over, email):
        receipts.complained("m-1", way=Way.EMAIL, now=world.now + LATER)
        self.noted(world, handed_over)
        email.refresh_from_db()
        assert email.consent_withdrawn_at == world.now + LATER

    def test_is_not_given_to_a_sender_that_came_too_late(self, world, handed_over):
        """Its lease had ended: what it writes down is not kept, so nobody knows that name yet."""
        receipts.delivered("m-1", way=Way.EMAIL, now=world.now + LATER)
        Reminder.objects.update(lease_until=world.now + 3 * LATER)
        assert self.noted(world, handed_over).state == State.SENDING
        assert Unplaced.objects.count() == 1

    @pytest.mark.parametrize(("name", "way"), [("m-2", Way.EMAIL), ("m-1", Way.TEXT)])
    def test_another_message_is_not_told_by_it(self, world, handed_over, name, way):
        Unplaced.objects.create(
            way=way, provider_id=name, told=Told.BOUNCED, because="Gone.", told_at=world.now
        )
        assert self.noted(world, handed_over).state == State.SENT
        assert Unplaced.objects.count() == 1

    def test_a_message_without_a_name_there_pays_nothing(self, world, handed_over):
        with CaptureQueriesContext(connection) as asked:
            claims.note_sent(handed_over, Receipt("a server"), world.now)
        assert not [query for query in asked if "unplaced" in query["sql"] or "advisory" in query["sql"]]

    def test_waits_only_while_a_message_is_with_a_provider_and_there_is_room(
        self, world, handed_over, monkeypatch, caplog
    ):
        receipts.delivered("m-1", way=Way.TEXT, now=world.now)
        assert not Unplaced.objects.exists(), "no text of ours is on its way"
        monkeypatch.setattr(receipts, "MOST_KEPT", 2)
        for name in ("x-1", "x-2", "x-3"):
            receipts.delivered(name, way=Way.EMAIL, now=world.now)
        assert Unplaced.objects.count() == 2
        assert len(caplog.records) == 2

    def test_is_swept_up_after_a_day(self, world, handed_over):
        receipts.delivered("m-1", way=Way.EMAIL, now=world.now)
        assert receipts.forget(now=world.now + dt.timedelta(hours=23)) == 0
        assert receipts.forget(now=world.now + dt.timedelta(hours=25)) == 1
