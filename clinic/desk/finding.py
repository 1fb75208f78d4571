"""“Next free”: the earliest times for a type with those who would do, each a step away from booking or moving."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from clinic.booking.free import STEP, Wanted, clinic_zone, openings
from clinic.booking.models import Appointment, AppointmentType
from clinic.desk.booking_page import patient_of
from clinic.desk.forms.finding import FindForm
from clinic.desk.free_times import Start
from clinic.desk.suggestions import Shelf
from clinic.desk.wish import Wish, read_key
from clinic.people.models import Clinician

A_PAGE = 24  # different times


@dataclass(frozen=True, slots=True)
class Slot:
    """One time, and with whom it may be: names and addresses."""

    at: dt.datetime
    shown: str
    people: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class DayOfSlots:
    day: dt.date
    slots: list[Slot]


def facts(given: QueryDict, *, now: dt.datetime) -> dict[str, Any]:
    """Everything the page shows; six queries at most, and none of them writes."""
    today = timezone.localdate(now)
    shelf = Shelf.stocked(today)
    moving = moving_of(given.get("moving", ""))
    wish = Wish.read(given)
    patient = moving.patient if moving else patient_of(wish)
    form = FindForm(given if "type" in given else None, shelf=shelf, today=today, moving=moving)
    shown: dict[str, Any] = {"form": form, "patient": patient, "moving": moving, "wish": wish}
    if not form.is_valid():
        return shown
    asked = form.cleaned_data
    type: AppointmentType = asked["type"]
    begins, ends = form.hours
    wanted = Wanted(
        minutes=asked["minutes"] or _takes(moving),
        weekdays=[int(day) for day in asked["weekday"]],
        from_time=begins,
        until_time=ends,
        moving=moving,
    )
    after = max(now, form.begins)
    people = [person for person in shelf.doing(type) if not asked["who"] or person in asked["who"]]
    slots, later = _slots(type, people, after, wanted, _Leads(wish, moving, type, asked["minutes"]), now=now)
    return shown | {
        "days": _by_day(slots),
        "more": f"?{_again(given, later)}" if later else "",
        "nobody": not people,
        "searched": type,
    }


@dataclass(frozen=True, slots=True)
class _Leads:
    """Where a time leads: to booking it, or to moving the appointment there."""

    wish: Wish
    moving: Appointment | None
    type: AppointmentType
    minutes: int | None

    def to(self, at: dt.datetime, clinician: Clinician) -> str:
        local = timezone.localtime(at, clinic_zone())
        here = replace(
            self.wish,
            type="" if self.moving else self.type.slug,
            patient="" if self.moving else self.wish.patient,
            clinician=str(clinician.pk),
            day=local.date().isoformat(),
            time=f"{local:%H:%M}",
            minutes=str(self.minutes or ""),
            book="",
        )
        if self.moving is None:
            return here.url
        return f"{reverse('desk:move', args=[self.moving.patient_id, self.moving.pk])}?{here.query}"


def moving_of(typed: str) -> Appointment | None:
    """The appointment that is to be moved, if the address names one that still can be."""
    if (key := read_key(typed)) is None:
        return None
    rows = Appointment.objects.select_related("patient", "type", "clinician__account")
    found = rows.filter(pk=key).first()
    return found if found and found.may_move else None


def _takes(moving: Appointment | None) -> int | None:
    return moving.minutes if moving else None


def _slots(
    type: AppointmentType,
    people: list[Clinician],
    after: dt.datetime,
    wanted: Wanted,
    leads: _Leads,
    *,
    now: dt.datetime,
) -> tuple[list[Slot], dt.datetime | None]:
    """A page of times, and where the next page begins."""
    slots: list[Slot] = []
    for opening in openings(type, clinicians=people, after=after, now=now, wanted=wanted):
        person = (str(opening.clinician), leads.to(opening.starts_at, opening.clinician))
        if slots and slots[-1].at == opening.starts_at:
            slots[-1].people.append(person)
        elif len(slots) == A_PAGE:
            return slots, slots[-1].at + STEP
        else:
            shown = Start.of(opening.starts_at, leads.wish).shown
            slots.append(Slot(opening.starts_at, shown, [person]))
    return slots, None


def _by_day(slots: list[Slot]) -> list[DayOfSlots]:
    days: list[DayOfSlots] = []
    for slot in slots:
        day = timezone.localdate(slot.at, clinic_zone())
        if not days or days[-1].day != day:
            days.append(DayOfSlots(day, []))
        days[-1].slots.append(slot)
    return days


def _again(given: QueryDict, later: dt.datetime) -> str:
    """The same question from there on."""
    asked = [(name, value) for name, values in given.lists() if name != "after" for value in values if value]
    return urlencode([*asked, ("after", later.isoformat())])
