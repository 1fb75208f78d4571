"""Many senders at once, and mail servers that fail in every way they know: none lost, none twice, nobody held up."""

from __future__ import annotations

import datetime as dt
import gc
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from django.core import mail as sent_mail
from django.db import connection
from django.utils import timezone

from clinic.people.statements import Writing
from clinic.reminders import actions, claims, health, mail
from clinic.reminders.models import Reminder, State
from clinic.reminders.models.outbox import ReminderQuerySet
from tests.clinic.reminders import mail_servers
from tests.clinic.reminders.mail_servers import MailServer
from tests.world import World

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # A connection that failed while it was opened is closed by whoever sweeps up; `serve` sees to it at once.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture
def due(transactional_db, source) -> Callable[[int], list[int]]:
    """due(9): ids of nine reminders that wait, committed for everybody to see."""
    world = World(now=timezone.now())

    def made(how_many: int) -> list[int]:
        source.nags(world.ana, now=timezone.now(), many=how_many)
        actions.collect(now=timezone.now())
        return list(Reminder.objects.order_by("pk").values_list("pk", flat=True))

    return made


def at_once(*calls: Callable[[], object]) -> None:
    """Each in a thread and with a connection of its own, let off together; what one raises fails the test."""
    start = threading.Barrier(len(calls))
    raised: list[BaseException] = []

    def run(call: Callable[[], object]) -> None:
        try:
            start.wait(10)
            call()
        except BaseException as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert raised == []


# --- Many at once -----------------------------------------------------------------------------------------------


def test_two_dispatchers_ring_once_and_send_once(due):
    ids, rung = due(40), []

    def dispatch() -> None:
        found = actions.to_ring(now=timezone.now(), room=100)
        rung.extend(found)
        actions.send_batch(found, clock=timezone.now)

    at_once(dispatch, dispatch)
    assert Counter(rung) == Counter(ids)
    assert len(sent_mail.outbox) == 40
    assert len({sent.extra_headers["Message-ID"] for sent in sent_mail.outbox}) == 40


def send_all_at_once(reminder_id: int, senders: int = 10) -> None:
    at_once(
        *[lambda: actions.claim_and_send(reminder_id=reminder_id, now=timezone.now())] * senders,
    )


def test_ten_senders_called_for_one_send_one(due):
    send_all_at_once(*due(1))
    assert len(sent_mail.outbox) == 1
    assert (Reminder.objects.get().state, Reminder.objects.get().attempts) == (State.SENT, 1)


def test_control_without_the_condition_in_the_claim_they_send_many(due, monkeypatch):
    monkeypatch.setattr(ReminderQuerySet, "claimable", lambda rows, now: rows.filter(try_at__lte=now))
    monkeypatch.setattr(claims, "TAKE", Writing(claims.taking, int, dt.datetime, dt.datetime))
    (reminder_id,) = due(1)
    send_all_at_once(reminder_id)
    assert len(sent_mail.outbox) > 1


# --- Mail servers -----------------------------------------------------------------------------------------------


@pytest.fixture
def serve(settings, monkeypatch) -> Iterator[Callable[..., MailServer]]:
    """serve(): a mail server, from now on the clinic's."""
    monkeypatch.setattr(mail, "LONGEST", 1.5)  # seconds: enough for a good one on a busy machine
    started: list[MailServer] = []

    def made(speaks: mail_servers.Speaker | None = None) -> MailServer:
        started.append(MailServer(speaks))
        settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, "127.0.0.1"
        settings.EMAIL_PORT = started[-1].port
        return started[-1]

    yield made
    for server in started:
        server.stop()
    for thread in threading.enumerate():
        if thread.name == "sending":  # one that was given up, and hears by now that nobody will answer
            thread.join(10)
    gc.collect()


