"""The day in all open windows: has it changed since it was drawn, and which names has this window shown already?

A window asks every second or so, so the question is one query and names nobody. What it compares is a fingerprint of
all that the day shows, not a highest number: a transaction that began first and commits last changes it as well.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.core import signing
from django.db.models import F, Q, QuerySet, TextField
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject
from django.utils import timezone

from clinic.booking.hours import day_window
from clinic.booking.models import Appointment, AppointmentType, Resource
from clinic.booking.reminders import KINDS
from clinic.booking.told import OF_A_SERIES, OF_A_VISIT
from clinic.people.models import Account

# All that a day shows. Written out, because every open window asks each second: putting the same together from
# querysets took twice as long as all the rest of the answer.
VISITS = """select (
    id, patient_id, clinician_id, type_id, resource_id, starts_at, ends_at, held_until, status, moved_at,
    urgent_because, overbooked_because, cancelled_because)::text
    from booking_appointment where starts_at >= %s and starts_at < %s"""
TOLD = """select (id, state, kind)::text from reminders_reminder
    where source = %s and kind = any(%s) and subject_id in (
        select id from booking_appointment where starts_at >= %s and starts_at < %s)"""
TOLD_TOGETHER = """select (id, state, kind)::text from reminders_reminder
    where source = %s and subject_id in (
        select series_id from booking_appointment where starts_at >= %s and starts_at < %s)"""
HELD = """select (id, starts_at, held_until, expires_at)::text
    from booking_hold where expires_at > %s and starts_at < %s and ends_at > %s"""
AWAY = """select (id, starts_at, ends_at, kind)::text
    from booking_absence where starts_at < %s and ends_at > %s"""
HOURS = (
    """select (id, starts, ends, from_day, until_day)::text from booking_workinghours where weekday = %s"""
)
EXTRA = """select (id, starts, ends)::text from booking_extrahours where on_day = %s"""

SALT = "clinic.desk.board"
A_SHIFT = 12 * 60 * 60  # seconds; no session lasts longer


@dataclass(frozen=True, slots=True)
class Thing:
    """A room or a machine that has a column."""

    pk: int
    name: str
    kind: str


def version_of(day: dt.date, *, zone: ZoneInfo, now: dt.datetime, asked_by: Account) -> str:
    """Another text whenever the day would be drawn otherwise; today's also each minute. One query."""
    (found,) = _from_one_row(asked_by).values_list(*_prints(day, zone, now))
    return _version(found, day, zone, now)


def version_and_things(
    day: dt.date, *, zone: ZoneInfo, now: dt.datetime, asked_by: Account
) -> tuple[str, list[Thing]]:
    """The same query, and the rooms and machines that are taken on that day or that some type cannot do without."""
    taken = Q(pk__in=Appointment.objects.on_day(day, zone).filter(resource__isnull=False).values("resource"))
    wanted = Q(kind__in=AppointmentType.objects.filter(needs__isnull=False).values("needs"))
    standing = Q(retired_on=None) | Q(retired_on__gte=day)
    rows = Resource.objects.filter(taken | (standing & wanted)).order_by("kind__name", "name")
    things = ArraySubquery(rows.values(part=JSONObject(pk=F("pk"), name=F("name"), kind=F("kind__name"))))
    ((*found, named),) = _from_one_row(asked_by).values_list(*_prints(day, zone, now), things)
    return _version(found, day, zone, now), [Thing(**one) for one in named]


def _from_one_row(asked_by: Account) -> QuerySet[Account]:
    """A row that is there for certain to hang the questions on; nothing of it is read."""
    rows: QuerySet[Account] = Account.objects.filter(pk=asked_by.pk)
    return rows


def _version(found: Iterable[str], day: dt.date, zone: ZoneInfo, now: dt.datetime) -> str:
    local = timezone.localtime(now, zone)
    minute = f"{local:%H:%M}" if local.date() == day else ""
    return hashlib.sha256("/".join([*(one or "" for one in found), minute]).encode()).hexdigest()[:20]


def _prints(day: dt.date, zone: ZoneInfo, now: dt.datetime) -> list[RawSQL]:
    since, until = day_window(day, zone)
    return [
        _print(VISITS, since, until),
        _print(TOLD, OF_A_VISIT, sorted(KINDS), since, until),
        _print(TOLD_TOGETHER, OF_A_SERIES, since, until),
        _print(HELD, now, until, since),
        _print(AWAY, until, since),
        _print(HOURS, day.weekday()),
        _print(EXTRA, day),
    ]


def _print(rows: str, *told: Any) -> RawSQL:
    """A fingerprint of the rows, whoever wrote them in whatever order."""
    text = f"md5(array({rows} order by id)::text)"
    return RawSQL(text, told, output_field=TextField())  # noqa: S611  # the texts above, and parameters


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
