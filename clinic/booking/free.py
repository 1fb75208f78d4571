"""When clinicians work, and when they are free. Asking writes nothing: one query for all of them, one for resources."""

from __future__ import annotations

import datetime as dt
import heapq
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter

from django.db.models import Exists, OuterRef, Q, QuerySet

from clinic.booking.diaries import Diary, diaries, resource_diaries
from clinic.booking.hours import Window, clinic_zone, instant, windows
from clinic.booking.models import Appointment, AppointmentType, Hold
from clinic.people.models import Clinician

__all__ = [
    "Opening",
    "bookable",
    "clinic_zone",
    "instant",
    "next_free",
    "openings",
    "soonest",
    "windows",
    "works_on",
]

STEP = dt.timedelta(minutes=15)
LOOK_AHEAD_DAYS = 56
SOON_DAYS = 14


@dataclass(frozen=True, slots=True, order=True)
class Opening:
    """A start at which the whole visit fits; of two at the same time the clinician named first comes first."""

    starts_at: dt.datetime
    place: int
    clinician: Clinician


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for beyond the type. Empty parts ask for nothing. Times are on the clinic's clock."""

    minutes: int | None = None
    weekdays: Sequence[int] = ()
    from_time: dt.time | None = None
    until_time: dt.time | None = None
    until_day: dt.date | None = None
    moving: Appointment | None = None
    holding: Hold | None = None

    def lasts(self, type: AppointmentType) -> dt.timedelta:
        return type.lasts if self.minutes is None else dt.timedelta(minutes=self.minutes)

    def fits(self, start: dt.datetime, end: dt.datetime) -> bool:
        zone = clinic_zone()
        begins, ends = start.astimezone(zone), end.astimezone(zone)
        if self.weekdays and begins.weekday() not in self.weekdays:
            return False
        if self.from_time and begins.time() < self.from_time:
            return False
        return not (self.until_time and (ends.time() > self.until_time or ends.date() > begins.date()))


ANYTHING = Wanted()


def works_on(clinician: Clinician, day: dt.date) -> bool:
    """Whether they had started and not left by that day."""
    return clinician.works_here_since <= day and (clinician.left_on is None or day <= clinician.left_on)


def bookable(today: dt.date) -> QuerySet[Clinician]:
    """Everybody who has not left before today, those still to start among them, with their accounts."""
    return Clinician.objects.exclude(left_on__lt=today).select_related("account")


def doing(type: AppointmentType, today: dt.date) -> QuerySet[Clinician]:
    """Those of them who may do this type: whoever is named, and everybody where nobody is. Not asked yet."""
    named = type.clinicians.through.objects.filter(appointmenttype=type)
    is_named = Exists(named.filter(clinician=OuterRef("pk")))
    return bookable(today).filter(Q(is_named) | ~Exists(named))


def window_around(clinician: Clinician, moment: dt.datetime, *, now: dt.datetime) -> Window | None:
    """The stretch of work that moment falls into, if any: nothing of it is leave or holiday."""
    (diary,) = diaries([clinician], moment, moment, now=now)
    day = moment.astimezone(clinic_zone()).date()
    return next(((s, e) for s, e in diary.works(day) if s <= moment < e), None)


def openings(
    type: AppointmentType,
    *,
    clinicians: Iterable[Clinician],
    after: dt.datetime,
    now: dt.datetime,
    days: int = LOOK_AHEAD_DAYS,
    wanted: Wanted = ANYTHING,
) -> Iterator[Opening]:
    """All starts at which this type fits, soonest first, on quarter hours not before `after`. One query, or two.

    `wanted.moving` takes up no time of its own: it may go a quarter of an hour later than it is.
    """
    until = after + dt.timedelta(days=days + 1)
    people = diaries(clinicians, after, until, now=now, moving=wanted.moving, holding=wanted.holding)
    equipment = (
        resource_diaries(type.needs_id, after, until, now=now, moving=wanted.moving, holding=wanted.holding)
        if type.needs_id
        else None
    )
    rows = [_of_one(place, diary, equipment, type, after, days, wanted) for place, diary in enumerate(people)]
    return heapq.merge(*rows, key=attrgetter("starts_at", "place"))


def next_free(
    clinician: Clinician,
    type: AppointmentType,
    after: dt.datetime,
    how_many: int = 3,
    *,
    now: dt.datetime,
    moving: Appointment | None = None,
    minutes: int | None = None,
) -> list[dt.datetime]:
    """The first starts with this clinician within eight weeks."""
    wanted = Wanted(moving=moving, minutes=minutes)
    found = openings(type, clinicians=[clinician], after=after, now=now, wanted=wanted)
    return [opening.starts_at for opening in islice(found, how_many)]


def soonest(
    clinicians: Iterable[Clinician], type: AppointmentType, after: dt.datetime, *, now: dt.datetime
) -> tuple[Clinician, dt.datetime] | None:
    """Who of them is free first for this type, and when; None within two weeks.

    Of two who are free at the same time the one named first is taken.
    """
    first = next(openings(type, clinicians=clinicians, after=after, now=now, days=SOON_DAYS), None)
    return (first.clinician, first.starts_at) if first else None


def _of_one(
    place: int,
    diary: Diary,
    equipment: list[list[Window]] | None,
    type: AppointmentType,
    after: dt.datetime,
    days: int,
    wanted: Wanted,
) -> Iterator[Opening]:
    lasts = wanted.lasts(type)
    for start in _free_starts(diary, lasts, type.buffer, after, days, wanted.until_day):
        end = start + lasts
        if not wanted.fits(start, end):
            continue
        if equipment is None or any(_clash(taken, start, end + type.buffer) is None for taken in equipment):
            yield Opening(start, place, diary.clinician)


def _free_starts(
    diary: Diary,
    lasts: dt.timedelta,
    buffer: dt.timedelta,
    after: dt.datetime,
    days: int,
    until_day: dt.date | None,
) -> Iterator[dt.datetime]:
    first_day = after.astimezone(clinic_zone()).date()
    for offset in range(days):
        day = first_day + dt.timedelta(days=offset)
        if until_day and day > until_day:
            return
        for opens, closes in diary.works(day):
            start = next_quarter(max(opens, after.astimezone(dt.UTC)))
            while start + lasts <= closes:
                clash = _clash(diary.taken, start, start + lasts + buffer)
                if clash is None:
                    yield start
                    start += STEP
                else:
                    start = next_quarter(clash)


def _clash(taken: Sequence[Window], start: dt.datetime, end: dt.datetime) -> dt.datetime | None:
    """When the last of those in the way ends; None when nothing is. `taken` is in order and apart."""
    place = bisect_right(taken, end, key=lambda span: span[0]) - 1
    while place >= 0 and taken[place][0] >= end:  # one that begins as we end is not in the way
        place -= 1
    return taken[place][1] if place >= 0 and taken[place][1] > start else None


def next_quarter(moment: dt.datetime) -> dt.datetime:
    """Every zone's offset is a whole number of quarters, so a UTC quarter is one on the wall too."""
    over = (moment - moment.replace(minute=0, second=0, microsecond=0)) % STEP
    return moment if not over else moment + STEP - over
