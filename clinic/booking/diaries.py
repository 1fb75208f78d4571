"""What each clinician's calendar holds for a stretch of days, read in one query however many they are."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from clinic.booking.hours import Window, clinic_zone, joined, windows, without
from clinic.booking.models import (
    LONGEST_HELD,
    Absence,
    Appointment,
    ExtraHours,
    Hold,
    Resource,
    WorkingHours,
)
from clinic.booking.status import HOLDS_A_SLOT
from clinic.people.models import Clinician

A_DAY = dt.timedelta(days=1)

# What `_parts` asks, written out: each booking reads diaries up to three times, and putting the question together from
# querysets took 5 ms where the answer takes 0.2. tests/clinic/booking/test_diaries.py holds the two together.
DIARIES = """
select id, jsonb_build_array(
    to_jsonb(array(
        select jsonb_build_object(
            'weekday', weekday, 'starts', starts, 'ends', ends,
            'from_day', from_day, 'until_day', until_day, 'every_weeks', every_weeks)
        from booking_workinghours
        where clinician_id = person.id
            and (from_day is null or from_day <= %(last)s) and (until_day is null or until_day >= %(first)s))),
    to_jsonb(array(
        select jsonb_build_object('on_day', on_day, 'starts', starts, 'ends', ends)
        from booking_extrahours
        where clinician_id = person.id and on_day between %(first)s and %(last)s)),
    to_jsonb(array(
        select jsonb_build_object(
            'starts_at', starts_at, 'ends_at', ends_at, 'kind', kind, 'note', note, 'clinician_id', clinician_id)
        from booking_absence
        where (clinician_id = person.id or clinician_id is null)
            and ends_at > %(since)s - %(a_day)s and starts_at < %(until)s + %(a_day)s)),
    to_jsonb(array(
        select jsonb_build_object('starts_at', starts_at, 'held_until', held_until)
        from booking_appointment
        where clinician_id = person.id and status = any(%(standing)s) and starts_at > %(since)s - %(longest)s
            and starts_at < %(until)s and held_until > %(since)s and id <> all(%(besides)s))),
    to_jsonb(array(
        select jsonb_build_object(
            'starts_at', starts_at, 'ends_at', ends_at, 'held_until', held_until,
            'expires_at', expires_at, 'purpose', purpose, 'resource_id', resource_id)
        from booking_hold
        where clinician_id = person.id and expires_at > %(now)s
            and starts_at < %(until)s and held_until > %(since)s and id <> all(%(holding)s))))
from people_clinician person
where id = any(%(people)s)
"""


@dataclass(frozen=True, slots=True)
class Extra:
    """Hours worked on one day only."""

    on_day: dt.date
    starts: dt.time
    ends: dt.time

    def holds_on(self, day: dt.date) -> bool:
        return day == self.on_day


@dataclass(frozen=True, slots=True)
class Away:
    """A time in which they, or the whole clinic, cannot be booked. `kind` is an AbsenceKind."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    kind: str
    note: str
    is_everybodys: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A living hold. `purpose` is a Hold.Purpose."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    held_until: dt.datetime
    expires_at: dt.datetime
    purpose: str
    resource_id: int | None


@dataclass(frozen=True, slots=True)
class Diary:
    """One clinician's hours, absences and what takes up their time (buffers and living holds included), in order."""

    clinician: Clinician
    hours: list[WorkingHours] = field(default_factory=list)
    extra: list[Extra] = field(default_factory=list)
    away: list[Window] = field(default_factory=list)
    taken: list[Window] = field(default_factory=list)
    absences: list[Away] = field(default_factory=list)
    holds: list[Kept] = field(default_factory=list)

    def works(self, day: dt.date) -> list[Window]:
        """When they work on that day of the clinic's calendar, as UTC instants, absences left out."""
        return without(self.due_in(day), self.away)

    def due_in(self, day: dt.date) -> list[Window]:
        """When their hours say they work on that day, absences or not."""
        began, left = self.clinician.works_here_since, self.clinician.left_on
        if day < began or (left is not None and day > left):
            return []
        return windows([*self.hours, *self.extra], day, clinic_zone())


def diaries(
    clinicians: Iterable[Clinician],
    since: dt.datetime,
    until: dt.datetime,
    *,
    now: dt.datetime,
    moving: Appointment | None = None,
    holding: Hold | None = None,
    besides: Collection[int] = (),
) -> list[Diary]:
    """Their diaries in the order given. `moving`, `holding` and the visits `besides` take up no time. One query."""
    people = list(clinicians)
    told: dict[str, Any] = {
        "people": [person.pk for person in people],
        "first": since.astimezone(clinic_zone()).date(),
        "last": until.astimezone(clinic_zone()).date(),
        "since": since,
        "until": until,
        "a_day": A_DAY,
        "longest": LONGEST_HELD,
        "standing": sorted(HOLDS_A_SLOT),
        "besides": [*besides, *([moving.pk] if moving is not None else [])],
        "now": now,
        "holding": [holding.pk] if holding is not None else [],
    }
    with connection.cursor() as cursor:
        cursor.execute(DIARIES, told)
        found = {pk: json.loads(written) for pk, written in cursor.fetchall()}
    return [_diary(person, *found.get(person.pk, [[], [], [], [], []])) for person in people]


