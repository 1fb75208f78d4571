"""The steps of a visit from booked to done, calling it off, and taking the last step back."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.booking.journal import job, locked, person, write_down
from clinic.booking.locks import lock_calendars
from clinic.booking.models import Appointment, AppointmentChange
from clinic.booking.refusals import ChangedSince, NoReason, NotAllowedFrom, NotYet, TooLateToTakeBack
from clinic.booking.status import HOLDS_A_SLOT, SETTLES, Status
from clinic.booking.taking import resources_for, take
from clinic.people.actors import Actor


@transaction.atomic
def change_status(
    *, appointment: Appointment, to: Status | str, by: Actor, now: dt.datetime, because: str = ""
) -> Appointment:
    """One step of the table in clinic.booking.status. Cancelling needs a reason.

    Raises NotAllowedFrom; NotYet for a no-show before its time; NoReason; SlotTaken when a missed one comes back
    and its time was given away.
    """
    to = Status(to)
    because = because.strip()
    lock_calendars({appointment.clinician_id}, resources_for(appointment.type))
    fresh = locked(appointment)
    was = Status(fresh.status)
    if to not in was.may_become:
        raise NotAllowedFrom(was, to.label.lower())
    if to == Status.NO_SHOW and now < fresh.starts_at:
        raise NotYet(fresh.starts_at)
    fresh.status = to
    if to == Status.CANCELLED:
        if not because:
            raise NoReason("cancel")
        fresh.cancelled_at, fresh.cancelled_because = now, because[:200]
        fresh.cancelled_by, fresh.cancelled_by_job = person(by), job(by)
    if to in HOLDS_A_SLOT and was not in HOLDS_A_SLOT:
        take(fresh, now=now)
    else:
        fresh.save()
    write_down(fresh, from_status=was, by=by, now=now, note=because)
    record(action=Entry.Action.CHANGED, patient=fresh.patient, by=by, what=f"appointment {fresh.pk} {to}")
    return fresh


def cancel(*, appointment: Appointment, because: str, by: Actor, now: dt.datetime) -> Appointment:
    """Called off, with a reason; its time is free again. Raises NotAllowedFrom, NoReason."""
    return change_status(appointment=appointment, to=Status.CANCELLED, because=because, by=by, now=now)


@transaction.atomic
def take_back(*, change: AppointmentChange, by: Actor, now: dt.datetime) -> Appointment:
    """Undo the last thing that was done to an appointment: a move, a new length, a cancellation or another step.

    Only within the quiet minutes in which nobody is told (clinic.booking.status.SETTLES). Raises TooLateToTakeBack,
    ChangedSince, and SlotTaken or SlotHeld where its time was given away meanwhile.
    """
    moved_from = [] if change.was_clinician_id is None else [change.was_clinician_id]
    lock_calendars({change.appointment.clinician_id, *moved_from}, resources_for(change.appointment.type))
    fresh = locked(change.appointment)
    if (
        fresh.changes.latest("pk").pk != change.pk
        or change.takes_back_id is not None
        or not change.from_status
    ):
        raise ChangedSince
    if now - change.at > SETTLES:
        raise TooLateToTakeBack
    status = Status(fresh.status)
    fresh.status = change.from_status
    if status == Status.CANCELLED:
        fresh.cancelled_at, fresh.cancelled_because = None, ""
        fresh.cancelled_by, fresh.cancelled_by_job = None, ""
    if change.was_starts_at is not None and change.was_ends_at is not None:
        fresh.starts_at, fresh.ends_at = change.was_starts_at, change.was_ends_at
        fresh.clinician, fresh.resource = change.was_clinician or fresh.clinician, change.was_resource
        fresh.moved_at = change.was_moved_at
        take(fresh, now=now, overbooking=change.was_overbooked_because)
    elif status not in HOLDS_A_SLOT and fresh.status in HOLDS_A_SLOT:
        take(fresh, now=now, overbooking=fresh.overbooked_because)
    else:
        fresh.save()
    note = f"taken back: {change.note or Status(change.to_status).label.lower()}"
    write_down(fresh, from_status=status, by=by, now=now, note=note, takes_back=change)
    record(
        action=Entry.Action.CHANGED, patient=fresh.patient, by=by, what=f"appointment {fresh.pk} taken back"
    )
    return fresh


@transaction.atomic
def mark_urgent(
    *, appointment: Appointment, because: str, by: Actor, now: dt.datetime, target_day: dt.date | None = None
) -> Appointment:
    """The desk shows it first from now on, with the day by which they are to be seen.

    Marking it again keeps the first time and takes the newer reason and the sooner day.
    """
    if not because.strip():
        raise NoReason("mark it urgent")
    fresh = locked(appointment)
    fresh.urgent_since = fresh.urgent_since or now
    fresh.urgent_because = because.strip()[:200]
    fresh.target_day = min(filter(None, (fresh.target_day, target_day)), default=None)
    fresh.save(update_fields=["urgent_since", "urgent_because", "target_day"])
    write_down(
        fresh, from_status=Status(fresh.status), by=by, now=now, note=f"urgent: {fresh.urgent_because}"
    )
    record(action=Entry.Action.CHANGED, patient=fresh.patient, by=by, what=f"appointment {fresh.pk} urgent")
    return fresh
