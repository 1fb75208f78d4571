"""A clinician's own calendar at a secret address: when they are busy or away. No patient's name, not what for.

Calendars cannot sign in, so the address is the key; see clinic/decisions/2026-11-calendar-feed.md.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import Q

from clinic.audit import secret_addresses
from clinic.booking import ics
from clinic.booking.hours import clinic_zone
from clinic.booking.models import Absence, Appointment, ClinicianFeed
from clinic.people.actors import Actor
from clinic.people.models import Clinician
from clinic.people.tokens import hashed

NAME = "Visits"
READ_AGAIN = dt.timedelta(hours=1)
DAYS_BACK, DAYS_AHEAD = 28, 120
MOST = 2000  # entries of each kind; a full diary of four months has fewer
VISIT, AWAY, SHUT = "Visit", "Away", "Closed"


def make_address(*, clinician: Clinician, by: Actor, now: dt.datetime) -> str:
    """The token of a new address (43 characters); an older one dies. It can be had only now."""
    return secret_addresses.make(ClinicianFeed, of=clinician, by=by, kept={"made_at": now})


def take_away(*, clinician: Clinician, by: Actor) -> bool:
    """The address is dead from this moment on. Whether there was one."""
    return secret_addresses.take_away(ClinicianFeed, of=clinician, by=by)


def behind(token: str, *, now: dt.datetime) -> ClinicianFeed | None:
    """The feed of this token while its clinician works here; None for a wrong one and one that is no more, alike."""
    today = now.astimezone(clinic_zone()).date()
    living = ClinicianFeed.objects.filter(clinician__account__is_active=True).exclude(
        clinician__left_on__lt=today
    )
    return living.select_related("clinician").filter(token_sha256=hashed(token)).first()


def note_reading(feed: ClinicianFeed, *, page: str, address: str | None, now: dt.datetime) -> None:
    """One audit row a day for each network address: a calendar reads every hour, for years."""
    secret_addresses.note_reading(feed, of=feed.clinician, page=page, address=address, now=now)


def calendar_of(feed: ClinicianFeed, *, now: dt.datetime) -> bytes:
    """Four weeks back and four months ahead, as busy times. Cancelled and missed visits are not in it. Two queries."""
    since, until = now - dt.timedelta(days=DAYS_BACK), now + dt.timedelta(days=DAYS_AHEAD)
    entries = [*_visits(feed, since, until), *_absences(feed, since, until)]
    return ics.written(entries, name=NAME, read_again=READ_AGAIN)


def _visits(feed: ClinicianFeed, since: dt.datetime, until: dt.datetime) -> list[ics.Entry]:
    rows = Appointment.objects.standing().filter(clinician=feed.clinician_id)
    near = ics.with_history(rows.filter(ends_at__gt=since, starts_at__lt=until)).select_related("resource")
    return [
        ics.Entry(
            uid=uuid.uuid5(feed.uid, f"visit {visit.pk}"),
            starts_at=visit.starts_at,
            ends_at=visit.ends_at,
            changed_at=ics.changed_at(visit),
            sequence=ics.sequence(visit),
            summary=VISIT,
            place=visit.resource.name if visit.resource else "",
        )
        for visit in near.order_by("starts_at", "pk")[:MOST]
    ]


def _absences(feed: ClinicianFeed, since: dt.datetime, until: dt.datetime) -> list[ics.Entry]:
    """Not which kind: whoever shares the calendar does not learn who is ill. Imported ones are in it already."""
    rows = Absence.objects.filter(Q(clinician=feed.clinician_id) | Q(clinician=None), imported_as="")
    return [
        ics.Entry(
            uid=uuid.uuid5(feed.uid, f"absence {absence.pk}"),
            starts_at=absence.starts_at,
            ends_at=absence.ends_at,
            changed_at=absence.made_at,
            summary=AWAY if absence.clinician_id else SHUT,
        )
        for absence in rows.filter(ends_at__gt=since, starts_at__lt=until).order_by("starts_at", "pk")[:MOST]
    ]
