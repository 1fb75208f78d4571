"""The negative control: the same reminders, but the task queue alone holds what is to be sent.

One task a reminder, taken from the queue before it is done, as Celery does unless told otherwise. The drill must see
that this loses some. Below it, what the bench holds reminders against: tasks that do nothing, and mail by itself.
"""

from __future__ import annotations

import contextlib

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from clinic.booking import reminders
from clinic.booking.models import Appointment
from clinic.reminders import mail
from clinic.reminders.sources import Message
from clinic.reminders.wording import Letter, letter
from tests.drills.reminders.report import CONFIRMATION, TWO_DAYS

KINDS = (CONFIRMATION, TWO_DAYS)
ALONE = "bench-"  # how the Message-ID of a letter known to nobody begins
WRITTEN = Letter(
    subject="Tomorrow, 10:00",
    text="A letter of the usual length, written once and sent as it is.\n" * 12,
)


def key(visit_id: int, kind: str) -> str:
    return f"<alone-{visit_id}-{kind}@clinic.example>"


def put_all(visits: list[int]) -> dict[str, tuple[str, int]]:
    """Into the queue, once; what each Message-ID will stand for."""
    for visit_id in visits:
        for kind in KINDS:
            send_alone.delay(visit_id, kind)
    return {key(visit_id, kind): (kind, visit_id) for visit_id in visits for kind in KINDS}


@shared_task
def send_alone(visit_id: int, kind: str) -> None:
    """Ask whether it is wanted, write it, send it."""
    visit = Appointment.objects.select_related("patient").get(pk=visit_id)
    with transaction.atomic():
        wanted = reminders.message(
            kind=kind, subject_id=visit_id, about_at=visit.starts_at, now=timezone.now()
        )
    if not isinstance(wanted, Message):
        return
    written = letter(wanted, visit.patient)
    to = [channel.value for channel in visit.patient.channels.all()]
    sent = EmailMessage(written.subject, written.text, settings.DEFAULT_FROM_EMAIL, to)
    sent.extra_headers = {"Message-ID": key(visit_id, kind)}
    sent.send()


@shared_task
def nothing() -> None:
    """What a task costs that does nothing."""


@shared_task
def hand_over_alone(first: int, many: int) -> None:
    """What mail costs by itself: letters that are written already, over one line, known to nobody."""
    with contextlib.closing(mail.Line()) as line:
        for number in range(first, first + many):
            line.send(WRITTEN, to="somebody@runner.example", message_id=f"<{ALONE}{number}@clinic.example>")
