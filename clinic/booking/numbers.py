"""How full the calendar was, who did not come, how long people waited. PostgreSQL counts; eight queries, always.

What each number means stands on the page that shows them (templates/desk/numbers.html).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import Count, DateTimeField, F, Func, IntegerField, Q, Sum, Value

from clinic.booking.diaries import Extra
from clinic.booking.hours import day_window
from clinic.booking.models import (
    LONGEST_HELD,
    Absence,
    Appointment,
    AppointmentType,
    CameBy,
    ExtraHours,
    WorkingHours,
)
from clinic.booking.opening import MINUTE, Days, Schedule, open_minutes
from clinic.booking.status import HOLDS_A_SLOT, Status
from clinic.booking.tallies import Quarters, Tally, Waits
from clinic.people.models import Clinician

COUNTED = ["due", "no_shows", "booked", "cancelled", "overbooked", "online"]
HELD = sorted(status.value for status in HOLDS_A_SLOT)

# A cancelled time is filled again when at least half of it was booked after the cancellation, with the same clinician.
# How long a visit can be at most bounds what is looked at for each, by the index of a clinician's visits.
FILLED_AGAIN = """
select clinician_id, week, count(*) from (
    select off.clinician_id, date_trunc('week', off.starts_at at time zone %(zone)s)::date as week
    from booking_appointment off
    join booking_appointment new
      on new.clinician_id = off.clinician_id
     and new.starts_at > off.starts_at - %(longest)s and new.starts_at < off.ends_at and new.ends_at > off.starts_at
     and greatest(new.booked_at, new.moved_at) > off.cancelled_at
    where off.status = 'cancelled' and new.status <> 'cancelled'
      and off.starts_at >= %(since)s and off.starts_at < %(until)s
    group by off.id
    having sum(least(new.ends_at, off.ends_at) - greatest(new.starts_at, off.starts_at))
           >= (off.ends_at - off.starts_at) / 2
) as filled group by clinician_id, week
"""

# The first assessment somebody ever had or has booked. Days, with the part of a day behind the point. Which types are
# assessments is asked before: PostgreSQL knows how rare each of them is, and nothing of what a join will find.
FIRST_ASSESSMENTS = """
select clinician_id, week, count(*),
       percentile_cont(array[0.25, 0.5, 0.75]) within group (order by from_booking),
       percentile_cont(array[0.25, 0.5, 0.75]) within group (order by from_registering)
