"""Between looking at another calendar's file and saving it: what was read travels in the page, signed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core import signing

from clinic.booking import importing
from clinic.booking.busy_times import Busy, Reading
from clinic.booking.models import Appointment
from clinic.booking.planned import to_come
from clinic.people.models import Clinician

SALT = "clinic.desk.importing"
OLDEST_SECONDS = 60 * 60
MOST_SHOWN = 50  # of each list; the rest is counted


class TooOld(ValueError):
    """What was read is no longer at hand, was read for somebody else, or is not what we sent."""

    def __init__(self) -> None:
        super().__init__(
            "What was read from the file is no longer at hand. Nothing was changed. Choose the file again."
        )


def facts(clinician: Clinician, source: str, reading: Reading, now: dt.datetime) -> dict[str, Any]:
    """What saving would do, what was left out and why, and who is booked there. Two queries."""
    plan = importing.plan(clinician=clinician, source=source, times=reading.times, now=now)
    lists = [
        ("Added", [(busy.starts_at, busy.ends_at) for busy in plan.added]),
        ("Changed", [(busy.starts_at, busy.ends_at) for _, busy in plan.changed]),
        ("Removed, no longer in the file", [(gone.starts_at, gone.ends_at) for gone in plan.removed]),
    ]
    return {
        "plan": plan,
        "source": source,
        "lists": [
            (name, len(spans), spans[:MOST_SHOWN], len(spans) - MOST_SHOWN) for name, spans in lists if spans
        ],
        "skipped": reading.skipped.most_common(),
        "visits": _booked_there(clinician, reading.times, now),
        "signed": pack(clinician, source, plan.based_on, reading.times),
    }


def _booked_there(clinician: Clinician, times: list[Busy], now: dt.datetime) -> list[Appointment]:
    if not times:
        return []
    last = max(busy.ends_at for busy in times)
    return [
        visit
        for visit in to_come(clinician, since=now, until=last)
        if any(busy.starts_at < visit.ends_at and busy.ends_at > visit.starts_at for busy in times)
    ]


def pack(clinician: Clinician, source: str, based_on: str, times: list[Busy]) -> str:
    rows = [[one.name, int(one.starts_at.timestamp()), int(one.ends_at.timestamp())] for one in times]
    return signing.dumps([clinician.pk, source, based_on, rows], salt=SALT, compress=True)


def unpack(clinician: Clinician, signed: str) -> tuple[str, str, list[Busy]]:
    """(which calendar, what the plan was based on, the busy times). Raises TooOld."""
    try:
        whose, source, based_on, rows = signing.loads(signed, salt=SALT, max_age=OLDEST_SECONDS)
    except (signing.BadSignature, ValueError) as error:  # ValueError: packed before calendars had names
        raise TooOld from error
    if whose != clinician.pk:
        raise TooOld
    return source, based_on, [Busy(name, _moment(starts), _moment(ends)) for name, starts, ends in rows]


def _moment(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
