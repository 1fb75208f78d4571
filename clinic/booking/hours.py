"""The clinic's clock and its working hours: wall-clock hours become instants here, and only here. No database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Protocol
from zoneinfo import ZoneInfo

from django.utils import timezone

Window = tuple[dt.datetime, dt.datetime]


class Stretch(Protocol):
    """A stretch of wall-clock time that is worked on some days."""

    @property
    def starts(self) -> dt.time: ...
    @property
    def ends(self) -> dt.time: ...
    def holds_on(self, day: dt.date) -> bool: ...


def clinic_zone() -> ZoneInfo:
    return ZoneInfo(str(timezone.get_default_timezone()))


def instant(day: dt.date, wall: dt.time, zone: ZoneInfo, *, last: bool = False) -> dt.datetime:
    """The UTC instant at which the wall clock first (or last) shows `wall` or later on that day.

    A time the clocks skip becomes the moment they jump; one shown twice is the first, or with `last` the second.
    """
    local = dt.datetime.combine(day, wall, zone)
    early, late = (local.replace(fold=fold).astimezone(dt.UTC) for fold in (1, 0))
    if early.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return max(early, late) if last else min(early, late)
    while late - early > dt.timedelta(seconds=1):  # a gap: the jump lies between the two readings
        middle = early + (late - early) / 2
        if middle.astimezone(zone).replace(tzinfo=None) < local.replace(tzinfo=None):
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)


def shifted(at: dt.datetime, by: dt.timedelta, zone: ZoneInfo) -> dt.datetime:
    """So much later, or earlier: whole days are days of the calendar (the same time on the wall), all else passes."""
    if by % dt.timedelta(days=1):
        return at + by
    local = at.astimezone(zone)
    return instant(local.date() + by, local.time(), zone)


def day_window(day: dt.date, zone: ZoneInfo) -> Window:
    """From its midnight to the next, as UTC instants: 23 or 25 hours where the clocks change."""
    return instant(day, dt.time(), zone), instant(day + dt.timedelta(days=1), dt.time(), zone)


def windows(hours: Iterable[Stretch], day: dt.date, zone: ZoneInfo) -> list[Window]:
    """The stretches worked on that day, as UTC instants, joined where one ends as the next begins."""
    spans = [
        (instant(day, stretch.starts, zone), instant(day, stretch.ends, zone, last=True))
        for stretch in hours
        if stretch.holds_on(day)
    ]
    return joined(spans)


def joined(spans: Iterable[Window]) -> list[Window]:
    """In order, each moment once; those that touch are one."""
    out: list[Window] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        elif end > start:
            out.append((start, end))
    return out


def without(spans: Sequence[Window], away: Iterable[Window]) -> list[Window]:
    """What is left of the spans outside the other ones."""
    left = list(spans)
    for begin, end in away:
        left = [
            part
            for start, stop in left
            for part in ((start, min(stop, begin)), (max(start, end), stop))
            if part[0] < part[1]
        ]
    return left
