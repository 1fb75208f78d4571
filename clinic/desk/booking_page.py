"""The booking page as finished facts: what was chosen so far, and which times are free for it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from clinic.booking.free import clinic_zone, next_free
from clinic.booking.refusals import Refused
from clinic.desk import records
from clinic.desk.forms.booking import BookForm, WhenForm
from clinic.desk.wish import Wish
from clinic.people.models import Patient

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


def facts(
    given: QueryDict, *, now: dt.datetime, form: BookForm | None = None, refused: Refused | None = None
) -> dict[str, Any]:
    """Everything the page shows. Adds one query for the patient and at most four for the free times."""
    today = timezone.localdate(now)
    wish = Wish.read(given)
    chosen = {"type": wish.type, "clinician": wish.clinician, "day": wish.date or today}
    unsaved = {**chosen, "patient": wish.patient, "other_time": given.get("other_time", "")}
    patient = patient_of(wish)
    return {
        "wish": wish,
        "patient": patient,
        "bar": records.bar(patient, today) if patient else None,
        "form": form or BookForm(initial=unsaved, today=today),
        "free": free_times(wish, now),
        "picked": given.get("starts_at", ""),
        "refused": refused,
        "offers": [Start.of(at, wish) for at in getattr(refused, "next_free", [])],
    }


def patient_of(wish: Wish) -> Patient | None:
    """Whom the booking is for, once chosen."""
    typed = wish.patient
    return Patient.objects.filter(pk=int(typed)).first() if typed.isdecimal() and len(typed) < 10 else None


def free_times(wish: Wish, now: dt.datetime) -> Choices | None:
    """None until type, clinician and day are all chosen."""
    asked = WhenForm(
        {"type": wish.type, "clinician": wish.clinician, "day": wish.day}, today=timezone.localdate(now)
    )
    if not asked.is_valid():
        return None
    told = asked.cleaned_data
    midnight = dt.datetime.combine(told["day"], dt.time(), clinic_zone())
    starts = next_free(told["clinician"], told["type"], max(now, midnight), MOST_IN_A_DAY)
    on_day = [Start.of(at, wish) for at in starts if timezone.localdate(at) == told["day"]]
    return Choices(on_day, [] if on_day else [(at, _on_that_day(wish, at)) for at in starts[:OFFERED]])


def _on_that_day(wish: Wish, at: dt.datetime) -> str:
    local = timezone.localtime(at)
    return replace(wish, day=local.date().isoformat(), time=f"{local:%H:%M}").url
