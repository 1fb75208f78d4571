"""On which days something in a calendar comes again (RFC 5545 §3.3.10), in a bounded number of steps. No database.

Every day that is looked at is counted, and `Steps` refuses to go on for ever: a rule that never fits (30 February),
or that began two thousand years ago, costs what is left of the count and no more. That is why the rules are worked
out here: a generator that looks for the next day by itself cannot be stopped while it looks.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}
READ = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST"}
A_DAY = dt.timedelta(days=1)


class NotRead(ValueError):
    """Why a rule is left out, as words that go on “skipped because …”."""


class Steps:
    """How many days may still be looked at."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, how_many: int = 1) -> None:
        """Raises NotRead when none are left."""
        self.left -= how_many
        if self.left < 0:
            raise NotRead("it repeats in a way that takes too long to work out")


@dataclass(frozen=True, slots=True)
class Rule:
    """FREQ and its parts. `by_day` are (which one of the month or year, 0 for each; weekday)."""

    freq: str
    interval: int = 1
    count: int | None = None
    until: dt.date | dt.datetime | None = None
    by_day: Sequence[tuple[int, int]] = ()
    by_month_day: Sequence[int] = ()
    by_month: Sequence[int] = ()
    by_set_pos: Sequence[int] = ()
    week_start: int = 0

    @classmethod
    def read(cls, parts: Mapping[str, Any]) -> Rule:
        """From the parts as icalendar gives them: name → list of values. Raises NotRead."""
        told = {str(name).upper(): list(values) for name, values in parts.items()}
        freq = str(_first(told, "FREQ", "")).upper()
        if freq in OFTEN:
            raise NotRead("it repeats more often than daily")
        if freq not in {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"} or set(told) - READ:
            raise NotRead("it repeats in a way that cannot be read here")
        count = _first(told, "COUNT", None)
        return cls(
            freq=freq,
            interval=_number(_first(told, "INTERVAL", 1), 1, 10_000),
            count=None if count is None else _number(count, 1, 10**12),
            until=_first(told, "UNTIL", None),
            by_day=[_weekday(str(one)) for one in told.get("BYDAY", [])],
            by_month_day=[_number(one, -31, 31) for one in told.get("BYMONTHDAY", [])],
            by_month=[_number(one, 1, 12) for one in told.get("BYMONTH", [])],
            by_set_pos=[_number(one, -366, 366) for one in told.get("BYSETPOS", [])],
            week_start=_weekday(str(_first(told, "WKST", "MO")))[1],
        )

    def days(self, first: dt.date, since: dt.date, until: dt.date, steps: Steps) -> Iterator[dt.date]:
        """The days it falls on, from the first one on, between `since` and `until`; both are included.

        With a count it is counted from the first day. UNTIL is the caller's to compare, who knows the time of day.
        """
        number, seen = 0, 0
        if self.count is None and since > first:
            number = max(0, self._periods_between(first, since) - 1)
        while (begins := self._period(first, number)) is not None and begins <= until:
            steps.take()
            for day in self._picked(begins, first, steps):
                if day < first:
                    continue
                seen += 1
                if self.count is not None and seen > self.count:
                    return
                if since <= day <= until:
                    yield day
            number += 1

    def _periods_between(self, first: dt.date, since: dt.date) -> int:
        days = (since - first).days
        long = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}[self.freq]
        return days // (long * self.interval)

    def _period(self, first: dt.date, number: int) -> dt.date | None:
        """The first day of the period with that number; None beyond the calendar."""
        ahead = number * self.interval
        try:
            if self.freq == "DAILY":
                return first + dt.timedelta(days=ahead)
            if self.freq == "WEEKLY":
                back = (first.weekday() - self.week_start) % 7
                return first - dt.timedelta(days=back) + dt.timedelta(weeks=ahead)
            if self.freq == "MONTHLY":
                months = first.year * 12 + first.month - 1 + ahead
                return dt.date(months // 12, months % 12 + 1, 1)
            return dt.date(first.year + ahead, 1, 1)
        except (OverflowError, ValueError):
            return None

    def _picked(self, begins: dt.date, first: dt.date, steps: Steps) -> list[dt.date]:
        days = [day for day in self._candidates(begins, first, steps) if self._fits(day, first)]
        if not self.by_set_pos:
            return days
        places = {at - 1 if at > 0 else len(days) + at for at in self.by_set_pos if at}
        return [day for place, day in enumerate(days) if place in places]

    def _candidates(self, begins: dt.date, first: dt.date, steps: Steps) -> list[dt.date]:
        """All days of the period."""
        if self.freq == "MONTHLY":
            long = calendar.monthrange(begins.year, begins.month)[1]
        elif self.freq == "YEARLY":
            long = 366 if calendar.isleap(begins.year) else 365
        else:
            long = 1 if self.freq == "DAILY" else 7
        steps.take(long)
        if self.freq == "YEARLY" and not (self.by_day or self.by_month_day):  # the same day of some months
            months = self.by_month or [first.month]
            last = {month: calendar.monthrange(begins.year, month)[1] for month in set(months)}
            return [dt.date(begins.year, m, first.day) for m in sorted(last) if first.day <= last[m]]
        ordinal = begins.toordinal()
        return [
            dt.date.fromordinal(at) for at in range(ordinal, min(ordinal + long, dt.date.max.toordinal() + 1))
        ]

    def _fits(self, day: dt.date, first: dt.date) -> bool:
        if self.by_month and day.month not in self.by_month:
            return False
        if self.by_month_day:
            left = calendar.monthrange(day.year, day.month)[1] + 1
            if day.day not in self.by_month_day and day.day - left not in self.by_month_day:
                return False
        if self.by_day:
            return any(weekday == day.weekday() and self._is_nth(day, nth) for nth, weekday in self.by_day)
        if self.freq == "WEEKLY" and not self.by_month_day:
            return day.weekday() == first.weekday()
        if self.freq == "MONTHLY" and not self.by_month_day:
            return day.day == first.day
        return True

    def _is_nth(self, day: dt.date, nth: int) -> bool:
        """Whether it is the nth, or nth last, such weekday of its month; of its year where no month is named."""
        if not nth or self.freq in {"DAILY", "WEEKLY"}:
            return True
        if self.freq == "YEARLY" and not self.by_month:
            long = 366 if calendar.isleap(day.year) else 365
            place = day.timetuple().tm_yday
        else:
            long, place = calendar.monthrange(day.year, day.month)[1], day.day
        return (place - 1) // 7 + 1 == nth if nth > 0 else (long - place) // 7 + 1 == -nth


def _first(told: Mapping[str, list[Any]], name: str, otherwise: Any) -> Any:
    values = told.get(name) or [otherwise]
    return values[0]


def _number(value: Any, least: int, most: int) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError) as error:
        raise NotRead("it repeats in a way that cannot be read here") from error
    if not least <= number <= most:
        raise NotRead("it repeats in a way that cannot be read here")
    return number


def _weekday(text: str) -> tuple[int, int]:
    nth, day = text[:-2].strip("+"), text[-2:].upper()
    if day not in DAYS:
        raise NotRead("it repeats in a way that cannot be read here")
    return (_number(nth, -53, 53) if nth else 0), DAYS.index(day)
