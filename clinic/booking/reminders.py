"""What the calendar has to say to patients (clinic.reminders.sources tells how the outbox asks).

Each message about a visit brings one link to that visit's page (clinic.booking.links), and one about a new time brings
the time as a calendar file. Visits that were made, moved or called off together are told of together
(clinic.booking.series_reminders).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from clinic.booking import by_patients, ics, links
from clinic.booking.hours import clinic_zone, instant
from clinic.booking.models import Appointment, AppointmentQuerySet
from clinic.booking.status import MAY_MOVE, SETTLES, Status
from clinic.booking.told import (
    CANCELLED,
    CONFIRMATION,
    MOVED,
    SERIES_CANCELLED,
    SERIES_MOVED,
    apart,
    settles_at,
    still_as_told,
)
from clinic.reminders.kinds import Kind
from clinic.reminders.sources import Due, Message, NotWanted, NotYet, unwritten
from clinic.reminders.wording import moment

TWO_DAYS = "appointment_48h"
TWO_HOURS = "appointment_2h"

KINDS = {
    CONFIRMATION: Kind("Appointment booked", at_once=True, timed=True),
    MOVED: Kind("Appointment moved", at_once=True, needed=True, timed=True),
    CANCELLED: Kind("Appointment cancelled", at_once=True, needed=True, timed=True),
    TWO_DAYS: Kind("Two days before", timed=True),
    TWO_HOURS: Kind("Two hours before", timed=True),
}
# Pages of the patient's own, by their names: they lie above this.
VISIT, BOOKING = "portal:visit", "online:begin"
WITH_A_FILE = frozenset({CONFIRMATION, MOVED})
TWO_HOURS_BEFORE = dt.timedelta(hours=2)
TOO_LATE_FOR_TWO_DAYS = dt.timedelta(hours=4)


def due(*, now: dt.datetime) -> Iterable[Due]:
    """Confirmations, moves, cancellations, and the reminders two days and two hours before."""
    upcoming = Appointment.objects.filter(starts_at__gt=now).order_by("starts_at")
    standing = upcoming.filter(status__in=MAY_MOVE)
    made_apart = Q(series=None) | ~Q(series__made_at=F("booked_at"))
    new = standing.filter(made_apart, moved_at=None)
    yield from _events(new, CONFIRMATION, at="booked_at", about="starts_at")
    moved = standing.filter(apart("moved_at", SERIES_MOVED), moved_at__lte=now - SETTLES)
    yield from _events(moved, MOVED, at="moved_at", after=SETTLES)
    off = upcoming.filter(status=Status.CANCELLED, cancelled_at__lte=now - SETTLES)
    off = off.filter(apart("cancelled_at", SERIES_CANCELLED))
    yield from _events(off, CANCELLED, at="cancelled_at", after=SETTLES)
    yield from _ahead(standing, now)


def _events(
    rows: AppointmentQuerySet, kind: str, *, at: str, about: str = "", after: dt.timedelta = dt.timedelta()
) -> Iterator[Due]:
    """One for each row, due when it happened. A move is about the move, so that moving back is told as well."""
    about = about or at
    new = rows.filter(unwritten(__name__, kind, about=about))
    for pk, patient_id, happened_at, about_at in new.values_list("pk", "patient_id", at, about):
        yield Due(kind, pk, patient_id, about_at=about_at, due_at=happened_at + after)


def _ahead(standing: AppointmentQuerySet, now: dt.datetime) -> Iterator[Due]:
    """Only where the patient had heard of the time before: a confirmation is reminder enough otherwise."""
    for kind, before, reach in (
        (TWO_DAYS, two_days_before, dt.timedelta(hours=51)),
        (TWO_HOURS, two_hours_before, dt.timedelta(hours=3)),
    ):
        near = standing.filter(unwritten(__name__, kind, about="starts_at"), starts_at__lte=now + reach)
        known = near.annotate(known_at=Coalesce(F("moved_at"), F("booked_at")))
        for pk, patient_id, starts_at, known_at in known.values_list(
            "pk", "patient_id", "starts_at", "known_at"
        ):
            due_at = before(starts_at)
            if known_at < due_at <= now:
                yield Due(kind, pk, patient_id, about_at=starts_at, due_at=due_at)


def two_days_before(starts_at: dt.datetime) -> dt.datetime:
    """The same wall-clock time two days earlier, also when the clocks change in between."""
    zone = clinic_zone()
    local = starts_at.astimezone(zone)
    return instant(local.date() - dt.timedelta(days=2), local.time(), zone)


def two_hours_before(starts_at: dt.datetime) -> dt.datetime:
    return starts_at - TWO_HOURS_BEFORE


def message(
    *, kind: str, subject_id: int, about_at: dt.datetime, now: dt.datetime
) -> Message | NotWanted | NotYet:
    """The words for it, or why it is no longer wanted. Holds the row, so it cannot be moved while we answer."""
    rows = Appointment.objects.select_related("type").select_for_update(of=("self",))
    appointment = rows.filter(pk=subject_id).first()
    if appointment is None:
        return NotWanted("The appointment is no longer there.")
    if refusal := _stale(appointment, kind, about_at, now):
        unsettled = settles_at(appointment, now)
        return NotYet(f"{refusal} That can still be undone.", unsettled) if unsettled else NotWanted(refusal)
    template = f"emails/{kind}.txt"
    if kind == CANCELLED:
        return Message(template=template, page=BOOKING, at=appointment.starts_at)
    return Message(
        template=template,
        page=VISIT,
        key=links.make_link(appointment=appointment, now=now),
        older_keys_work=True,
        at=appointment.starts_at,
        facts=what_the_link_does(appointment, now=now),
        calendar=ics.of_visit(Appointment.objects.all(), appointment.pk) if kind in WITH_A_FILE else b"",
    )


def what_the_link_does(appointment: Appointment, *, now: dt.datetime) -> dict[str, Any]:
    """Until when it moves or cancels, in words (empty: no longer), and whether there is anything left to confirm."""
    changeable = by_patients.may_change(appointment, now=now)
    until = moment(by_patients.change_until(appointment), clinic_zone()) if changeable else ""
    return {"change_until": until, "confirmed": appointment.status == Status.CONFIRMED}


def _stale(appointment: Appointment, kind: str, about_at: dt.datetime, now: dt.datetime) -> str:
    """Why nobody should read this any more; empty when they should."""
    status = Status(appointment.status)
    if appointment.starts_at <= now:
        return "The appointment had begun before this could be sent."
    if kind == CANCELLED:
        return "" if appointment.cancelled_at == about_at else "The appointment stands again."
    if status == Status.CANCELLED:
        return "The appointment was cancelled."
    if status not in MAY_MOVE:
        return f"The patient is here: the appointment is {status.label.lower()}."
    if about_at != (appointment.moved_at if kind == MOVED else appointment.starts_at):
        return "The appointment was moved."
    if kind == MOVED and still_as_told([appointment]):
        return (
            "The patient knows this time already."
            if appointment.series_id
            else "It was moved back to the time the patient knows."
        )
    if kind == TWO_DAYS and now > appointment.starts_at - TOO_LATE_FOR_TWO_DAYS:
        return "Too late for it: the reminder two hours before says the same."
    return ""
