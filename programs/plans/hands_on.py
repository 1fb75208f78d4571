"""Hands-on treatment given at a visit. What is written stays; a correction is another row."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.people.models import Account, Patient
from programs.plans.models import HandsOn
from programs.plans.refusals import NoReason, WrongDay

LONGEST_WHAT = 2000


@transaction.atomic
def note_hands_on(*, patient: Patient, what: str, on_day: dt.date, by: Account, now: dt.datetime) -> HandsOn:
    """What was done with the hands, in the clinician's words, on a day of the patient's own.

    Raises NoReason (nothing was written, or more than 2,000 characters), WrongDay (still to come, or before the patient
    was registered).
    """
    words = what.strip()
    if not words:
        raise NoReason("Write what was done. Nothing was stored.")
    if len(words) > LONGEST_WHAT:
        raise NoReason(
            f"Keep it to {LONGEST_WHAT} characters; it has {len(words)}. Nothing was stored: "
            "note the rest as a second treatment."
        )
    if on_day > now.astimezone(patient.zone).date():
        raise WrongDay("That day is still to come. Nothing was stored: choose the day of the treatment.")
    if on_day < patient.registered_at.astimezone(patient.zone).date():
        raise WrongDay(
            "That is before the patient was registered here. Nothing was stored: choose the day of the treatment."
        )
    given = HandsOn.objects.create(patient=patient, on_day=on_day, what=words, given_at=now, given_by=by)
    record(action=Entry.Action.CREATED, patient=patient, by=by, what=f"hands-on treatment {given.pk}")
    return given
