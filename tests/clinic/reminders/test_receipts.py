"""What a provider tells afterwards: once each, in any order, and an address that is dead is used for nobody."""

from __future__ import annotations

import datetime as dt
import logging

import pytest

from clinic.people import actions as people
from clinic.people.models import ContactChannel
from clinic.reminders import receipts
from clinic.reminders.models import Reminder, State, Way
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
