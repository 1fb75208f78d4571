"""What is said to somebody who missed a visit: a kind word and the way to another one, once.

Nobody reads it whose no-show was taken back, or who has been in touch since: seen, booked again, or called off.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, Subquery

from clinic.booking.hours import clinic_zone, shifted
from clinic.booking.models import Appointment, AppointmentChange, AppointmentQuerySet
from clinic.booking.reminders import BOOKING
from clinic.booking.status import HOLDS_A_SLOT, Status
from clinic.reminders import wishes
from clinic.reminders.kinds import DAY, HOUR, Kind, after
from clinic.reminders.sources import Due, Message, NotWanted, unwritten

MISSED = "appointment_missed"
KINDS = {MISSED: Kind("A visit was missed", after(2 * HOUR, least=0 * HOUR, most=3 * DAY), timed=True)}
REACH = 7 * DAY  # a visit missed longer ago is a matter for the telephone


def due(*, now: dt.datetime) -> Iterable[Due]:
    """Visits marked as missed, so long after the mark as the clinic wants. Four queries."""
    wished = wishes.read()
    if not wished.is_on(__name__, MISSED):
        return
    lead = wished.lead(__name__, MISSED)
    missed = Appointment.objects.filter(status=Status.NO_SHOW, starts_at__gt=now - REACH, starts_at__lte=now)
    missed = missed.filter(unwritten(__name__, MISSED, about="starts_at")).exclude(Exists(_in_touch_since()))
    marks = AppointmentChange.objects.filter(appointment=OuterRef("pk"), to_status=Status.NO_SHOW)
    marked = missed.annotate(marked_at=Subquery(marks.order_by("-pk").values("at")[:1]))
    for pk, patient_id, starts_at, marked_at in marked.values_list(
        "pk", "patient_id", "starts_at", "marked_at"
    ):
        due_at = shifted(max(marked_at, starts_at), lead, clinic_zone())
        if due_at <= now:
            yield Due(MISSED, pk, patient_id, about_at=starts_at, due_at=due_at)


def _in_touch_since() -> AppointmentQuerySet:
    """Other visits of the same patient that say they were in touch after the time of the missed one."""
    others = Appointment.objects.filter(patient=OuterRef("patient")).exclude(pk=OuterRef("pk"))
    later = Q(starts_at__gt=OuterRef("starts_at"), status__in=HOLDS_A_SLOT)
    acted = Q(booked_at__gt=OuterRef("starts_at")) | Q(cancelled_at__gt=OuterRef("starts_at"))
    return others.filter(later | acted)


def message(*, kind: str, subject_id: int, about_at: dt.datetime, now: dt.datetime) -> Message | NotWanted:
    """The kind word, or why it is no longer wanted. Holds the row, so that the mark stays while we answer."""
    rows = Appointment.objects.select_for_update(of=("self",), no_key=True)
    missed = rows.filter(pk=subject_id).first()
    if missed is None:
        return NotWanted("The appointment is no longer there.")
    if missed.status != Status.NO_SHOW or missed.starts_at != about_at:
        return NotWanted("The visit no longer counts as missed.")
    if Appointment.objects.filter(Exists(_in_touch_since()), pk=missed.pk).exists():
        return NotWanted("They have another visit, or were in touch since.")
    if missed.starts_at <= now - REACH - DAY:
        return NotWanted("The visit was missed too long ago to write about it.")
    return Message(template="emails/appointment_missed.txt", page=BOOKING, at=missed.starts_at)
