"""When somebody is busy, read from another calendar's file (.ics, RFC 5545). Times only: no title is ever looked at.

Read where it is asked for, without a task or a process of its own, because the work is bounded before it begins: the
file is a megabyte at most, lines are walked once, only the ten properties that say when are given to icalendar, at
most 2,000 events of them, and what repeats is worked out in counted steps (clinic.booking.recurring). The longest
files that are allowed take under two seconds (tests/clinic/booking/test_busy_times.py). No database, no clock.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Event

from clinic.booking.hours import Window, day_window, instant
from clinic.booking.recurring import NotRead, Rule, Steps

MOST_BYTES = 1024 * 1024
MOST_EVENTS = 2_000
MOST_TIMES = 2_000  # what they come to, repeats included
MOST_DATES = 5_000  # single dates added to repeats or taken from them, in all
LONGEST_LINE = 120_000  # characters, once unfolded
DEEPEST = 4  # a calendar, an event, its alarm, and one more
MOST_STEPS = 200_000  # days looked at, in all
DAYS_AHEAD = 366
A_DAY = dt.timedelta(days=1)
SAYS_WHEN = {
    *("UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE"),
    *("RECURRENCE-ID", "STATUS", "TRANSP"),
}
MAY_REPEAT = {"RDATE", "EXDATE"}

UNREADABLE = "its times cannot be read"
# What icalendar, and dates at the ends of the calendar, may raise on what somebody else wrote.
BROKEN = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, ArithmeticError)


class Unreadable(ValueError):
    """Nothing of the file is used. str() says why and what to do, fit to be shown."""


@dataclass(frozen=True, slots=True)
class Busy:
    """One busy time. `name` is made from the event's own and is the same each time the file is read."""

    name: str
    starts_at: dt.datetime
    ends_at: dt.datetime


@dataclass(slots=True)
class Reading:
    """Busy times in order, and why the others were left out, each reason with how many."""

    times: list[Busy] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


def read(data: bytes, *, zone: ZoneInfo, now: dt.datetime) -> Reading:
    """The busy times from now on for a year. Times without a zone and whole days are on the clinic's clock.

    Raises Unreadable, and nothing else.
    """
    out, steps = Reading(), Steps(MOST_STEPS)
    events = []
    for text in _events(_text(data)):
        try:
            events.append(_When.of(Event.from_ical(text), zone))
        except NotRead as why:
            out.skipped[str(why)] += 1
        except BROKEN:
            out.skipped[UNREADABLE] += 1
    moved: set[tuple[str, str | None]] = {
        (one.uid, one.replaces) for one in events if one.replaces is not None
    }
    found: dict[str, Busy] = {}
    for one in events:
        if one.is_free:
            out.skipped["it is marked as free, or was called off"] += 1
            continue
        try:
            for busy in one.times(moved, now=now, zone=zone, steps=steps):
                found[busy.name] = busy
        except NotRead as why:
            out.skipped[str(why)] += 1
        except BROKEN:
            out.skipped[UNREADABLE] += 1
        if len(found) > MOST_TIMES:
            raise Unreadable(
                f"This calendar comes to more than {MOST_TIMES:,} busy times in the coming year. Nothing was "
                "changed. Export a calendar with fewer entries, for example only the one for work."
            )
    out.times = sorted(found.values(), key=lambda busy: (busy.starts_at, busy.name))
    return out