def send(reminder_id: int, now: dt.datetime | None = None) -> Reminder:
    actions.claim_and_send(reminder_id=reminder_id, now=now or timezone.now())
    return Reminder.objects.get(pk=reminder_id)


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
def test_a_busy_server_is_asked_again_later(due, serve, command):
    server, (reminder_id,) = serve(), due(1)
    server.answers[command] = ["451 busy"]
    waits = send(reminder_id)
    assert (waits.state, waits.unsure_sends) == (State.DUE, 0)
    assert "451" in waits.because
    assert waits.try_at > timezone.now()
    assert server.taken == []
    assert send(reminder_id, waits.try_at).state == State.SENT
    assert server.taken == ["ana@runner.example"]


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
def test_a_refusal_for_good_is_shown_at_once(due, serve, command):
    server, (reminder_id,) = serve(), due(1)
    server.answers[command] = ["550 nobody of that name"]
    refused = send(reminder_id)
    assert (refused.state, server.taken) == (State.FAILED, [])
    assert "550" in refused.because


@pytest.mark.parametrize("speaks", [mail_servers.never_says_a_word, mail_servers.drips])
def test_a_server_that_takes_for_ever_is_left_in_time_and_the_others_go_on(due, serve, speaks):
    """A silent one and a tar-pit alike: the limit is for the whole conversation, not for each answer."""
    serve(speaks)
    ids = due(3)
    began = time.monotonic()
    actions.send_batch(ids[:1], clock=timezone.now)
    assert time.monotonic() - began < mail.LONGEST + 3
    held = Reminder.objects.get(pk=ids[0])
    assert (held.state, held.unsure_sends) == (State.DUE, 0)  # not a word was said of the letter
    good = serve()
    assert actions.send_batch(ids, clock=timezone.now) == 2
    assert len(good.taken) == 2
    assert send(ids[0], held.try_at).state == State.SENT


def test_while_one_sender_is_held_up_another_sends_the_rest(due, serve, monkeypatch):
    """One line to a server that says nothing holds nobody else."""
    silent = serve(mail_servers.never_says_a_word)
    monkeypatch.setattr(
        mail, "LONGEST", 60
    )  # held up until the silent one is stopped below, not by the clock
    ids = due(5)
    held = threading.Thread(
        target=lambda: (actions.send_batch(ids[:1], clock=timezone.now), connection.close())
    )
    held.start()
    deadline = time.monotonic() + 10
    while not silent.lines and time.monotonic() < deadline:
        time.sleep(0.01)
    good = serve()
    assert actions.send_batch(ids, clock=timezone.now) == 4
    assert held.is_alive(), "nobody was held up, so nothing was shown"
    silent.stop()
    held.join(10)
    assert not held.is_alive()
    assert len(good.taken) == 4


def test_nobody_is_held_up_for_longer_than_half_a_minute():
    assert mail.LONGEST <= 30
    assert actions.LEASE.total_seconds() > 2 * mail.LONGEST


@pytest.mark.parametrize("goes_wrong", [b"this is no handshake\r\n" * 9, b""])
def test_where_tls_fails_nothing_is_said_in_the_open(due, serve, settings, goes_wrong):
    serve(mail_servers.tls_that(goes_wrong))
    settings.EMAIL_USE_TLS = True
    waits = send(*due(1))
    assert (waits.state, waits.unsure_sends) == (State.DUE, 0)
    assert "could not be reached" in waits.because


def test_where_tls_is_not_offered_nothing_is_said_in_the_open(due, serve, settings):
    server = serve()
    settings.EMAIL_USE_TLS = True
    assert send(*due(1)).state == State.DUE
    assert (server.lines, server.taken) == (1, [])


# --- Whether anybody is at work -----------------------------------------------------------------------------------


def test_a_sender_is_seen_by_what_it_has_in_hand_and_by_what_it_has_sent(due):
    now = timezone.now()
    (reminder_id,) = due(1)
    assert health.last_sign_age(now) is None
    ago = dt.timedelta(seconds=40)
    row = Reminder.objects.filter(pk=reminder_id)
    row.update(state=State.SENDING, lease_until=now - ago + actions.LEASE)
    assert health.last_sign_age(now) == ago
    row.update(state=State.SENT, lease_until=None, sent_at=now - 2 * ago, sent_to="a@b.example")
    assert health.last_sign_age(now) == 2 * ago
