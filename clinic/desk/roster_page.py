"""Somebody's working hours as finished facts: the week that holds, what changes it, the weeks it makes."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from clinic.booking import planned, rosters, weeks
from clinic.booking.free import clinic_zone, works_on
from clinic.booking.hours import day_window
from clinic.booking.models import Absence, Appointment, ExtraHours, WorkingHours
from clinic.booking.planned import PlannedDay, Unusual
from clinic.desk.forms.rosters import WeekForm
from clinic.desk.wish import read_key
from clinic.people.models import Clinician

MOST_PAST = 20


@dataclass(frozen=True, slots=True)
class Usual:
    """One weekday of the week that holds: its stretches in words."""

    name: str
    stretches: list[str]

    @classmethod
    def of(cls, rows: list[WorkingHours]) -> list[Usual]:
        found = []
        for day, name in enumerate(weeks.WEEKDAYS):
            mine = sorted((row for row in rows if row.weekday == day), key=lambda row: row.starts)
            found.append(cls(name, [_in_words(row) for row in mine]))
        return found


def _in_words(row: WorkingHours) -> str:
    """“09:00–12:30, every 2 weeks (next from 7 Dec), until 31 Dec”."""
    text = f"{row.starts:%H:%M}–{row.ends:%H:%M}"
    if row.every_weeks > 1:
        text += f", every {row.every_weeks} weeks"
    return f"{text}, until {row.until_day.day} {row.until_day:%b %Y}" if row.until_day else text


def facts_of_everybody(now: dt.datetime) -> dict[str, Any]:
    """Who works how much, and when the clinic is shut. Three queries."""
    today = timezone.localdate(now)
    people = Clinician.objects.exclude(left_on__lt=today).select_related("account")
    people = people.prefetch_related("working_hours").order_by("account__display_name", "pk")
    shut = list(planned.shut(now=now).order_by("starts_at", "pk"))
    return {
        "people": [
            (person, weeks.hours_a_week(weeks.in_force(person.working_hours.all(), today)))
            for person in people
        ],
        "shut": [one for one in shut if one.ends_at > now],
        "was_shut": [one for one in reversed(shut) if one.ends_at <= now][:MOST_PAST],
    }


def facts(clinician: Clinician, now: dt.datetime) -> dict[str, Any]:
    """Everything the page of one clinician shows. Six queries."""
    today = timezone.localdate(now)
    rows = list(clinician.working_hours.all())
    unusual = Unusual.of(clinician, since=_this_week(today))
    past = Absence.objects.filter(clinician=clinician, ends_at__lte=now).order_by("-ends_at", "-pk")
    here = [one for one in unusual.absences if one.ends_at > now]
    return {
        "clinician": clinician,
        "has_left": not works_on(clinician, today) and clinician.left_on is not None,
        "usual": Usual.of(weeks.in_force(rows, today)),
        "changes": sorted({row.from_day for row in rows if row.from_day and row.from_day > today}),
        "weeks": planned.planned_weeks(rows, unusual, since=today),
        "absences": [one for one in here if not one.imported_as],
        "imported": sorted(Counter(one.imported_from for one in here if one.imported_as).items()),
        "past": list(past[:MOST_PAST]),
        "extra": [one for one in unusual.extra if one.on_day >= today],
        "outside": planned.outside(rows, unusual, since=now),
        "today": today,
    }


@dataclass(frozen=True, slots=True)
class Preview:
    """What the typed week makes: the weeks from its first day on, and who would be booked outside of it."""

    weeks: list[list[PlannedDay]]
    outside: list[Appointment]

    @property
    def knowing(self) -> str:
        """What the button sends that saves all the same: whom they were shown."""
        return knowing(self.outside)


@dataclass(slots=True)
class WeekPage:
    """The page on which a week is changed. Four queries, whatever is typed."""

    clinician: Clinician
    now: dt.datetime
    rows: list[WorkingHours]

    @classmethod
    def of(cls, clinician: Clinician, now: dt.datetime) -> WeekPage:
        return cls(clinician, now, list(clinician.working_hours.all()))

    @property
    def today(self) -> dt.date:
        return timezone.localdate(self.now)

    @property
    def kept(self) -> list[Usual]:
        """What holds now or will, for whoever was told that somebody else changed it."""
        return Usual.of([row for row in self.rows if row.until_day is None or row.until_day >= self.today])

    def opened(self, kept: QueryDict | None) -> WeekForm:
        """The week that holds, or what was typed before a session ended."""
        if kept is not None:
            return WeekForm(initial=kept.dict(), today=self.today)
        held = weeks.in_force(self.rows, self.today)
        return WeekForm.showing(
            held, since=self.today, based_on=rosters.fingerprint(self.rows), today=self.today
        )

    def sent(self, posted: QueryDict) -> WeekForm:
        """What was typed; with one more row where that button was pressed, and then nothing is refused yet."""
        more = posted.get("more", "")
        if more in {str(day) for day in range(7)}:
            return WeekForm(initial=posted.dict(), today=self.today, more=int(more))
        return WeekForm(posted, today=self.today)

    def check(self, form: WeekForm) -> bool:
        """Whether it is a week that can be; what is wrong is said beside its field."""
        if not form.is_bound or not form.is_valid():
            return False
        told = form.cleaned_data
        try:
            rosters.check_week(form.week, since=told["since"], until=told["until"], now=self.now)
        except rosters.BadDays as refused:
            form.add_error(refused.field, str(refused))
        except rosters.BadWeek as refused:
            form.refuse(refused.problems)
        return not form.errors

    def preview(self, form: WeekForm) -> Preview:
        """What saving a checked form would make."""
        told = form.cleaned_data
        since, until = told["since"], told["until"]
        rows = weeks.changed(self.rows, form.week, since=since, until=until)
        unusual = Unusual.of(self.clinician, since=_this_week(self.today))
        begins = max(self.now, day_window(since, clinic_zone())[0])
        ends = day_window(until, clinic_zone())[1] if until else None
        return Preview(
            planned.planned_weeks(rows, unusual, since=since),
            planned.outside(rows, unusual, since=begins, until=ends),
        )


def _this_week(today: dt.date) -> dt.datetime:
    return day_window(weeks.monday_of(today), clinic_zone())[0]


def knowing(visits: Iterable[Appointment]) -> str:
    """What a button that saves all the same sends: whom its page showed."""
    return ".".join(str(visit.pk) for visit in visits) or "nobody"


def read_knowing(sent: str) -> frozenset[int]:
    """The visits such a button names; what cannot be read names none."""
    keys = (read_key(part) for part in sent.split("."))
    return frozenset(key for key in keys if key is not None)


def in_it(absence: Absence, now: dt.datetime) -> list[Appointment]:
    """Visits to come that lie in an absence. One query."""
    return planned.to_come(absence.clinician, since=max(now, absence.starts_at), until=absence.ends_at)


def span(absence: Absence | ExtraHours) -> str:
    """“Mon 30 Nov 2026” or “Mon 30 Nov 2026, 09:00 to 12:00”, on the clinic's clock."""
    if isinstance(absence, ExtraHours):
        return f"{_day(absence.on_day)}, {absence.starts:%H:%M} to {absence.ends:%H:%M}"
    zone = clinic_zone()
    starts, ends = absence.starts_at.astimezone(zone), absence.ends_at.astimezone(zone)
    first, last = starts.date(), (absence.ends_at - dt.timedelta(microseconds=1)).astimezone(zone).date()
    if absence.starts_at == day_window(first, zone)[0] and absence.ends_at == day_window(last, zone)[1]:
        return _day(first) if first == last else f"{_day(first)} to {_day(last)}"
    if starts.date() == ends.date():
        return f"{_day(first)}, {starts:%H:%M} to {ends:%H:%M}"
    return f"{_day(first)}, {starts:%H:%M} to {_day(ends.date())}, {ends:%H:%M}"


def _day(day: dt.date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"
