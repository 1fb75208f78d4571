"""Making, renewing and taking away a calendar's address, choosing the time, and who is behind a token.

What it shares with a clinician's calendar is clinic.audit.secret_addresses.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from clinic.audit import secret_addresses
from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.people.actors import Actor
from clinic.people.models import Patient
from clinic.people.tokens import hashed
from programs.feeds.models import Feed


class NoAddress(Exception):
    """There is no address to change: it was never made, or it was taken away meanwhile."""


def make_address(*, patient: Patient, by: Actor, now: dt.datetime, time_of_day: dt.time | None = None) -> str:
    """The token of a new address (43 characters); an older one dies. It can be had only now.

    The time stays as it was chosen unless another one is given.
    """
    kept: dict[str, dt.datetime | dt.time] = {"made_at": now, "changed_at": now}
    if time_of_day is not None:
        kept["time_of_day"] = time_of_day
    return secret_addresses.make(Feed, of=patient, by=by, kept=kept)


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


def take_away(*, patient: Patient, by: Actor) -> bool:
    """The address is dead from this moment on. Whether there was one."""
    return secret_addresses.take_away(Feed, of=patient, by=by)


def behind(token: str) -> Feed | None:
    """The living feed of this token; None for one that never was and for one that is no more, alike."""
    found: Feed | None = (
        Feed.objects.living().select_related("patient").filter(token_sha256=hashed(token)).first()
    )
    return found


def note_reading(feed: Feed, *, page: str, address: str | None, now: dt.datetime) -> None:
    """One audit row a day for each network address: a calendar reads every few minutes, for years."""
    secret_addresses.note_reading(feed, of=feed.patient, page=page, address=address, now=now)
