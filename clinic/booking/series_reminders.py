"""What is said of a series: one message for the visits that were made, moved or called off in one act.

It lists what stands when it is sent. The reminders before are each visit's own, and so is
everything that is done to one of them by itself (clinic.booking.reminders).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from django.db.models import Exists, OuterRef

from clinic.booking import ics, links
from clinic.booking.hours import clinic_zone
from clinic.booking.models import Appointment, AppointmentQuerySet, Series
from clinic.booking.reminders import BOOKING, REACH, VISIT, what_the_link_does
from clinic.booking.status import MAY_MOVE, SETTLES, Status
from clinic.booking.told import (
    CONFIRMATION,
    OF_A_VISIT,
    SERIES_BOOKED,
    SERIES_CANCELLED,
    SERIES_MOVED,
    settles_at,
    still_as_told,
    together,
)
from clinic.reminders import wishes
from clinic.reminders.kinds import Kind
from clinic.reminders.sources import Due, Message, NotWanted, NotYet, unwritten
from clinic.reminders.wording import elsewhere, moment

KINDS = {
    SERIES_BOOKED: Kind("Series booked", at_once=True, worded=False),
    SERIES_MOVED: Kind("Rest of a series moved", at_once=True, needed=True, worded=False),
    SERIES_CANCELLED: Kind("Rest of a series cancelled", at_once=True, needed=True, worded=False),
}


def due(*, now: dt.datetime) -> Iterable[Due]:
    """Series that are new, and those of which several visits were moved or called off at once. Six queries."""
    upcoming = Appointment.objects.filter(starts_at__gt=now)
    standing = upcoming.filter(status__in=MAY_MOVE)
    if wishes.read().is_on(__name__, SERIES_BOOKED):
        yield from _booked(standing, now)
    yield from _at_once(standing.filter(moved_at__lte=now - SETTLES), SERIES_MOVED, "moved_at")
    off = upcoming.filter(status=Status.CANCELLED, cancelled_at__lte=now - SETTLES)
    yield from _at_once(off, SERIES_CANCELLED, "cancelled_at")


def _booked(standing: AppointmentQuerySet, now: dt.datetime) -> Iterator[Due]:
    """Not where each was confirmed by itself: so it was before series were told of in one message."""
    untold = standing.filter(unwritten(OF_A_VISIT, CONFIRMATION, about="starts_at"))
    made_with_it = untold.filter(series=OuterRef("pk"), booked_at=OuterRef("made_at"))
    new = Series.objects.filter(unwritten(__name__, SERIES_BOOKED, about="made_at"), Exists(made_with_it))
    new = new.filter(made_at__gt=now - REACH)
    for pk, patient_id, made_at in new.values_list("pk", "patient_id", "made_at"):
        yield Due(SERIES_BOOKED, pk, patient_id, about_at=made_at, due_at=made_at)


def _at_once(rows: AppointmentQuerySet, kind: str, moment: str) -> Iterator[Due]:
    new = rows.filter(together(moment), unwritten(__name__, kind, about=moment, subject="series"))
    acts = new.order_by(moment, "series").values_list("series_id", "patient_id", moment).distinct()
    for series_id, patient_id, at in acts:
        yield Due(kind, series_id, patient_id, about_at=at, due_at=at + SETTLES)


def message(
    *, kind: str, subject_id: int, about_at: dt.datetime, now: dt.datetime
) -> Message | NotWanted | NotYet:
    """The words for it, or why it is no longer wanted. Holds the rows, so none can be moved while we answer.

    While one of them can still be put back nobody is told: what is told then would have to be told again.
    """
    rows = Appointment.objects.filter(series=subject_id).select_related("type", "patient")
    visits = list(rows.select_for_update(of=("self",)).order_by("pk"))
    if not visits:
        return NotWanted("The series is no longer there.")
    unsettled = [at for visit in visits if (at := settles_at(visit, now))]
    if unsettled:
        return NotYet(
            "Something of the series was changed a moment ago. That can still be undone.", max(unsettled)
        )
    told = _told(visits, kind, about_at, now)
    return told if isinstance(told, NotWanted) else _message(told, kind, now)


def _told(
    visits: Sequence[Appointment], kind: str, about_at: dt.datetime, now: dt.datetime
) -> list[Appointment] | NotWanted:
    """The visits it is about, in order, or why there are none."""
    ahead = sorted((visit for visit in visits if visit.starts_at > now), key=lambda visit: visit.starts_at)
    if kind == SERIES_CANCELLED:
        off = [visit for visit in ahead if visit.cancelled_at == about_at]
        return off or NotWanted("These appointments stand again, or had begun before this could be sent.")
    standing = [visit for visit in ahead if visit.status in MAY_MOVE]
    if kind == SERIES_BOOKED:
        made = [visit for visit in standing if visit.booked_at == about_at]
        return made or NotWanted("None of the appointments is to come any more.")
    moved = [visit for visit in standing if visit.moved_at == about_at]
    if not moved:
        return NotWanted("They were moved again or cancelled, or had begun before this could be sent.")
    known = still_as_told(moved)
    left = [visit for visit in moved if visit.pk not in known]
    return left or NotWanted("The patient knows these times already.")


def _message(visits: Sequence[Appointment], kind: str, now: dt.datetime) -> Message:
    first, zone = visits[0], clinic_zone()
    times = [
        {"when": moment(v.starts_at, zone), "there": elsewhere(v.starts_at, zone, v.patient.zone)}
        for v in visits
    ]
    template = f"emails/{kind}.txt"
    if kind == SERIES_CANCELLED:
        return Message(template=template, page=BOOKING, at=first.starts_at, facts={"times": times})
    return Message(
        template=template,
        page=VISIT,
        key=links.make_link(appointment=first, now=now),
        older_keys_work=True,
        at=first.starts_at,
        facts={"times": times} | what_the_link_does(first, now=now),
        calendar=ics.of_visits(Appointment.objects.all(), [visit.pk for visit in visits]),
    )
