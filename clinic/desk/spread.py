"""Several days of the calendar at once, as finished facts: how full each is, and where there is still time.

The week is a line for each clinician and a column for each day; of one clinician it also lists who comes when. The
month adds all clinicians up. Two queries each, and one more where people are named.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils import timezone

from clinic.booking.diaries import Diary, everybodys
from clinic.booking.free import next_quarter
from clinic.booking.hours import Window, day_window, without
from clinic.booking.models import Appointment
from clinic.desk import columns
from clinic.desk.calendar import Place
from clinic.desk.wish import Wish

MANY_HOURS = 10
SHORTEST = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of one clinician's day: a visit, or time that is free. `query` is the booking page's for it."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    visit: Appointment | None = None
    query: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One day, of one clinician or of all. `minutes` are still free and to come; `first` is where they begin."""

    day: dt.date
    visits: int
    minutes: int
    works: bool
    away: list[str]
    first: Entry | None = None
    is_over: bool = False
    entries: list[Entry] = field(default_factory=list)

    @property
    def free(self) -> str:
        """“3 h 15 min”, “45 min”; hours alone where there are many; empty for none."""
        hours, minutes = divmod(self.minutes, 60)
        minutes = 0 if hours >= MANY_HOURS else minutes
        return " ".join([f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes))


@dataclass(frozen=True, slots=True)
class Line:
    pk: int
    name: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Spread:
    """`lines` are the clinicians shown, `totals` the days of all of them; `people` is everybody to choose from."""

    days: list[dt.date]
    lines: list[Line]
    totals: list[Cell]
    people: list[tuple[int, str]]
    patient_ids: list[int]

    @property
    def weeks(self) -> list[list[Cell]]:
        return [self.totals[at : at + 7] for at in range(0, len(self.totals), 7)]


def spread_of(place: Place, *, zone: ZoneInfo, now: dt.datetime) -> Spread:
    """The days of that place. Who comes is named only in the week of one clinician."""
    days = place.days
    since, until = day_window(days[0], zone)[0], day_window(days[-1], zone)[1]
    found = Appointment.objects.standing().filter(starts_at__gte=since, starts_at__lt=until)
    if place.only is not None:
        found = found.filter(clinician=place.only)
    named = _visits(found, zone) if place.view == "week" and place.only is not None else {}
    counts = {key: len(visits) for key, visits in named.items()} if named else _counts(found, zone)
    who = columns.here_on(days[0], days[-1], (clinician for clinician, _ in counts))
    diaries = everybodys(who.select_related("account"), since, until, now=now)
    lines = [
        Line(
            diary.clinician.pk,
            str(diary.clinician),
            [_cell(diary, day, counts, named, now=now, zone=zone) for day in days],
        )
        for diary in diaries
        if place.only in {None, diary.clinician.pk}
    ]
    return Spread(
        days=days,
        lines=lines,
        totals=[_total(day, [line.cells[at] for line in lines]) for at, day in enumerate(days)],
        people=[(diary.clinician.pk, str(diary.clinician)) for diary in diaries],
        patient_ids=[visit.patient_id for visits in named.values() for visit in visits],
    )


def _counts(found: Iterable[Appointment], zone: ZoneInfo) -> dict[tuple[int, dt.date], int]:
    by_day = found.order_by().annotate(on_day=TruncDate("starts_at", tzinfo=zone))  # type: ignore[attr-defined]
    rows = by_day.values_list("clinician", "on_day").annotate(visits=Count("pk"))
    return {(clinician, day): visits for clinician, day, visits in rows}


def _visits(found: Iterable[Appointment], zone: ZoneInfo) -> dict[tuple[int, dt.date], list[Appointment]]:
    rows = found.select_related("patient", "type").order_by("starts_at", "pk")  # type: ignore[attr-defined]
    days: dict[tuple[int, dt.date], list[Appointment]] = defaultdict(list)
    for visit in rows:
        days[visit.clinician_id, timezone.localdate(visit.starts_at, zone)].append(visit)
    return days


def _cell(
    diary: Diary,
    day: dt.date,
    counts: dict[tuple[int, dt.date], int],
    named: dict[tuple[int, dt.date], list[Appointment]],
    *,
    now: dt.datetime,
    zone: ZoneInfo,
) -> Cell:
    due = diary.due_in(day)
    gaps = [
        _gap(diary, day, start, end, zone) for start, end in _free(diary, day, now) if end - start >= SHORTEST
    ]
    begins, ends = day_window(day, zone)
    away = [
        columns.away_words(away)
        for away in diary.absences
        if away.starts_at < ends and away.ends_at > begins and (due or away.is_everybodys)
    ]
    here = (diary.clinician.pk, day)
    booked = [Entry(visit.starts_at, visit.ends_at, visit) for visit in named.get(here, [])]
    return Cell(
        day=day,
        visits=counts.get(here, 0),
        minutes=sum(int((gap.ends_at - gap.starts_at).total_seconds() // 60) for gap in gaps),
        works=bool(due),
        away=list(dict.fromkeys(away)),
        first=gaps[0] if gaps else None,
        is_over=ends <= now,
        entries=sorted([*booked, *gaps], key=lambda entry: entry.starts_at) if named else [],
    )


def _free(diary: Diary, day: dt.date, now: dt.datetime) -> list[Window]:
    """What is left of their day, from the next quarter hour on."""
    coming = next_quarter(now.astimezone(dt.UTC).replace(second=0, microsecond=0))
    past = [(dt.datetime.min.replace(tzinfo=dt.UTC), coming)]
    return without(diary.works(day), [*diary.taken, *past])


def _gap(diary: Diary, day: dt.date, start: dt.datetime, end: dt.datetime, zone: ZoneInfo) -> Entry:
    time = f"{timezone.localtime(start, zone):%H:%M}"
    wish = Wish(clinician=str(diary.clinician.pk), day=day.isoformat(), time=time)
    return Entry(start, end, query=wish.query)


def _total(day: dt.date, cells: list[Cell]) -> Cell:
    shut = [set(cell.away) for cell in cells if cell.works]
    return Cell(
        day=day,
        visits=sum(cell.visits for cell in cells),
        minutes=sum(cell.minutes for cell in cells),
        works=any(cell.works for cell in cells),
        away=sorted(set.intersection(*shut)) if shut else [],
    )