from (
    select visit.clinician_id, date_trunc('week', visit.starts_at at time zone %(zone)s)::date as week,
           extract(epoch from visit.starts_at - visit.booked_at) / 86400 as from_booking,
           extract(epoch from visit.starts_at - patient.registered_at) / 86400 as from_registering
    from booking_appointment visit
    join people_patient patient on patient.id = visit.patient_id
    where visit.starts_at >= %(since)s and visit.starts_at < %(until)s and visit.status = any(%(held)s)
      and visit.type_id = any(%(assessments)s)
      and not exists (
        select 1 from booking_appointment before
        where before.patient_id = visit.patient_id and before.starts_at < visit.starts_at
          and before.status = any(%(held)s) and before.type_id = any(%(assessments)s))
) as firsts
group by grouping sets ((clinician_id, week), (clinician_id), (week), ())
"""
Key = tuple[int | None, dt.date | None]  # clinician and Monday; None means all of them


@dataclass(frozen=True, slots=True)
class Numbers:
    """What was found, by clinician and week, and for all of either."""

    days: Days
    clinicians: list[Clinician]
    tallies: dict[Key, Tally] = field(default_factory=dict)
    waits: dict[Key, Waits] = field(default_factory=dict)

    @property
    def weeks(self) -> list[dt.date]:
        """Every Monday, also of weeks in which nothing was."""
        return self.days.weeks

    def tally(self, *, clinician: int | None = None, week: dt.date | None = None) -> Tally:
        return self.tallies.get((clinician, week), Tally())

    def wait(self, *, clinician: int | None = None, week: dt.date | None = None) -> Waits:
        return self.waits.get((clinician, week), Waits())


def count(days: Days, *, now: dt.datetime) -> Numbers:
    """Everything about those days. Those clinicians are named who were open to be booked or had a visit then."""
    counted = _visits(days, now)
    for (person, week), filled in _filled(days).items():
        counted[person, week]["filled"] = filled
    people = list(Clinician.objects.select_related("account"))
    other_clocks = days.with_other_clocks()
    for pk, schedule in _schedules(people, days).items():
        for week, minutes in open_minutes(schedule, days, other_clocks).items():
            counted[pk, week]["open"] = minutes
    seen = {person for person, _ in counted}
    return Numbers(
        days=days,
        clinicians=[person for person in people if person.pk in seen],
        tallies=_with_sums({key: Tally(**parts) for key, parts in counted.items()}),
        waits=_waits(days),
    )


def _with_sums(tallies: dict[tuple[int, dt.date], Tally]) -> dict[Key, Tally]:
    """And those of all clinicians in a week, of a clinician in all weeks, and of everybody."""
    found: dict[Key, Tally] = {(person, week): one for (person, week), one in tallies.items()}
    for (person, week), one in tallies.items():
        for key in ((person, None), (None, week), (None, None)):
            found[key] = found.get(key, Tally()) + one
    return found


def _visits(days: Days, now: dt.datetime) -> dict[tuple[int, dt.date], dict[str, int]]:
    (since, until), weeks = days.span, days.weeks
    held, off = Q(status__in=HELD), Q(status=Status.CANCELLED)
    rows = (
        Appointment.objects.filter(starts_at__gte=since, starts_at__lt=until)
        .order_by()
        .values("clinician_id", week=_nth_of(weeks, days))
        .annotate(
            used=Sum(F("ends_at") - F("starts_at"), filter=held),
            due=Count("pk", filter=~off & Q(starts_at__lt=now)),
            no_shows=Count("pk", filter=Q(status=Status.NO_SHOW)),
            booked=Count("pk"),
            cancelled=Count("pk", filter=off),
            overbooked=Count("pk", filter=held & ~Q(overbooked_because="")),
            online=Count("pk", filter=~Q(came_by=CameBy.DESK)),
        )
    )
    found: dict[tuple[int, dt.date], dict[str, int]] = defaultdict(dict)
    for clinician, week, used, *numbers in rows.values_list("clinician_id", "week", "used", *COUNTED):
        minutes = {"used": used // MINUTE if used else 0}
        found[clinician, weeks[week - 1]] = minutes | dict(zip(COUNTED, numbers, strict=True))
    return found


def _nth_of(weeks: Sequence[dt.date], days: Days) -> Func:
    """Which of the weeks a visit starts in, the first being 1. Truncating asks the zone's rules for each visit."""
    begin = [day_window(week, days.zone)[0] for week in weeks]
    bounds = Value(begin, output_field=ArrayField(DateTimeField()))
    return Func("starts_at", bounds, function="width_bucket", output_field=IntegerField())


def _filled(days: Days) -> dict[tuple[int, dt.date], int]:
    return {
        (person, week): number for person, week, number in _rows(FILLED_AGAIN, days, longest=LONGEST_HELD)
    }


def _waits(days: Days) -> dict[Key, Waits]:
    """Two queries."""
    types = list(AppointmentType.objects.filter(is_assessment=True).values_list("pk", flat=True))
    return {
        (person, week): Waits(number, *(Quarters(*parts) if parts else None for parts in quarters))
        for person, week, number, *quarters in _rows(FIRST_ASSESSMENTS, days, held=HELD, assessments=types)
    }


def _rows(question: str, days: Days, **told: Any) -> list[tuple[Any, ...]]:
    since, until = days.span
    known: dict[str, Any] = {"zone": days.zone.key, "since": since, "until": until} | told
    with connection.cursor() as cursor:
        cursor.execute(question, known)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _schedules(people: Sequence[Clinician], days: Days) -> dict[int, Schedule]:
    """Three queries: hours, extra hours, absences."""
    found = {person.pk: Schedule(person.works_here_since, person.left_on) for person in people}
    hours = WorkingHours.objects.exclude(from_day__gt=days.last).exclude(until_day__lt=days.first)
    for stretch in hours:
        found[stretch.clinician_id].usual[stretch.weekday].append(stretch)
    for extra in ExtraHours.objects.filter(on_day__range=(days.first, days.last)):
        one_day = Extra(extra.on_day, extra.starts, extra.ends)
        found[extra.clinician_id].once[extra.on_day].append(one_day)
    since, until = days.span
    away = Absence.objects.filter(starts_at__lt=until, ends_at__gt=since)
    for person, begins, ends in away.values_list("clinician_id", "starts_at", "ends_at"):
        for schedule in [found[person]] if person else found.values():
            schedule.away.append((begins, ends))
    return found
