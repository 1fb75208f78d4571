"""One day of the clinic, as finished facts: three queries, however full it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone

from clinic.booking.free import windows, works_on
from clinic.booking.models import Appointment, AppointmentChange, WorkingHours
from clinic.booking.reminders import CANCELLED, CONFIRMATION, MOVED
from clinic.booking.series import with_place
from clinic.booking.status import HOLDS_A_SLOT, Status
from clinic.desk import grid, newcomers
from clinic.desk.now import TO_COME, Line, lines
from clinic.desk.wish import Wish
from clinic.people.models import Clinician
from clinic.reminders.models import Reminder, State

REMINDERS_OF = "clinic.booking.reminders"
# The step a visit usually takes next; the others are one click further away.
USUAL_STEP = {
    Status.BOOKED: Status.ARRIVED,
    Status.CONFIRMED: Status.ARRIVED,
    Status.ARRIVED: Status.IN_SESSION,
    Status.IN_SESSION: Status.DONE,
}
STEP_WORDS = {
    Status.BOOKED: "Back to booked",
    Status.CONFIRMED: "Confirmed",
    Status.ARRIVED: "Arrived",
    Status.IN_SESSION: "In session",
    Status.DONE: "Done",
    Status.NO_SHOW: "No-show",
}
# “Confirmation sent”: the kinds a patient tells apart; the others are reminders.
TOLD_OF = {CONFIRMATION: "Confirmation", MOVED: "New time", CANCELLED: "Cancellation"}
TOLD_HOW = {
    State.DUE: "on its way",
    State.SENDING: "on its way",
    State.SENT: "sent",
    State.FAILED: "failed",
    State.SKIPPED: "not sent",
}


@dataclass(frozen=True, slots=True)
class Visit:
    """An appointment as a card: who, what for, where it stands, whether they were told, what may be done next."""

    pk: int
    patient_id: int
    full_name: str
    preferred_name: str
    record_number: str
    type: str
    clinician: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    status: str
    arrived_at: dt.datetime | None
    urgent_because: str
    online: str
    told: str
    unreached_because: str
    usual_step: tuple[str, str] | None
    other_steps: list[tuple[str, str]]
    may_move: bool
    may_cancel: bool
    cancelled_because: str
    place: str = ""  # “3 of 12” for a visit of a series


@dataclass(frozen=True, slots=True)
class Day:
    """Columns (clinician's id and name), rows of the table, and those who did not come or called off."""

    day: dt.date
    columns: list[tuple[int, str]]
    rows: list[grid.Row[Visit]]
    off_the_table: list[Visit]
    patient_ids: list[int]
    urgent: list[Visit]
    unreached: list[Visit]
    lines: list[Line]

    @property
    def standing(self) -> int:
        return len(self.patient_ids) - len(self.off_the_table)


def day_of(day: dt.date, *, zone: ZoneInfo, now: dt.datetime) -> Day:
    """Everything the desk needs to see of that day. Who is next is told for today only."""
    appointments = Appointment.objects.on_day(day, zone).select_related(
        "patient", "type", "clinician__account"
    )
    arrivals = AppointmentChange.objects.filter(appointment=OuterRef("pk"), to_status=Status.ARRIVED)
    with_arrival = with_place(appointments).annotate(
        arrived_at=Subquery(arrivals.order_by("-pk").values("at")[:1])
    )
    booked = list(with_arrival.order_by("starts_at", "pk"))
    hours = list(WorkingHours.objects.filter(weekday=day.weekday()).select_related("clinician__account"))
    told = Reminder.objects.about(REMINDERS_OF, [appointment.pk for appointment in booked]) if booked else {}
    visits = [visit_of(appointment, told.get(appointment.pk, []), now=now) for appointment in booked]
    clinicians = _working(hours, booked, day)
    held = [(a.clinician_id, v) for a, v in zip(booked, visits, strict=True) if a.status in HOLDS_A_SLOT]
    is_today = day == timezone.localdate(now, zone)
    columns = [_column(clinician, hours, held, day, zone) for clinician in clinicians]
    return Day(
        day=day,
        columns=[(clinician.pk, str(clinician)) for clinician in clinicians],
        rows=grid.rows(columns, now=now),
        off_the_table=[visit for visit in visits if visit.status not in HOLDS_A_SLOT],
        patient_ids=[visit.patient_id for visit in visits],
        urgent=[] if is_today else [v for v in visits if v.urgent_because and v.status in HOLDS_A_SLOT],
        unreached=[visit for visit in visits if visit.unreached_because and visit.status in TO_COME],
        lines=lines(visits, now=now) if is_today else [],
    )


def visit_of(appointment: Any, reminders: Iterable[Reminder], *, now: dt.datetime) -> Visit:
    """The card of an appointment, annotated with `arrived_at`; the newest thing they were told counts."""
    newest = next((r for r in reminders if r.about_at in {appointment.starts_at, appointment.moved_at}), None)
    missed = newest is not None and newest.state in {State.FAILED, State.SKIPPED}
    patient = appointment.patient
    usual = USUAL_STEP.get(Status(appointment.status))
    steps = [
        step for step in Status if step in appointment.may_become and step in STEP_WORDS and step != usual
    ]
    return Visit(
        pk=appointment.pk,
        patient_id=patient.pk,
        full_name=patient.full_name,
        preferred_name=patient.preferred_name,
        record_number=patient.record_number,
        type=appointment.type.name,
        clinician=str(appointment.clinician),
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        status=appointment.status,
        arrived_at=appointment.arrived_at,
        urgent_because=appointment.urgent_because,
        online=newcomers.flag(appointment),
        told=_told(newest, to_come=appointment.starts_at > now),
        unreached_because=newest.because if newest and missed else "",
        usual_step=(usual.value, STEP_WORDS[usual]) if usual else None,
        other_steps=[(step.value, STEP_WORDS[step]) for step in steps],
        may_move=appointment.may_move,
        may_cancel=Status.CANCELLED in appointment.may_become,
        cancelled_because=appointment.cancelled_because,
        place=f"{appointment.nth} of {appointment.of}" if appointment.nth else "",
    )


def _told(reminder: Reminder | None, *, to_come: bool) -> str:
    """“Confirmation sent”, “Reminder failed”; empty for a visit that has begun and of which nothing was sent."""
    if reminder is None:
        return "Nothing sent yet" if to_come else ""
    return f"{TOLD_OF.get(reminder.kind, 'Reminder')} {TOLD_HOW[State(reminder.state)]}"


def _working(hours: list[WorkingHours], booked: list[Appointment], day: dt.date) -> list[Clinician]:
    """Who works that day, and who has somebody booked although they do not."""
    seen = {stretch.clinician_id: stretch.clinician for stretch in hours if works_on(stretch.clinician, day)}
    seen |= {a.clinician_id: a.clinician for a in booked if a.clinician_id not in seen}
    return sorted(seen.values(), key=lambda clinician: (str(clinician), clinician.pk))


def _column(
    clinician: Clinician,
    hours: list[WorkingHours],
    held: list[tuple[int, Visit]],
    day: dt.date,
    zone: ZoneInfo,
) -> grid.Column[Visit]:
    mine = (
        [stretch for stretch in hours if stretch.clinician_id == clinician.pk]
        if works_on(clinician, day)
        else []
    )
    busy = [grid.Busy(v.starts_at, v.ends_at, v) for key, v in held if key == clinician.pk]
    return grid.Column(clinician.pk, windows(mine, day, zone), busy)


def book_query(cell: grid.Cell[Any], day: dt.date) -> str:
    """The booking page's query for a free cell."""
    time = f"{timezone.localtime(cell.starts_at):%H:%M}"
    return Wish(clinician=str(cell.key), day=day.isoformat(), time=time).query


def told(appointment: Appointment) -> str:
    """Who comes to whom and when, for a notice."""
    local = timezone.localtime(appointment.starts_at)
    when = f"{local:%a} {local.day} {local:%b}, {local:%H:%M} ({local.tzname()})"
    return f"{appointment.patient.full_name} with {appointment.clinician}, {when}"


def where_it_is(appointment: Appointment) -> str:
    """The address of its card on its day."""
    return f"{day_url(appointment.starts_at)}#visit-{appointment.pk}"


def day_url(moment: dt.datetime) -> str:
    """The day it falls on."""
    return f"{reverse('desk:today')}?day={timezone.localdate(moment).isoformat()}"
