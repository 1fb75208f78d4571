"""A day that was logged already: asked about before a second session of it is stored. The phone asks the same."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from programs.plans.diary import LONGEST_AGO
from programs.plans.models import SessionLog


def before(logs: Sequence[SessionLog], *, on_day: dt.date, key: uuid.UUID) -> SessionLog | None:
    """The newest session of this day, if it is another one; the same key is the same session sent again."""
    if any(log.client_key == key for log in logs):
        return None
    return max((log for log in logs if log.on_day == on_day), key=lambda log: log.pk, default=None)


def in_short(log: SessionLog, *, zone: dt.tzinfo) -> str:
    """“14:10, pain 1”."""
    return f"{_told_at(log, zone)}, pain {log.pain_during}"


def for_the_phone(logs: Sequence[SessionLog], *, day: dt.date, zone: ZoneInfo) -> list[dict[str, Any]]:
    """What the phone asks by (static/js/portal/told.js): the sessions of the last two weeks, the oldest first."""
    recent = sorted((log for log in logs if log.on_day >= day - LONGEST_AGO), key=lambda log: log.pk)
    return [
        {
            "key": str(log.client_key),
            "on_day": log.on_day.isoformat(),
            "at": _told_at(log, zone),
            "pain": log.pain_during,
        }
        for log in recent
    ]


def _told_at(log: SessionLog, zone: dt.tzinfo) -> str:
    return f"{(log.told_at or log.logged_at).astimezone(zone):%H:%M}"
