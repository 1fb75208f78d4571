"""Day by day what was planned and what came of it: sessions, pain, the next morning, runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from programs.builder.block import Block, PlannedDay, week_number
from programs.plans.flags import Flag, flag
from programs.plans.models import Exercise, SessionLog, Version
from programs.prescribing import words

LONGEST = dt.timedelta(days=41)
SHORTEST = dt.timedelta(days=13)


@dataclass(frozen=True, slots=True)
class Day:
    """One day. `planned` is empty on a day of rest; pain is the day's worst, None where it was not told.

    `put_off`: nothing was logged, and the patient said “not today”.
    """

    on: dt.date
    planned: str = ""
    sessions: int = 0
    done: int = 0
    of: int = 0
    pain: int | None = None
    morning: int | None = None
    run_minutes: int | None = None
    run_km: Decimal | None = None
    flag: Flag | None = None
    put_off: bool = False

    @property
    def km(self) -> str:
        return "" if self.run_km is None else f"{float(self.run_km):g}"

    @property
    def says(self) -> bool:
        """Worth a line of the table: something was planned, logged or put off."""
        return bool(self.planned or self.sessions or self.put_off)


@dataclass(frozen=True, slots=True)
class Adherence:
    """Days with a session among the days that had something planned, up to yesterday or a session of today.

    `put_off` of them had none, and the patient said “not today”.
    """

    done: int
    planned: int
    put_off: int = 0

    @property
    def percent(self) -> int:
        return round(100 * self.done / self.planned) if self.planned else 0


@dataclass(frozen=True, slots=True)
class InForce:
    """A version with its weeks, and the days it was the patient's: from `first` up to but without `until`."""

    version: Version
    block: Block[Exercise]
    first: dt.date
    until: dt.date | None

    def planned(self, day: dt.date) -> PlannedDay[Exercise]:
        number = week_number(day, starts_on=self.version.starts_on) if self.version.starts_on else 1
        return self.block.week(number).days[day.weekday()]


def in_force(versions: Sequence[Version]) -> list[InForce]:
    """The versions that were released, each with its days. They need `with_exercises` and their patient."""
    found = []
    for version in versions:
        if version.released_at is None:
            continue
        zone = version.patient.zone
        gone = version.replaced_at or version.ended_at
        found.append(
            InForce(
                version,
                version.block(version.listed),
                version.released_at.astimezone(zone).date(),
                gone.astimezone(zone).date() if gone else None,
            )
        )
    return found


def days(
    forces: Sequence[InForce],
    logs: Sequence[SessionLog],
    *,
    today: dt.date,
    put_off: Collection[dt.date] = (),
) -> list[Day]:
    """The last six weeks at most, oldest first, no day before the first release or log; two weeks at least.

    `put_off` are the days of which the patient said “not today”.
    """
    begun = min([force.first for force in forces] + [log.on_day for log in logs], default=today)
    first = min(max(begun, today - LONGEST), today - SHORTEST)
    by_day: dict[dt.date, list[SessionLog]] = {}
    for log in logs:
        by_day.setdefault(log.on_day, []).append(log)
    every = [first + dt.timedelta(days=after) for after in range((today - first).days + 1)]
    found = [_day(day, forces, by_day) for day in every]
    return [replace(day, put_off=day.on in put_off and not day.sessions) for day in found]


def _day(day: dt.date, forces: Sequence[InForce], by_day: Mapping[dt.date, list[SessionLog]]) -> Day:
    planned, logs = _planned(day, forces), by_day.get(day, [])
    if not logs:
        return Day(day, planned)
    mornings = [log.morning.pain for log in logs if hasattr(log, "morning")]
    entries = [one for log in logs for one in log.entries.all()]
    minutes = [log.run_minutes for log in logs if log.run_minutes is not None]
    km = [log.run_km for log in logs if log.run_km is not None]
    return Day(
        on=day,
        planned=planned,
        sessions=len(logs),
        done=sum(one.done for one in entries),
        of=len(entries),
        pain=max(log.pain_during for log in logs),
        morning=max(mornings, default=None),
        run_minutes=sum(minutes) if minutes else None,
        run_km=sum(km, Decimal(0)) if km else None,
        flag=max((_flag(log) for log in logs), key=lambda one: one.level),
    )


def _flag(log: SessionLog) -> Flag:
    could_not = any(one.could_not for one in log.entries.all())
    return flag(pain_during=log.pain_during, warned=bool(log.symptoms), could_not=could_not)


def _planned(day: dt.date, forces: Sequence[InForce]) -> str:
    """What the patient's version had for this day, shortly; empty for rest and for days without a program."""
    for force in forces:
        if force.first <= day and (force.until is None or day < force.until):
            planned = force.planned(day)
            if planned.is_rest:
                return ""
            strength = words.strength_of(planned.strength) if planned.strength else ""
            run = words.run_line(planned.run) if planned.run.kind != "rest" else ""
            return ", ".join(part for part in (run, strength) if part)
    return ""


def adherence(shown: Sequence[Day], *, today: dt.date) -> Adherence:
    """Today counts once it is logged: it may still come."""
    counted = [day for day in shown if day.planned and (day.on < today or day.sessions)]
    return Adherence(
        sum(day.sessions > 0 for day in counted), len(counted), sum(day.put_off for day in counted)
    )
