"""A calendar at a secret address, whoever's it is: making and renewing it, taking it away, noting who reads it.

Calendars cannot sign in, so the address is the key; see clinic/decisions/2026-11-calendar-feed.md. The token has 256
random bits and is never stored; its SHA-256 is. What stands in the calendar is the business of those whose it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Model

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.people.actors import Actor, Job
from clinic.people.models import Clinician, Patient
from clinic.people.tokens import hashed, new_token

CALENDAR = Job("calendar")


@transaction.atomic
def make(feeds: type[Model], *, of: Patient | Clinician, by: Actor, kept: Mapping[str, Any]) -> str:
    """The token of a new address (43 characters); an older one dies. It can be had only now.

    `feeds` are the rows, one for each of whom `of` is one; `kept` is what else the row says from now on.
    """
    token = new_token()
    # Two windows at once leave one living address.
    type(of)._default_manager.select_for_update().get(pk=of.pk)
    changed = {"token_sha256": hashed(token), **kept}
    feed, is_new = feeds._default_manager.update_or_create(**_whose(of), defaults=changed)
    action = Entry.Action.CREATED if is_new else Entry.Action.CHANGED
    record(action=action, patient=_patient(of), by=by, what=f"{feed} {'made' if is_new else 'renewed'}")
    return token


@transaction.atomic
def take_away(feeds: type[Model], *, of: Patient | Clinician, by: Actor) -> bool:
    """The address is dead from this moment on. Whether there was one."""
    feed = feeds._default_manager.select_for_update().filter(**_whose(of)).first()
    if feed is None:
        return False
    record(action=Entry.Action.CHANGED, patient=_patient(of), by=by, what=f"{feed} taken away")
    feed.delete()
    return True


def note_reading(
    feed: Model, *, of: Patient | Clinician, page: str, address: str | None, now: dt.datetime
) -> None:
    """One audit row a day for each network address: a calendar reads many times a day, for years."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    patient, what = _patient(of), str(feed)
    mine = Entry.objects.filter(
        job=CALENDAR.name, page=page, address=address, what=what, patient=patient, at__gte=today
    )
    if not mine.exists():
        record(action=Entry.Action.READ, patient=patient, by=CALENDAR, what=what)


def _whose(of: Patient | Clinician) -> dict[str, Any]:
    return {"patient" if isinstance(of, Patient) else "clinician": of}


def _patient(of: Patient | Clinician) -> Patient | None:
    return of if isinstance(of, Patient) else None
