"""A patient's sessions as a calendar other programs read. It tells nobody what they are for.

Times are written in UTC, each worked out from the patient's own zone: every calendar reads those alike, whatever it
knows of zones, and the next reading corrects what a change of the law may bring.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from icalendar import Calendar, Event

from programs.feeds.models import Feed
from programs.feeds.sessions import Planned, sessions_of
from programs.plans.models import Version
from programs.plans.standing import logs_of, now_of

TITLE = "Session"
READ_AGAIN = dt.timedelta(hours=4)


def calendar_of(feed: Feed, *, now: dt.datetime) -> bytes:
    """The calendar of the version the patient has; without one it is empty."""
    patient = feed.patient
    version = Version.objects.released_to(patient).with_exercises().first()
    if version is None:
        return written((), changed_at=feed.changed_at)
    today = now.astimezone(patient.zone).date()
    standing = now_of(version, version.listed, day=today, logs=logs_of(version.program_id))
    planned = sessions_of(standing, time_of_day=feed.time_of_day, zone=patient.zone, names=feed.uid)
    return written(planned, changed_at=max(feed.changed_at, version.released_at or feed.changed_at))


def written(sessions: Iterable[Planned], *, changed_at: dt.datetime) -> bytes:
    """These sessions as text/calendar. The same sessions always give the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", "-//Sessions//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", "Sessions")
    calendar.add("x-wr-calname", "Sessions")
    calendar.add("refresh-interval", READ_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT4H")
    for one in sessions:
        calendar.add_component(_event(one, changed_at))
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
