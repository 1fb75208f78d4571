"""The outbox: written once, sent once, and never silently lost."""

from __future__ import annotations

import datetime as dt
import logging
import smtplib

import pytest
from django.core import mail as sent_mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, OperationalError, transaction

from clinic.audit.models import Entry
from clinic.people.models import ContactChannel
from clinic.reminders import actions, claims, health, journal, mail
from clinic.reminders.models import Reminder, State
from clinic.reminders.sources import Due, NotWanted
from tests.clinic.reminders.conftest import NAME

MINUTE = dt.timedelta(minutes=1)


class Broken(EmailBackend):
    """A mail server that answers with what `fails` holds, in turn; then it works."""

    fails: list[Exception] = []
    at_open: list[Exception] = []

    def open(self):
        if self.at_open:
            raise self.at_open.pop(0)

    def send_messages(self, messages):
        if self.fails:
            raise self.fails.pop(0)
        return super().send_messages(messages)


@pytest.fixture
def server(settings, monkeypatch):
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    monkeypatch.setattr(Broken, "fails", [])
    monkeypatch.setattr(Broken, "at_open", [])
    return Broken


@pytest.fixture
def reminder(world, source) -> Reminder:
    source.nags(world.ana, now=world.now)
    actions.collect(now=world.now)
    return Reminder.objects.get()


def send(reminder, now):
    state = actions.claim_and_send(reminder_id=reminder.pk, now=now)
    reminder.refresh_from_db()
    return state


class TestCollecting:
    def test_writes_what_a_source_says_once(self, world, source):
        source.nags(world.ana, now=world.now)
        for minute in range(3):
            actions.collect(now=world.now + minute * MINUTE)
        reminder = Reminder.objects.get()
        assert (reminder.state, reminder.patient, reminder.due_at) == (State.DUE, world.ana, world.now)

    def test_waits_until_it_is_due(self, world, source):
        source.nags(world.ana, now=world.now)
        actions.collect(now=world.now - MINUTE)
        assert not Reminder.objects.exists()

    def test_a_source_that_fails_does_not_silence_the_others(self, world, source, settings, caplog):
        settings.REMINDER_SOURCES = ["no.such.source", NAME]
        source.nags(world.ana, now=world.now)
        with caplog.at_level(logging.CRITICAL + 1, "clinic.reminders.actions"):
            actions.collect(now=world.now)
        assert Reminder.objects.count() == 1

    def test_the_database_alone_refuses_a_second_row(self, reminder):
        reminder.pk = None
        with pytest.raises(IntegrityError, match="a_reminder_is_written_once"), transaction.atomic():
            reminder.save(force_insert=True)


class TestRinging:
    def test_calls_for_the_oldest_first_and_never_for_more_than_there_is_room(self, world, source):
        source.nags(world.ana, now=world.now, many=5)
        actions.collect(now=world.now)
        first = actions.to_ring(now=world.now, room=2)
        assert len(first) == 2
        assert set(actions.to_ring(now=world.now, room=2)).isdisjoint(first)
        assert actions.to_ring(now=world.now, room=-7) == []

    def test_calls_again_after_a_while_because_the_queue_may_be_gone(self, reminder, world):
        assert actions.to_ring(now=world.now, room=9) == [reminder.pk]
        assert actions.to_ring(now=world.now + actions.RING_AGAIN / 2, room=9) == []
        assert actions.to_ring(now=world.now + actions.RING_AGAIN * 2, room=9) == [reminder.pk]

    def test_not_for_what_is_sent(self, reminder, world):
        send(reminder, world.now)
        assert actions.to_ring(now=world.now + MINUTE, room=9) == []


class TestSending:
    def test_sends_once_however_often_the_bell_rings(self, reminder, world):
        assert [send(reminder, world.now) for _ in range(5)] == [State.SENT, None, None, None, None]
        assert [m.to for m in sent_mail.outbox] == [["ana@runner.example"]]
        assert (reminder.sent_at, reminder.sent_to) == (world.now, "ana@runner.example")
        assert sent_mail.outbox[0].extra_headers["Message-ID"] == reminder.message_id
        assert reminder.message_id == f"<reminder-{reminder.pk}-0@clinic.example>"
        entry = Entry.objects.get(patient=world.ana)
        assert (entry.action, entry.job, entry.what) == ("sent", "reminders", f"reminder {reminder.pk}")

    def test_asks_again_inside_the_claim(self, reminder, world, source):
        source.answers = NotWanted("The appointment was moved.")
        assert send(reminder, world.now) == State.SKIPPED
        assert reminder.because == "The appointment was moved."
        assert not sent_mail.outbox

    @pytest.mark.parametrize("withdrawn", [True, False])
    def test_without_consent_nothing_goes_out_and_the_desk_reads_why(self, reminder, world, withdrawn):
        channel = ContactChannel.objects.filter(patient=world.ana, kind="email")
        if withdrawn:
            channel.update(consent_withdrawn_at=world.now)
        else:
            channel.delete()
        assert send(reminder, world.now) == State.SKIPPED
        assert reminder.because == claims.NO_ADDRESS
        assert not sent_mail.outbox

    def test_a_source_that_cannot_write_it_is_tried_again(self, reminder, world, source, caplog):
        wanted, source.answers = source.answers, ValueError("secret")
        with caplog.at_level(logging.CRITICAL + 1, "clinic.reminders.claims"):
            assert send(reminder, world.now) == State.DUE
        assert reminder.because == "It could not be written (ValueError)."
        source.answers = wanted
        assert send(reminder, world.now + 2 * MINUTE) == State.SENT


