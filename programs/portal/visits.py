"""One visit, for whoever may change it: the patient who is signed in, or whoever holds the link of a message.

Both see the same page. It names no patient and not what the visit is for: a link is forwarded, and read over shoulders.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

from django.conf import settings
from django.urls import reverse
from django.utils.dateformat import format as format_date

from clinic.booking import by_patients, links
from clinic.booking.free import Opening
from clinic.booking.hours import clinic_zone
from clinic.booking.models import Appointment, AppointmentLink
from clinic.booking.status import SETTLES, Status
from clinic.people.models import Account, ChannelKind
from clinic.reminders.wording import elsewhere, moment

DAYS_SHOWN = 5
MOST_A_DAY = 12  # beyond that the hours and half hours will do


class Way(Protocol):
    """How somebody came to this visit: what they do is done in that name, and leads to that way's pages."""

    @property
    def visit(self) -> Appointment: ...
    @property
    def page(self) -> str: ...
    @property
    def move_page(self) -> str: ...
    @property
    def file(self) -> str: ...
    def confirm(self, now: dt.datetime) -> None: ...
    def cancel(self, reason: str, now: dt.datetime) -> None: ...
    def move(self, starts_at: dt.datetime, *, anybody: bool, now: dt.datetime) -> str:
        """The page of the moved visit."""

    def take_back(self, now: dt.datetime) -> str:
        """The page of the visit as it was."""


@dataclass(frozen=True, slots=True)
class ByLink:
    link: AppointmentLink
    token: str

    @property
    def visit(self) -> Appointment:
        return self.link.appointment

    @property
    def page(self) -> str:
        return reverse("portal:visit", args=[self.token])

    @property
    def move_page(self) -> str:
        return reverse("portal:visit_move", args=[self.token])

    @property
    def file(self) -> str:
        return reverse("portal:visit_file", args=[self.token])

    def confirm(self, now: dt.datetime) -> None:
        links.confirm(link=self.link, now=now)

    def cancel(self, reason: str, now: dt.datetime) -> None:
        links.cancel(link=self.link, reason=reason, now=now)

    def move(self, starts_at: dt.datetime, *, anybody: bool, now: dt.datetime) -> str:
        token = links.move(link=self.link, starts_at=starts_at, anybody=anybody, now=now)
        return reverse("portal:visit", args=[token])

    def take_back(self, now: dt.datetime) -> str:
        return reverse("portal:visit", args=[links.take_back(link=self.link, now=now) or self.token])


@dataclass(frozen=True, slots=True)
class SignedIn:
    visit: Appointment
    by: Account

    @property
    def page(self) -> str:
        return reverse("portal:appointment", args=[self.visit.pk])

    @property
    def move_page(self) -> str:
        return reverse("portal:appointment_move", args=[self.visit.pk])

    @property
    def file(self) -> str:
        return reverse("portal:appointment_file", args=[self.visit.pk])

    def confirm(self, now: dt.datetime) -> None:
        by_patients.confirm(visit=self.visit, by=self.by, now=now)

    def cancel(self, reason: str, now: dt.datetime) -> None:
        by_patients.cancel(visit=self.visit, reason=reason, by=self.by, now=now)

    def move(self, starts_at: dt.datetime, *, anybody: bool, now: dt.datetime) -> str:
        by_patients.move(visit=self.visit, starts_at=starts_at, anybody=anybody, by=self.by, now=now)
        return self.page

    def take_back(self, now: dt.datetime) -> str:
        by_patients.take_back(visit=self.visit, by=self.by, now=now)
        return self.page


def facts(way: Way, *, now: dt.datetime) -> dict[str, object]:
    """What the visit's page shows and which buttons it has."""
    visit = way.visit
    own = by_patients.own_change(visit, now=now)
    may_change = by_patients.may_change(visit, now=now)
    to_come = now < visit.starts_at and visit.status in {Status.BOOKED, Status.CONFIRMED}
    return {
        "way": way,
        "visit": visit,
        "to_come": to_come,
        "details": details(visit),
        "may_confirm": by_patients.may_confirm(visit, now=now),
        "may_change": may_change,
        "change_until": moment(by_patients.change_until(visit), clinic_zone()) if may_change else "",
        "change_hours": visit.type.change_hours,
        "by_phone": to_come and not may_change,
        "late": now > by_patients.change_until(visit),
        "is_mailed": own is not None
        and any(one.kind == ChannelKind.EMAIL and one.may_be_used for one in visit.patient.channels.all()),
        "own_change": own,
        "told_at": (own.at + SETTLES).astimezone(clinic_zone()) if own else None,
    }


