"""What will still be said about a visit as everything stands, and when: for a caller who asks when they will hear.

The outbox knows of a message once it is due. Until then only the calendar does, and any change to it changes this.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from clinic.booking.models import Appointment
from clinic.booking.reminders import KINDS, TWO_DAYS, TWO_HOURS, goes_out, last_is_near, lead_of
from clinic.booking.status import MAY_MOVE, SETTLES, Status
from clinic.booking.told import CANCELLED, MOVED
from clinic.reminders import wishes
from clinic.reminders.wishes import Wishes


@dataclass(frozen=True, slots=True)
class ToCome:
    label: str
    visit: Appointment
    at: dt.datetime


def to_come(visits: Iterable[Appointment], *, now: dt.datetime) -> list[ToCome]:
    """Earliest first. Each visit with its type and patient; whether anybody can be reached is not asked."""
    ahead = [visit for visit in visits if visit.starts_at > now]
    if not ahead:
        return []
    wished = wishes.read()
    found = [each for visit in ahead for each in _of(visit, wished, now)]
    return sorted(found, key=lambda each: each.at)


def _of(visit: Appointment, wished: Wishes, now: dt.datetime) -> Iterator[ToCome]:
    cancelled = visit.status == Status.CANCELLED
    happened_at = visit.cancelled_at if cancelled else visit.moved_at
    if happened_at is not None and happened_at + SETTLES > now:
        yield ToCome(KINDS[CANCELLED if cancelled else MOVED].label, visit, happened_at + SETTLES)
    if visit.status not in MAY_MOVE:
        return
    known_at = max(visit.moved_at or visit.booked_at, now)
    for kind in (TWO_DAYS, TWO_HOURS):
        lead = lead_of(visit.type, kind, wished)
        if lead is None or (at := goes_out(visit.starts_at, lead)) <= known_at:
            continue
        if kind == TWO_DAYS and last_is_near(visit, at, wished):
            continue
        later = wished.put_off(at.astimezone(visit.patient.zone), before=visit.starts_at)
        yield ToCome(KINDS[kind].label, visit, later or at)
