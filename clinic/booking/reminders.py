"""What the calendar has to say to patients (clinic.reminders.sources tells how the outbox asks).

Each message about a visit brings one link to that visit's page (clinic.booking.links), and one about a new time brings
the time as a calendar file. Visits that were made, moved or called off together are told of together
(clinic.booking.series_reminders); one that was missed is followed up by clinic.booking.missed_reminders.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from clinic.booking import by_patients, ics, links
from clinic.booking.hours import clinic_zone, shifted
from clinic.booking.models import Appointment, AppointmentQuerySet, AppointmentType
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
    told_before,
)
from clinic.people.statements import Reading, together
from clinic.reminders import wishes
from clinic.reminders.kinds import CLOCKS, DAY, HOUR, Kind, before
from clinic.reminders.sources import Due, Message, NotWanted, NotYet, unwritten
from clinic.reminders.wishes import Wishes
from clinic.reminders.wording import moment

# Named for the usual times; how early they go is the clinic's to say, and each type's.
TWO_DAYS = "appointment_48h"
TWO_HOURS = "appointment_2h"

KINDS = {
    CONFIRMATION: Kind("Appointment booked", at_once=True, timed=True),
    MOVED: Kind("Appointment moved", at_once=True, needed=True, timed=True),
    CANCELLED: Kind("Appointment cancelled", at_once=True, needed=True, timed=True),
    TWO_DAYS: Kind("First reminder of a visit", before(2 * DAY, least=DAY, most=14 * DAY), timed=True),
    TWO_HOURS: Kind("Last reminder of a visit", before(2 * HOUR, least=HOUR, most=24 * HOUR), timed=True),
}
# Pages of the patient's own, by their names: they lie above this.
VISIT, BOOKING = "portal:visit", "online:begin"
# Where a type of appointment says for itself how early, and in what: 0 is never, None as the clinic has it.
OF_A_TYPE = {TWO_DAYS: ("first_reminder_days", DAY), TWO_HOURS: ("last_reminder_hours", HOUR)}
WITH_A_FILE = frozenset({CONFIRMATION, MOVED})
TOO_LATE = "Too late for it: the last reminder before the visit says the same."
SOON = 2 * HOUR  # so long before the last reminder the first says nothing it will not say
# Switched on again, confirmations start with what was booked since; nobody hears of last month's booking.
REACH = 7 * DAY


def due(*, now: dt.datetime) -> Iterable[Due]:
    """Confirmations, moves, cancellations, and the two reminders before. Nine queries at most."""
    wished = wishes.read()
    upcoming = Appointment.objects.filter(starts_at__gt=now).order_by("starts_at")
    standing = upcoming.filter(status__in=MAY_MOVE)
    made_apart = Q(series=None) | ~Q(series__made_at=F("booked_at"))
    new = standing.filter(made_apart, moved_at=None, booked_at__gt=now - REACH)
    if wished.is_on(__name__, CONFIRMATION):
        yield from _events(new, CONFIRMATION, at="booked_at", about="starts_at")
    moved = standing.filter(apart("moved_at", SERIES_MOVED), moved_at__lte=now - SETTLES)
    yield from _events(moved, MOVED, at="moved_at", after=SETTLES)
    off = upcoming.filter(status=Status.CANCELLED, cancelled_at__lte=now - SETTLES)
    off = off.filter(apart("cancelled_at", SERIES_CANCELLED))
    yield from _events(off, CANCELLED, at="cancelled_at", after=SETTLES)
    yield from _ahead(standing, wished, now)


def _events(
    rows: AppointmentQuerySet, kind: str, *, at: str, about: str = "", after: dt.timedelta = dt.timedelta()
) -> Iterator[Due]:
    """One for each row, due when it happened. A move is about the move, so that moving back is told as well."""
    about = about or at
    new = rows.filter(unwritten(__name__, kind, about=about))
    for pk, patient_id, happened_at, about_at in new.values_list("pk", "patient_id", at, about):
        yield Due(kind, pk, patient_id, about_at=about_at, due_at=happened_at + after)


def _ahead(standing: AppointmentQuerySet, wished: Wishes, now: dt.datetime) -> Iterator[Due]:
    """Only where the patient had heard of the time before: a confirmation is reminder enough otherwise."""
    types = list(AppointmentType.objects.all())
    for kind in (TWO_DAYS, TWO_HOURS):
        leads = {type.pk: lead for type in types if (lead := lead_of(type, kind, wished)) is not None}
        near = standing.filter(_within(leads, now), unwritten(__name__, kind, about="starts_at"))
        known = near.annotate(known_at=Coalesce(F("moved_at"), F("booked_at")))
        for pk, patient_id, type_id, starts_at, known_at in known.values_list(
            "pk", "patient_id", "type", "starts_at", "known_at"
        ):
            due_at = goes_out(starts_at, leads[type_id])
            if known_at < due_at <= now:
                yield Due(kind, pk, patient_id, about_at=starts_at, due_at=due_at)


def _within(leads: Mapping[int, dt.timedelta], now: dt.datetime) -> Q:
    """Visits that may be near enough, each type by its own lead; nothing where no type has one."""
    if not leads:
        return Q(pk=None)
    near = Q(starts_at__lte=now + max(leads.values()) + CLOCKS)  # for the index
    of_types = Q()
    for lead in set(leads.values()):
        of_types |= Q(
            type__in=[pk for pk, its in leads.items() if its == lead], starts_at__lte=now + lead + CLOCKS
        )
    return near & of_types


def lead_of(type: AppointmentType, kind: str, wished: Wishes) -> dt.timedelta | None:
    """How long before a visit of this type; None where none goes out. The type's own word, else the clinic's."""
    column, unit = OF_A_TYPE[kind]
    own: int | None = getattr(type, column)
    if own == 0 or not wished.is_on(__name__, kind):
        return None
    return wished.lead(__name__, kind) if own is None else own * unit


def goes_out(starts_at: dt.datetime, lead: dt.timedelta) -> dt.datetime:
    """When; in days at the same wall-clock time, also when the clocks change in between."""
    return shifted(starts_at, -lead, clinic_zone())


THE_VISIT = Reading(
    lambda pk: Appointment.objects.select_related("type").select_for_update(of=("self",)).filter(pk=pk), int
)
ITS_HISTORY = Reading(lambda pk: ics.with_history(Appointment.objects.filter(pk=pk)), int)


def message(
    *, kind: str, subject_id: int, about_at: dt.datetime, now: dt.datetime
) -> Message | NotWanted | NotYet:
    """The words for it, or why it is no longer wanted. Holds the row, so it cannot be moved while we answer."""
    found = THE_VISIT(subject_id)
    if not found:
        return NotWanted("The appointment is no longer there.")
    (appointment,) = found
    if refusal := _stale(appointment, kind, about_at, now):
        unsettled = settles_at(appointment, now)
        return NotYet(f"{refusal} That can still be undone.", unsettled) if unsettled else NotWanted(refusal)
    template = f"emails/{kind}.txt"
    if kind == CANCELLED:
        return Message(template=template, page=BOOKING, at=appointment.starts_at, facts=_was(appointment))
    key, adding = links.new_link(appointment=appointment, now=now)
    calendar = b""
    if kind in WITH_A_FILE:
        _, history = together(adding, ITS_HISTORY.asked(appointment.pk))
        calendar = ics.file_of(history)
    else:
        adding.alone()
    return Message(
        template=template,
        page=VISIT,
        key=key,
        older_keys_work=True,
        at=appointment.starts_at,
        facts=what_the_link_does(appointment, now=now) | (_was(appointment) if kind == MOVED else {}),
        calendar=calendar,
    )


def what_the_link_does(appointment: Appointment, *, now: dt.datetime) -> dict[str, Any]:
    """Until when it moves or cancels, in words (empty: no longer), and whether there is anything left to confirm."""
    changeable = by_patients.may_change(appointment, now=now)
    until = moment(by_patients.change_until(appointment), clinic_zone()) if changeable else ""
    return {"change_until": until, "confirmed": appointment.status == Status.CONFIRMED}


def _was(appointment: Appointment) -> dict[str, Any]:
    """The time they knew, in words (empty: none), so that they see which visit has moved."""
    was = told_before(appointment)
    return {"was": moment(was, clinic_zone()) if was is not None and was != appointment.starts_at else ""}


def outdated(appointment: Appointment, kind: str, about_at: dt.datetime, now: dt.datetime) -> str:
    """Why its visit makes this no longer worth sending, as the row itself shows; empty where it does not. No query."""
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
    return ""


def _stale(appointment: Appointment, kind: str, about_at: dt.datetime, now: dt.datetime) -> str:
    """Why nobody should read this any more; empty when they should."""
    if because := outdated(appointment, kind, about_at, now):
        return because
    if kind == MOVED and still_as_told([appointment]):
        return (
            "The patient knows this time already."
            if appointment.series_id
            else "It was moved back to the time the patient knows."
        )
    if kind == TWO_DAYS and last_is_near(appointment, now, wishes.read()):
        return TOO_LATE
    return ""


def last_is_near(appointment: Appointment, now: dt.datetime, wished: Wishes) -> bool:
    """Whether the first reminder would say nothing that the last will not say soon."""
    lead = lead_of(appointment.type, TWO_HOURS, wished)
    return lead is not None and now > goes_out(appointment.starts_at, lead) - SOON
