"""Every change to the calendar.

Two people may want one slot in the same moment. Whoever writes takes the advisory locks first (clinic.booking.locks),
so they queue instead of deadlocking; the exclusion constraints have the last word, also over code that forgets the
lock. Refusals are in clinic.booking.refusals and change nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.booking import free
from clinic.booking.journal import as_it_is, job, locked, person, write_down
from clinic.booking.locks import lock_calendars
from clinic.booking.models import (
    Appointment,
    AppointmentType,
    CameBy,
    Hold,
    Series,
)
from clinic.booking.refusals import (
    AlreadyThere,
    InThePast,
    NobodyFree,
    NoReason,
    NotAllowedFrom,
    NotYet,
    OutsideWorkingHours,
    Refused,
    SlotHeld,
    SlotTaken,
    TooLong,
    spoken,
)
from clinic.booking.rosters import set_working_hours
from clinic.booking.status import MAY_MOVE, MAY_RESIZE, Status
from clinic.booking.steps import cancel, change_status, mark_urgent, take_back
from clinic.booking.taking import OFFERED, check_time, length, resources_for, take
from clinic.booking.waiting import settle
from clinic.people.actors import Actor
from clinic.people.models import Clinician, Patient

__all__ = [
    "AlreadyThere",
    "InThePast",
    "NoReason",
    "NotAllowedFrom",
    "NotYet",
    "OutsideWorkingHours",
    "Refused",
    "SlotHeld",
    "SlotTaken",
    "TooLong",
    "book",
    "book_with_anybody",
    "cancel",
    "change_status",
    "mark_urgent",
    "move",
    "resize",
    "set_working_hours",
    "take_back",
]


@transaction.atomic
def book(
    *,
    patient: Patient,
    clinician: Clinician,
    type: AppointmentType,
    starts_at: dt.datetime,
    by: Actor,
    now: dt.datetime,
    minutes: int | None = None,
    overbooking: str = "",
    holding: Hold | None = None,
    came_by: CameBy = CameBy.DESK,
    series: Series | None = None,
) -> Appointment:
    """A new appointment of the type's length, or of `minutes`.

    `overbooking` is the reason to book it at the same time as another; `holding` the hold its time was kept by.
    Raises SlotTaken, SlotHeld, ResourceTaken, InThePast, OutsideWorkingHours, TooLong, BadLength, DoesNotDo,
    NotOffered or HasLeft.
    """
    lock_calendars({clinician.pk}, resources_for(type))
    lasts = length(type, minutes)
    check_time(clinician, type, starts_at, lasts, now=now)
    appointment = Appointment(
        patient=patient,
        clinician=clinician,
        type=type,
        starts_at=starts_at,
        ends_at=starts_at + lasts,
        status=Status.BOOKED,
        booked_at=now,
        booked_by=person(by),
        booked_by_job=job(by),
        came_by=came_by,
        series=series,
    )
    take(appointment, now=now, overbooking=overbooking.strip(), holding=holding)
    overbooked = f", overbooked: {overbooking.strip()}" if appointment.overbooked_because else ""
    write_down(
        appointment, from_status="", by=by, now=now, note=f"booked for {spoken(starts_at)}{overbooked}"
    )
    record(action=Entry.Action.CREATED, patient=patient, by=by, what=f"appointment {appointment.pk}")
    settle(appointment=appointment, by=by, now=now)
    return appointment


@transaction.atomic
def book_with_anybody(
    *,
    patient: Patient,
    type: AppointmentType,
    starts_at: dt.datetime,
    by: Actor,
    now: dt.datetime,
    minutes: int | None = None,
    came_by: CameBy = CameBy.DESK,
) -> Appointment:
    """The same with whoever is free then and has the fewest visits that day. Raises NobodyFree, else what `book` does.

    All who may do the type are locked first, so that of fifty who ask at once each gets somebody of their own.
    """
    people = list(free.doing(type, starts_at.astimezone(free.clinic_zone()).date()))
    lock_calendars({person.pk for person in people}, resources_for(type))
    if starts_at < now:
        raise InThePast(starts_at)
    wanted = free.Wanted(minutes=minutes)
    found = free.openings(type, clinicians=people, after=starts_at, now=now, wanted=wanted)
    fitting, later = [], []
    for opening in found:
        if opening.starts_at == starts_at:
            fitting.append(opening.clinician)
        elif opening.starts_at not in later:
            later.append(opening.starts_at)
        if len(later) == OFFERED:
            break
    if not fitting:
        raise NobodyFree(starts_at, later)
    busy = _visits_on_the_day(fitting, starts_at)
    chosen = min(fitting, key=lambda person: (busy.get(person.pk, 0), people.index(person)))
    return book(
        patient=patient,
        clinician=chosen,
        type=type,
        starts_at=starts_at,
        minutes=minutes,
        came_by=came_by,
        by=by,
        now=now,
    )


def _visits_on_the_day(people: Iterable[Clinician], moment: dt.datetime) -> dict[int, int]:
    day = moment.astimezone(free.clinic_zone()).date()
    rows = Appointment.objects.standing().on_day(day, free.clinic_zone()).filter(clinician__in=list(people))
    busy: dict[int, int] = {}
    for pk in rows.values_list("clinician_id", flat=True):
        busy[pk] = busy.get(pk, 0) + 1
    return busy


@transaction.atomic
def move(
    *,
    appointment: Appointment,
    starts_at: dt.datetime,
    clinician: Clinician | None = None,
    by: Actor,
    now: dt.datetime,
    minutes: int | None = None,
    overbooking: str = "",
    holding: Hold | None = None,
) -> Appointment:
    """The same appointment at another time, perhaps with another clinician.

    A confirmation of the old time does not move along; where only the clinician changes it stands, and nobody is told.
    It keeps its length unless `minutes` says another. Raises what `book` raises, NotAllowedFrom unless it is booked
    or confirmed, and AlreadyThere.
    """
    to_whom = clinician or appointment.clinician
    here_now = Appointment.objects.values_list("clinician_id", flat=True).get(pk=appointment.pk)
    lock_calendars({here_now, to_whom.pk}, resources_for(appointment.type))
    fresh = locked(appointment)
    status = Status(fresh.status)
    if status not in MAY_MOVE:
        raise NotAllowedFrom(status, "moved")
    lasts = fresh.ends_at - fresh.starts_at if minutes is None else length(fresh.type, minutes)
    if (fresh.clinician_id, fresh.starts_at, fresh.ends_at) == (to_whom.pk, starts_at, starts_at + lasts):
        raise AlreadyThere(starts_at)
    check_time(to_whom, fresh.type, starts_at, lasts, now=now, moving=fresh)
    note = f"moved from {spoken(fresh.starts_at)} to {spoken(starts_at)}"
    was = as_it_is(fresh)
    if starts_at != fresh.starts_at:
        fresh.moved_at, fresh.status = now, Status.BOOKED
    fresh.clinician, fresh.starts_at, fresh.ends_at = to_whom, starts_at, starts_at + lasts
    take(fresh, now=now, overbooking=overbooking.strip(), holding=holding)
    write_down(fresh, from_status=status, by=by, now=now, note=note, was=was)
    record(action=Entry.Action.CHANGED, patient=fresh.patient, by=by, what=f"appointment {fresh.pk} moved")
    settle(appointment=fresh, by=by, now=now, moved_from=was["was_starts_at"])
    return fresh


@transaction.atomic
def resize(
    *, appointment: Appointment, minutes: int, by: Actor, now: dt.datetime, overbooking: str = ""
) -> Appointment:
    """Longer or shorter from the same start; nobody is told, since when to come stays the same.

    Raises BadLength, SlotTaken, SlotHeld, ResourceTaken, TooLong, AlreadyThere, and NotAllowedFrom once it is over.
    """
    lock_calendars({appointment.clinician_id}, resources_for(appointment.type))
    fresh = locked(appointment)
    status = Status(fresh.status)
    if status not in MAY_RESIZE:
        raise NotAllowedFrom(status, "made longer or shorter")
    lasts = length(fresh.type, minutes)
    if fresh.ends_at == fresh.starts_at + lasts:
        raise AlreadyThere(fresh.starts_at)
    was = as_it_is(fresh)
    window = free.window_around(fresh.clinician, fresh.starts_at, now=now)
    longer = fresh.starts_at + lasts > fresh.ends_at
    if longer and (window is None or fresh.starts_at + lasts > window[1]):
        raise TooLong(fresh.starts_at, minutes, [])
    fresh.ends_at = fresh.starts_at + lasts
    take(fresh, now=now, overbooking=(overbooking or fresh.overbooked_because).strip())
    write_down(fresh, from_status=status, by=by, now=now, note=f"takes {minutes} minutes now", was=was)
    record(action=Entry.Action.CHANGED, patient=fresh.patient, by=by, what=f"appointment {fresh.pk} resized")
    return fresh
