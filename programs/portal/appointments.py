"""A patient's appointments: the clinic's time with its zone, their own where it differs, and what they may do."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone
from django.utils.dateformat import format as format_date

from clinic.booking import by_patients
from clinic.booking.models import Appointment
from clinic.people.models import Patient

PAST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Visit:
    """One appointment. `there` is the time where the patient is, empty when it is the same on the clock."""

    pk: int
    starts_at: dt.datetime
    there: str
    minutes: int
    what: str
    clinician: str
    status: str
    may_confirm: bool = False
    may_change: bool = False


def appointments_of(patient: Patient, *, now: dt.datetime) -> tuple[list[Visit], list[Visit]]:
    """(those to come, soonest first; the last five before, newest first)."""
    theirs = Appointment.objects.filter(patient=patient).select_related("type", "clinician__account")
    upcoming = theirs.filter(ends_at__gt=now).order_by("starts_at")[:20]
    past = theirs.filter(ends_at__lte=now).order_by("-starts_at")[:PAST_SHOWN]
    return [_visit(a, patient, now) for a in upcoming], [_visit(a, patient, now) for a in past]


def _visit(appointment: Appointment, patient: Patient, now: dt.datetime) -> Visit:
    here = timezone.localtime(appointment.starts_at)
    there = appointment.starts_at.astimezone(patient.zone)
    differs = here.utcoffset() != there.utcoffset()
    return Visit(
        pk=appointment.pk,
        starts_at=appointment.starts_at,
        there=f"{format_date(there, 'D j M, H:i')} {patient.time_zone}" if differs else "",
        minutes=int((appointment.ends_at - appointment.starts_at).total_seconds() // 60),
        what=appointment.type.name,
        clinician=str(appointment.clinician),
        status=appointment.status,
        may_confirm=by_patients.may_confirm(appointment, now=now),
        may_change=by_patients.may_change(appointment, now=now),
    )
