"""Who will hear of what the desk has just done, and when: said beside it, while it can still be undone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone

from clinic.booking.models import Appointment
from clinic.booking.status import MAY_MOVE, SETTLES, Status
from clinic.people.models import ChannelKind, ContactChannel, Patient
from clinic.reminders.models import Way
from clinic.reminders.reaching import in_order, reached_by

UNDO = "undo"
NOBODY = "so nobody tells them"
WILL_BE = {Way.EMAIL: "will be mailed", Way.TEXT: "will be texted", Way.PUSH: "will see on their phone"}


def who_hears(appointment: Appointment, *, of_a_move: bool, now: dt.datetime) -> str:
    """“Ana Silva will be mailed the new time at 10:03, …”, or that nobody will be told."""
    off = appointment.status == Status.CANCELLED
    if appointment.starts_at <= now or not (off or (of_a_move and appointment.status in MAY_MOVE)):
        return "Nobody is told of it."
    what = "that it is cancelled" if off else "the new time"
    return _mailed(
        appointment.patient, f"{what} at {_settled(now)}, three minutes from now, unless you undo it"
    )


def who_hears_of_booking(made: Appointment) -> str:
    """The same of a visit that was just booked: at once, for what is booked is not undone but cancelled."""
    return _mailed(made.patient, "a confirmation") if made.status in MAY_MOVE else "Nobody is told of it."


def who_hears_of_series(patient: Patient, *, now: dt.datetime | None = None) -> str:
    """The same of visits that were made, or at `now` moved or called off, in one act."""
    when = f" at {_settled(now)}, three minutes from now" if now else ""
    return _mailed(patient, f"one message about all of them{when}")


def _settled(now: dt.datetime) -> str:
    return f"{timezone.localtime(now + SETTLES):%H:%M}"


def _mailed(patient: Patient, what: str) -> str:
    first = next(iter(in_order(reached_by(patient), first=patient.first_way)), None)
    if first is not None:
        return f"{patient.full_name} {WILL_BE[first.way]} {what}."
    channels = patient.channels.all()
    phone = next((channel.value for channel in channels if channel.kind == ChannelKind.PHONE), "")
    return f"{patient.full_name} has agreed to no e-mail, {NOBODY}: call {phone or 'them'}."


def hears_by_mail(patient: Patient) -> bool:
    """Whether a message about a change reaches them, by mail or text. One query."""
    return _agreed(patient.channels.all())


def _agreed(channels: Iterable[ContactChannel]) -> bool:
    return any(
        channel.may_be_texted if channel.kind == ChannelKind.PHONE else channel.may_be_used
        for channel in channels
    )


def say(request: HttpRequest, words: str, appointment: Appointment) -> None:
    """A notice with the button that takes the appointment's last change back."""
    change = appointment.changes.latest("pk")
    announce(request, words, tags=f"{UNDO} {appointment.patient_id} {appointment.pk} {change.pk}")


def announce(request: HttpRequest, words: str, *, tags: str = "") -> None:
    """What was done; in the look of a warning where nobody tells the patient, since then the desk has to."""
    messages.add_message(
        request, messages.WARNING if NOBODY in words else messages.SUCCESS, words, extra_tags=tags
    )


def undo_of(extra_tags: str) -> tuple[int, int, int] | None:
    """Patient, appointment and change that a notice offers to take back; None for any other notice."""
    word, *numbers = (extra_tags or "").split()[:4] or [""]
    if word != UNDO or len(numbers) != 3:
        return None
    patient, appointment, change = (int(number) for number in numbers)
    return patient, appointment, change
