"""When a patient's sessions are, as moments: plain values, so that no page and no calendar counts them differently."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from programs.builder.block import Block, PlannedDay, week_number
from programs.builder.sessions import Split
from programs.plans.models import Exercise
from programs.plans.standing import Now

DAYS_AHEAD = 28
SHORTEST = dt.timedelta(minutes=15)
UNKNOWN_RUN_MIN = 30  # a run whose length is not planned still takes its place in the evening


@dataclass(frozen=True, slots=True)
class Planned:
    """One session: the patient's own day, when it begins and ends, and a name that stays the same."""

    on_day: dt.date
    starts_at: dt.datetime
    ends_at: dt.datetime
    uid: uuid.UUID


def sessions_of(now: Now, *, time_of_day: dt.time, zone: ZoneInfo, names: uuid.UUID) -> Iterator[Planned]:
    """The sessions of the coming four weeks, none while a warning sign or a red day asks for rest.

    Each is worked out on its own day's clock, so that six in the evening stays six when the clocks change; a time the
    clocks skip is the moment they move to.
    """
    if now.standings.stop is not None:
        return
    split = now.version.split
    for ahead in range(DAYS_AHEAD):
        on_day = now.day + dt.timedelta(days=ahead)
        day = _of(now.block, on_day, now.version.starts_on)
        if not is_session(day) or _rests(now, on_day):
            continue
        starts_at = dt.datetime.combine(on_day, time_of_day, tzinfo=zone).astimezone(dt.UTC)
        yield Planned(on_day, starts_at, starts_at + lasts(day, split), uuid.uuid5(names, on_day.isoformat()))


def is_session(day: PlannedDay[Exercise]) -> bool:
    """Whether something is planned: not a day on which one may loosen up if one likes."""
    strength = bool(day.strength and day.exercises)
    return strength or (day.run.kind != "rest" and not day.run.is_left_out)


def lasts(day: PlannedDay[Exercise], split: Split) -> dt.timedelta:
    """How long to keep free, in whole quarters of an hour."""
    minutes = float(split.minutes(day.all))
    if day.run.kind != "rest" and not day.run.is_left_out:
        minutes += day.run.minutes or UNKNOWN_RUN_MIN
    quarters = -(-dt.timedelta(minutes=minutes) // SHORTEST)
    return max(quarters, 1) * SHORTEST


def _of(block: Block[Exercise], day: dt.date, starts_on: dt.date | None) -> PlannedDay[Exercise]:
    number = week_number(day, starts_on=starts_on) if starts_on else 1
    return block.week(number).days[day.weekday()]


def _rests(now: Now, day: dt.date) -> bool:
    until = now.standings.rests_until
    return until is not None and day < until
