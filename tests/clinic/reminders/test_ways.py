"""By which way a reminder goes, and what a dead address means for the next one."""

from __future__ import annotations

import datetime as dt
import smtplib

import pytest
from django.core import mail as sent_mail
from django.core.mail.backends.locmem import EmailBackend

from clinic.people.models import ContactChannel, Patient
from clinic.reminders import actions, carriers, claims, push, text_consent, texts
from clinic.reminders.models import KindWish, Phone, Reminder, State, Way
from clinic.reminders.sending import NotSent, Receipt
from clinic.reminders.wording import Letter
from tests.clinic.reminders.conftest import NAME

MINUTE = dt.timedelta(minutes=1)
NUMBER = "+447700900123"


@pytest.fixture
def reminder(world, source) -> Reminder:
    source.nags(world.ana, now=world.now)
    actions.collect(now=world.now)
    return Reminder.objects.get()


@pytest.fixture
def gateway(monkeypatch, settings):
    """What was texted, as (text, to, key); `fails` is raised in turn."""
    settings.SMS_URL, settings.CLINIC_BASE_URL = "console://", "https://clinic.example"
    told = []

    def send(text, *, to, key):
        if send.fails:
            raise send.fails.pop(0)
        told.append((text, to, key))
        return Receipt("twilio", f"SM{len(told)}")

    send.fails, send.told = [], told
    monkeypatch.setattr(texts, "send", send)
    return send


@pytest.fixture
def phone(world) -> ContactChannel:
    """Ana's, agreed to and verified."""
    return ContactChannel.objects.create(
        patient=world.ana, kind="phone", value=NUMBER, digits=NUMBER[1:],
        texts_agreed_at=world.now, texts_recorded_by=world.dee, verified_at=world.now,
    )  # fmt: skip


@pytest.fixture
def texts_first(world):
    Patient.objects.filter(pk=world.ana.pk).update(first_way="text")


def send(reminder, now):
    state = actions.claim_and_send(reminder_id=reminder.pk, now=now)
    reminder.refresh_from_db()
    return state


class TestATextMessage:
    def test_goes_where_the_patient_prefers_it(self, reminder, world, gateway, phone, texts_first):
        assert send(reminder, world.now) == State.SENT
        ((text, to, key),) = gateway.told
        assert (to, key) == (NUMBER, reminder.message_id)
        assert text == (
            "A reminder of your appointment at Stride Physical Therapy: Thursday 5 March, 10:00\n"
            "https://clinic.example/\n" + carriers.HOW_TO_STOP
        )
        assert (reminder.way, reminder.sent_to, reminder.provider, reminder.provider_id) == (
            "text", NUMBER, "twilio", "SM1",
        )  # fmt: skip
        assert not sent_mail.outbox

    def test_goes_where_the_clinic_wants_it_for_this_kind(self, reminder, world, gateway, phone):
        KindWish.objects.create(
            source=NAME, kind="nag", first_way="text", changed_at=world.now, changed_by=world.mona
        )
        send(reminder, world.now)
        assert reminder.way == Way.TEXT

    @pytest.mark.parametrize(
        "not_so",
        [
            {"verified_at": None},
            {"texts_stopped_at": dt.datetime(2026, 3, 1, tzinfo=dt.UTC)},
            {"texts_agreed_at": None, "texts_recorded_by": None},
            {"stopped_at": dt.datetime(2026, 3, 1, tzinfo=dt.UTC), "stopped_because": "Came back."},
        ],
    )
    def test_needs_every_yes_and_else_goes_by_mail(
        self, reminder, world, gateway, phone, texts_first, not_so
    ):
        ContactChannel.objects.filter(pk=phone.pk).update(**not_so)
        assert send(reminder, world.now) == State.SENT
        assert (reminder.way, gateway.told) == (Way.EMAIL, [])

    def test_goes_by_mail_where_the_clinic_has_no_gateway(
        self, reminder, world, gateway, phone, texts_first, settings
    ):
        settings.SMS_URL = ""
        send(reminder, world.now)
        assert reminder.way == Way.EMAIL

    def test_a_stop_between_two_tries_is_honoured(self, reminder, world, gateway, phone, texts_first):
        gateway.fails.append(NotSent("later"))
        assert send(reminder, world.now) == State.DUE
        ContactChannel.objects.filter(pk=phone.pk).update(texts_stopped_at=world.now)
        ContactChannel.objects.filter(patient=world.ana, kind="email").delete()
        assert send(reminder, world.now + 2 * MINUTE) == State.SKIPPED
        assert reminder.because == claims.NO_ADDRESS

    def test_an_unsure_one_is_tried_once_more_and_no_third_time(
        self, reminder, world, gateway, phone, texts_first
    ):
        gateway.fails += [NotSent("silent", unsure=True)] * 2
        assert send(reminder, world.now) == State.DUE
        assert send(reminder, world.now + 2 * MINUTE) == State.FAILED
        assert reminder.because == claims.CHECK_BY_HAND


