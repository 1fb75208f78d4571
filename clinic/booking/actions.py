"""Every change to the calendar.

Two people may want one slot in the same moment. Whoever writes takes the clinician's advisory lock first, so
they queue instead of deadlocking; the exclusion constraint has the last word, also over code that forgets the
lock. Refusals are in clinic.booking.refusals and change nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from django.db import IntegrityError, connection, transaction

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.booking import free
from clinic.booking.models import (
    SLOT_CONSTRAINT,
    Appointment,
    AppointmentChange,
    AppointmentType,
    WorkingHours,
)
from clinic.booking.refusals import (
    AlreadyThere,
    InThePast,
    NoReason,
    NotAllowedFrom,
    NotYet,
    OutsideWorkingHours,
    Refused,
    SlotTaken,
    TooLong,
    spoken,
)
from clinic.booking.status import HOLDS_A_SLOT, MAY_MOVE, Status
from clinic.people.actors import Actor, Job
from clinic.people.models import Account, Clinician, Patient

__all__ = [
    "AlreadyThere",
    "InThePast",
    "NoReason",
    "NotAllowedFrom",
    "NotYet",
    "OutsideWorkingHours",
    "Refused",
    "SlotTaken",
    "TooLong",
    "book",
    "cancel",
    "change_status",
    "mark_urgent",
    "move",
    "set_working_hours",
]

CLINICIAN_LOCKS = 7_201  # our class of advisory locks; the second key is the clinician's id
OFFERED = 3


@transaction.atomic
def book(
    *,
    patient: Patient,
    clinician: Clinician,
    type: AppointmentType,
    starts_at: dt.datetime,
    by: Actor,
    now: dt.datetime,
) -> Appointment:
    """A new appointment. Raises SlotTaken, InThePast, OutsideWorkingHours or TooLong."""
    _lock_calendars({clinician.pk})
    _check_time(clinician, type, starts_at, starts_at + type.lasts, now)
    appointment = Appointment(
        patient=patient,
        clinician=clinician,
        type=type,
        starts_at=starts_at,
        ends_at=starts_at + type.lasts,
        status=Status.BOOKED,
        booked_at=now,
        booked_by=_person(by),
        booked_by_job=_job(by),
    )
    _take_slot(appointment, lambda: appointment.save(force_insert=True), now)
    _note(appointment, from_status="", by=by, now=now, note=f"booked for {spoken(starts_at)}")
    record(action=Entry.Action.CREATED, patient=patient, by=by, what=f"appointment {appointment.pk}")
    return appointment


@transaction.atomic
def move(
    *,
    appointment: Appointment,
    starts_at: dt.datetime,
    clinician: Clinician | None = None,
    by: Actor,
    now: dt.datetime,
) -> Appointment:
    """The same appointment at another time, perhaps with another clinician. A confirmation does not move along.

    Raises what `book` raises, NotAllowedFrom unless it is booked or confirmed, and AlreadyThere.
    """
    to_whom = clinician or appointment.clinician
    here_now = Appointment.objects.values_list("clinician_id", flat=True).get(pk=appointment.pk)
    _lock_calendars({here_now, to_whom.pk})
    fresh = _locked(appointment)
    status = Status(fresh.status)
    if status not in MAY_MOVE:
        raise NotAllowedFrom(status, "moved")
    if (fresh.clinician_id, fresh.starts_at) == (to_whom.pk, starts_at):
        raise AlreadyThere(starts_at)
    lasts = fresh.ends_at - fresh.starts_at
    _check_time(to_whom, fresh.type, starts_at, starts_at + lasts, now)
    note = f"moved from {spoken(fresh.starts_at)} to {spoken(starts_at)}"
    fresh.clinician, fresh.starts_at, fresh.ends_at = to_whom, starts_at, starts_at + lasts
    fresh.moved_at, fresh.status = now, Status.BOOKED
    _take_slot(fresh, fresh.save, now)
    _note(fresh, from_status=status, by=by, now=now, note=note)
    record(action=Entry.Action.CHANGED, patient=fresh.patient, by=by, what=f"appointment {fresh.pk} moved")
    return fresh


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
    _lock_calendars({appointment.clinician_id})
    fresh = _locked(appointment)
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
        fresh.cancelled_by, fresh.cancelled_by_job = _person(by), _job(by)
    if to in HOLDS_A_SLOT and was not in HOLDS_A_SLOT:
        _take_slot(fresh, fresh.save, now)
    else:
        fresh.save()
    _note(fresh, from_status=was, by=by, now=now, note=because)
    record(action=Entry.Action.CHANGED, patient=fresh.patient, by=by, what=f"appointment {fresh.pk} {to}")
    return fresh


def cancel(*, appointment: Appointment, because: str, by: Actor, now: dt.datetime) -> Appointment:
    """Called off, with a reason; its time is free again. Raises NotAllowedFrom, NoReason."""
    return change_status(appointment=appointment, to=Status.CANCELLED, because=because, by=by, now=now)


@transaction.atomic
def mark_urgent(*, appointment: Appointment, because: str, by: Actor, now: dt.datetime) -> Appointment:
    """The desk shows it first from now on. Marking it again keeps the first time and takes the newer reason."""
    if not because.strip():
        raise NoReason("mark it urgent")
    fresh = _locked(appointment)
    fresh.urgent_since = fresh.urgent_since or now
    fresh.urgent_because = because.strip()[:200]
    fresh.save(update_fields=["urgent_since", "urgent_because"])
    _note(fresh, from_status=Status(fresh.status), by=by, now=now, note=f"urgent: {fresh.urgent_because}")
    record(action=Entry.Action.CHANGED, patient=fresh.patient, by=by, what=f"appointment {fresh.pk} urgent")
    return fresh


@transaction.atomic
def set_working_hours(
    *, clinician: Clinician, week: Iterable[tuple[int, dt.time, dt.time]], by: Actor
) -> list[WorkingHours]:
    """Replace a clinician's week: (weekday 0 to 6, starts, ends) in the clinic's wall-clock time.

    Appointments already booked stay where they are.
    """
    _lock_calendars({clinician.pk})
    clinician.working_hours.all().delete()
    hours = WorkingHours.objects.bulk_create(
        WorkingHours(clinician=clinician, weekday=day, starts=starts, ends=ends) for day, starts, ends in week
    )
    record(action=Entry.Action.CHANGED, patient=None, by=by, what=f"working hours {clinician.pk}")
    return hours


def _lock_calendars(clinicians: set[int]) -> None:
    """Held until the transaction ends. Always in one order: two who swap would wait for each other for ever."""
    with connection.cursor() as cursor:
        for pk in sorted(clinicians):
            cursor.execute("select pg_advisory_xact_lock(%s, %s)", [CLINICIAN_LOCKS, pk])


def _locked(appointment: Appointment) -> Appointment:
    """As the row is now, not as the page had it, and nobody else may change it until we are done."""
    rows = Appointment.objects.select_related("patient", "clinician__account", "type")
    return rows.select_for_update(of=("self",)).get(pk=appointment.pk)


def _check_time(
    clinician: Clinician,
    type: AppointmentType,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    now: dt.datetime,
) -> None:
    if starts_at < now:
        raise InThePast(starts_at)
    window = free.window_around(clinician, starts_at)
    if window is not None and ends_at <= window[1]:
        return
    offers = free.next_free(clinician, type, max(now, starts_at), OFFERED)
    if window is None:
        raise OutsideWorkingHours(starts_at, offers)
    raise TooLong(starts_at, int((ends_at - starts_at).total_seconds() // 60), offers)


def _take_slot(appointment: Appointment, write: Callable[[], None], now: dt.datetime) -> None:
    """Write, and turn the constraint's refusal into one that says who holds the time and what is free."""
    for _ in range(3):
        try:
            with transaction.atomic():
                return write()
        except IntegrityError as error:
            if SLOT_CONSTRAINT not in str(error):
                raise
            refused = error
        holder = (
            Appointment.objects.filter(clinician=appointment.clinician)
            .exclude(pk=appointment.pk)
            .standing()
            .overlapping(appointment.starts_at, appointment.ends_at)
            .select_related("patient", "clinician__account")
            .first()
        )
        if holder is not None:
            after = max(now, appointment.starts_at)
            offers = free.next_free(appointment.clinician, appointment.type, after, OFFERED)
            raise SlotTaken(appointment.starts_at, holder, offers) from refused
    raise refused  # freed and taken again three times in a row: nobody to name


def _note(appointment: Appointment, *, from_status: str, by: Actor, now: dt.datetime, note: str) -> None:
    AppointmentChange.objects.create(
        appointment=appointment,
        at=now,
        account=_person(by),
        job=_job(by),
        from_status=from_status,
        to_status=appointment.status,
        note=note[:240],
    )


def _person(by: Actor) -> Account | None:
    return None if isinstance(by, Job) else by


def _job(by: Actor) -> str:
    return by.name if isinstance(by, Job) else ""
