"""Celery's door: a doorbell. Each task may be lost, doubled or late without changing what is sent."""

from __future__ import annotations

from celery import current_app, shared_task
from django.utils import timezone

from clinic.reminders import actions


@shared_task  # type: ignore[untyped-decorator]
def collect_due() -> None:
    """Write down what is due."""
    actions.collect(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def ring() -> None:
    """Call workers for what waits, never more than the queue has room for."""
    for reminder_id in actions.to_ring(now=timezone.now(), room=actions.WINDOW - queue_length()):
        send.delay(reminder_id)


@shared_task  # type: ignore[untyped-decorator]
def send(reminder_id: int) -> None:
    """Send one, if it still has to be."""
    actions.claim_and_send(reminder_id=reminder_id, now=timezone.now())


def queue_length() -> int:
    """Messages waiting in the broker."""
    with current_app.connection_for_read() as broker:
        queue = broker.default_channel.queue_declare(current_app.conf.task_default_queue)
        return int(queue.message_count)
