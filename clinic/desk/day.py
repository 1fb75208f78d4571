"""One day of the clinic, as finished facts: three queries, however full it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from clinic.booking.free import windows, works_on
from clinic.booking.models import Appointment, WorkingHours
from clinic.booking.status import HOLDS_A_SLOT, Status
from clinic.desk import grid
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
WORST_FIRST = (State.FAILED, State.SKIPPED, State.SENDING, State.DUE, State.SENT)


@dataclass(frozen=True, slots=True)
class Visit:
    """An appointment as a card: who, what for, where it stands, whether they were told, what may be done next."""

    pk: int
    patient_id: int
    called: str
    full_name: str
    record_number: str
    type: str
    clinician: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    status: str
    urgent_because: str
    reminder: str
    reminder_because: str
    usual_step: tuple[str, str] | None
    other_steps: list[tuple[str, str]]
    may_cancel: bool
    cancelled_because: str


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

    @property
    def standing(self) -> int:
        return len(self.patient_ids) - len(self.off_the_table)


def day_of(day: dt.date, *, zone: ZoneInfo, now: dt.datetime) -> Day:
    """Everything the desk needs to see of that day."""
    appointments = Appointment.objects.on_day(day, zone).select_related(
        "patient", "type", "clinician__account"
    )
    booked = list(appointments.order_by("starts_at", "pk"))
    hours = list(WorkingHours.objects.filter(weekday=day.weekday()).select_related("clinician__account"))
    told = Reminder.objects.about(REMINDERS_OF, [appointment.pk for appointment in booked]) if booked else {}
    visits = [visit_of(appointment, told.get(appointment.pk, [])) for appointment in booked]
    clinicians = _working(hours, booked, day)
    held = [(a.clinician_id, v) for a, v in zip(booked, visits, strict=True) if a.status in HOLDS_A_SLOT]
    columns = [_column(clinician, hours, held, day, zone) for clinician in clinicians]
    return Day(
        day=day,
        columns=[(clinician.pk, str(clinician)) for clinician in clinicians],
        rows=grid.rows(columns, now=now),
        off_the_table=[visit for visit in visits if visit.status not in HOLDS_A_SLOT],
        patient_ids=[visit.patient_id for visit in visits],
        urgent=[visit for visit in visits if visit.urgent_because and visit.status in HOLDS_A_SLOT],
        unreached=[visit for visit in visits if visit.reminder in {State.FAILED, State.SKIPPED}],
    )


def visit_of(appointment: Appointment, reminders: Iterable[Reminder]) -> Visit:
    """The card of an appointment, with the reminder that most needs a look."""
    about_now = [reminder for reminder in reminders if reminder.about_at == appointment.starts_at]
    shown = min(about_now, key=lambda reminder: WORST_FIRST.index(State(reminder.state)), default=None)
    patient = appointment.patient
    usual = USUAL_STEP.get(Status(appointment.status))
    steps = [
        step for step in Status if step in appointment.may_become and step in STEP_WORDS and step != usual
    ]
    return Visit(
        pk=appointment.pk,
        patient_id=patient.pk,
        called=patient.called,
        full_name=patient.full_name,
        record_number=patient.record_number,
        type=appointment.type.name,
        clinician=str(appointment.clinician),
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        status=appointment.status,
        urgent_because=appointment.urgent_because,
        reminder=shown.state if shown else "",
        reminder_because=shown.because if shown else "",
        usual_step=(usual.value, STEP_WORDS[usual]) if usual else None,
        other_steps=[(step.value, STEP_WORDS[step]) for step in steps],
        may_cancel=Status.CANCELLED in appointment.may_become,
        cancelled_because=appointment.cancelled_because,
    )


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
