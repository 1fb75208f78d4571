"""An appointment as a card: who, what for, where it stands, whether they were told, what may be done next."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone

from clinic.booking.as_shown import Shown
from clinic.booking.diaries import moment
from clinic.booking.models import Appointment, AppointmentChange, AppointmentQuerySet
from clinic.booking.reminders import KINDS
from clinic.booking.series import with_place
from clinic.booking.status import MAY_RESIZE, Status
from clinic.booking.told import (
    CANCELLED,
    CONFIRMATION,
    MOVED,
    OF_A_SERIES,
    OF_A_VISIT,
    SERIES_BOOKED,
    SERIES_CANCELLED,
    SERIES_MOVED,
)
from clinic.desk import newcomers
from clinic.reminders.models import Reminder, State

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
TOLD_OF = {
    **dict.fromkeys((CONFIRMATION, SERIES_BOOKED), "Confirmation"),
    **dict.fromkeys((MOVED, SERIES_MOVED), "New time"),
    **dict.fromkeys((CANCELLED, SERIES_CANCELLED), "Cancellation"),
}
TOLD_HOW = {
    State.DUE: "on its way",
    State.SENDING: "on its way",
    State.SENT: "sent",
    State.FAILED: "failed",
    State.SKIPPED: "not sent",
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
    may_cancel: bool
    cancelled_because: str
    online: str = ""
    place: str = ""  # “3 of 12” for a visit of a series

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)

    @property
    def shown(self) -> str:
        """Where it stands on this page: its forms say so, and are refused if it has moved since."""
        return Shown(self.starts_at, self.ends_at, self.clinician_id).text

    @property
    def tells(self) -> bool:
        """Whether its patient hears of a move or a cancellation."""
        return self.may_move


def with_their_cards(appointments: AppointmentQuerySet) -> AppointmentQuerySet:
    """Read all a card shows in one query: also when they arrived, and the newest thing they were told."""
    arrivals = AppointmentChange.objects.filter(appointment=OuterRef("pk"), to_status=Status.ARRIVED)
    rows = appointments.select_related("patient", "type", "clinician__account", "resource")
    placed: AppointmentQuerySet = with_place(rows)  # type: ignore[assignment]  # it stays what it was
    return placed.annotate(
        arrived_at=Subquery(arrivals.order_by("-pk").values("at")[:1]),
        newest=_newest(_of_this_time()),
        newest_of_series=_newest(_of_its_series()),
    )


def _of_this_time() -> QuerySet[Reminder]:
    about_it = Reminder.objects.filter(source=OF_A_VISIT, kind__in=KINDS, subject_id=OuterRef("pk"))
    moments = ("starts_at", "moved_at", "cancelled_at")
    return about_it.filter(about_at__in=[OuterRef(moment) for moment in moments])


def _of_its_series() -> QuerySet[Reminder]:
    """What was told of it together with others of its series, in the act that made, moved or called it off."""
    about_it = Reminder.objects.filter(source=OF_A_SERIES, subject_id=OuterRef("series"))
    return about_it.filter(
        Q(kind=SERIES_BOOKED, about_at=OuterRef("booked_at"))
        | Q(kind=SERIES_MOVED, about_at=OuterRef("moved_at"))
        | Q(kind=SERIES_CANCELLED, about_at=OuterRef("cancelled_at"))
    )


def _newest(reminders: QuerySet[Reminder]) -> Subquery:
    told = JSONObject(pk="pk", kind="kind", state="state", because="because", sent_at="sent_at")
    return Subquery(reminders.order_by("-pk").values(told=told)[:1])


def visit_of(appointment: Any, *, now: dt.datetime) -> Visit:
    """The card of an appointment that was read with `with_their_cards`."""
    newest = _last_told(appointment)
    missed = newest is not None and newest["state"] in {State.FAILED, State.SKIPPED}
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
        told=_told(newest, to_come=appointment.starts_at > now),
        unreached_because=newest["because"] if newest and missed else "",
        usual_step=(usual.value, STEP_WORDS[usual]) if usual else None,
        other_steps=_other_steps(appointment, usual),
        may_move=appointment.may_move,
        may_resize=Status(appointment.status) in MAY_RESIZE,
        may_cancel=Status.CANCELLED in appointment.may_become,
        cancelled_because=appointment.cancelled_because,
        online=newcomers.flag(appointment),
        place=f"{appointment.nth} of {appointment.of}" if appointment.nth else "",
    )


def _usual_step(appointment: Appointment, now: dt.datetime) -> Status | None:
    """Nobody arrives on a day to come: what can be done then is to confirm. The other steps are in the menu."""
    status = Status(appointment.status)
    if timezone.localdate(appointment.starts_at) > timezone.localdate(now):
        return Status.CONFIRMED if status == Status.BOOKED else None
    return USUAL_STEP.get(status)


def _other_steps(appointment: Appointment, usual: Status | None) -> list[tuple[str, str]]:
    steps = [
        step for step in Status if step in appointment.may_become and step in STEP_WORDS and step != usual
    ]
    return [(step.value, STEP_WORDS[step]) for step in steps]


def _last_told(appointment: Any) -> dict[str, Any] | None:
    """The newer of what was said of it alone and with its series, if that speaks of the time it has."""
    told, together = appointment.newest, appointment.newest_of_series
    if together is not None and together["kind"] == SERIES_BOOKED and appointment.moved_at is not None:
        # Sent before the move it spoke of another time; what is not sent yet will list where it is then.
        sent_at = moment(together["sent_at"]) if together["sent_at"] else None
        if together["state"] in {State.FAILED, State.SKIPPED} or (sent_at and sent_at < appointment.moved_at):
            together = None
    return max(filter(None, (told, together)), key=lambda one: int(one["pk"]), default=None)


def _told(newest: dict[str, Any] | None, *, to_come: bool) -> str:
    """“Confirmation sent”, “Reminder failed”; empty for a visit that has begun and of which nothing was sent."""
    if newest is None:
        return "Nothing sent yet" if to_come else ""
    return f"{TOLD_OF.get(newest['kind'], 'Reminder')} {TOLD_HOW[State(newest['state'])]}"
