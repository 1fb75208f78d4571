"""A real worker, a real broker, real commits: the bell may ring as often as it likes."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from celery.contrib.testing.worker import start_worker
from celery.signals import task_prerun
from django.conf import settings as live
from django.core import mail
from django.db import OperationalError, connection
from django.utils import timezone

from clinic.booking import free
from clinic.config.celery import app
from clinic.desk import mail_files
from clinic.reminders import actions, tasks
from clinic.reminders.models import Reminder, State
from tests.conftest import empty
from tests.world import World

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # Celery's own threads warn about things that are theirs alone.
    pytest.mark.filterwarnings("ignore"),
]


def wait_for(truth: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not truth():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


@pytest.fixture
def due(transactional_db, settings) -> Reminder:
    """A confirmation that waits in the outbox, committed for everybody to see."""
    settings.REMINDER_SOURCES = ["clinic.booking.reminders"]
    world = World(now=timezone.now())
    soon = free.next_free(
        world.carl.clinician, world.assessment, world.now + dt.timedelta(days=1), 1, now=world.now
    )[0]
    world.booked(starts_at=soon)
    actions.collect(now=timezone.now())
    return Reminder.objects.get()


def test_five_rings_send_one(due, queue):
    for _ in range(5):
        tasks.send.delay([due.pk])
    assert tasks.queue_length() == 5
    with start_worker(app, perform_ping_check=False, pool="threads", concurrency=4, queues=[queue]):
        wait_for(lambda: Reminder.objects.get(pk=due.pk).state == State.SENT)
        wait_for(lambda: tasks.queue_length() == 0)
    assert [sent.to for sent in mail.outbox] == [["ana@runner.example"]]
    assert Reminder.objects.get(pk=due.pk).attempts == 1


@pytest.mark.parametrize(("looks", "works"), [(True, True), (False, False)], ids=["looked", "control"])
def test_a_line_that_died_between_two_tasks_costs_no_task(due, looks, works):
    """Senders keep theirs from task to task, and the server may have been started again meanwhile."""
    pid = connection.connection.info.backend_pid
    other = connection.copy()
    with contextlib.closing(other), other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    if looks:
        task_prerun.send(sender=None, task=SimpleNamespace(request=SimpleNamespace(is_eager=False)))
    try:
        assert Reminder.objects.get() == due
    except OperationalError:
        assert not works
    else:
        assert works
    finally:
        connection.close()


def test_a_flushed_queue_loses_nothing(due, queue):
    tasks.ring()
    assert tasks.queue_length() == 1
    empty(queue)
    later = timezone.now() + actions.RING_AGAIN * 2
    assert actions.to_ring(now=later, room=9) == [due.pk]


def test_control_without_the_outbox_a_flushed_queue_loses_it(due, queue):
    """The same mail, known to the queue alone: nobody is left to notice."""
    Reminder.objects.all().delete()
    tasks.send.delay([due.pk])
    empty(queue)
    assert tasks.queue_length() == 0
    assert actions.to_ring(now=timezone.now() + actions.RING_AGAIN * 2, room=9) == []


def test_the_bell_stops_when_the_queue_is_full(due, queue, monkeypatch):
    monkeypatch.setattr(actions, "WINDOW", 2 * actions.BATCH)
    for _ in range(2):
        tasks.send.delay([0])
    tasks.ring()
    assert tasks.queue_length() == 2
    assert Reminder.objects.get().ring_at == due.ring_at


def test_a_full_call_rings_for_more_where_the_queue_has_nearly_run_dry(due, queue, monkeypatch):
    """Else nobody would be called for before beat's next turn, however much waits."""
    monkeypatch.setattr(actions, "BATCH", 1)
    tasks.send([0])
    assert tasks.queue_length() == 1
    assert Reminder.objects.get().ring_at > due.ring_at


@pytest.mark.parametrize(("batch", "waiting"), [(2, 0), (1, tasks.NEARLY_DRY)], ids=["short", "well stocked"])
def test_neither_a_short_call_nor_one_of_many_rings(due, queue, monkeypatch, batch, waiting):
    monkeypatch.setattr(actions, "BATCH", batch)
    for _ in range(waiting):
        tasks.send.delay([0])
    tasks.send([0])
    assert tasks.queue_length() == waiting
    assert Reminder.objects.get().ring_at == due.ring_at


DIES_IN_MID_SEND = """
import os, signal, sys
import django
django.setup()
from django.utils import timezone
from clinic.reminders import actions, mail
taken = mail.Line.send
def take_it_and_die(line, letter, **rest):
    taken(line, letter, **rest)
    os.kill(os.getpid(), signal.SIGKILL)
mail.Line.send = take_it_and_die
actions.claim_and_send(reminder_id=int(sys.argv[1]), now=timezone.now())
"""


def test_a_sender_killed_in_mid_send_is_followed_by_another_with_the_same_message_id(due, tmp_path, settings):
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "clinic.config.settings",
        "DEV_MAIL_DIR": str(tmp_path),
        "DEBUG": "1",
    }
    killed = subprocess.run(
        [sys.executable, "-c", DIES_IN_MID_SEND, str(due.pk)], env=environment, cwd=live.ROOT, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    due.refresh_from_db()
    assert (due.state, due.attempts) == (State.SENDING, 1)

    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    assert actions.claim_and_send(reminder_id=due.pk, now=timezone.now()) is None  # still leased
    later = due.lease_until + actions.RING_AGAIN
    assert actions.claim_and_send(reminder_id=due.pk, now=later) == State.SENT
    copies = mail_files.newest_first(tmp_path)
    assert len(copies) == 2
    assert {copy.message_id for copy in copies} == {due.message_id}


def database_url() -> str:
    """The test's own database, for a process of its own."""
    given = urlsplit(os.environ["DATABASE_URL"])  # its host may be a folder with a socket, in the query
    return given._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
