"""How many minutes of each week can be booked: working hours less leave and holidays. No database, no clock."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from clinic.booking.hours import Stretch, Window, day_window, windows, without

A_DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Days:
    """A stretch of days on the clinic's calendar, both ends among them, and those on which its clocks change."""

    first: dt.date
    last: dt.date
    zone: ZoneInfo

    def __iter__(self) -> Iterator[dt.date]:
        day = self.first
        while day <= self.last:
            yield day
            day += A_DAY

    @property
    def span(self) -> Window:
        return day_window(self.first, self.zone)[0], day_window(self.last, self.zone)[1]

    @property
    def weeks(self) -> list[dt.date]:
        """The Monday of every week they touch."""
        since, last = monday(self.first), monday(self.last)
        return [since + n * dt.timedelta(weeks=1) for n in range((last - since).days // 7 + 1)]

    def with_other_clocks(self) -> set[dt.date]:
        """The days that have not 24 hours."""
        lengths = ((day, day_window(day, self.zone)) for day in self)
        return {day for day, (begins, ends) in lengths if ends - begins != A_DAY}


def monday(day: dt.date) -> dt.date:
    return day - day.weekday() * A_DAY


@dataclass(slots=True)
class Schedule:
    """One clinician's: what is worked on each weekday or on one day only, and when they are away."""

    since: dt.date
    until: dt.date | None
    usual: dict[int, list[Stretch]] = field(default_factory=lambda: defaultdict(list))
    once: dict[dt.date, list[Stretch]] = field(default_factory=lambda: defaultdict(list))
    away: list[Window] = field(default_factory=list)

    def stretches(self, day: dt.date) -> list[Stretch]:
        if day < self.since or (self.until is not None and day > self.until):
            return []
        usual = [stretch for stretch in self.usual.get(day.weekday(), ()) if stretch.holds_on(day)]
        return usual + self.once.get(day, [])


def open_minutes(schedule: Schedule, days: Days, other_clocks: set[dt.date]) -> dict[dt.date, int]:
    """Monday → minutes of that week within `days`, weeks without any left out.

    Most days are sums on the wall; instants are only worked out where the clocks change or somebody is away.
    """
    away = _by_day(schedule.away, days)
    usual: dict[tuple[tuple[dt.time, dt.time], ...], int] = {}
    found: dict[dt.date, int] = defaultdict(int)
    for day in days:
        stretches = schedule.stretches(day)
        if not stretches:
            continue
        if day in other_clocks or day in away:
            spans = without(windows(stretches, day, days.zone), away.get(day, ()))
            minutes = sum((end - start) // MINUTE for start, end in spans)
        else:
            key = tuple(sorted((stretch.starts, stretch.ends) for stretch in stretches))
            if key not in usual:
                usual[key] = _on_the_wall(key)
            minutes = usual[key]
        if minutes:
            found[monday(day)] += minutes
    return dict(found)


def _by_day(away: Iterable[Window], days: Days) -> dict[dt.date, list[Window]]:
    """The days that absences touch, each with those."""
    found: dict[dt.date, list[Window]] = defaultdict(list)
    for begins, ends in away:
        day = max(begins.astimezone(days.zone).date(), days.first)
        last = min(ends.astimezone(days.zone).date(), days.last)
        while day <= last:
            found[day].append((begins, ends))
            day += A_DAY
    return found


def _on_the_wall(stretches: Sequence[tuple[dt.time, dt.time]]) -> int:
    """Minutes of the stretches (in order), each minute once."""
    total, done = 0, 0
    for starts, ends in stretches:
        begin, end = (wall.hour * 60 + wall.minute for wall in (starts, ends))
        total += max(0, end - max(begin, done))
        done = max(done, end)
    return total
