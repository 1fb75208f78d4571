"""What patients were told of their visits, as the outbox has it; and until when what was done to one can be undone.

Two sources speak of visits: clinic.booking.reminders of each, clinic.booking.series_reminders of those that were made,
moved or called off in one act, which share the moment. Nobody hears the same from both.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, Max, OuterRef, Q

from clinic.booking.models import Appointment, AppointmentChange
from clinic.booking.status import SETTLES
from clinic.reminders.models import Reminder, State
from clinic.reminders.sources import unwritten

OF_A_VISIT = "clinic.booking.reminders"
CONFIRMATION = "appointment_confirmation"
MOVED = "appointment_moved"
CANCELLED = "appointment_cancelled"

OF_A_SERIES = "clinic.booking.series_reminders"
SERIES_BOOKED = "series_booked"
SERIES_MOVED = "series_moved"
SERIES_CANCELLED = "series_cancelled"


def together(moment: str) -> Q:
    """Visits that share that moment, the name of a field, with others of their series: it was one act."""
    mates = Appointment.objects.filter(series=OuterRef("series"), **{moment: OuterRef(moment)})
    return Q(Exists(mates.exclude(pk=OuterRef("pk"))))


def apart(moment: str, kind: str) -> Q:
    """The others: each is told of by itself, unless it is left over of those a message was written about."""
    return Q(series=None) | ~together(moment) & unwritten(OF_A_SERIES, kind, about=moment, subject="series")


def settles_at(visit: Appointment, now: dt.datetime) -> dt.datetime | None:
    """When its last move or cancellation can no longer be undone; None where that is so already.

    What is stale because of it may be wanted again: somebody undoes it, and the outbox writes nothing twice.
    """
    changed = (visit.moved_at, visit.cancelled_at)
    settled = max((at + SETTLES for at in changed if at is not None), default=None)
    return settled if settled is not None and settled > now and visit.starts_at > now else None


@dataclass(slots=True)
class _Heard:
    """What was sent about one visit: where it was confirmed for, and whether a new time was told.

    `series_at` is when the message about its series was sent, which told the time it had then.
    """

    confirmed_for: set[dt.datetime] = field(default_factory=set)
    series_at: dt.datetime | None = None
    of_a_move: bool = False
    moves: list[tuple[dt.datetime, dt.datetime]] = field(default_factory=list)  # when, and from where

    def knows(self, starts_at: dt.datetime) -> bool:
        if self.of_a_move:
            return False
        if self.series_at is None:
            return starts_at in self.confirmed_for
        since = (was for at, was in self.moves if at >= self.series_at)
        return next(since, starts_at) == starts_at


def still_as_told(visits: Sequence[Appointment]) -> set[int]:
    """Ids of those that have the one time their patient was told of. Three queries at most."""
    heard = {visit.pk: _Heard() for visit in visits}
    sent = Reminder.objects.filter(state=State.SENT)
    of_visits = sent.filter(source=OF_A_VISIT, kind__in=[CONFIRMATION, MOVED], subject_id__in=heard)
    for pk, kind, about_at in of_visits.values_list("subject_id", "kind", "about_at"):
        if kind == MOVED:
            heard[pk].of_a_move = True
        else:
            heard[pk].confirmed_for.add(about_at)
    in_series = [visit for visit in visits if visit.series_id]
    if in_series:
        _hear_of_series(in_series, heard)
    return {visit.pk for visit in visits if heard[visit.pk].knows(visit.starts_at)}


def _hear_of_series(visits: Iterable[Appointment], heard: dict[int, _Heard]) -> None:
    changes = AppointmentChange.objects.filter(appointment__in=list(visits), was_starts_at__isnull=False)
    for pk, at, was in changes.order_by("pk").values_list("appointment_id", "at", "was_starts_at"):
        if was is not None:
            heard[pk].moves.append((at, was))
    ids = {visit.series_id for visit in visits if visit.series_id is not None}
    sent = Reminder.objects.filter(source=OF_A_SERIES, state=State.SENT, subject_id__in=ids)
    for series_id, kind, about_at, sent_at in sent.values_list("subject_id", "kind", "about_at", "sent_at"):
        for visit in visits:
            if visit.series_id != series_id:
                continue
            mine = heard[visit.pk]
            if kind == SERIES_BOOKED and visit.booked_at == about_at:
                mine.series_at = sent_at
            mine.of_a_move |= kind == SERIES_MOVED and any(at == about_at for at, _ in mine.moves)


def told_before(visit: Appointment) -> dt.datetime | None:
    """The time they were last told of, if the visit was moved since; None where they were told of none. Two queries."""
    of_it = Q(source=OF_A_VISIT, kind__in=[CONFIRMATION, MOVED], subject_id=visit.pk)
    if visit.series_id:
        of_it |= Q(source=OF_A_SERIES, kind__in=[SERIES_BOOKED, SERIES_MOVED], subject_id=visit.series_id)
    heard_at = Reminder.objects.filter(of_it, state=State.SENT).aggregate(at=Max("sent_at"))["at"]
    if heard_at is None:
        return None
    moves = visit.changes.filter(was_starts_at__isnull=False, at__gte=heard_at).order_by("pk")
    return moves.values_list("was_starts_at", flat=True).first()