def everybodys(
    clinicians: QuerySet[Clinician],
    since: dt.datetime,
    until: dt.datetime,
    *,
    now: dt.datetime,
    besides: Collection[int] = (),
) -> list[Diary]:
    """The diaries of clinicians who are still to be read: they come along. One query."""
    parts = _parts(since, until, now, None, None, besides)
    return [
        _diary(person, *(getattr(person, part) for part in parts)) for person in clinicians.annotate(**parts)
    ]


def _parts(
    since: dt.datetime,
    until: dt.datetime,
    now: dt.datetime,
    moving: Appointment | None,
    holding: Hold | None,
    besides: Collection[int],
) -> dict[str, ArraySubquery]:
    """What a clinician's row is read with, in the order in which `_diary` takes it."""
    first = since.astimezone(clinic_zone()).date()
    last = until.astimezone(clinic_zone()).date()
    me = OuterRef("pk")
    hours = WorkingHours.objects.filter(clinician=me).filter(
        Q(from_day=None) | Q(from_day__lte=last), Q(until_day=None) | Q(until_day__gte=first)
    )
    extra = ExtraHours.objects.filter(clinician=me, on_day__range=(first, last))
    away = Absence.objects.filter(Q(clinician=me) | Q(clinician=None))
    away = away.filter(ends_at__gt=since - A_DAY, starts_at__lt=until + A_DAY)
    booked, held = _taking(since, until, now, moving, holding, besides)
    return {
        "read_hours": _array(hours, "weekday", "starts", "ends", "from_day", "until_day", "every_weeks"),
        "read_extra": _array(extra, "on_day", "starts", "ends"),
        "read_away": _array(away, "starts_at", "ends_at", "kind", "note", "clinician_id"),
        "read_booked": _array(booked.filter(clinician=me), "starts_at", "held_until"),
        "read_held": _array(
            held.filter(clinician=me),
            "starts_at",
            "ends_at",
            "held_until",
            "expires_at",
            "purpose",
            "resource_id",
        ),
    }


def resource_diaries(
    kind_id: int,
    since: dt.datetime,
    until: dt.datetime,
    *,
    now: dt.datetime,
    moving: Appointment | None = None,
    holding: Hold | None = None,
    besides: Collection[int] = (),
) -> list[list[Window]]:
    """What takes up each resource of the kind, in order; a retired one is taken from its last day on. One query."""
    me = OuterRef("pk")
    booked, held = _taking(since, until, now, moving, holding, besides)
    rows = Resource.objects.filter(kind=kind_id).order_by("pk")
    found = rows.values_list(
        "retired_on",
        _array(booked.filter(resource=me), "starts_at", "held_until"),
        _array(held.filter(resource=me), "starts_at", "held_until"),
    )
    zone = clinic_zone()
    out = []
    for retired_on, *taken in found:
        spans = _spans([*taken[0], *taken[1]])
        if retired_on is not None:
            gone = dt.datetime.combine(retired_on + A_DAY, dt.time(), zone).astimezone(dt.UTC)
            spans = joined([*spans, (min(gone, until), until + A_DAY)])
        out.append(spans)
    return out


def _taking(
    since: dt.datetime,
    until: dt.datetime,
    now: dt.datetime,
    moving: Appointment | None,
    holding: Hold | None,
    besides: Collection[int],
) -> tuple[QuerySet[Any], QuerySet[Any]]:
    booked = Appointment.objects.standing().overlapping(since, until)
    if besides:
        booked = booked.exclude(pk__in=besides)
    held = Hold.objects.living(now).overlapping(since, until)
    if moving is not None:
        booked = booked.exclude(pk=moving.pk)
    if holding is not None:
        held = held.exclude(pk=holding.pk)
    return booked, held


def _array(rows: QuerySet[Any], *columns: str) -> ArraySubquery:
    return ArraySubquery(rows.order_by().values(part=JSONObject(**{name: name for name in columns})))


def _diary(
    person: Clinician,
    hours: list[Mapping[str, Any]],
    extra: list[Mapping[str, Any]],
    away: list[Mapping[str, Any]],
    booked: list[Mapping[str, str]],
    held: list[Mapping[str, Any]],
) -> Diary:
    return Diary(
        clinician=person,
        hours=[WorkingHours(clinician=person, **_read(row)) for row in hours],
        extra=[Extra(**_read(row)) for row in extra],
        away=[(moment(row["starts_at"]), moment(row["ends_at"])) for row in away],
        taken=_spans([*booked, *held]),
        absences=[
            Away(
                moment(row["starts_at"]),
                moment(row["ends_at"]),
                row["kind"],
                row["note"],
                row["clinician_id"] is None,
            )
            for row in away
        ],
        holds=[
            Kept(
                starts_at=moment(row["starts_at"]),
                ends_at=moment(row["ends_at"]),
                held_until=moment(row["held_until"]),
                expires_at=moment(row["expires_at"]),
                purpose=row["purpose"],
                resource_id=row["resource_id"],
            )
            for row in held
        ],
    )


def _read(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its times and days read; JSON knows neither."""
    read: dict[str, Any] = dict(row)
    for name in ("starts", "ends"):
        read[name] = dt.time.fromisoformat(row[name])
    for name in ("on_day", "from_day", "until_day"):
        if row.get(name):
            read[name] = dt.date.fromisoformat(row[name])
    return read


def _spans(rows: Iterable[Mapping[str, str]]) -> list[Window]:
    return joined((moment(row["starts_at"]), moment(row["held_until"])) for row in rows)


def moment(text: str) -> dt.datetime:
    """A moment as PostgreSQL writes it into JSON, in UTC."""
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)
