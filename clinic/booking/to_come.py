"""What will still be said about a visit as everything stands, and when: for a caller who asks when they will hear.

The outbox knows of a message once it is due. Until then only the calendar does, and any change to it changes this.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from clinic.booking.models import Appointment
from clinic.booking.reminders import KINDS, TWO_DAYS, TWO_HOURS, goes_out, last_is_near, lead_of
from clinic.booking.status import MAY_MOVE, SETTLES, Status
from clinic.booking.told import CANCELLED, CONFIRMATION, MOVED, OF_A_VISIT
from clinic.reminders import wishes
from clinic.reminders.models import Reminder
from clinic.reminders.wishes import Wishes

# Written down every few seconds: what came due a moment ago is nowhere else yet.
BEING_WRITTEN = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ToCome:
    """`about_at` is the moment it is about, as the outbox will have it."""

    kind: str
    visit: Appointment
    at: dt.datetime
    about_at: dt.datetime
    is_due: bool = False

    @property
    def label(self) -> str:
        return KINDS[self.kind].label


def to_come(visits: Iterable[Appointment], *, now: dt.datetime) -> list[ToCome]:
    """Earliest first. Each visit with its type and patient; whether anybody can be reached is not asked."""
    ahead = [visit for visit in visits if visit.starts_at > now]
    if not ahead:
        return []
    wished = wishes.read()
    found = [each for visit in ahead for each in _of(visit, wished, now - BEING_WRITTEN)]
    due = [replace(each, is_due=True) for each in found if each.at <= now]
    return sorted([*_unwritten(due), *(each for each in found if each.at > now)], key=lambda each: each.at)


def _unwritten(due: list[ToCome]) -> list[ToCome]:
    """Those the outbox does not know of yet. One query, or none where there are none."""
    if not due:
        return []
    rows = Reminder.objects.filter(source=OF_A_VISIT, subject_id__in={each.visit.pk for each in due})
    written = set(rows.values_list("kind", "subject_id", "about_at"))
    return [each for each in due if (each.kind, each.visit.pk, each.about_at) not in written]


def _of(visit: Appointment, wished: Wishes, after: dt.datetime) -> Iterator[ToCome]:
    """What goes out about it after that moment."""
    cancelled = visit.status == Status.CANCELLED
    happened_at = visit.cancelled_at if cancelled else visit.moved_at
    if happened_at is not None and happened_at + SETTLES > after:
        yield ToCome(CANCELLED if cancelled else MOVED, visit, happened_at + SETTLES, happened_at)
    if visit.status not in MAY_MOVE:
        return
    made_alone = visit.series_id is None and visit.moved_at is None
    if made_alone and visit.booked_at > after and wished.is_on(OF_A_VISIT, CONFIRMATION):
        yield ToCome(CONFIRMATION, visit, visit.booked_at, visit.starts_at)
    known_at = max(visit.moved_at or visit.booked_at, after)
    for kind in (TWO_DAYS, TWO_HOURS):
        lead = lead_of(visit.type, kind, wished)
        if lead is None or (at := goes_out(visit.starts_at, lead)) <= known_at:
            continue
        if kind == TWO_DAYS and last_is_near(visit, at, wished):
            continue
        later = wished.put_off(at.astimezone(visit.patient.zone), before=visit.starts_at)
        yield ToCome(kind, visit, later or at, visit.starts_at)
