"""Visits as text/calendar, for a phone's or an office's calendar. A time and a place, nothing of what it is for.

UTC throughout (clinic/decisions/2026-11-calendar-feed.md): each calendar shows it on its owner's own clock, and none
has to know a zone's rules. A visit keeps its name (UID) for good and its SEQUENCE grows with each move, so that a
calendar that has it moves it instead of showing it twice.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, Max, Q
from icalendar import Alarm, Calendar, Event

from clinic.booking.status import Status

if TYPE_CHECKING:
    from clinic.booking.models import Appointment, AppointmentQuerySet

NAMES = uuid.UUID(
    "5c5f1f0e-6d0c-4f0a-9a42-3d1f4a0b7c11"
)  # of this calendar; never changed, or events would double
TITLE = "Appointment"
FILE_NAME = "appointment.ics"
ALARM_BEFORE = dt.timedelta(hours=2)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# The changes after which a calendar draws a visit anew: moved, another length, called off, and each taken back.
REDRAWN = (
    Q(changes__was_starts_at__isnull=False)
    | Q(changes__to_status=Status.CANCELLED)
    | Q(changes__takes_back__isnull=False)
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One stretch of a calendar. `sequence` counts its changes, `changed_at` is the last of them."""

    uid: uuid.UUID
    starts_at: dt.datetime
    ends_at: dt.datetime
    changed_at: dt.datetime
    summary: str = TITLE
    sequence: int = 0
    is_cancelled: bool = False
    place: str = ""
    rings: bool = False


def with_history(rows: AppointmentQuerySet) -> AppointmentQuerySet:
    """The same appointments with `redrawn` and `redrawn_at`, which `entry_of` needs; no query more."""
    return rows.annotate(
        redrawn=Count("changes", filter=REDRAWN), redrawn_at=Max("changes__at", filter=REDRAWN)
    )


def sequence(visit: Appointment) -> int:
    """How often it was drawn anew. Needs a row of `with_history`, as does the next."""
    return int(visit.redrawn)  # type: ignore[attr-defined]


def changed_at(visit: Appointment) -> dt.datetime:
    return visit.redrawn_at or visit.booked_at  # type: ignore[attr-defined]


def entry_of(visit: Appointment, *, place: str = "", rings: bool = False) -> Entry:
    """A visit as its patient sees it. Needs a row of `with_history`."""
    return Entry(
        uid=uuid.uuid5(NAMES, f"appointment {visit.pk}"),
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        changed_at=changed_at(visit),
        sequence=sequence(visit),
        is_cancelled=visit.status == Status.CANCELLED,
        place=place,
        rings=rings,
    )


def of_visit(rows: AppointmentQuerySet, appointment_id: int) -> bytes:
    """One visit as a file of its own, with the clinic's address and an alarm two hours before. One query."""
    return of_visits(rows, [appointment_id])


def of_visits(rows: AppointmentQuerySet, ids: Sequence[int]) -> bytes:
    """The same of several, in order, in one file."""
    return file_of(with_history(rows).filter(pk__in=ids).order_by("starts_at", "pk"))


def file_of(visits: Iterable[Appointment]) -> bytes:
    """The same of rows of `with_history`."""
    return written(
        [entry_of(visit, place=settings.CLINIC_ADDRESS, rings=True) for visit in visits], name=TITLE
    )


def written(entries: Iterable[Entry], *, name: str, read_again: dt.timedelta | None = None) -> bytes:
    """These entries as text/calendar; `read_again` tells a calendar that subscribes how often to look."""
    calendar = blank(name, read_again=read_again)
    for entry in entries:
        calendar.add_component(event(entry))
    return bytes(calendar.to_ical())


def blank(name: str, *, read_again: dt.timedelta | None = None) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", f"-//{name}//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    if read_again is not None:
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", read_again, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", f"PT{int(read_again.total_seconds() // 3600)}H")
    return calendar


def event(entry: Entry) -> Event:
    """One VEVENT. Line folding, line ends and escaping are icalendar's."""
    summary = f"Cancelled: {entry.summary}" if entry.is_cancelled else entry.summary
    made = Event()
    made.add("uid", str(entry.uid))
    made.add("dtstamp", _utc(entry.changed_at))
    made.add("dtstart", _utc(entry.starts_at))
    made.add("dtend", _utc(entry.ends_at))
    made.add("sequence", entry.sequence)
    made.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    made.add("transp", "TRANSPARENT" if entry.is_cancelled else "OPAQUE")
    made.add("summary", _one_line(summary))
    made.add("class", "PRIVATE")
    if entry.place:
        made.add("location", _one_line(entry.place))
    if entry.rings and not entry.is_cancelled:
        made.add_component(_alarm())
    return made


def _alarm() -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", TITLE)
    alarm.add("trigger", -ALARM_BEFORE)
    return alarm


def _utc(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC).replace(microsecond=0)


def _one_line(text: str) -> str:
    """Without control characters: a name somebody typed cannot begin a line of its own."""
    return " ".join(CONTROL.sub(" ", text).split())
