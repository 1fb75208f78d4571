"""The free times as a page shows them: a few days, each with its starts, on the clinic's clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.dateparse import parse_date, parse_datetime

from clinic.booking import free, online
from clinic.booking.models import AppointmentType, Hold
from clinic.people.models import Clinician

DAYS_SHOWN = 7
# Every quarter of an hour would be a wall of buttons, and leaves gaps in the calendar that fit nobody.
APART = dt.timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Start:
    """`value` is what the button sends, a moment in UTC."""

    value: str
    label: str


@dataclass(slots=True)
class Day:
    day: dt.date
    starts: list[Start] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Times:
    """Some days in a row that have free times; `later` is the day to go on from, None where there are no more."""

    days: list[Day]
    later: dt.date | None


def offered(
    type: AppointmentType,
    *,
    clinician: Clinician | None,
    since: dt.date | None,
    now: dt.datetime,
    holding: Hold | None,
) -> Times:
    """From that day on, or from the first that can be booked."""
    after = free.instant(since, dt.time(), free.clinic_zone()) if since else None
    found = online.times(type, clinician=clinician, now=now, since=after, holding=holding)
    days: list[Day] = []
    last: dt.datetime | None = None
    for opening in found:
        local = opening.starts_at.astimezone(free.clinic_zone())
        if not days or days[-1].day != local.date():
            if len(days) == DAYS_SHOWN:
                return Times(days, local.date())
            days.append(Day(local.date()))
            last = None
        if last is None or opening.starts_at - last >= APART:
            days[-1].starts.append(Start(as_value(opening.starts_at), clock(local)))
            last = opening.starts_at
    return Times(days, None)


def clock(local: dt.datetime) -> str:
    """“09:30”; on a day the clocks change also by which of its two clocks."""
    midnight = local.replace(hour=0, minute=0, fold=0)
    changes = midnight.utcoffset() != (midnight + dt.timedelta(days=1)).utcoffset()
    return f"{local:%H:%M} {local.tzname()}" if changes else f"{local:%H:%M}"


def as_value(starts_at: dt.datetime) -> str:
    return starts_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%MZ")


def read_start(typed: str) -> dt.datetime | None:
    """A moment as a button sends it; None for anything else."""
    try:
        found = parse_datetime(typed[:40])
        return found.astimezone(dt.UTC) if found is not None and found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def read_day(typed: str) -> dt.date | None:
    """A day of an address, which anybody may write; far away is no day."""
    try:
        day = parse_date(typed[:10])
    except ValueError:
        return None
    return day if day is not None and 2000 <= day.year < 2200 else None


def read_clinician(typed: str, people: Iterable[Clinician]) -> Clinician | None:
    """One of those who do it; None stands for anybody."""
    return next((person for person in people if str(person.pk) == typed), None)