class TestTheMailServer:
    def test_out_of_reach_is_tried_again_for_an_hour_then_shown(self, reminder, world, server):
        server.at_open += [ConnectionRefusedError()] * 9
        now, waits = world.now, []
        while send(reminder, now) == State.DUE:
            waits.append((reminder.try_at - now) / MINUTE)
            assert send(reminder, now) is None
            now = reminder.try_at
        assert all(
            abs(wait / step - 1) <= claims.JITTER
            for wait, step in zip(waits, [1, 4, 10, 20, 25], strict=True)
        )
        assert reminder.state == State.FAILED
        assert reminder.because == "The mail server could not be reached (ConnectionRefusedError)."
        assert not sent_mail.outbox

    def test_a_later_answer_is_tried_again_and_sent(self, reminder, world, server):
        server.fails += [smtplib.SMTPDataError(451, b"later")]
        assert send(reminder, world.now) == State.DUE
        assert send(reminder, reminder.try_at) == State.SENT
        assert reminder.unsure_sends == 0

    @pytest.mark.parametrize(
        "error",
        [
            smtplib.SMTPRecipientsRefused({"ana@runner.example": (550, b"5.7.1 not from you")}),
            smtplib.SMTPDataError(554, b"no"),
        ],
    )
    def test_a_refusal_for_good_is_shown_at_once_without_the_address(self, reminder, world, server, error):
        server.fails += [error]
        assert send(reminder, world.now) == State.FAILED
        assert "refused it for good" in reminder.because
        assert "ana" not in reminder.because

    def test_two_unsure_sends_are_the_end_so_that_no_third_copy_is_risked(self, reminder, world, server):
        server.fails += [smtplib.SMTPServerDisconnected(), TimeoutError()]
        assert send(reminder, world.now) == State.DUE
        assert send(reminder, reminder.try_at) == State.FAILED
        assert reminder.because == claims.CHECK_BY_HAND

    def test_a_goodbye_that_fails_changes_nothing(self, reminder, world, server, monkeypatch):
        def hang_up(self):
            raise smtplib.SMTPServerDisconnected

        monkeypatch.setattr(server, "close", hang_up)
        assert send(reminder, world.now) == State.SENT

    def test_a_database_that_blinks_after_the_send_is_waited_for(self, reminder, world, monkeypatch):
        blinks = [OperationalError(), OperationalError()]
        note = claims.note_sent

        def blink(*known):
            if blinks:
                raise blinks.pop()
            return note(*known)

        monkeypatch.setattr(claims, "note_sent", blink)
        monkeypatch.setattr(actions.time, "sleep", lambda seconds: None)
        monkeypatch.setattr(actions.connection, "close", lambda: None)
        assert send(reminder, world.now) == State.SENT
        assert len(sent_mail.outbox) == 1


class Killed(BaseException):
    """The sender died here."""


class TestASenderThatDies:
    """And leaves no journal, as one on a machine that is gone does: the lease alone decides."""

    @pytest.fixture(autouse=True)
    def no_journal(self, monkeypatch):
        monkeypatch.setattr(journal, "mine", journal.NoJournal)

    @pytest.fixture
    def dies(self, monkeypatch):
        """After the server took it, before we wrote that down."""
        send_it = mail.Line.send

        def send_and_die(line, letter, **rest):
            send_it(line, letter, **rest)
            raise Killed

        def arm(*, armed: bool):
            monkeypatch.setattr(mail.Line, "send", send_and_die if armed else send_it)

        return arm

    def die(self, reminder, now):
        with pytest.raises(Killed):
            actions.claim_and_send(reminder_id=reminder.pk, now=now)

    def test_is_followed_by_another_after_its_lease_with_the_same_message_id(self, reminder, world, dies):
        dies(armed=True)
        self.die(reminder, world.now)
        dies(armed=False)
        assert send(reminder, world.now + actions.LEASE / 2) is None
        assert send(reminder, world.now + actions.LEASE * 2) == State.SENT
        assert len({m.extra_headers["Message-ID"] for m in sent_mail.outbox}) == 1
        assert len(sent_mail.outbox) == 2

    def test_twice_is_left_to_a_person_after_two_copies(self, reminder, world, dies):
        dies(armed=True)
        self.die(reminder, world.now)
        self.die(reminder, world.now + actions.LEASE * 2)
        assert send(reminder, world.now + actions.LEASE * 4) == State.FAILED
        assert reminder.because == claims.CHECK_BY_HAND
        assert len(sent_mail.outbox) == 2

    def test_a_slow_one_who_lost_its_lease_does_not_undo_the_next(self, reminder, world, monkeypatch):
        send_it = mail.Line.send

        def slow(line, letter, **rest):
            monkeypatch.setattr(mail.Line, "send", send_it)
            actions.claim_and_send(reminder_id=reminder.pk, now=world.now + actions.LEASE * 2)
            raise mail.NotSent("too slow", unsure=True)

        monkeypatch.setattr(mail.Line, "send", slow)
        send(reminder, world.now)
        assert reminder.state == State.SENT


