"""Shorter pauses, in seconds, from the environment: a drill is about what is lost, not about how long people wait.

DRILL_SETTLES      how long the desk may take back a move or a cancellation before patients hear of it
DRILL_RING_AGAIN   how long a worker that was called for a reminder is given before another is
"""

from __future__ import annotations

import datetime as dt
import os
from importlib import import_module

from django.apps import AppConfig

from clinic.booking import status


def asked_for(name: str) -> dt.timedelta | None:
    seconds = os.environ.get(name, "")
    return dt.timedelta(seconds=float(seconds)) if seconds else None


status.SETTLES = asked_for("DRILL_SETTLES") or status.SETTLES


class Hurry(AppConfig):
    name = "tests.drills.reminders"
    label = "drill"

    def ready(self) -> None:
        actions = import_module("clinic.reminders.actions")
        actions.RING_AGAIN = asked_for("DRILL_RING_AGAIN") or actions.RING_AGAIN