def details(visit: Appointment) -> list[tuple[str, str]]:
    """When, how long, with whom and where, in words that the message about it uses too."""
    there = elsewhere(visit.starts_at, clinic_zone(), visit.patient.zone)
    place = f"{settings.CLINIC_NAME}, {settings.CLINIC_ADDRESS}".rstrip(", ")
    minutes = int((visit.ends_at - visit.starts_at).total_seconds() // 60)
    said = [
        ("When", moment(visit.starts_at, clinic_zone())),
        ("Where you are", there),
        ("How long", f"{minutes} minutes"),
        ("With", str(visit.clinician)),
        ("Where", place),
    ]
    return [(word, value) for word, value in said if value]


def is_elsewhere(visit: Appointment) -> bool:
    """Whether their clock shows another time than the clinic's."""
    return bool(elsewhere(visit.starts_at, clinic_zone(), visit.patient.zone))


@dataclass(frozen=True, slots=True)
class Time:
    """A start to choose. `there` is the patient's own clock where that differs; `whom` where it is somebody else."""

    value: str
    clock: str
    there: str
    whom: str


@dataclass(frozen=True, slots=True)
class DayOfTimes:
    day: dt.date
    times: Sequence[Time]


def times(
    visit: Appointment, *, anybody: bool, from_day: dt.date | None, now: dt.datetime
) -> tuple[list[DayOfTimes], dt.date | None]:
    """(the next days on which something is free, the day to go on from or None)."""
    after = by_patients.start_of_day(from_day) if from_day else None
    found = by_patients.times(visit, anybody=anybody, now=now, after=after)
    zone = clinic_zone()
    days: list[DayOfTimes] = []
    for day, openings in groupby(found, key=lambda opening: opening.starts_at.astimezone(zone).date()):
        if len(days) == DAYS_SHOWN:
            return days, day
        days.append(_of_day(visit, day, list(openings)))
    return days, None


def offered(visit: Appointment, openings: Sequence[Opening]) -> list[tuple[dt.date, Time]]:
    """What would do instead, each with its day."""
    zone = clinic_zone()
    return [(opening.starts_at.astimezone(zone).date(), _time(visit, opening)) for opening in openings]


def _of_day(visit: Appointment, day: dt.date, openings: list[Opening]) -> DayOfTimes:
    fewer = [one for one in openings if one.starts_at.astimezone(clinic_zone()).minute % 30 == 0]
    thins = len(openings) > MOST_A_DAY and len(fewer) > MOST_A_DAY // 2
    return DayOfTimes(day, [_time(visit, one) for one in (fewer if thins else openings)])


def _time(visit: Appointment, opening: Opening) -> Time:
    zone, theirs = clinic_zone(), visit.patient.zone
    here, there = opening.starts_at.astimezone(zone), opening.starts_at.astimezone(theirs)
    differs = here.utcoffset() != there.utcoffset()
    return Time(
        value=opening.starts_at.astimezone(dt.UTC).isoformat(),
        clock=_clock(here),
        there=f"{format_date(there, 'D')} {_clock(there)}" if differs else "",
        whom=str(opening.clinician) if opening.clinician.pk != visit.clinician_id else "",
    )


def _clock(local: dt.datetime) -> str:
    """“10:00”; with the zone's name for an hour that the clock shows twice."""
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{local:%H:%M} {local.tzname()}" if twice else f"{local:%H:%M}"


def read_time(typed: str) -> dt.datetime | None:
    """The start a button stands for; None for what none of ours says."""
    try:
        moment_typed = dt.datetime.fromisoformat(typed)
    except ValueError:
        return None
    if moment_typed.tzinfo is None or not 2000 < moment_typed.year < 3000:
        return None
    return moment_typed.astimezone(dt.UTC)


def read_day(typed: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(typed)
    except ValueError:
        return None
    return day if 2000 < day.year < 3000 else None
