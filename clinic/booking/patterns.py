"""The dates of a series: “Tuesdays at 9 and Thursdays at 14:30, every week, for six weeks”. No database, no clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from clinic.booking.hours import instant

MOST_VISITS = 52
MOST_WEEKS = 104
A_DAY, A_WEEK = dt.timedelta(days=1), dt.timedelta(weeks=1)


class NoSuchPattern(Exception):
    """No series comes of it. str() says why and what to do next."""


@dataclass(frozen=True, slots=True)
class When:
    """One date of a series on the clinic's wall; `at` is its UTC instant.

    `skipped`: the clocks skip that time, and `at` is the moment they jump. `twice`: they show it twice; `at` is the
    first.
    """

    day: dt.date
    wall: dt.time
    at: dt.datetime
    skipped: bool = False
    twice: bool = False

    @classmethod
    def on(cls, day: dt.date, wall: dt.time, zone: ZoneInfo) -> When:
        first = instant(day, wall, zone)
        shown = first.astimezone(zone).replace(tzinfo=None)
        return cls(
            day,
            wall,
            first,
            skipped=shown != dt.datetime.combine(day, wall),
            twice=instant(day, wall, zone, last=True) != first,
        )


@dataclass(frozen=True, slots=True)
class Pattern:
    """`times`: weekday (0 is Monday) → the time on the clinic's wall. Weeks are counted from the first day's."""

    times: Mapping[int, dt.time]
    first_day: dt.date
    last_day: dt.date
    every_weeks: int = 1

    def dates(self, zone: ZoneInfo) -> list[When]:
        """In order, at least one. Raises NoSuchPattern."""
        if not self.times:
            raise NoSuchPattern("No weekday has a time. Type the time beside each day they should come.")
        if self.last_day < self.first_day:
            raise NoSuchPattern("The last day lies before the first. Choose a later one.")
        if self.last_day - self.first_day >= MOST_WEEKS * A_WEEK:
            raise NoSuchPattern("A series takes two years at most. Choose an earlier last day.")
        monday = self.first_day - self.first_day.weekday() * A_DAY
        found, day = [], self.first_day
        while day <= self.last_day:
            week = (day - monday).days // 7
            if day.weekday() in self.times and week % self.every_weeks == 0:
                found.append(When.on(day, self.times[day.weekday()], zone))
            day += A_DAY
        if not found:
            raise NoSuchPattern("None of these weekdays lies between the first and the last day.")
        if len(found) > MOST_VISITS:
            raise NoSuchPattern(
                f"That makes {len(found)} visits; a series has {MOST_VISITS} at most. "
                "Choose fewer weeks, and repeat the last visit later."
            )
        return found


def last_day_of(first_day: dt.date, weeks: int) -> dt.date:
    """“For six weeks”: six times seven days, the first day among them."""
    return first_day + weeks * A_WEEK - A_DAY


@dataclass(frozen=True, slots=True)
class Shift:
    """How far visits move on the wall: whole days, and then minutes of the same day's clock."""

    days: int
    minutes: int

    @classmethod
    def between(cls, before: dt.datetime, day: dt.date, wall: dt.time, zone: ZoneInfo) -> Shift:
        """From where a visit is to that day and time."""
        local = before.astimezone(zone)
        return cls((day - local.date()).days, _minutes(wall) - _minutes(local.time()))

    def of(self, moment: dt.datetime, zone: ZoneInfo) -> When:
        """Where that moment lands: the same wall-clock shift on both sides of a change of the clocks."""
        local = moment.astimezone(zone).replace(tzinfo=None)
        lands = local + dt.timedelta(days=self.days, minutes=self.minutes)
        return When.on(lands.date(), lands.time(), zone)


def _minutes(wall: dt.time) -> int:
    return wall.hour * 60 + wall.minute
