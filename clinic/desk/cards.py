"""An appointment as a card: who, what for, where it stands, whether they were told, what may be done next."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from clinic.booking.as_shown import Shown
from clinic.booking.models import Appointment, AppointmentChange, AppointmentQuerySet
from clinic.booking.series import with_place
from clinic.booking.status import HOLDS_A_SLOT, MAY_RESIZE, Status
from clinic.desk import newcomers, news
from clinic.desk.wish import ANYBODY, Wish

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


@dataclass(frozen=True, slots=True)
class Visit:
    pk: int
    patient_id: int
    full_name: str
    preferred_name: str
    record_number: str
    type: str
    clinician_id: int
    clinician: str
    resource_id: int | None
    resource: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    held_until: dt.datetime
    status: str
    arrived_at: dt.datetime | None
    urgent_because: str
    overbooked_because: str
    told: str
    unreached_because: str
    usual_step: tuple[str, str] | None
    other_steps: list[tuple[str, str]]
    may_move: bool
    may_resize: bool
    may_overbook: bool
    may_cancel: bool
    cancelled_because: str
    by_mail: bool  # they agreed to hear by e-mail
    online: str = ""
    place: str = ""  # “3 of 12” for a visit of a series
    away: str = ""  # “Carl Jensen is away: to be moved”, where nobody is there to see them

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)

    @property
    def shown(self) -> str:
        """Where it stands on this page: its forms say so, and are refused if it has moved since."""
        return Shown(self.starts_at, self.ends_at, self.clinician_id).text

    @property
    def overbook_url(self) -> str:
        """The booking page for the same time with the same clinician, where overbooking asks for a reason."""
        local = timezone.localtime(self.starts_at)
        day, time = local.date().isoformat(), f"{local:%H:%M}"
        return Wish(clinician=str(self.clinician_id), day=day, time=time).url

    @property
    def move_query(self) -> str:
        """What its moving page opens with: anybody who is free at that time, where its clinician is away."""
        local = timezone.localtime(self.starts_at)
        wish = Wish(clinician=ANYBODY, day=local.date().isoformat(), time=f"{local:%H:%M}")
        return f"?{wish.query}" if self.away else ""

    @property
    def tells(self) -> bool:
        """Whether its patient hears of a move or a cancellation."""
        return self.may_move


def with_their_cards(appointments: AppointmentQuerySet) -> AppointmentQuerySet:
    """Read all a card shows in one query: also when they arrived, and the newest thing they were told."""
    arrivals = AppointmentChange.objects.filter(appointment=OuterRef("pk"), to_status=Status.ARRIVED)
    rows = appointments.select_related("patient", "type", "clinician__account", "resource")
    checked = newcomers.with_check(rows)
    placed: AppointmentQuerySet = with_place(checked)  # type: ignore[assignment]  # it stays what it was
    return placed.annotate(arrived_at=Subquery(arrivals.order_by("-pk").values("at")[:1]), **news.columns())


def visit_of(appointment: Any, *, now: dt.datetime) -> Visit:
    """The card of an appointment that was read with `with_their_cards`."""
    told = news.news_of(appointment, now=now)
    patient = appointment.patient
    usual = _usual_step(appointment, now)
    return Visit(
        pk=appointment.pk,
        patient_id=patient.pk,
        full_name=patient.full_name,
        preferred_name=patient.preferred_name,
        record_number=patient.record_number,
        type=appointment.type.name,
        clinician_id=appointment.clinician_id,
        clinician=str(appointment.clinician),
        resource_id=appointment.resource_id,
        resource=appointment.resource.name if appointment.resource else "",
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        held_until=appointment.held_until,
        status=appointment.status,
        arrived_at=appointment.arrived_at,
        urgent_because=appointment.urgent_because,
        overbooked_because=appointment.overbooked_because,
        told=told.words,
        unreached_because=told.unreached_because,
        usual_step=(usual.value, STEP_WORDS[usual]) if usual else None,
        other_steps=_other_steps(appointment, usual, now),
        may_move=appointment.may_move,
        may_resize=Status(appointment.status) in MAY_RESIZE,
        may_overbook=appointment.starts_at >= now and appointment.status in HOLDS_A_SLOT,
        may_cancel=Status.CANCELLED in appointment.may_become,
        cancelled_because=appointment.cancelled_because,
        by_mail=appointment.by_mail,
        online=newcomers.flag(appointment),
        place=f"{appointment.nth} of {appointment.of}" if appointment.nth else "",
    )


def _usual_step(appointment: Appointment, now: dt.datetime) -> Status | None:
    """Nobody arrives on a day to come: what can be done then is to confirm. The other steps are in the menu."""
    status = Status(appointment.status)
    if timezone.localdate(appointment.starts_at) > timezone.localdate(now):
        return Status.CONFIRMED if status == Status.BOOKED else None
    return USUAL_STEP.get(status)


def _other_steps(appointment: Appointment, usual: Status | None, now: dt.datetime) -> list[tuple[str, str]]:
    """Only what could be true by now: nobody arrives before the day, or stays away before it begins."""
    early = {Status.NO_SHOW} if now < appointment.starts_at else set()
    if timezone.localdate(appointment.starts_at) > timezone.localdate(now):
        early.add(Status.ARRIVED)
    may = appointment.may_become - early
    steps = [step for step in Status if step in may and step in STEP_WORDS and step != usual]
    return [(step.value, STEP_WORDS[step]) for step in steps]
