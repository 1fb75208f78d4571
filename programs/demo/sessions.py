"""What the demo's patients logged: the day's own exercises and run, and how the leg felt the next morning."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal

from clinic.people.models import Account
from programs.builder.block import PlannedDay, week_number
from programs.builder.runs import PlannedRun
from programs.plans import diary
from programs.plans.models import Exercise, SessionLog, Version

EVENING, MORNING = dt.time(19, 30), dt.time(7, 30)
MINUTES_A_KM = 6


def log_days(
    version: Version, told: Sequence[tuple[dt.datetime, dt.datetime, int]], *, by: Account, until: dt.datetime
) -> None:
    """Sessions of this version: (the evening of the day, the next morning, the worst pain) of each."""
    listed = list(version.listed_now())
    block = version.block(listed)
    for evening, morning, pain in told:
        on_day = evening.astimezone(version.patient.zone).date()
        number = week_number(on_day, starts_on=version.starts_on) if version.starts_on else 1
        log = _log(version, block.week(number).days[on_day.weekday()], listed, evening, pain, by)
        if morning < until:
            diary.tell_morning(log=log, pain=max(pain - 1, 0) if pain < 4 else pain, by=by, now=morning)


def _log(
    version: Version,
    day: PlannedDay[Exercise],
    listed: list[Exercise],
    at: dt.datetime,
    pain: int,
    by: Account,
) -> SessionLog:
    return diary.log_session(
        version=version,
        patient=version.patient,
        on_day=at.astimezone(version.patient.zone).date(),
        entries=[diary.Did(one.pk, done=True, sets_done=one.sets) for one in day.all or listed[:2]],
        pain_during=pain,
        effort=min(pain + 4, 10),
        ran=_ran(day.run),
        by=by,
        now=at,
        client_key=uuid.uuid4(),
    )


def _ran(run: PlannedRun) -> diary.Ran | None:
    if not run.is_run or run.is_left_out:
        return None
    if run.km is None:
        return diary.Ran(minutes=run.minutes)
    return diary.Ran(minutes=round(run.km * MINUTES_A_KM), km=Decimal(str(run.km)))
