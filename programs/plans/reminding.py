"""What a patient chooses about being reminded at home."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.people.actors import Actor
from clinic.people.models import Patient
from programs.plans.models import ReminderTimes
from programs.plans.reminder_times import Mornings


@transaction.atomic
def choose_times(
    *,
    patient: Patient,
    sessions_at: dt.time | None,
    mornings: str,
    mornings_at: dt.time,
    by: Actor,
    now: dt.datetime,
) -> ReminderTimes:
    """From now on they are reminded at these times of their own clock; `sessions_at` None: not of sessions.

    Raises ValueError for a `mornings` that is none.
    """
    chosen = {
        "sessions_at": sessions_at,
        "mornings": Mornings(mornings),
        "mornings_at": mornings_at,
        "changed_at": now,
    }
    times, _ = ReminderTimes.objects.update_or_create(patient=patient, defaults=chosen)
    record(action=Entry.Action.CHANGED, patient=patient, by=by, what=str(times))
    return times
