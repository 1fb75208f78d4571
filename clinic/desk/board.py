"""The day in all open windows: has it changed since it was drawn, and which names has this window shown already?

A window asks every second or so, so the question is one query and names nobody. What it compares is a fingerprint of
all that the day shows, not a highest number: a transaction that began first and commits last changes it as well.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.core import signing
from django.db import connection
from django.utils import timezone

from clinic.booking.hours import day_window
from clinic.booking.reminders import KINDS
from clinic.booking.told import OF_A_SERIES, OF_A_VISIT
from clinic.people.models import Account

# All that a day shows: a fingerprint of each kind of rows, whoever wrote them in whatever order. Written out, because
# every open window asks each second: putting it together from querysets took twice as long as the rest of the answer.
VERSION = """
with visit as (select * from booking_appointment where starts_at >= %(since)s and starts_at < %(until)s)
select
    md5(array(
        select (id, patient_id, clinician_id, type_id, resource_id, starts_at, ends_at, held_until, status, moved_at,
            urgent_because, overbooked_because, cancelled_because)::text
        from visit order by id)::text),
    md5(array(
        select (id, state, kind)::text from reminders_reminder
        where source = %(of_a_visit)s and kind = any(%(kinds)s) and subject_id in (select id from visit)
        order by id)::text),
    md5(array(
        select (id, state, kind)::text from reminders_reminder
        where source = %(of_a_series)s and subject_id in (select series_id from visit)
        order by id)::text),
    md5(array(
        select (id, starts_at, held_until, expires_at)::text from booking_hold
        where expires_at > %(now)s and starts_at < %(until)s and ends_at > %(since)s order by id)::text),
    md5(array(
        select (id, starts_at, ends_at, kind)::text from booking_absence
        where starts_at < %(until)s and ends_at > %(since)s order by id)::text),
    md5(array(
        select (id, starts, ends, from_day, until_day)::text from booking_workinghours
        where weekday = %(weekday)s order by id)::text),
    md5(array(
        select (id, starts, ends)::text from booking_extrahours where on_day = %(day)s order by id)::text),
    case when %(with_things)s then to_jsonb(array(
        select jsonb_build_object('pk', thing.id, 'name', thing.name, 'kind', kind.name)
        from booking_resource thing join booking_resourcekind kind on kind.id = thing.kind_id
        where thing.id in (select resource_id from visit)
            or ((thing.retired_on is null or thing.retired_on >= %(day)s)
                and kind.id in (select needs_id from booking_appointmenttype))
        order by kind.name, thing.name)) end
"""

SALT = "clinic.desk.board"
A_SHIFT = 12 * 60 * 60  # seconds; no session lasts longer


@dataclass(frozen=True, slots=True)
class Thing:
    """A room or a machine that has a column."""

    pk: int
    name: str
    kind: str


def version_of(day: dt.date, *, zone: ZoneInfo, now: dt.datetime) -> str:
    """Another text whenever the day would be drawn otherwise; today's also each minute. One query."""
    *found, _ = _asked(day, zone, now, with_things=False)
    return _version(found, day, zone, now)


def version_and_things(day: dt.date, *, zone: ZoneInfo, now: dt.datetime) -> tuple[str, list[Thing]]:
    """The same query, and the rooms and machines that are taken on that day or that some type cannot do without."""
    *found, named = _asked(day, zone, now, with_things=True)
    return _version(found, day, zone, now), [Thing(**one) for one in json.loads(named)]


def _asked(day: dt.date, zone: ZoneInfo, now: dt.datetime, *, with_things: bool) -> tuple[str, ...]:
    since, until = day_window(day, zone)
    told: dict[str, Any] = {"since": since, "until": until, "now": now, "day": day, "weekday": day.weekday()}
    told |= {"of_a_visit": OF_A_VISIT, "of_a_series": OF_A_SERIES, "kinds": sorted(KINDS)}
    with connection.cursor() as cursor:
        cursor.execute(VERSION, told | {"with_things": with_things})
        found: tuple[str, ...] = cursor.fetchone()
    return found


def _version(found: Iterable[str], day: dt.date, zone: ZoneInfo, now: dt.datetime) -> str:
    local = timezone.localtime(now, zone)
    minute = f"{local:%H:%M}" if local.date() == day else ""
    return hashlib.sha256("/".join([*(one or "" for one in found), minute]).encode()).hexdigest()[:20]


def seen(patients: Iterable[int], by: Account) -> str:
    """A signed note for the window: whose names it has shown, and that this was recorded."""
    return signing.dumps([by.pk, sorted(set(patients))], salt=SALT, compress=True)


def read_seen(note: str, by: Account) -> set[int]:
    """Whose names that window's note says were shown and recorded; nobody for a note that is not theirs."""
    try:
        whose, patients = signing.loads(note, salt=SALT, max_age=A_SHIFT)
    except signing.BadSignature:
        return set()
    return set(patients) if whose == by.pk else set()
