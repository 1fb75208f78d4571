"""What each clinician's calendar holds for a stretch of days, read in one query however many they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import JSONField, QuerySet
from django.db.models.expressions import RawSQL

from clinic.booking.hours import Window, clinic_zone, joined, windows, without
from clinic.booking.models import LONGEST_HELD, Appointment, Hold, Resource, WorkingHours
from clinic.booking.status import HOLDS_A_SLOT
from clinic.people.models import Clinician

A_DAY = dt.timedelta(days=1)

# The parts of a diary, each an array of its rows. Written out, because every page of the calendar and every booking
# reads them: putting the same together from querysets took 5 ms, and PostgreSQL answers in 0.2. What stands, what
# lives and what overlaps is as the querysets of the two models have it.
CLINICIANS, RESOURCES = "clinician_id = people_clinician.id", "resource_id = booking_resource.id"
HOURS = """array(
    select jsonb_build_object(
        'weekday', weekday, 'starts', starts, 'ends', ends,
        'from_day', from_day, 'until_day', until_day, 'every_weeks', every_weeks)
    from booking_workinghours
    where clinician_id = people_clinician.id
        and (from_day is null or from_day <= %s) and (until_day is null or until_day >= %s))"""
EXTRA = """array(
    select jsonb_build_object('on_day', on_day, 'starts', starts, 'ends', ends)
    from booking_extrahours
    where clinician_id = people_clinician.id and on_day between %s and %s)"""
AWAY = """array(
    select jsonb_build_object(
        'starts_at', starts_at, 'ends_at', ends_at, 'kind', kind, 'note', note, 'clinician_id', clinician_id)
    from booking_absence
    where (clinician_id = people_clinician.id or clinician_id is null) and ends_at > %s and starts_at < %s)"""
BOOKED = """array(
    select jsonb_build_object('starts_at', starts_at, 'held_until', held_until)
    from booking_appointment
    where {whose} and status = any(%s)
        and starts_at > %s and starts_at < %s and held_until > %s and booking_appointment.id <> all(%s))"""
HELD = """array(
    select jsonb_build_object(
        'starts_at', starts_at, 'ends_at', ends_at, 'held_until', held_until,
        'expires_at', expires_at, 'purpose', purpose, 'resource_id', resource_id)
    from booking_hold
    where {whose} and expires_at > %s and starts_at < %s and held_until > %s and booking_hold.id <> all(%s))"""


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
    parts = _parts(since, until, now, moving, holding, besides)
    rows = Clinician.objects.filter(pk__in=[person.pk for person in people]).annotate(**parts)
    found = {pk: written for pk, *written in rows.order_by("pk").values_list("pk", *parts)} if people else {}
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
) -> dict[str, RawSQL]:
    """What a clinician's row is read with, in the order in which `_diary` takes it."""
    first = since.astimezone(clinic_zone()).date()
    last = until.astimezone(clinic_zone()).date()
    booked, held = _taking(since, until, now, moving, holding, besides)
    return {
        "read_hours": _array(HOURS, last, first),
        "read_extra": _array(EXTRA, first, last),
        "read_away": _array(AWAY, since - A_DAY, until + A_DAY),
        "read_booked": _array(BOOKED.format(whose=CLINICIANS), *booked),
        "read_held": _array(HELD.format(whose=CLINICIANS), *held),
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
    booked, held = _taking(since, until, now, moving, holding, besides)
    rows = Resource.objects.filter(kind=kind_id).order_by("pk")
    found = rows.values_list(
        "retired_on",
        _array(BOOKED.format(whose=RESOURCES), *booked),
        _array(HELD.format(whose=RESOURCES), *held),
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
) -> tuple[list[Any], list[Any]]:
    """What BOOKED and HELD are told."""
    out_of_the_way = [*besides, *([moving.pk] if moving is not None else [])]
    booked = [sorted(HOLDS_A_SLOT), since - LONGEST_HELD, until, since, out_of_the_way]
    return booked, [now, until, since, [holding.pk] if holding is not None else []]


def _array(part: str, *told: Any) -> RawSQL:
    return RawSQL(part, told, output_field=ArrayField(JSONField()))  # noqa: S611  # the texts below, and parameters


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
