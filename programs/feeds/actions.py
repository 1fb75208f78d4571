"""Making, renewing and taking away a calendar's address, choosing the time, and who is behind a token.

The token has 256 random bits and is never stored; its SHA-256 is, as for sign-in links (clinic/people/links.py).
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.people.actors import Actor, Job
from clinic.people.models import Patient
from clinic.people.tokens import hashed, new_token
from programs.feeds.models import Feed

CALENDAR = Job("calendar")


class NoAddress(Exception):
    """There is no address to change: it was never made, or it was taken away meanwhile."""


@transaction.atomic
def make_address(*, patient: Patient, by: Actor, now: dt.datetime, time_of_day: dt.time | None = None) -> str:
    """The token of a new address (43 characters); an older one dies. It can be had only now.

    The time stays as it was chosen unless another one is given.
    """
    token = new_token()
    Patient.objects.select_for_update().get(pk=patient.pk)  # two phones at once leave one living address
    changed = {"token_sha256": hashed(token), "made_at": now, "changed_at": now}
    if time_of_day is not None:
        changed["time_of_day"] = time_of_day
    feed, is_new = Feed.objects.update_or_create(patient=patient, defaults=changed)
    record(
        action=Entry.Action.CREATED if is_new else Entry.Action.CHANGED,
        patient=patient,
        by=by,
        what=f"{feed} {'made' if is_new else 'renewed'}",
    )
    return token


@transaction.atomic
def choose_time(*, patient: Patient, time_of_day: dt.time, by: Actor, now: dt.datetime) -> Feed:
    """From the next reading on every session begins at this time. Raises NoAddress."""
    feed = Feed.objects.select_for_update().filter(patient=patient).first()
    if feed is None:
        raise NoAddress
    feed.time_of_day, feed.changed_at = time_of_day, now
    feed.save(update_fields=["time_of_day", "changed_at"])
    record(action=Entry.Action.CHANGED, patient=patient, by=by, what=f"{feed} at another time")
    return feed


@transaction.atomic
def take_away(*, patient: Patient, by: Actor) -> bool:
    """The address is dead from this moment on. Whether there was one."""
    feed = Feed.objects.select_for_update().filter(patient=patient).first()
    if feed is None:
        return False
    record(action=Entry.Action.CHANGED, patient=patient, by=by, what=f"{feed} taken away")
    feed.delete()
    return True


def behind(token: str) -> Feed | None:
    """The living feed of this token; None for one that never was and for one that is no more, alike."""
    found: Feed | None = (
        Feed.objects.living().select_related("patient").filter(token_sha256=hashed(token)).first()
    )
    return found


def note_reading(feed: Feed, *, page: str, address: str | None, now: dt.datetime) -> None:
    """One audit row a day for each network address: a calendar reads every few minutes, for years."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    mine = Entry.objects.filter(
        patient=feed.patient_id, job=CALENDAR.name, page=page, address=address, at__gte=today
    )
    if not mine.exists():
        record(action=Entry.Action.READ, patient=feed.patient, by=CALENDAR, what=str(feed))
