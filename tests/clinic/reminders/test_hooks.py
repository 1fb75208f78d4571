"""What gateways and mail providers tell us: believed when signed alone, and a STOP is done inside the call."""

from __future__ import annotations

import base64
import datetime as dt
import json
from urllib.parse import urlencode

import pytest
from django.test import Client

from clinic.audit.models import Entry
from clinic.desk import machines
from clinic.people import actions as people
from clinic.people.models import ContactChannel
from clinic.reminders import gateway_calls, text_consent
from clinic.reminders.gateway_calls import Call
from clinic.reminders.models import Incoming, Reminder, State, Way
from clinic.reminders.sources import Message, NotWanted

BASE = "https://clinic.example"
NUMBER = "+447946000123"
TOKEN = "token"
STATUS, INCOMING, MAIL = "/hooks/texts/status/", "/hooks/texts/incoming/", "/hooks/mail/"


@pytest.fixture(autouse=True)
def _twilio(settings):
    settings.CLINIC_BASE_URL = BASE
    settings.SMS_URL = "twilio://AC1:token@api.twilio.com/?from=+447946000999"


@pytest.fixture
def phone(world) -> ContactChannel:
    """Ana's number; she agreed to texts and has answered."""
    channel = world.ana.channels.get(kind="phone")
    people.agree_to_texts(channel=channel, by=world.dee, now=world.now)
    people.verify(channel=channel, by=world.dee, now=world.now)
    return channel


def call(path: str, told: dict[str, str], *, token: str = TOKEN, url: str = ""):
    body = urlencode(told)
    signature = gateway_calls.twilio_signature(token, Call(url or BASE + path, {}, body.encode()))
    return Client(enforce_csrf_checks=True).post(
        path,
        body,
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": signature},
    )


def texted(text: str, sid: str = "SM1", sender: str = NUMBER):
    response = call(INCOMING, {"MessageSid": sid, "From": sender, "Body": text})
    assert response.status_code == 200
    assert response.content == b"<Response/>"
    return Incoming.objects.get(provider_id=sid)


def fresh(channel: ContactChannel) -> ContactChannel:
    channel.refresh_from_db()
    return channel


class TestTheDoor:
    def test_twilio_signs_as_its_own_page_shows(self):
        """The worked example of twilio.com/docs/usage/security."""
        told = "CallSid=CA1234567890ABCDE&Caller=%2B14158675310&Digits=1234&From=%2B14158675310&To=%2B18005551212"
        made = Call("https://example.com/myapp.php?foo=1&bar=2", {}, told.encode())
        assert gateway_calls.twilio_signature("12345", made) == "L/OH5YylLD5NRKLltdqwSvS0BnU="

    @pytest.mark.parametrize("path", [STATUS, INCOMING, MAIL])
    def test_a_call_without_a_right_signature_learns_nothing(self, world, path):
        for told in ({"MessageSid": "SM1", "From": NUMBER, "Body": "STOP"}, {}):
            for answer in (call(path, told, token="guess"), Client().post(path, told)):
                assert (answer.status_code, answer.content) == (403, b"")
        assert not Incoming.objects.exists()

    def test_a_signature_for_another_address_is_none(self, world):
        assert call(INCOMING, {"MessageSid": "1", "From": NUMBER}, url=BASE + STATUS).status_code == 403

    def test_guessing_is_slowed_and_a_right_call_is_not(self, world, phone, monkeypatch):
        monkeypatch.setitem(machines.GUESSES, "most", 2)
        answers = [call(INCOMING, {}, token="guess").status_code for _ in range(4)]
        assert answers == [403, 403, 429, 429]
        assert texted("STOP").understood_as == "stop"

    def test_only_short_posts(self, world):
        assert Client().get(STATUS).status_code == 405
        assert call(STATUS, {"MessageSid": "x" * machines.LONGEST}).status_code == 413

    def test_without_a_gateway_nobody_is_believed(self, world, settings):
        settings.SMS_URL = ""
        assert call(STATUS, {}).status_code == 403
        settings.SMS_URL = "https+json://gateway.example/?from=Clinic"  # no secret
        answer = Client().post(STATUS, "{}", content_type="application/json", headers={"X-Clinic-Secret": ""})
        assert answer.status_code == 403


