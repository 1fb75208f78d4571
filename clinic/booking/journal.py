"""Reading a row to change it, and writing down what was done to it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from clinic.booking.models import Appointment, AppointmentChange
from clinic.people.actors import Actor, Job
from clinic.people.models import Account


def locked(appointment: Appointment) -> Appointment:
    """As the row is now, not as the page had it, and nobody else may change it until we are done."""
    rows = Appointment.objects.select_related("patient", "clinician__account", "type__needs", "resource")
    return rows.select_for_update(of=("self",)).get(pk=appointment.pk)


def as_it_is(appointment: Appointment) -> dict[str, Any]:
    """Where it stands before a change, for the row that can take the change back."""
    return {
        "was_clinician": appointment.clinician,
        "was_resource": appointment.resource,
        "was_starts_at": appointment.starts_at,
        "was_ends_at": appointment.ends_at,
        "was_moved_at": appointment.moved_at,
        "was_overbooked_because": appointment.overbooked_because,
    }


def write_down(
    appointment: Appointment,
    *,
    from_status: str,
    by: Actor,
    now: dt.datetime,
    note: str,
    was: dict[str, Any] | None = None,
    takes_back: AppointmentChange | None = None,
) -> None:
    AppointmentChange.objects.create(
        appointment=appointment,
        at=now,
        account=person(by),
        job=job(by),
        from_status=from_status,
        to_status=appointment.status,
        note=note[:240],
        takes_back=takes_back,
        **(was or {}),
    )


def person(by: Actor) -> Account | None:
    return None if isinstance(by, Job) else by


def job(by: Actor) -> str:
    return by.name if isinstance(by, Job) else ""
