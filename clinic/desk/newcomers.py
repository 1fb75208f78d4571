"""Records that were made by a booking online: somebody at the desk compares them with the others, and says so."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse

from clinic.booking.models import AppointmentQuerySet, CameBy, NewcomerCheck
from clinic.booking.online import is_a_newcomers
from clinic.booking.status import MAY_MOVE
from clinic.desk.records import Found
from clinic.desk.wish import Wish
from clinic.people.alike import Alike, Newcomer, likely_duplicates
from clinic.people.models import Patient

WORDS = {True: "Booked online, new: check for duplicates", False: "Booked online"}


def flag(appointment: Any) -> str:
    """What the desk reads beside a visit that was booked online; empty beside every other.

    The visit was read `with_check`.
    """
    if appointment.came_by != CameBy.ONLINE:
        return ""
    return WORDS[is_a_newcomers(appointment) and not appointment.is_checked]


def with_check(appointments: AppointmentQuerySet) -> AppointmentQuerySet:
    """Each with `is_checked`: whether the desk has compared its patient's record."""
    return appointments.annotate(
        is_checked=Exists(NewcomerCheck.objects.filter(patient=OuterRef("patient_id")))
    )


@dataclass(frozen=True, slots=True)
class Compared:
    """What a record that made itself shows above everything else: who looks alike, or who said what about it."""

    check: NewcomerCheck | None
    alike: list[Found]
    named: list[int]

    @property
    def same_url(self) -> str:
        """The record they have already."""
        same = self.check.same_as_id if self.check else None
        return reverse("desk:patient", args=[same]) if same else ""


def compared(patient: Patient, *, now: dt.datetime) -> Compared | None:
    """None for a record the desk made, and for one whose first visit is over and that nobody checked."""
    if patient.registered_by_id is not None:
        return None
    rows = NewcomerCheck.objects.select_related("checked_by", "same_as").filter(patient=patient)
    if (check := rows.first()) is not None:
        return Compared(check, [], [check.same_as_id] if check.same_as_id else [])
    if not to_check(patient, now=now):
        return None
    found = alike(patient)
    return Compared(None, lines(found), [one.patient.pk for one in found])


def to_check(patient: Patient, *, now: dt.datetime) -> bool:
    """Whether they made their own record and have not been here since: their first visit is still ahead."""
    if patient.registered_by_id is not None:
        return False
    first = patient.appointments.filter(
        came_by=CameBy.ONLINE, booked_at=patient.registered_at, status__in=MAY_MOVE, ends_at__gt=now
    )
    return first.exists()


def alike(patient: Patient) -> list[Alike]:
    """Who may be the same person, the most alike first. Their names are shown: the reader is written down."""
    channels = list(patient.channels.all())
    newcomer = Newcomer(
        given_name=patient.legal_given_name,
        family_name=patient.legal_family_name,
        birth_date=patient.birth_date,
        phone_digits=next((one.digits for one in channels if one.digits), ""),
        email=next((one.value for one in channels if one.kind == "email"), ""),
    )
    return [one for one in likely_duplicates(newcomer) if one.patient.pk != patient.pk]


def lines(found: list[Alike]) -> list[Found]:
    """As the desk lists patients, each with its reason."""
    return [Found.of(one.patient, Wish(), one.why) for one in found]