class TestStop:
    @pytest.mark.parametrize(
        "word", ["STOP", "stop.", " Stop all ", "Unsubscribe", "ARRÊT", "quit", "opt-out"]
    )
    def test_is_honoured_before_the_call_is_answered(self, world, phone, word):
        kept = texted(word)
        assert (kept.understood_as, kept.patient, kept.for_the_desk) == ("stop", world.ana, False)
        assert not fresh(phone).may_be_texted
        assert Entry.objects.filter(patient=world.ana, job="text from the patient").count() == 2

    def test_for_everybody_with_that_number(self, world, phone):
        theirs = people.add_channel(
            patient=world.ben, kind="phone", value=NUMBER, by=world.dee, now=world.now
        )
        people.agree_to_texts(channel=theirs, by=world.dee, now=world.now)
        assert texted("STOP").patient is None
        assert fresh(phone).texts_stopped_at
        assert fresh(theirs).texts_stopped_at

    @pytest.mark.parametrize("word", ["Cancel", "STOP by on Friday?", "end"])
    def test_words_that_may_mean_more_are_read_by_the_desk_too(self, world, phone, word):
        assert texted(word).for_the_desk
        assert not fresh(phone).may_be_texted

    def test_is_taken_back_by_start_and_not_by_yes(self, world, phone):
        texted("STOP", "SM1")
        assert texted("YES", "SM2").understood_as == ""
        assert not fresh(phone).may_be_texted
        assert texted("Start", "SM3").understood_as == "start"
        assert fresh(phone).may_be_texted

    def test_told_twice_is_done_once(self, world, phone):
        texted("STOP", "SM1")
        texted("START", "SM2")
        texted("STOP", "SM1")
        assert fresh(phone).may_be_texted, "the first STOP was told again, after the START"
        assert Incoming.objects.count() == 2


class TestYes:
    @pytest.fixture
    def asked(self, world) -> ContactChannel:
        channel = world.ana.channels.get(kind="phone")
        return text_consent.agree(channel=channel, by=world.dee, now=world.now)

    def test_shows_whose_phone_it_is(self, world, asked):
        assert not fresh(asked).may_be_texted
        assert texted("Yes!").understood_as == "yes"
        assert fresh(asked).may_be_texted

    def test_the_question_is_asked_once_and_only_while_it_is_open(self, world, asked):
        text_consent.agree(channel=asked, by=world.dee, now=world.now)
        reminder = Reminder.objects.get()
        ask = {"kind": reminder.kind, "subject_id": asked.pk, "about_at": world.now}
        assert isinstance(text_consent.message(**ask, now=world.now), Message)
        texted("YES")
        assert isinstance(text_consent.message(**ask, now=world.now), NotWanted)

    def test_after_a_stop_the_phone_has_to_answer_again(self, world, asked):
        texted("YES", "SM1")
        texted("STOP", "SM2")
        Reminder.objects.update(state=State.SENT, sent_at=world.now, sent_to=NUMBER)
        later = world.now + dt.timedelta(hours=1)
        text_consent.agree(channel=asked, by=world.dee, now=later)
        assert not fresh(asked).may_be_texted
        assert Reminder.objects.count() == 2

    @pytest.mark.parametrize(
        ("number", "why"), [("+442079460123", "or use e-mail"), ("+34600111222", "abroad")]
    )
    def test_a_number_no_text_reaches_is_refused(self, world, number, why):
        """From abroad the desk's page adds the way out, which depends on whether e-mail reaches them."""
        channel = people.add_channel(
            patient=world.ana, kind="phone", value=number, by=world.dee, now=world.now
        )
        with pytest.raises(people.NoTextsThere, match=why):
            text_consent.agree(channel=channel, by=world.dee, now=world.now)
        assert not Reminder.objects.exists()
        assert fresh(channel).texts_agreed_at is None


