"""A killed sender leaves a line on disk, and whoever finds it puts its reminder right without waiting for the lease."""

from __future__ import annotations

import datetime as dt
import logging
import os
import signal
import subprocess
import sys
import threading

import pytest
from django.core import mail as sent_mail
from django.db import OperationalError

from clinic.reminders import actions, claims, journal
from clinic.reminders.models import Reminder, State

SECOND = dt.timedelta(seconds=1)


class Killed(BaseException):
    """The sender died here."""


@pytest.fixture
def reminder(world, source) -> Reminder:
    source.nags(world.ana, now=world.now)
    actions.collect(now=world.now)
    return Reminder.objects.get()


@pytest.fixture
def die_at(monkeypatch):
    """Die right after the step was noted, holding what was in hand; the thread ends, and its lock with it."""

    def arm(step: journal.Step, reminder, now):
        noted = journal.Journal.note

        def note_and_die(book, entry):
            noted(book, entry)
            if entry.step == step:
                raise Killed

        def sender():
            with pytest.raises(Killed):
                actions.claim_and_send(reminder_id=reminder.pk, now=now)
            os.close(journal.mine()._file)  # as the system does

        with monkeypatch.context() as armed:
            armed.setattr(journal.Journal, "note", note_and_die)
            armed.setattr(journal, "_mine", threading.local())
            sender()
        reminder.refresh_from_db()

    return arm


def left(senders) -> list[str]:
    return [path.name for path in senders.glob("*.journal") if path.stat().st_size]


def send(reminder, now):
    state = actions.claim_and_send(reminder_id=reminder.pk, now=now)
    reminder.refresh_from_db()
    return state


def test_a_sender_that_lives_leaves_nothing(reminder, world, senders):
    assert send(reminder, world.now) == State.SENT
    assert left(senders) == []


def test_one_that_died_after_the_server_took_it_has_sent_it(reminder, world, senders, die_at):
    die_at(journal.Step.TAKEN, reminder, world.now)
    assert (reminder.state, len(sent_mail.outbox)) == (State.SENDING, 1)
    actions.settle_the_dead(now=world.now + SECOND)
    reminder.refresh_from_db()
    assert reminder.state == State.SENT
    assert left(senders) == []
    assert send(reminder, world.now + 2 * claims.LEASE) is None
    assert len(sent_mail.outbox) == 1


def test_one_that_died_while_handing_it_over_may_have_sent_it(reminder, world, senders, die_at):
    die_at(journal.Step.HANDING, reminder, world.now)
    actions.settle_the_dead(now=world.now + SECOND)
    reminder.refresh_from_db()
    assert (reminder.state, reminder.unsure_sends) == (State.DUE, 1)
    die_at(journal.Step.HANDING, reminder, world.now + 2 * SECOND)
    actions.settle_the_dead(now=world.now + 3 * SECOND)
    reminder.refresh_from_db()
    assert (reminder.state, reminder.because) == (State.FAILED, claims.CHECK_BY_HAND)


def test_one_that_had_only_claimed_it_costs_no_try(reminder, world, senders, die_at, monkeypatch):
    """However often: nothing went out, so no copy is risked and nobody has to look."""
    written = claims.claim

    def claim_and_die(**known):
        written(**known)
        raise Killed

    for second in range(4):
        monkeypatch.setattr(journal, "_mine", threading.local())
        with monkeypatch.context() as armed:
            armed.setattr(claims, "claim", claim_and_die)
            with pytest.raises(Killed):
                actions.claim_and_send(reminder_id=reminder.pk, now=world.now + second * SECOND)
        os.close(journal.mine()._file)
        reminder.refresh_from_db()
        assert reminder.state == State.SENDING
        actions.settle_the_dead(now=world.now + second * SECOND)
        reminder.refresh_from_db()
        assert (reminder.state, reminder.attempts, reminder.unsure_sends) == (State.DUE, 0, 0)
    monkeypatch.setattr(journal, "_mine", threading.local())
    assert send(reminder, world.now + 5 * SECOND) == State.SENT


