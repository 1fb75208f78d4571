"""A patient's appointments in words: the clinic's time with its zone, and their own where it differs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone
from django.utils.dateformat import format as format_date

from clinic.booking.models import Appointment
from clinic.people.models import Patient

PAST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Visit:
    """One appointment. `there` is the time where the patient is, empty when it is the same on the clock."""

    starts_at: dt.datetime
    there: str
    minutes: int
    what: str
    clinician: str
    status: str


def appointments_of(patient: Patient, *, now: dt.datetime) -> tuple[list[Visit], list[Visit]]:
    """(those to come, soonest first; the last five before, newest first)."""
    theirs = Appointment.objects.filter(patient=patient).select_related("type", "clinician__account")
    upcoming = theirs.filter(ends_at__gt=now).order_by("starts_at")[:20]
    past = theirs.filter(ends_at__lte=now).order_by("-starts_at")[:PAST_SHOWN]
    return [_visit(a, patient) for a in upcoming], [_visit(a, patient) for a in past]


def _visit(appointment: Appointment, patient: Patient) -> Visit:
    here = timezone.localtime(appointment.starts_at)
    there = appointment.starts_at.astimezone(patient.zone)
    differs = here.utcoffset() != there.utcoffset()
    return Visit(
        starts_at=appointment.starts_at,
        there=f"{format_date(there, 'D j M, H:i')} {patient.time_zone}" if differs else "",
        minutes=int((appointment.ends_at - appointment.starts_at).total_seconds() // 60),
        what=appointment.type.name,
        clinician=str(appointment.clinician),
        status=appointment.status,
    )
