"""Records that were made by a booking online, which nobody at the desk has compared with the others yet."""

from __future__ import annotations

import datetime as dt

from clinic.booking.models import Appointment, CameBy
from clinic.booking.online import is_a_newcomers
from clinic.booking.status import MAY_MOVE
from clinic.desk.records import Found
from clinic.desk.wish import Wish
from clinic.people.alike import Alike, Newcomer, likely_duplicates
from clinic.people.models import Patient

WORDS = {True: "Booked online, new: check for duplicates", False: "Booked online"}


def flag(appointment: Appointment) -> str:
    """What the desk reads beside a visit that was booked online; empty beside every other."""
    return WORDS[is_a_newcomers(appointment)] if appointment.came_by == CameBy.ONLINE else ""


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
