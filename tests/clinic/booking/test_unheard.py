"""Who agreed to nothing heard nothing of their visit: once they agree they do, and nobody hears of what is over."""

from __future__ import annotations

import datetime as dt
from html import unescape

import pytest
import time_machine

from clinic.booking.actions import cancel, move
from clinic.booking.unheard import tell_now
from clinic.people import actions as people
from clinic.reminders import actions as outbox
from clinic.reminders.claims import NO_ADDRESS
from clinic.reminders.models import Reminder, State
from clinic.reminders.replies import take_in

HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _only_visits(settings):
    settings.REMINDER_SOURCES = ["clinic.booking.reminders"]


@pytest.fixture
def email(world):
    email = world.ana.channels.get(kind="email")
    people.withdraw_consent(channel=email, by=world.dee, now=world.now)
    return email


@pytest.fixture
def unheard(world, email):
    """A confirmation that went nowhere."""
    world.visit = world.booked(starts_at=world.now + 49 * HOUR)
    send(world.now)
    row = Reminder.objects.get()
    assert (row.state, row.because) == (State.SKIPPED, NO_ADDRESS)
    return row


def send(now):
    outbox.collect(now=now)
    for row in Reminder.objects.filter(state=State.DUE):
        outbox.claim_and_send(reminder_id=row.pk, now=now)


def told(world, now):
    return tell_now(patient=world.ana, now=now)


def agrees(world, email):
    people.give_consent(channel=email, by=world.dee, now=world.now)


def test_it_goes_out_once_they_agree_and_once_only(world, email, unheard, mailoutbox):
    assert told(world, world.now) == 0, "nothing reaches them yet"
    agrees(world, email)
    assert told(world, world.now) == 1
    assert told(world, world.now) == 0
    send(world.now)
    unheard.refresh_from_db()
    assert (unheard.state, unheard.resends, unheard.resent_by) == (State.SENT, 1, None)
    assert len(mailoutbox) == 1


def test_of_a_visit_that_is_over_or_off_nobody_hears(world, email, unheard):
    agrees(world, email)
    assert told(world, world.visit.starts_at) == 0
    cancel(appointment=world.visit, because="ill", by=world.dee, now=world.now)
    assert told(world, world.now) == 0


def test_of_a_time_that_is_no_longer_true_nobody_hears(world, email, unheard, mailoutbox):
    move(appointment=world.visit, starts_at=world.visit.starts_at + HOUR, by=world.dee, now=world.now)
    agrees(world, email)
    assert told(world, world.now) == 1
    send(world.now + HOUR)
    assert [mail.subject.split(":")[0] for mail in mailoutbox] == [
        "Your appointment at Stride Physical Therapy has moved"
    ]


def test_what_was_not_sent_for_another_reason_stays(world, email, unheard):
    agrees(world, email)
    Reminder.objects.update(because="The clinic has switched these off.")
    assert told(world, world.now) == 0


def test_the_desks_tick_does_it_and_says_so(world, email, unheard):
    path = f"/desk/patients/{world.ana.pk}/contacts/{email.pk}/consent/"
    with time_machine.travel(world.now):
        page = world.signed_in(world.dee).post(path, {"agreed": "yes"}, follow=True)
    assert (
        "One message about their visits could not be sent before: it goes out within a minute."
        in unescape(page.content.decode())
    )
    unheard.refresh_from_db()
    assert unheard.state == State.DUE


class TestTheirOwnYes:
    """By text, to the question the desk had sent to their phone."""

    NUMBER = "+447700900123"

    @pytest.fixture
    def phone(self, world, settings, unheard):
        settings.SMS_URL = "console://"
        return world.ana.channels.create(
            kind="phone", value=self.NUMBER, digits=self.NUMBER[1:],
            texts_agreed_at=world.now, texts_recorded_by=world.dee,
        )  # fmt: skip

    def texts(self, words, now):
        take_in(provider="twilio", provider_id=words, sender=self.NUMBER, text=words, now=now)

    def test_does_it(self, world, unheard, phone):
        self.texts("Yes", world.now + HOUR)
        unheard.refresh_from_db()
        assert (unheard.state, unheard.resends, unheard.resent_by) == (State.DUE, 1, None)
        outbox.claim_and_send(reminder_id=unheard.pk, now=world.now + HOUR)
        unheard.refresh_from_db()
        assert (unheard.state, unheard.sent_to) == (State.SENT, self.NUMBER)
        page = world.signed_in(world.dee).get("/desk/reminders/").content.decode()
        assert "by the clinic itself" in page

    def test_and_so_does_start_after_a_stop(self, world, unheard, phone):
        people.verify(channel=phone, by=world.dee, now=world.now)
        self.texts("Stop", world.now + HOUR)
        self.texts("Start", world.now + 2 * HOUR)
        unheard.refresh_from_db()
        assert unheard.state == State.DUE

    def test_any_other_word_does_not(self, world, unheard, phone):
        self.texts("Who is this?", world.now + HOUR)
        unheard.refresh_from_db()
        assert unheard.state == State.SKIPPED

    def test_a_failure_of_it_does_not_lose_the_yes(self, world, unheard, phone, monkeypatch):
        monkeypatch.setattr("clinic.booking.replies.tell_now", None)
        self.texts("Yes", world.now + HOUR)
        phone.refresh_from_db()
        assert phone.verified_at == world.now + HOUR