class TestADeadAddress:
    def test_is_stopped_and_the_reminder_goes_another_way_at_once(
        self, reminder, world, gateway, phone, texts_first
    ):
        gateway.fails.append(NotSent("No such number.", dead=True))
        assert send(reminder, world.now) == State.DUE
        phone.refresh_from_db()
        assert phone.stopped_because == "No such number."
        assert actions.to_ring(now=world.now, room=9) == [reminder.pk]
        assert send(reminder, world.now) == State.SENT
        assert (reminder.way, len(sent_mail.outbox)) == (Way.EMAIL, 1)

    def test_without_another_way_it_has_failed_and_says_why(
        self, reminder, world, gateway, phone, texts_first
    ):
        ContactChannel.objects.filter(patient=world.ana, kind="email").delete()
        gateway.fails.append(NotSent("No such number.", dead=True))
        assert send(reminder, world.now) == State.FAILED
        assert reminder.because == "No such number."

    @pytest.mark.parametrize(
        ("answer", "dead"),
        [
            ((550, b"no such user"), True),
            ((550, b"5.1.1 unknown"), True),
            ((553, b"not allowed here"), True),
            ((550, b"5.7.1 we take no mail from you"), False),
            ((554, b"policy"), False),
            ((452, b"4.2.2 mailbox full"), False),
        ],
    )
    def test_a_mail_server_says_so(self, reminder, world, settings, monkeypatch, answer, dead):
        settings.EMAIL_BACKEND = f"{__name__}.Refusing"
        monkeypatch.setattr(Refusing, "answer", answer)
        send(reminder, world.now)
        channel = ContactChannel.objects.get(patient=world.ana, kind="email")
        assert (channel.stopped_at is not None) == dead

    def test_nothing_more_goes_there(self, reminder, world, source, settings, monkeypatch):
        settings.EMAIL_BACKEND = f"{__name__}.Refusing"
        monkeypatch.setattr(Refusing, "answer", (550, b"no such user"))
        send(reminder, world.now)
        source.nags(world.ana, now=world.now)
        actions.collect(now=world.now)
        second = Reminder.objects.exclude(pk=reminder.pk).get()
        assert send(second, world.now) == State.SKIPPED

    def test_a_phone_that_is_gone_ends(self, reminder, world, monkeypatch):
        monkeypatch.setattr(push, "can_be_sent", lambda: True)
        Patient.objects.filter(pk=world.ana.pk).update(first_way="push")
        kept = Phone.objects.create(
            patient=world.ana, endpoint="https://push.example/1", p256dh="p", auth="a", asked_at=world.now
        )

        def gone(carrier, letter, target, *, key, before_handing):
            assert target.phone == kept
            raise NotSent("That phone takes no notices any more.", dead=True)

        with monkeypatch.context() as broken:
            broken.setattr(carriers.Carriers, "hand_over", gone)
            assert send(reminder, world.now) == State.DUE
        kept.refresh_from_db()
        assert kept.ended_because == "That phone takes no notices any more."
        assert send(reminder, world.now) == State.SENT
        assert reminder.way == Way.EMAIL


class Refusing(EmailBackend):
    answer: tuple[int, bytes] = (550, b"")

    def send_messages(self, messages):
        raise smtplib.SMTPRecipientsRefused({messages[0].to[0]: self.answer})


def test_each_mail_says_how_to_stop_them(reminder, world):
    send(reminder, world.now)
    (mail,) = sent_mail.outbox
    stop = mail.extra_headers["List-Unsubscribe"].strip("<>")
    assert f"To stop them: {stop}" in mail.body
    assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_words_of_the_clinic_that_name_stop_are_no_text_message_by_themselves():
    letter = Letter("Soon", "Write STOP to us by post.\n", short="Soon", link="https://clinic.example/")
    assert carriers.as_text(letter) == f"Soon\nhttps://clinic.example/\n{carriers.HOW_TO_STOP}"


def test_the_question_to_a_phone_goes_as_it_is(world, gateway):
    channel = ContactChannel.objects.create(patient=world.ana, kind="phone", value=NUMBER, digits=NUMBER[1:])
    text_consent.agree(channel=channel, by=world.dee, now=world.now)
    reminder = Reminder.objects.get()
    assert send(reminder, world.now) == State.SENT
    ((text, to, _),) = gateway.told
    assert to == NUMBER
    assert text.endswith("Reply YES to get these messages, or STOP and no more come.")
    assert carriers.HOW_TO_STOP not in text
