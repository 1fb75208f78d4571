"""A clinician's week as rules: what may be typed, and what a new week leaves of the old one. No database, no clock."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import gcd
from zoneinfo import ZoneInfo

from clinic.booking.hours import instant
from clinic.booking.models import WorkingHours

A_DAY, A_WEEK = dt.timedelta(days=1), dt.timedelta(days=7)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LEAST_OFTEN = 8  # weeks between two; the table holds no more
YEARS_AHEAD = 5
DAYS_SEEN = 370  # how far the changes of the clocks are looked at


@dataclass(frozen=True, slots=True)
class Repeating:
    """A stretch as it was typed: that weekday, in every `every_weeks`-th week counted from the week of `monday`."""

    weekday: int
    starts: dt.time
    ends: dt.time
    every_weeks: int = 1
    monday: dt.date | None = None

    def meets(self, other: Repeating) -> bool:
        """Whether there is a week in which both are worked."""
        if self.weekday != other.weekday:
            return False
        if self.monday is None or other.monday is None:
            return True
        apart = (monday_of(self.monday) - monday_of(other.monday)).days // 7
        return apart % gcd(self.every_weeks, other.every_weeks) == 0

    def first_on(self, day: dt.date) -> dt.date:
        """The first day it may hold from, not before `day`, that keeps its weeks."""
        if self.every_weeks == 1 or self.monday is None:
            return day
        behind = (monday_of(day) - monday_of(self.monday)).days // 7 % self.every_weeks
        return day if not behind else monday_of(day) + A_WEEK * (self.every_weeks - behind)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the stretch at `place` in the list, and with which part of it: `starts` or `ends`."""

    place: int
    part: str
    text: str


def problems(
    week: Sequence[Repeating], *, since: dt.date, until: dt.date | None, zone: ZoneInfo
) -> list[Problem]:
    """Everything that makes no week of it, in the order typed."""
    found = []
    for place, one in enumerate(week):
        if one.ends <= one.starts:
            found.append(Problem(place, "ends", ends_too_soon(one.ends)))
            continue
        clash = next((other for other in week[:place] if one.meets(other) and _overlap(one, other)), None)
        if clash is not None:
            text = (
                f"This lies over {clash.starts:%H:%M} to {clash.ends:%H:%M} of the same day. "
                "Make one of them shorter, or one of both."
            )
            found.append(Problem(place, "starts", text))
        elif gap := swallowed(one, since=since, until=until, zone=zone):
            text = (
                f"On {WEEKDAYS[gap.weekday()]} {gap.day} {gap:%B %Y} the clocks skip this stretch. "
                "Type one that begins before or ends after it."
            )
            found.append(Problem(place, "starts", text))
    return found


def ends_too_soon(ends: dt.time) -> str:
    return f"It ends at {ends:%H:%M}, before it starts. Type a later time, at most 23:59."


def swallowed(one: Repeating, *, since: dt.date, until: dt.date | None, zone: ZoneInfo) -> dt.date | None:
    """The first day within a year on which the clocks skip all of it, if there is one."""
    last = min(until or since + dt.timedelta(days=DAYS_SEEN), since + dt.timedelta(days=DAYS_SEEN))
    (row,) = rows_of([one], since=since, until=None)
    day = since + dt.timedelta(days=(one.weekday - since.weekday()) % 7)
    while day <= last:
        if row.holds_on(day) and nothing_left(day, one.starts, one.ends, zone):
            return day
        day += A_WEEK
    return None


def nothing_left(day: dt.date, starts: dt.time, ends: dt.time, zone: ZoneInfo) -> bool:
    """Whether the clocks skip the whole stretch on that day."""
    return instant(day, ends, zone, last=True) <= instant(day, starts, zone)


def rows_of(week: Iterable[Repeating], *, since: dt.date, until: dt.date | None) -> list[WorkingHours]:
    """The week as rows that hold from that day on, unsaved and nobody's; those that never hold are left out."""
    found = []
    for one in week:
        first = one.first_on(since)
        if until is None or first <= until:
            found.append(
                WorkingHours(
                    weekday=one.weekday,
                    starts=one.starts,
                    ends=one.ends,
                    from_day=first,
                    until_day=until,
                    every_weeks=one.every_weeks,
                )
            )
    return found


def as_typed(row: WorkingHours) -> Repeating:
    """A row as the stretch somebody typed."""
    monday = monday_of(row.from_day) if row.every_weeks > 1 and row.from_day else None
    return Repeating(row.weekday, row.starts, row.ends, row.every_weeks, monday)


def changed(
    rows: Iterable[WorkingHours], week: Sequence[Repeating], *, since: dt.date, until: dt.date | None
) -> list[WorkingHours]:
    """All rows after a change: the old ones up to the day before, the new ones, and the old again after `until`.

    The rows are new and unsaved; old ones that hold on no day are left out. Days before `since` stay as they were.
    """
    old = list(rows)
    before = [kept for row in old if (kept := _within(row, None, since - A_DAY))]
    after = [] if until is None else [kept for row in old if (kept := _within(row, until + A_DAY, None))]
    seen: dict[tuple[int, dt.time, dt.date | None], WorkingHours] = {}
    for row in [*before, *rows_of(week, since=since, until=until), *after]:
        key = (row.weekday, row.starts, row.from_day)
        if key not in seen or row.ends > seen[key].ends:  # the table lists a stretch once
            seen[key] = row
    return list(seen.values())


def _within(row: WorkingHours, first: dt.date | None, last: dt.date | None) -> WorkingHours | None:
    """What is left of it between those days, in the same weeks; None when nothing is."""
    since, until = row.from_day, row.until_day
    if first is not None and (since is None or since < first):
        since = as_typed(row).first_on(first)
    if last is not None and (until is None or until > last):
        until = last
    if since is not None and until is not None and since > until:
        return None
    return WorkingHours(
        weekday=row.weekday,
        starts=row.starts,
        ends=row.ends,
        from_day=since,
        until_day=until,
        every_weeks=row.every_weeks,
    )


def in_force(rows: Iterable[WorkingHours], day: dt.date) -> list[WorkingHours]:
    """The rules that hold in the time around that day, those of every other week included."""
    return [
        row
        for row in rows
        if (row.from_day is None or row.from_day <= day + A_WEEK * (row.every_weeks - 1))
        and (row.until_day is None or row.until_day >= day)
    ]


def in_words(row: WorkingHours) -> str:
    """“Monday 09:00–12:30, every 2 weeks”."""
    every = "" if row.every_weeks == 1 else f", every {row.every_weeks} weeks"
    return f"{WEEKDAYS[row.weekday]} {row.starts:%H:%M}–{row.ends:%H:%M}{every}"


def hours_a_week(rows: Iterable[WorkingHours]) -> float:
    """Hours in a usual week, those of every other week counted half."""
    total: Counter[int] = Counter()
    for row in rows:
        minutes = (row.ends.hour - row.starts.hour) * 60 + row.ends.minute - row.starts.minute
        total[row.every_weeks] += minutes
    return sum(minutes / every for every, minutes in total.items()) / 60


def monday_of(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def _overlap(one: Repeating, other: Repeating) -> bool:
    return one.starts < other.ends and other.starts < one.ends
