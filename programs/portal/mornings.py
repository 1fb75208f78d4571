"""The question after a session: how did the leg feel the next morning. Today's page asks it, and so does the phone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from programs.plans.models import SessionLog

ASKED_FOR = dt.timedelta(days=3)  # later nobody remembers
NUMBERS = range(11)
NO_NUMBER = "Choose a number from 0 (no pain) to 10 (worst pain)."
THANKS = "Thank you. Your therapist can see how the leg felt."


def asked(logs: Sequence[SessionLog], *, day: dt.date) -> SessionLog | None:
    """The last session before this day, if its next morning was not told yet and not long ago."""
    before = max(
        (log for log in logs if log.on_day < day), key=lambda log: (log.on_day, log.pk), default=None
    )
    asks = before and not hasattr(before, "morning") and before.on_day >= day - ASKED_FOR
    return before if asks else None


def for_the_phone(logs: Sequence[SessionLog], *, day: dt.date) -> dict[str, Any]:
    """What the phone asks by (static/js/portal/morning.js), today and on days to come: the last sessions by their keys.

    The oldest stands first; one that was told hides those before it, as in `asked`.
    """
    recent = sorted(
        (log for log in logs if log.on_day >= day - ASKED_FOR), key=lambda log: (log.on_day, log.pk)
    )
    return {
        "days": ASKED_FOR.days,
        "sessions": [
            {
                "key": str(log.client_key),
                "on_day": log.on_day.isoformat(),
                "told": hasattr(log, "morning"),
            }
            for log in recent
        ],
    }