class TestSendingAgain:
    def test_is_another_message_and_says_who_asked(self, reminder, world):
        send(reminder, world.now)
        first_id = reminder.message_id
        actions.resend(reminder=reminder, by=world.dee, now=world.now + MINUTE)
        assert send(reminder, world.now + MINUTE) == State.SENT
        assert reminder.message_id != first_id
        assert (reminder.resent_by, reminder.resends) == (world.dee, 1)
        assert len(sent_mail.outbox) == 2
        assert Entry.objects.filter(account=world.dee, patient=world.ana, action="changed").count() == 1

    def test_is_refused_while_it_is_on_its_way(self, reminder, world):
        with pytest.raises(actions.CannotResend, match="already on its way"):
            actions.resend(reminder=reminder, by=world.dee, now=world.now)
        reminder.refresh_from_db()
        assert reminder.resends == 0

    def test_gives_a_failed_one_its_tries_back(self, reminder, world, server):
        server.fails += [smtplib.SMTPServerDisconnected()] * 2
        send(reminder, world.now)
        send(reminder, reminder.try_at)
        actions.resend(reminder=reminder, by=world.dee, now=world.now)
        assert send(reminder, world.now) == State.SENT


class TestHealth:
    def test_nothing_waits(self, world, source):
        assert health.oldest_due_age(world.now) == dt.timedelta()

    def test_a_dead_sender_shows(self, reminder, world):
        assert health.oldest_due_age(world.now + 7 * MINUTE) == 7 * MINUTE
        send(reminder, world.now)
        assert health.oldest_due_age(world.now + 7 * MINUTE) == dt.timedelta()

    def test_a_dead_scheduler_shows(self, world, source):
        source.nags(world.ana, now=world.now)
        assert health.oldest_due_age(world.now + 7 * MINUTE) == 7 * MINUTE

    def test_a_source_that_was_asked_lately_is_not_asked_again(self, world, source, monkeypatch):
        actions.collect(now=world.now)
        source.nags(world.ana, now=world.now)
        assert health.oldest_due_age(world.now + MINUTE / 2) == dt.timedelta(), "the scheduler will find it"
        assert health.oldest_due_age(world.now + 7 * MINUTE) == 7 * MINUTE

    def test_one_that_fails_while_others_answer_is_asked_and_shows(
        self, world, source, settings, monkeypatch, caplog
    ):
        source.nags(world.ana, now=world.now)
        with (
            monkeypatch.context() as broken,
            caplog.at_level(logging.CRITICAL + 1, "clinic.reminders.actions"),
        ):
            broken.setattr(source, "due", None)
            actions.collect(now=world.now + 7 * MINUTE)
        assert health.oldest_due_age(world.now + 7 * MINUTE) == 7 * MINUTE

    def test_a_scheduler_that_catches_up_is_well_again(self, world, source):
        source.nags(world.ana, now=world.now)
        actions.collect(now=world.now + 60 * MINUTE)
        assert health.oldest_due_age(world.now + 61 * MINUTE) == MINUTE

    def test_a_source_that_fails_hides_no_other(self, reminder, world, settings, caplog):
        settings.REMINDER_SOURCES = ["no.such.source", NAME]
        with caplog.at_level(logging.CRITICAL + 1, "clinic.reminders.health"):
            assert health.oldest_due_age(world.now + MINUTE) == MINUTE


class TestTheDatabaseAlone:
    @pytest.mark.parametrize(
        ("broken", "constraint"),
        [
            ({"state": "sent"}, "a_sent_reminder_says_when_and_where"),
            ({"state": "failed"}, "a_reminder_not_sent_says_why"),
            ({"state": "sending"}, "a_sender_has_a_lease"),
            ({"state": "lost"}, "reminder_state_is_one_we_know"),
            ({"unsure_sends": 3}, "no_third_copy_is_risked"),
        ],
    )
    def test_refuses(self, reminder, broken, constraint):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Reminder.objects.filter(pk=reminder.pk).update(**broken)


def test_about_answers_for_many_rows_in_one_query(world, source, django_assert_num_queries):
    source.says = [Due("nag", n, world.ana.pk, about_at=world.now, due_at=world.now) for n in (1, 2)]
    actions.collect(now=world.now)
    with django_assert_num_queries(1):
        found = Reminder.objects.about(NAME, [1, 2, 3])
    assert sorted(found) == [1, 2]
