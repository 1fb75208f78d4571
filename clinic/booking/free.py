"""When a clinician works, and when they are free. Wall-clock hours become instants here, and only here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import islice
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone

from clinic.booking.models import Appointment, AppointmentType, WorkingHours
from clinic.people.models import Clinician

STEP = dt.timedelta(minutes=15)
LOOK_AHEAD_DAYS = 56
SOON_DAYS = 14
Window = tuple[dt.datetime, dt.datetime]


def instant(day: dt.date, wall: dt.time, zone: ZoneInfo, *, last: bool = False) -> dt.datetime:
    """The UTC instant at which the wall clock first (or last) shows `wall` or later on that day.

    A time the clocks skip becomes the moment they jump; one shown twice is the first, or with `last` the second.
    """
    local = dt.datetime.combine(day, wall, zone)
    early, late = (local.replace(fold=fold).astimezone(dt.UTC) for fold in (1, 0))
    if early.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return max(early, late) if last else min(early, late)
    while late - early > dt.timedelta(seconds=1):  # a gap: the jump lies between the two readings
        middle = early + (late - early) / 2
        if middle.astimezone(zone).replace(tzinfo=None) < local.replace(tzinfo=None):
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)


def windows(hours: Iterable[WorkingHours], day: dt.date, zone: ZoneInfo) -> list[Window]:
    """The stretches worked on that day, as UTC instants, joined where one ends as the next begins."""
    joined: list[Window] = []
    for stretch in sorted((h for h in hours if h.weekday == day.weekday()), key=lambda h: h.starts):
        start, end = (
            instant(day, stretch.starts, zone),
            instant(day, stretch.ends, zone, last=True),
        )
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif end > start:
            joined.append((start, end))
    return joined


def works_on(clinician: Clinician, day: dt.date) -> bool:
    """Whether they had started and not left by that day."""
    return clinician.works_here_since <= day and (clinician.left_on is None or day <= clinician.left_on)


def bookable(today: dt.date) -> QuerySet[Clinician]:
    """Everybody who has not left before today, those still to start among them, with their accounts."""
    return Clinician.objects.exclude(left_on__lt=today).select_related("account")


def window_around(clinician: Clinician, moment: dt.datetime) -> Window | None:
    """The stretch of work that moment falls into, if any."""
    zone = clinic_zone()
    day = moment.astimezone(zone).date()
    if not works_on(clinician, day):
        return None
    hours = clinician.working_hours.filter(weekday=day.weekday())
    return next(((s, e) for s, e in windows(hours, day, zone) if s <= moment < e), None)


def next_free(
    clinician: Clinician,
    type: AppointmentType,
    after: dt.datetime,
    how_many: int = 3,
    *,
    moving: Appointment | None = None,
) -> list[dt.datetime]:
    """The first starts, quarter hours not before `after`, at which this type fits. Two queries, eight weeks.

    `moving` takes up no time of its own: it may go a quarter of an hour later than it is.
    """
    hours = list(clinician.working_hours.all())
    until = after + dt.timedelta(days=LOOK_AHEAD_DAYS)
    taken = list(
        Appointment.objects.filter(clinician=clinician)
        .exclude(pk__in=[moving.pk] if moving else [])
        .standing()
        .overlapping(after, until)
        .order_by("starts_at")
        .values_list("starts_at", "ends_at")
    )
    return list(islice(_free_starts(clinician, hours, taken, type.lasts, after), how_many))


def soonest(
    clinicians: Iterable[Clinician], type: AppointmentType, after: dt.datetime
) -> tuple[Clinician, dt.datetime] | None:
    """Who of them is free first for this type, and when; None within two weeks. Two queries for all of them.

    Of two who are free at the same time the one named first is taken.
    """
    people = {clinician.pk: clinician for clinician in clinicians}
    hours: dict[int, list[WorkingHours]] = {pk: [] for pk in people}
    for stretch in WorkingHours.objects.filter(clinician__in=people):
        hours[stretch.clinician_id].append(stretch)
    taken: dict[int, list[Window]] = {pk: [] for pk in people}
    near = Appointment.objects.standing().overlapping(after, after + dt.timedelta(days=SOON_DAYS))
    for pk, begin, end in (
        near.filter(clinician__in=people)
        .order_by("starts_at")
        .values_list("clinician_id", "starts_at", "ends_at")
    ):
        taken[pk].append((begin, end))
    found = [
        (start, clinician)
        for pk, clinician in people.items()
        for start in islice(_free_starts(clinician, hours[pk], taken[pk], type.lasts, after, SOON_DAYS), 1)
    ]
    if not found:
        return None
    start, clinician = min(found, key=lambda pair: pair[0])
    return clinician, start


def _free_starts(
    clinician: Clinician,
    hours: list[WorkingHours],
    taken: list[Window],
    lasts: dt.timedelta,
    after: dt.datetime,
    days: int = LOOK_AHEAD_DAYS,
) -> Iterator[dt.datetime]:
    zone = clinic_zone()
    first_day = after.astimezone(zone).date()
    for offset in range(days):
        day = first_day + dt.timedelta(days=offset)
        if not works_on(clinician, day):
            continue
        for opens, closes in windows(hours, day, zone):
            start = _next_quarter(max(opens, after.astimezone(dt.UTC)))
            while start + lasts <= closes:
                clash = next((end for begin, end in taken if begin < start + lasts and end > start), None)
                if clash is None:
                    yield start
                    start += STEP
                else:
                    start = _next_quarter(clash)


def _next_quarter(moment: dt.datetime) -> dt.datetime:
    """Every zone's offset is a whole number of quarters, so a UTC quarter is one on the wall too."""
    over = (moment - moment.replace(minute=0, second=0, microsecond=0)) % STEP
    return moment if not over else moment + STEP - over


def clinic_zone() -> ZoneInfo:
    return ZoneInfo(str(timezone.get_default_timezone()))
