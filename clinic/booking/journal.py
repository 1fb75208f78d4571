"""Reading a row to change it, and writing down what was done to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from clinic.booking.models import Appointment, AppointmentChange
from clinic.people.actors import Actor, Job
from clinic.people.models import Account

LONGEST_NOTE = 240  # characters


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


@dataclass(frozen=True, slots=True)
class Note:
    """What was done to an appointment as it is now: the status it had, in words, and where it was (`as_it_is`)."""

    appointment: Appointment
    from_status: str
    words: str
    was: dict[str, Any] = field(default_factory=dict)

    def row(self, *, by: Actor, now: dt.datetime, takes_back: AppointmentChange | None) -> AppointmentChange:
        """As it is kept, not saved yet."""
        return AppointmentChange(
            appointment=self.appointment,
            at=now,
            account=person(by),
            job=job(by),
            from_status=self.from_status,
            to_status=self.appointment.status,
            note=self.words[:LONGEST_NOTE],
            takes_back=takes_back,
            **self.was,
        )


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
    Note(appointment, from_status, note, was or {}).row(by=by, now=now, takes_back=takes_back).save()


def write_all_down(notes: Iterable[Note], *, by: Actor, now: dt.datetime) -> None:
    """The same for many at once. One query."""
    AppointmentChange.objects.bulk_create(note.row(by=by, now=now, takes_back=None) for note in notes)


def person(by: Actor) -> Account | None:
    return None if isinstance(by, Job) else by


def job(by: Actor) -> str:
    return by.name if isinstance(by, Job) else ""