def _text(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise Unreadable(
            "This file is larger than 1 MB. Nothing was changed. Export only the coming year, or one calendar."
        )
    if b"\x00" in data:
        raise Unreadable("This is not a calendar file: it holds bytes that no text has. Nothing was changed.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(
            "This file is not written in UTF-8, as calendar files are. Nothing was changed. Export it again."
        ) from error
    if not text.lstrip().upper().startswith("BEGIN:VCALENDAR"):
        raise Unreadable(
            "This is not a calendar file: it does not begin with BEGIN:VCALENDAR. Nothing was changed. "
            "Choose the .ics file that your calendar exported."
        )
    return text


def _events(text: str) -> Iterator[str]:
    """Each event with the lines that say when, and no others."""
    inside: list[str] = []
    kept: list[str] = []
    events = dates = 0
    for line in _lines(text):
        upper = line[:40].upper()
        if upper.startswith("BEGIN:"):
            inside.append(upper[6:].strip())
            if len(inside) > DEEPEST:
                raise Unreadable("This file is nested deeper than a calendar is. Nothing was changed.")
            if inside[-1] == "VEVENT":
                kept, events = [], events + 1
        elif upper.startswith("END:"):
            if inside and inside.pop() == "VEVENT":
                yield "\r\n".join(["BEGIN:VEVENT", *kept, "END:VEVENT", ""])
        elif inside and inside[-1] == "VEVENT":
            name = upper.partition(":")[0].partition(";")[0].strip()
            if name in SAYS_WHEN and (name in MAY_REPEAT or not _has(kept, name)):
                kept.append(line)
            dates += line.count(",") + 1 if name in MAY_REPEAT else 0
        if events > MOST_EVENTS:
            raise Unreadable(
                f"This file has more than {MOST_EVENTS:,} events. Nothing was changed. Export only the coming year."
            )
        if dates > MOST_DATES:
            raise Unreadable(
                f"This file lists more than {MOST_DATES:,} single dates of what repeats. Nothing was changed. "
                "Export only the coming year."
            )


def _has(kept: list[str], name: str) -> bool:
    return any(line.upper().startswith((f"{name}:", f"{name};")) for line in kept)


def _lines(text: str) -> Iterator[str]:
    """Unfolded: one that begins with a space goes on from the one before."""
    parts: list[str] = []
    long = 0
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if line[:1] in {" ", "\t"}:
            parts.append(line[1:])
        else:
            yield "".join(parts)
            parts, long = [line], 0
        long += len(line)
        if long > LONGEST_LINE:
            raise Unreadable("A line of this file is longer than any calendar writes. Nothing was changed.")
    yield "".join(parts)


@dataclass(frozen=True, slots=True)
class _When:
    """What one event says about when."""

    uid: str
    starts: dt.date | dt.datetime
    lasts: dt.timedelta
    rule: Rule | None
    more: list[dt.date | dt.datetime]
    left_out: set[str]
    replaces: str | None
    is_free: bool

    @classmethod
    def of(cls, event: Any, zone: ZoneInfo) -> _When:
        """Raises NotRead, and whatever icalendar does."""
        if "DTSTART" not in event:
            raise NotRead("it does not say when it starts")
        starts = _moment(event["DTSTART"].dt, event["DTSTART"], zone)
        replaces = event.get("RECURRENCE-ID")
        if replaces is not None and "RANGE" in replaces.params:
            raise NotRead("it changes itself and all that follow, which cannot be read here")
        rule = Rule.read(event["RRULE"]) if "RRULE" in event else None
        said = str(event.get("UID", "")) or f"none {starts.isoformat()}"
        return cls(
            uid=hashlib.sha256(said.encode(errors="replace")).hexdigest()[:32],
            starts=starts,
            lasts=_lasts(event, starts, zone),
            rule=rule,
            more=list(_dates(event.get("RDATE"), zone)),
            left_out={_key(day) for day in _dates(event.get("EXDATE"), zone)},
            replaces=None if replaces is None else _key(_moment(replaces.dt, replaces, zone)),
            is_free=str(event.get("TRANSP", "")).upper() == "TRANSPARENT"
            or str(event.get("STATUS", "")).upper() == "CANCELLED",
        )

    def times(
        self, moved: set[tuple[str, str | None]], *, now: dt.datetime, zone: ZoneInfo, steps: Steps
    ) -> Iterator[Busy]:
        """Each time of it that is not over and begins within a year."""
        if self.lasts <= dt.timedelta():
            raise NotRead("it takes no time" if not self.lasts else "it ends before it starts")
        if self.lasts > dt.timedelta(days=DAYS_AHEAD):
            raise NotRead("it is longer than a year")
        last = now + dt.timedelta(days=DAYS_AHEAD)
        if self.rule is None and not self.more:
            opens, closes = self._span(self.starts, zone)
            if closes <= now:
                raise NotRead("it is over")
            if opens >= last:
                raise NotRead("it lies more than a year ahead")
            yield Busy(f"{self.uid}/{self.replaces or ''}", opens, closes)
            return
        for one in self._again(now, last, zone, steps):
            key = _key(one)
            out = {key, f"{one:%Y%m%d}"} & self.left_out or (self.uid, key) in moved
            opens, closes = self._span(one, zone)
            if not out and closes > now and opens < last:
                yield Busy(f"{self.uid}/{key}", opens, closes)

    def _again(
        self, now: dt.datetime, last: dt.datetime, zone: ZoneInfo, steps: Steps
    ) -> Iterator[dt.date | dt.datetime]:
        own = self.starts.tzinfo if isinstance(self.starts, dt.datetime) else None
        in_zone = own if isinstance(own, ZoneInfo) else zone
        since = (now - self.lasts).astimezone(in_zone).date() - A_DAY
        first = self.starts.date() if isinstance(self.starts, dt.datetime) else self.starts
        if self.rule is None:
            yield self.starts
        else:
            for day in self.rule.days(first, since, last.astimezone(in_zone).date() + A_DAY, steps):
                one = day if own is None else self._on(day, in_zone)
                if _is_after(one, self.rule.until):
                    break
                yield one
        yield from self.more

    def _on(self, day: dt.date, zone: ZoneInfo) -> dt.datetime:
        """The moment that day at which the clock of its own zone shows the time it starts at."""
        assert isinstance(self.starts, dt.datetime)  # noqa: S101  # whole days have no zone
        return instant(day, self.starts.time(), zone).astimezone(zone)

    def _span(self, one: dt.date | dt.datetime, zone: ZoneInfo) -> Window:
        if isinstance(one, dt.datetime):
            opens = one.astimezone(dt.UTC)
            return opens, opens + self.lasts
        return day_window(one, zone)[0], day_window(one + self.lasts - A_DAY, zone)[1]


def _lasts(event: Any, starts: dt.date | dt.datetime, zone: ZoneInfo) -> dt.timedelta:
    """How long it takes; a day for one that names only a day, nothing for one that names only a time."""
    if "DTEND" in event:
        ends = _moment(event["DTEND"].dt, event["DTEND"], zone)
        if isinstance(ends, dt.datetime) != isinstance(starts, dt.datetime):
            raise NotRead(UNREADABLE)
        return ends - starts
    if "DURATION" in event:
        lasts = event["DURATION"].dt
        if not isinstance(lasts, dt.timedelta):
            raise NotRead(UNREADABLE)
        return lasts
    return dt.timedelta() if isinstance(starts, dt.datetime) else A_DAY


def _moment(value: Any, said: Any, zone: ZoneInfo) -> dt.date | dt.datetime:
    """A day, or a moment with its zone: the clinic's where none is named."""
    if isinstance(value, tuple):  # a period: its start
        value = value[0]
    if isinstance(value, dt.datetime):
        if value.tzinfo is not None:
            return value
        if said.params.get("TZID"):
            raise NotRead("its time zone is not one that is known here")
        return value.replace(tzinfo=zone)
    if not isinstance(value, dt.date):
        raise NotRead(UNREADABLE)
    return value


def _dates(said: Any, zone: ZoneInfo) -> Iterator[dt.date | dt.datetime]:
    for line in said if isinstance(said, list) else [said] if said is not None else []:
        for one in line.dts:
            yield _moment(one.dt, line, zone)


def _key(one: dt.date | dt.datetime) -> str:
    """The same for the same moment, in whichever zone it was written."""
    if isinstance(one, dt.datetime):
        return f"{one.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
    return f"{one:%Y%m%d}"


def _is_after(one: dt.date | dt.datetime, until: dt.date | dt.datetime | None) -> bool:
    if until is None:
        return False
    if not isinstance(one, dt.datetime) or not isinstance(until, dt.datetime):
        day = one.date() if isinstance(one, dt.datetime) else one
        return day > (until.date() if isinstance(until, dt.datetime) else until)
    if until.tzinfo is None:
        return one.replace(tzinfo=None) > until
    return one > until
