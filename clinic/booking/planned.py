"""The weeks that rules make, with leave, holidays, extra days and the change of the clocks; and who is booked outside.

Nothing here writes. What it reads it reads once, however many weeks are shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from clinic.booking.diaries import Extra
from clinic.booking.free import clinic_zone, works_on
from clinic.booking.hours import Window, day_window, windows, without
from clinic.booking.models import Absence, Appointment, ExtraHours, WorkingHours
from clinic.booking.status import MAY_MOVE
from clinic.booking.weeks import monday_of
from clinic.booking.who_waits import phone_of_patient
from clinic.people.models import Clinician

WEEKS = 8
A_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """What is worked on that day, as UTC instants, and what makes it unusual."""

    day: dt.date
    works: list[Window]
    away: list[str]
    is_extra: bool
    clocks: str

    @property
    def hours(self) -> list[str]:
        """“09:00–12:30” on the clinic's clock; the midnight it ends at is 24:00."""
        zone = clinic_zone()
        spans = [(opens.astimezone(zone), closes.astimezone(zone)) for opens, closes in self.works]
        return [
            f"{opens:%H:%M}–{'24:00' if closes.date() > self.day else f'{closes:%H:%M}'}"
            for opens, closes in spans
        ]


@dataclass(frozen=True, slots=True)
class Unusual:
    """Somebody's absences that are not over, the clinic's among them, and their extra hours to come."""

    clinician: Clinician
    absences: list[Absence] = field(default_factory=list)
    extra: list[ExtraHours] = field(default_factory=list)

    @classmethod
    def of(cls, clinician: Clinician, *, since: dt.datetime) -> Unusual:
        """Two queries."""
        day = since.astimezone(clinic_zone()).date()
        away = Absence.objects.filter(Q(clinician=clinician) | Q(clinician=None), ends_at__gt=since)
        extra = clinician.extra_hours.filter(on_day__gte=day)
        return cls(clinician, list(away), list(extra))

    def works(self, rows: Iterable[WorkingHours], day: dt.date) -> list[Window]:
        """As the diary has it (clinic.booking.diaries), with these rules in place of the ones that are kept."""
        if not works_on(self.clinician, day):
            return []
        extra = [Extra(row.on_day, row.starts, row.ends) for row in self.extra]
        away = [(absence.starts_at, absence.ends_at) for absence in self.absences]
        return without(windows([*rows, *extra], day, clinic_zone()), away)


def planned_weeks(
    rows: Sequence[WorkingHours], unusual: Unusual, *, since: dt.date, how_many: int = WEEKS
) -> list[list[PlannedDay]]:
    """So many weeks from that day's Monday on."""
    monday = monday_of(since)
    days = [_planned(rows, unusual, monday + dt.timedelta(days=offset)) for offset in range(7 * how_many)]
    return [days[at : at + 7] for at in range(0, len(days), 7)]


def _planned(rows: Sequence[WorkingHours], unusual: Unusual, day: dt.date) -> PlannedDay:
    begins, ends = day_window(day, clinic_zone())
    away = [one for one in unusual.absences if one.starts_at < ends and one.ends_at > begins]
    return PlannedDay(
        day=day,
        works=unusual.works(rows, day),
        away=list(dict.fromkeys(why(absence) for absence in away)),
        is_extra=any(extra.on_day == day for extra in unusual.extra),
        clocks=clocks_on(day),
    )


def why(absence: Absence) -> str:
    """“Leave”, “Holiday: Boxing Day”, “Busy in another calendar: Hospital rota”."""
    label, more = absence.get_kind_display(), absence.note or absence.imported_from
    return f"{label}: {more}" if more else label


def clocks_on(day: dt.date) -> str:
    """“The clocks go forward”, on a day of 23 hours; empty on most days."""
    begins, ends = day_window(day, clinic_zone())
    longer = ends - begins - A_DAY
    if not longer:
        return ""
    minutes = abs(int(longer.total_seconds())) // 60
    much = "an hour" if minutes == 60 else f"{minutes} minutes"
    return f"The clocks go {'back' if longer > dt.timedelta() else 'forward'} {much}"


def to_come(
    clinician: Clinician | None, *, since: dt.datetime, until: dt.datetime | None = None
) -> list[Appointment]:
    """Visits that have not begun and share a moment with that time; everybody's without a clinician. One query.

    Each with `phone`, since somebody may have to ring them.
    """
    rows = Appointment.objects.filter(status__in=MAY_MOVE, ends_at__gt=since)
    rows = rows.filter(clinician=clinician) if clinician else rows
    rows = rows.filter(starts_at__lt=until) if until else rows
    rows = rows.annotate(phone=phone_of_patient())
    return list(rows.select_related("patient", "type", "clinician__account").order_by("starts_at", "pk"))


def shut(*, now: dt.datetime) -> QuerySet[Absence]:
    """The whole clinic's, each with `to_move`: how many visits to come lie in it."""
    visits = Appointment.objects.filter(status__in=MAY_MOVE, ends_at__gt=now)
    within = visits.filter(ends_at__gt=OuterRef("starts_at"), starts_at__lt=OuterRef("ends_at"))
    counted = within.order_by().values(one=Value(1)).annotate(found=Count("pk")).values("found")
    return Absence.objects.filter(clinician=None).annotate(to_move=Coalesce(Subquery(counted), 0))


def outside(
    rows: Sequence[WorkingHours],
    unusual: Unusual,
    *,
    since: dt.datetime,
    until: dt.datetime | None = None,
) -> list[Appointment]:
    """Visits to come that would not lie within these hours. One query."""
    zone, found = clinic_zone(), []
    known: dict[dt.date, list[Window]] = {}
    for visit in to_come(unusual.clinician, since=since, until=until):
        day = visit.starts_at.astimezone(zone).date()
        if day not in known:
            known[day] = unusual.works(rows, day)
        if not any(opens <= visit.starts_at and visit.ends_at <= closes for opens, closes in known[day]):
            found.append(visit)
    return found
