"""The booking page and the moving page as finished facts: what was chosen so far, and which times are free for it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from clinic.booking.free import clinic_zone, next_free
from clinic.booking.models import Appointment, AppointmentType
from clinic.booking.refusals import Refused
from clinic.desk import records
from clinic.desk.forms.booking import BookForm, MoveForm, readable_day
from clinic.desk.suggestions import Shelf, suggested
from clinic.desk.wish import Wish
from clinic.people.models import Clinician, Patient

MOST_IN_A_DAY = 100  # quarter hours
OFFERED = 3


@dataclass(frozen=True, slots=True)
class Start:
    """A free time: the value its button sends, and whether it is the one they had in mind."""

    value: str
    at: dt.datetime
    wanted: bool

    @classmethod
    def of(cls, at: dt.datetime, wish: Wish) -> Start:
        return cls(at.isoformat(), at, f"{timezone.localtime(at):%H:%M}" == wish.time)


@dataclass(frozen=True, slots=True)
class Choices:
    """`on_day` are the free times of the day asked for; `later` the next ones when it has none."""

    on_day: list[Start]
    later: list[tuple[dt.datetime, str]]

    def picked(self, sent: str, *, first: bool) -> str:
        """The time that is marked: the one sent, else the one in mind, else perhaps the first."""
        in_mind = [start.value for start in self.on_day if start.wanted]
        return sent or next(iter(in_mind or [s.value for s in self.on_day if first]), "")


def facts(
    given: QueryDict,
    *,
    now: dt.datetime,
    form: BookForm | None = None,
    refused: Refused | None = None,
    fresh: bool = False,
) -> dict[str, Any]:
    """Everything the booking page shows. `fresh`: nothing was sent yet, so what is missing is suggested.

    Adds at most eight queries: the patient, the types, the clinicians, whom they saw last, and who is free.
    """
    today = timezone.localdate(now)
    asked = Wish.read(given)
    patient = patient_of(asked)
    shelf = Shelf.stocked(today)
    wish = suggested(asked, patient=patient, shelf=shelf, now=now) if fresh else asked
    chosen = {"type": wish.type, "clinician": wish.clinician, "day": wish.date or today}
    unsaved = {**chosen, "patient": wish.patient, "other_time": given.get("other_time", "")}
    type, clinician = shelf.type_of(wish), shelf.clinician_of(wish)
    free = None
    if type and clinician and (day := readable_day(wish.day, today)):
        free = free_times(type, clinician, day, wish=wish, url=reverse("desk:book"), now=now)
    shown = form or BookForm(initial=unsaved, today=today)
    shown.offer(types=shelf.types, clinicians=shelf.clinicians)
    return {
        "wish": asked,
        "patient": patient,
        "bar": records.bar(patient, today) if patient else None,
        "form": shown,
        "free": free,
        "picked": free.picked(given.get("starts_at", ""), first=fresh and patient is not None)
        if free
        else "",
        "focus_time": patient is not None and form is None and refused is None,
        "refused": refused,
        "offers": [Start.of(at, wish) for at in (refused.next_free if refused else ())],
    }


def facts_of_move(
    appointment: Appointment,
    given: QueryDict,
    *,
    now: dt.datetime,
    form: MoveForm | None = None,
    refused: Refused | None = None,
) -> dict[str, Any]:
    """Everything the moving page shows: the free times of the day it is on, until another is chosen."""
    today = timezone.localdate(now)
    here_on = max(today, timezone.localdate(appointment.starts_at))
    wish = replace(
        Wish.read(given),
        clinician=given.get("clinician", str(appointment.clinician_id)),
        day=given.get("day", here_on.isoformat()),
    )
    clinicians = Shelf.stocked(today, types=False)
    clinician, day = clinicians.clinician_of(wish), readable_day(wish.day, today)
    url = reverse("desk:move", args=[appointment.patient_id, appointment.pk])
    free = None
    if clinician and day:
        free = free_times(appointment.type, clinician, day, wish=wish, url=url, now=now, moving=appointment)
    unsaved = {"clinician": wish.clinician, "day": wish.day, "other_time": given.get("other_time", "")}
    shown = form or MoveForm(initial=unsaved, today=today)
    shown.offer(clinicians=clinicians.clinicians)
    return {
        "appointment": appointment,
        "patient": appointment.patient,
        "bar": records.bar(appointment.patient, today),
        "form": shown,
        "free": free,
        "picked": free.picked(given.get("starts_at", ""), first=False) if free else "",
        "refused": refused,
        "offers": [Start.of(at, wish) for at in (refused.next_free if refused else ())],
    }


def patient_of(wish: Wish) -> Patient | None:
    """Whom the booking is for, once chosen."""
    typed = wish.patient
    return Patient.objects.filter(pk=int(typed)).first() if typed.isdecimal() and len(typed) < 10 else None


def free_times(
    type: AppointmentType,
    clinician: Clinician,
    day: dt.date,
    *,
    wish: Wish,
    url: str,
    now: dt.datetime,
    moving: Appointment | None = None,
) -> Choices:
    """The day's free times; where it has none, the next three as addresses below `url`."""
    midnight = dt.datetime.combine(day, dt.time(), clinic_zone())
    starts = next_free(clinician, type, max(now, midnight), MOST_IN_A_DAY, now=now, moving=moving)
    here = (moving.clinician_id, moving.starts_at) if moving else None
    starts = [at for at in starts if (clinician.pk, at) != here]
    on_day = [Start.of(at, wish) for at in starts if timezone.localdate(at) == day]
    return Choices(on_day, [] if on_day else [(at, _on_that_day(wish, at, url)) for at in starts[:OFFERED]])


def _on_that_day(wish: Wish, at: dt.datetime, url: str) -> str:
    local = timezone.localtime(at)
    return f"{url}?{replace(wish, day=local.date().isoformat(), time=f'{local:%H:%M}').query}"
