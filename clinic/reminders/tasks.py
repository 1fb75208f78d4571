"""Celery's door: a doorbell. Each task may be lost, doubled or late without changing what is sent."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from celery import current_app, shared_task
from django.core.mail import make_msgid
from django.utils import timezone
from kombu.exceptions import OperationalError

from clinic.people.models import Account
from clinic.reminders import actions, mail, receipts, samples, wishes

log = logging.getLogger(__name__)

NEARLY_DRY = (
    10  # calls left in the queue: some tenths of a second for the other senders, while more are called for
)


def called(task: Any, *values: object) -> bool:
    """Whether a worker was called. A broker that is away keeps a page waiting for a second, no longer."""
    try:
        task.apply_async(values)
    except OperationalError:
        log.exception("no worker could be called for %s", task.name)
        return False
    return True


@shared_task  # type: ignore[untyped-decorator]
def collect_due() -> None:
    """Write down what is due."""
    actions.collect(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def ring() -> None:
    """Put right what killed senders had in hand, and call workers for what waits: never more than there is room for."""
    actions.settle_the_dead(now=timezone.now())
    waiting = actions.to_ring(now=timezone.now(), room=actions.WINDOW - queue_length() * actions.BATCH)
    for start in range(0, len(waiting), actions.BATCH):
        send.delay(waiting[start : start + actions.BATCH])


@shared_task  # type: ignore[untyped-decorator]
def send(reminder_ids: list[int]) -> None:
    """Send these, where they still have to be. Where the queue has nearly run dry, call for more before beat does.

    Beat alone would set the pace: a window of reminders each time it rings, however fast they go out.
    """
    actions.send_batch(reminder_ids, clock=timezone.now)
    if len(reminder_ids) == actions.BATCH and queue_length() < NEARLY_DRY:
        ring()


@shared_task  # type: ignore[untyped-decorator]
def forget_receipts() -> None:
    """Sweep up what providers told of messages that were never ours."""
    receipts.forget(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def send_test(account_id: int, name: str, language: str) -> None:
    """A made-up reminder to one of the staff, in the words that are kept now. Tried once: they are watching."""
    account, found = Account.objects.get(pk=account_id), wishes.source_of(name)
    if found is None:
        return
    source, kind = found
    words = wishes.read().words_for(source, name, language)
    letter = samples.sample(kind, name, words, now=timezone.now(), stop=samples.a_link())
    letter = replace(letter, subject=f"Test: {letter.subject}")
    mail.send(letter, to=account.email, message_id=make_msgid("test"))


def queue_length() -> int:
    """Messages waiting in the broker."""
    with current_app.connection_for_read() as broker:
        queue = broker.default_channel.queue_declare(current_app.conf.task_default_queue)
        return int(queue.message_count)
