"""Visits that are made together, and what is done to the rest of them: all at once, or nothing at all.

Each action locks every calendar it touches first, looks again under the locks, and refuses with the whole report where
something came in between. The writes are in bulk; the exclusion constraints still have the last word.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.booking.agenda import Slot
from clinic.booking.free import clinic_zone
from clinic.booking.journal import Note, as_it_is, job, person, write_all_down
from clinic.booking.locks import lock_calendars
from clinic.booking.models import (
    RESOURCE_CONSTRAINT,
    SLOT_CONSTRAINT,
    Appointment,
    AppointmentType,
    Series,
)
from clinic.booking.patterns import MOST_VISITS, When
from clinic.booking.planning import Ask, Row, plan
from clinic.booking.refusals import ChangedSince, NoReason, Refused, spoken
from clinic.booking.status import MAY_MOVE, Status
from clinic.booking.steps import cancel
from clinic.booking.taking import resources_for
from clinic.people.actors import Actor
from clinic.people.models import Account, Patient

WRITTEN = ["clinician", "starts_at", "ends_at", "held_until", "resource", "moved_at", "status"]


class SeriesClashes(Refused):
    """Some of the dates cannot be as asked. `rows` is the report on all of them, in the order they were asked."""

    somebody_was_first = True

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        clashes = sum(row.clashes for row in rows)
        super().__init__(
            f"{clashes} of {len(rows)} dates cannot be as asked. Nothing was changed. "
            "Say for each what to do instead."
        )


class NoVisits(Refused):
    def __init__(self) -> None:
        super().__init__("Every date is left out, so there is nothing to do. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class Following:
    """What an act on the rest of a series meets: `visits` it can change, `left` it leaves, each with the reason."""

    visits: list[Appointment]
    left: list[tuple[Appointment, str]]


@transaction.atomic
def book_series(
    *, patient: Patient, type: AppointmentType, slots: Sequence[Slot], by: Account, now: dt.datetime
) -> Series:
    """All of them as one series, or none. Raises SeriesClashes, NoVisits."""
    if not 0 < len(slots) <= MOST_VISITS:
        raise NoVisits
    machines = sorted(resources_for(type))
    lock_calendars({slot.clinician.pk for slot in slots}, machines)
    rows = _all_free(slots, type=type, patient=patient, now=now)
    series = Series.objects.create(patient=patient, type=type, made_at=now, made_by=by)
    visits = [
        Appointment(
            patient=patient,
            clinician=slot.clinician,
            type=type,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            held_until=slot.ends_at + type.buffer,
            resource_id=None if slot.resource is None else machines[slot.resource],
            series=series,
            status=Status.BOOKED,
            booked_at=now,
            booked_by=person(by),
            booked_by_job=job(by),
        )
        for row in rows
        if (slot := row.slot)
    ]
    try:
        with transaction.atomic():
            Appointment.objects.bulk_create(visits)
    except IntegrityError as error:
        raise _as_a_report(error, slots, type=type, patient=patient, now=now) from error
    notes = [Note(visit, "", f"booked for {spoken(visit.starts_at)}, in a series") for visit in visits]
    write_all_down(notes, by=by, now=now)
    told = f"series {series.pk}: {len(visits)} appointments"
    record(action=Entry.Action.CREATED, patient=patient, by=by, what=told)
    return series


def with_place(visits: QuerySet[Any]) -> QuerySet[Any]:
    """Each with `nth` and `of`, in the same query: the third of twelve. Both 0 for one that stands alone.

    What is cancelled is not counted.
    """
    mates = Appointment.objects.filter(series=OuterRef("series")).exclude(status=Status.CANCELLED)
    earlier = Q(starts_at__lt=OuterRef("starts_at")) | Q(
        starts_at=OuterRef("starts_at"), pk__lte=OuterRef("pk")
    )
    placed: QuerySet[Any] = visits.annotate(nth=_number_of(mates.filter(earlier)), of=_number_of(mates))
    return placed


def _number_of(rows: QuerySet[Appointment]) -> Coalesce:
    counted = rows.order_by().values("series").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def following(visit: Appointment, *, now: dt.datetime, only_its_time: bool = False) -> Following:
    """That visit and those after it in its series. One query.

    What began, and what was moved apart from the others by hand, is left. `only_its_time` asks for those on the same
    weekday at the same time on the wall, where a series comes twice a week.
    """
    rows = (
        Appointment.objects.filter(series=visit.series_id) if visit.series_id else Appointment.objects.none()
    )
    rows = rows.select_related("clinician__account", "type__needs", "resource", "patient")
    every = list(rows.order_by("starts_at", "pk"))
    found = Following([], [])
    for row in every:
        if (row.starts_at, row.pk) < (visit.starts_at, visit.pk) or row.status == Status.CANCELLED:
            continue
        if only_its_time and _place_in_week(row) != _place_in_week(visit):
            continue
        if reason := _why_left(row, visit, every, now):
            found.left.append((row, reason))
        else:
            found.visits.append(row)
    return found


def _why_left(row: Appointment, visit: Appointment, every: Iterable[Appointment], now: dt.datetime) -> str:
    if row.status not in MAY_MOVE:
        return f"It is {Status(row.status).label.lower()}."
    if row.starts_at <= now:
        return "Its time has come."
    # Those that moved with their series share the moment at which they did.
    together = sum(other.moved_at == row.moved_at for other in every)
    if row.moved_at is not None and together == 1 and row.pk != visit.pk:
        return "It was moved apart from the others by hand."
    return ""


def _place_in_week(visit: Appointment) -> tuple[int, dt.time]:
    local = visit.starts_at.astimezone(clinic_zone())
    return local.weekday(), local.time()


@transaction.atomic
def move_following(
    *, moves: Sequence[tuple[Appointment, Slot]], by: Actor, now: dt.datetime
) -> list[Appointment]:
    """Each visit to its slot, all or none; they may swap places among themselves.

    Raises SeriesClashes, NoVisits, and ChangedSince where one of them began, was moved or was cancelled meanwhile.
    """
    if not moves:
        raise NoVisits
    type, patient = moves[0][0].type, moves[0][0].patient
    machines = sorted(resources_for(type))
    here = {visit.clinician_id for visit, _ in moves}
    lock_calendars(here | {slot.clinician.pk for _, slot in moves}, machines)
    fresh = _locked([visit for visit, _ in moves], now)
    slots = [slot for _, slot in moves]
    besides = list(fresh)
    rows = _all_free(slots, type=type, patient=patient, now=now, besides=besides)
    notes = [
        _put(fresh[visit.pk], row.slot, machines, now) for (visit, _), row in zip(moves, rows, strict=True)
    ]
    visits = [note.appointment for note in notes]
    rest = Appointment.objects.filter(pk__in=besides)
    try:
        with transaction.atomic():
            # One may go where another still is: for a moment none of them holds its time.
            rest.update(overbooked_because="being moved with its series")
            Appointment.objects.bulk_update(visits, [*WRITTEN, "overbooked_because"])
    except IntegrityError as error:
        raise _as_a_report(error, slots, type=type, patient=patient, now=now, besides=besides) from error
    write_all_down(notes, by=by, now=now)
    told = f"series {visits[0].series_id}: {len(visits)} appointments moved"
    record(action=Entry.Action.CHANGED, patient=patient, by=by, what=told)
    return visits


@transaction.atomic
def cancel_following(
    *, visits: Sequence[Appointment], because: str, by: Actor, now: dt.datetime
) -> list[Appointment]:
    """Each called off through the same step as a single one. Raises NoReason, NoVisits, ChangedSince."""
    if not because.strip():
        raise NoReason("cancel them")
    if not visits:
        raise NoVisits
    lock_calendars({visit.clinician_id for visit in visits}, resources_for(visits[0].type))
    _locked(visits, now)
    return [cancel(appointment=visit, because=because, by=by, now=now) for visit in visits]


def _locked(visits: Iterable[Appointment], now: dt.datetime) -> dict[int, Appointment]:
    """The rows as they are now, by id; ChangedSince unless each still is where the report had it."""
    seen = {visit.pk: (visit.clinician_id, visit.starts_at) for visit in visits}
    rows = Appointment.objects.select_related("patient", "clinician", "type", "resource")
    fresh = {row.pk: row for row in rows.select_for_update(of=("self",)).filter(pk__in=seen).order_by("pk")}
    for pk, place in seen.items():
        row = fresh[pk]
        if (row.clinician_id, row.starts_at) != place or row.status not in MAY_MOVE or row.starts_at <= now:
            raise ChangedSince
    return fresh


def _put(visit: Appointment, slot: Slot | None, machines: Sequence[int], now: dt.datetime) -> Note:
    """The visit in its new place, not saved yet, and what is written down about it."""
    assert slot is not None  # noqa: S101  # a report without clashes has one in each row
    was, from_status = as_it_is(visit), visit.status
    note = f"moved with its series from {spoken(visit.starts_at)} to {spoken(slot.starts_at)}"
    visit.clinician, visit.starts_at, visit.ends_at = slot.clinician, slot.starts_at, slot.ends_at
    visit.held_until = slot.ends_at + visit.type.buffer
    visit.resource_id = None if slot.resource is None else machines[slot.resource]
    visit.moved_at, visit.status, visit.overbooked_because = now, Status.BOOKED, ""
    return Note(visit, from_status, note, was)


def _all_free(
    slots: Sequence[Slot],
    *,
    type: AppointmentType,
    patient: Patient,
    now: dt.datetime,
    besides: Sequence[int] = (),
) -> list[Row]:
    """The report, when nothing in it clashes. Raises SeriesClashes."""
    rows = plan([ask_for(slot) for slot in slots], type=type, patient=patient, now=now, besides=besides)
    if any(row.clashes for row in rows):
        raise SeriesClashes(rows)
    return rows


def ask_for(slot: Slot) -> Ask:
    """The same slot, asked about anew."""
    local = slot.starts_at.astimezone(clinic_zone())
    when = When(local.date(), local.time(), slot.starts_at)
    return Ask(when, slot.ends_at - slot.starts_at, slot.clinician)


def _as_a_report(
    error: IntegrityError,
    slots: Sequence[Slot],
    *,
    type: AppointmentType,
    patient: Patient,
    now: dt.datetime,
    besides: Sequence[int] = (),
) -> SeriesClashes:
    """The constraint's refusal, met by code that forgot the lock, as the report that says what is in the way."""
    if not any(name in str(error) for name in (SLOT_CONSTRAINT, RESOURCE_CONSTRAINT)):
        raise error
    rows = plan([ask_for(slot) for slot in slots], type=type, patient=patient, now=now, besides=besides)
    if not any(row.clashes for row in rows):
        raise error
    return SeriesClashes(rows)
