"""Who of those who wait fits a free time, and in which order. Plain values in, plain values out: no query, no clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from clinic.booking.hours import Window

NO_BUFFER = dt.timedelta()
NOBODY_BUSY: Mapping[int, Sequence[Sequence[Window]]] = {}


@dataclass(frozen=True, slots=True)
class Gap:
    """A free time of one clinician: a visit must end before they close, and its buffer before the next one begins."""

    clinician_id: int
    starts_at: dt.datetime
    closes_at: dt.datetime
    free_until: dt.datetime

    @property
    def minutes(self) -> int:
        """How long a visit without a buffer could be."""
        return self.minutes_with(NO_BUFFER)

    def minutes_with(self, buffer: dt.timedelta) -> int:
        """The longest visit that fits with that buffer after it; the buffer may lie after work. 0 where none does."""
        room = min(self.closes_at, self.free_until - buffer) - self.starts_at
        return max(0, int(room.total_seconds() // 60))


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody would take. Empty parts ask for nothing; times are on the clinic's clock.

    `done_by` are those who may do the type (nobody: everybody), `before` the start of the visit they would move,
    `busy` their other visits, `machine` the kind of room or equipment the type needs.
    """

    lasts: dt.timedelta
    buffer: dt.timedelta = dt.timedelta()
    machine: int | None = None
    done_by: frozenset[int] = frozenset()
    clinicians: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()
    from_time: dt.time | None = None
    until_time: dt.time | None = None
    from_day: dt.date | None = None
    until_day: dt.date | None = None
    before: dt.datetime | None = None
    busy: Sequence[Window] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody stands in the line: the most urgent first, then whose day comes first, then who waits longest."""

    urgency: int
    target_day: dt.date | None
    added_at: dt.datetime
    entry_id: int

    @property
    def order(self) -> tuple[int, dt.date, dt.datetime, int]:
        return (-self.urgency, self.target_day or dt.date.max, self.added_at, self.entry_id)


def suits(wish: Wish, clinician_id: int, start: dt.datetime, *, zone: ZoneInfo) -> bool:
    """Whether they would take a visit that begins then, however full the calendar is."""
    if (wish.done_by and clinician_id not in wish.done_by) or (
        wish.clinicians and clinician_id not in wish.clinicians
    ):
        return False
    begins, ends = start.astimezone(zone), (start + wish.lasts).astimezone(zone)
    day = begins.date()
    if (wish.from_day and day < wish.from_day) or (wish.until_day and day > wish.until_day):
        return False
    if wish.weekdays and day.weekday() not in wish.weekdays:
        return False
    if wish.from_time and begins.time() < wish.from_time:
        return False
    if wish.until_time and (ends.time() > wish.until_time or ends.date() > day):
        return False
    return wish.before is None or start < wish.before


def fits(
    wish: Wish,
    gap: Gap,
    *,
    zone: ZoneInfo,
    taken: Mapping[int, Sequence[Sequence[Window]]] = NOBODY_BUSY,
) -> bool:
    """Whether a visit of theirs can begin with the gap. `taken`: machine → when each of that kind is not free."""
    end = gap.starts_at + wish.lasts
    held_until = end + wish.buffer
    if end > gap.closes_at or held_until > gap.free_until:
        return False
    if not suits(wish, gap.clinician_id, gap.starts_at, zone=zone):
        return False
    if _meets(wish.busy, gap.starts_at, end):
        return False
    if wish.machine is None:
        return True
    return any(not _meets(spans, gap.starts_at, held_until) for spans in taken.get(wish.machine, ()))


def _meets(spans: Iterable[Window], start: dt.datetime, end: dt.datetime) -> bool:
    return any(begin < end and stop > start for begin, stop in spans)