def test_a_claim_that_is_not_the_one_noted_is_left_alone(reminder, world, senders, die_at):
    die_at(journal.Step.HANDING, reminder, world.now)
    later = world.now + claims.LEASE + SECOND
    Reminder.objects.update(lease_until=later + claims.LEASE)  # somebody else has taken it over since
    actions.settle_the_dead(now=later)
    reminder.refresh_from_db()
    assert (reminder.state, reminder.unsure_sends) == (State.SENDING, 0)
    assert left(senders) == []


def test_a_living_sender_is_not_taken_for_dead(reminder, world, senders):
    book = journal.Journal(senders)
    book.note(journal.Entry(journal.Step.CLAIMED, reminder.pk, world.now.isoformat(), world.now.isoformat()))
    assert list(journal.of_the_dead()) == []
    os.close(book._file)
    assert [entry.reminder_id for entry in journal.of_the_dead()] == [reminder.pk]


def test_an_entry_that_could_not_be_put_right_stays_for_the_next(
    reminder, world, senders, die_at, monkeypatch
):
    die_at(journal.Step.TAKEN, reminder, world.now)

    def away(*known):
        raise OperationalError

    with monkeypatch.context() as broken:
        broken.setattr(claims, "note_sent", away)
        with pytest.raises(OperationalError):
            actions.settle_the_dead(now=world.now)
    assert len(left(senders)) == 1
    actions.settle_the_dead(now=world.now)
    assert Reminder.objects.get().state == State.SENT


def test_a_database_away_for_longer_than_we_try_costs_no_copy(reminder, world, senders, monkeypatch):
    """The sender lives, and knows: it writes that down before it takes up anything else."""

    def away(*known):
        raise OperationalError

    with monkeypatch.context() as broken:
        broken.setattr(actions.time, "sleep", lambda seconds: None)
        broken.setattr(actions.connection, "close", lambda: None)
        broken.setattr(claims, "note_sent", away)
        with pytest.raises(OperationalError):
            actions.claim_and_send(reminder_id=reminder.pk, now=world.now)
    assert len(left(senders)) == 1
    assert send(reminder, world.now + 2 * claims.LEASE) is None
    assert reminder.state == State.SENT
    assert len(sent_mail.outbox) == 1


@pytest.mark.parametrize("written", [b"", b'{"step": "taken"', b"no json\n", b'{"step": "lost"}\n', b"[]\n"])
def test_half_a_line_and_nonsense_are_nobodys_reminder(senders, written, caplog):
    senders.mkdir()
    (senders / "x.journal").write_bytes(written)
    with caplog.at_level(logging.CRITICAL + 1, "clinic.reminders.journal"):
        assert list(journal.of_the_dead()) == []


def test_a_folder_that_cannot_be_written_costs_only_time(reminder, world, settings, tmp_path, caplog):
    (tmp_path / "file").touch()
    settings.CLINIC_DATA_DIR = tmp_path / "file"
    with caplog.at_level(logging.CRITICAL + 1, "clinic.reminders.journal"):
        assert send(reminder, world.now) == State.SENT
    actions.settle_the_dead(now=world.now)


DIES_HOLDING = """
import os, signal, sys, pathlib
import django
django.setup()
from clinic.reminders import journal
book = journal.Journal(pathlib.Path(sys.argv[1]))
book.note(journal.Entry(journal.Step.CLAIMED, 17, "2026-03-05T10:00:00+00:00", "2026-03-05T10:00:00+00:00"))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_real_kill_leaves_the_line_and_lets_go_of_the_lock(senders, settings):
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "clinic.config.settings", "DEBUG": "1"}
    killed = subprocess.run(
        [sys.executable, "-c", DIES_HOLDING, str(senders)], env=environment, cwd=settings.ROOT, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert [entry.reminder_id for entry in journal.of_the_dead()] == [17]