class TestAnythingElse:
    def test_is_kept_for_the_desk(self, world, phone):
        kept = texted("Running late, sorry\x00 " + "x" * 3000)
        assert (kept.for_the_desk, kept.understood_as, len(kept.text)) == (True, "", 2000)

    def test_also_from_a_number_nobody_has(self, world):
        kept = texted("STOP", sender="+447946000777")
        assert (kept.for_the_desk, kept.patient, kept.from_digits) == (True, None, "447946000777")


class TestReceipts:
    @pytest.fixture
    def sent(self, world, phone) -> Reminder:
        now = world.now
        return Reminder.objects.create(
            source="x", kind="nag", subject_id=1, patient=world.ana, about_at=now, due_at=now, try_at=now,
            ring_at=now, state=State.SENT, sent_at=now, sent_to=NUMBER, way=Way.TEXT, provider="twilio",
            provider_id="SM9",
        )  # fmt: skip

    def test_of_twilio(self, sent, phone):
        assert call(STATUS, {"MessageSid": "SM9", "MessageStatus": "sent"}).status_code == 200
        call(STATUS, {"MessageSid": "SM9", "MessageStatus": "delivered"})
        sent.refresh_from_db()
        assert sent.delivered_at
        call(STATUS, {"MessageSid": "SM9", "MessageStatus": "undelivered", "ErrorCode": "30003"})
        assert fresh(phone).stopped_at is None, "a phone that is off is not a dead number"
        sent.refresh_from_db()
        assert (sent.state, sent.because) == (State.FAILED, "The text did not reach the phone (code 30003).")

    def test_a_dead_number_is_stopped(self, sent, phone):
        call(STATUS, {"MessageSid": "SM9", "MessageStatus": "failed", "ErrorCode": "30005"})
        assert not fresh(phone).may_be_texted
        assert phone.stopped_because == "That number takes no texts from us (code 30005)."

    def test_of_any_gateway(self, sent, phone, settings):
        settings.SMS_URL = "https+json://gateway.example/?secret=s3"
        for secret, status in (("no", 403), ("s3", 200)):
            answer = Client(enforce_csrf_checks=True).post(
                STATUS,
                json.dumps({"id": "SM9", "status": "rejected", "code": "unknown_number"}),
                content_type="application/json",
                headers={"X-Clinic-Secret": secret},
            )
            assert answer.status_code == status
            assert bool(fresh(phone).stopped_at) == (status == 200)
        for nonsense in ("", "[]", "<html>", '{"status": "delivered"}'):
            answer = Client().post(
                STATUS, nonsense, content_type="application/json", headers={"X-Clinic-Secret": "s3"}
            )
            assert answer.status_code == 200

    def test_of_a_mail_provider(self, world, sent, settings):
        settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
        settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "t", "WEBHOOK_SECRET": "clinic:hush"}
        Reminder.objects.update(way=Way.EMAIL, sent_to="ana@runner.example", provider="postmark")
        told = {"RecordType": "Bounce", "MessageID": "SM9", "TypeCode": 1, "Type": "HardBounce"}
        email = world.ana.channels.get(kind="email")
        for password, status in (("guess", 403), ("hush", 200)):
            shown = base64.b64encode(f"clinic:{password}".encode()).decode()
            answer = Client(enforce_csrf_checks=True).post(
                MAIL,
                json.dumps(told | {"Email": "ana@runner.example", "BouncedAt": "2026-03-03T09:01:00Z"}),
                content_type="application/json",
                headers={"Authorization": f"Basic {shown}"},
            )
            assert answer.status_code == status
            assert fresh(email).may_be_used == (status == 403)
        sent.refresh_from_db()
        assert sent.state == State.FAILED
        settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "t"}
        assert Client().post(MAIL, "{}", content_type="application/json").status_code == 403
