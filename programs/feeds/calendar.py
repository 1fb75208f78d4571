"""A patient's sessions and visits as a calendar other programs read. It tells nobody what they are for.

Times are written in UTC, each worked out from the patient's own zone: every calendar reads those alike, whatever it
knows of zones, and the next reading corrects what a change of the law may bring.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from icalendar import Event

from clinic.booking import ics
from clinic.booking.models import Appointment
from clinic.people.models import Patient
from programs.feeds.models import Feed
from programs.feeds.sessions import Planned, sessions_of
from programs.plans.models import Version
from programs.plans.standing import logs_of, now_of

TITLE = "Session"
READ_AGAIN = dt.timedelta(hours=4)
MOST_VISITS = 100


def calendar_of(feed: Feed, *, now: dt.datetime) -> bytes:
    """The visits to come, and the sessions of the version they have; without one, or after a stop, visits alone."""
    patient, visits = feed.patient, visits_of(feed.patient, now=now)
    version = Version.objects.released_to(patient).with_exercises().first()
    if version is None:
        return written((), visits, changed_at=feed.changed_at)
    today = now.astimezone(patient.zone).date()
    standing = now_of(version, version.listed, day=today, logs=logs_of(version.program_id))
    planned = sessions_of(standing, time_of_day=feed.time_of_day, zone=patient.zone, names=feed.uid)
    return written(planned, visits, changed_at=max(feed.changed_at, version.released_at or feed.changed_at))


def visits_of(patient: Patient, *, now: dt.datetime) -> list[ics.Entry]:
    """Their visits to come, cancelled ones as cancelled: a calendar that had them must not leave them standing."""
    rows = ics.with_history(Appointment.objects.filter(patient=patient, ends_at__gt=now))
    return [ics.entry_of(visit) for visit in rows.order_by("starts_at", "pk")[:MOST_VISITS]]


def written(
    sessions: Iterable[Planned], visits: Iterable[ics.Entry] = (), *, changed_at: dt.datetime
) -> bytes:
    """These as text/calendar. The same sessions and visits always give the same bytes."""
    calendar = ics.blank("Sessions", read_again=READ_AGAIN)
    for one in sessions:
        calendar.add_component(_event(one, changed_at))
    for visit in visits:
        calendar.add_component(ics.event(visit))
    return bytes(calendar.to_ical())


def _event(session: Planned, changed_at: dt.datetime) -> Event:
    page = settings.CLINIC_BASE_URL + reverse("portal:today")
    event = Event()
    event.add("uid", str(session.uid))
    event.add("dtstamp", changed_at.astimezone(dt.UTC).replace(microsecond=0))
    event.add("dtstart", session.starts_at)
    event.add("dtend", session.ends_at)
    event.add("summary", TITLE)
    event.add("description", page)
    event.add("url", page)
    event.add("class", "PRIVATE")
    return event
