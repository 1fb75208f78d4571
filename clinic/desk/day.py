"""One day of the clinic, as finished facts: two queries, however full it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone

from clinic.booking.diaries import Diary, everybodys
from clinic.booking.hours import day_window
from clinic.booking.models import Appointment
from clinic.booking.status import HOLDS_A_SLOT, Status
from clinic.desk import columns, grid
from clinic.desk.board import Thing
from clinic.desk.cards import Visit, visit_of, with_their_cards
from clinic.desk.now import TO_COME, Line, lines
from clinic.desk.wish import Wish


@dataclass(frozen=True, slots=True)
class Sheet:
    """One clinician's list on paper. `away` says why, where they would work that day and do not."""

    name: str
    visits: list[Visit]
    cancelled: list[Visit]
    away: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """Headings and rows of the table, and those who did not come or called off.

    `people` is everybody to choose from; `on_paper` is everybody who works that day, also without visits.
    """

    day: dt.date
    headings: list[columns.Heading]
    rows: list[grid.Row[Any]]
    off_the_table: list[Visit]
    patient_ids: list[int]
    urgent: list[Visit]
    unreached: list[Visit]
    lines: list[Line]
    people: list[tuple[int, str]]
    on_paper: list[Sheet]

    @property
    def standing(self) -> int:
        return len(self.patient_ids) - len(self.off_the_table)

    @property
    def clinicians(self) -> int:
        return sum(1 for heading in self.headings if heading.pk is not None)


def day_of(
    day: dt.date,
    *,
    zone: ZoneInfo,
    now: dt.datetime,
    things: Sequence[Thing] = (),
    only: int | None = None,
) -> Day:
    """Everything the desk needs to see of that day, perhaps of one clinician only. Who is next: today only."""
    since, until = day_window(day, zone)
    booked = with_their_cards(Appointment.objects.on_day(day, zone)).order_by("starts_at", "pk")
    everyone = [visit_of(appointment, now=now) for appointment in booked]
    people = everybodys(
        columns.here_on(day, day, (visit.clinician_id for visit in everyone)).select_related("account"),
        since,
        until,
        now=now,
    )
    absences = {diary.clinician.pk: diary.absences for diary in people}
    visits = [
        replace(visit, away=columns.nobody_there(visit, absences.get(visit.clinician_id, ()), now))
        for visit in everyone
        if only in {None, visit.clinician_id}
    ]
    seen = [diary for diary in people if _has_a_column(diary, visits, day, only)]
    headings, placed = _columns(seen, things, visits, day)
    is_today = day == timezone.localdate(now, zone)
    return Day(
        day=day,
        headings=headings,
        rows=grid.rows(placed, now=now),
        off_the_table=[visit for visit in visits if visit.status not in HOLDS_A_SLOT],
        patient_ids=[visit.patient_id for visit in visits],
        urgent=[] if is_today else [v for v in visits if v.urgent_because and v.status in HOLDS_A_SLOT],
        unreached=[visit for visit in visits if visit.unreached_because and visit.status in TO_COME],
        lines=lines(visits, now=now) if is_today else [],
        people=[(diary.clinician.pk, str(diary.clinician)) for diary in people],
        on_paper=_on_paper(seen, visits),
    )


def _on_paper(seen: list[Diary], visits: list[Visit]) -> list[Sheet]:
    """A list for each column, and for whoever does not work that day and had somebody who cancelled."""
    away = {diary.clinician.pk: diary.absences for diary in seen}
    people = {visit.clinician_id: visit.clinician for visit in visits}
    people |= {diary.clinician.pk: str(diary.clinician) for diary in seen}
    sheets = []
    for pk, name in sorted(people.items(), key=lambda person: (person[1], person[0])):
        mine = [visit for visit in visits if visit.clinician_id == pk]
        off = [visit for visit in mine if visit.status == Status.CANCELLED]
        why = dict.fromkeys(columns.away_words(absence) for absence in away.get(pk, []))
        sheets.append(Sheet(name, [visit for visit in mine if visit not in off], off, ", ".join(why)))
    return sheets


def _has_a_column(diary: Diary, visits: list[Visit], day: dt.date, only: int | None) -> bool:
    """Whoever works that day, or would if they were not away; and who has somebody booked although they do not."""
    who = diary.clinician.pk
    if only not in {None, who}:
        return False
    return bool(diary.due_in(day)) or any(v.clinician_id == who and v.status in HOLDS_A_SLOT for v in visits)


def _columns(
    seen: list[Diary], things: Sequence[Thing], visits: list[Visit], day: dt.date
) -> tuple[list[columns.Heading], list[grid.Column[Any]]]:
    """Clinicians by name, then rooms and machines; none of those where nobody works."""
    headings: list[columns.Heading] = []
    placed: list[grid.Column[Any]] = []
    holds = [hold for diary in seen for hold in diary.holds]
    for diary in seen:
        column = columns.of_clinician(diary, visits, day)
        placed.append(column)
        who = diary.clinician
        headings.append(columns.Heading(column.key, column.title, column.lanes, pk=who.pk))
    for thing in things if seen else []:
        column = columns.of_resource(thing, visits, holds)
        placed.append(column)
        headings.append(columns.Heading(column.key, column.title, column.lanes, kind=thing.kind))
    return headings, placed


def book_query(cell: grid.Cell[Any], day: dt.date) -> str:
    """The booking page's query for a free cell."""
    time = f"{timezone.localtime(cell.starts_at):%H:%M}"
    return Wish(clinician=cell.key, day=day.isoformat(), time=time).query


def told(appointment: Appointment) -> str:
    """Who comes to whom and when, for a notice."""
    local = timezone.localtime(appointment.starts_at)
    when = f"{local:%a} {local.day} {local:%b}, {local:%H:%M} ({local.tzname()})"
    return f"{appointment.patient.full_name} with {appointment.clinician}, {when}"


def where_it_is(appointment: Appointment) -> str:
    """The address of its card on its day."""
    return f"{day_url(appointment.starts_at)}#visit-{appointment.pk}"


def day_url(moment: dt.datetime) -> str:
    """The day it falls on."""
    return f"{reverse('desk:today')}?day={timezone.localdate(moment).isoformat()}"
