"""The booking page and the moving page as finished facts: what was chosen so far, and which times are free for it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from clinic.booking.models import Appointment, AppointmentType
from clinic.booking.refusals import Refused, SlotHeld, SlotTaken, SomewhereElse
from clinic.desk import records
from clinic.desk.forms.booking import BookForm, MoveForm, all_the_same, readable_day
from clinic.desk.free_times import Choices, both, free_times, instead_of
from clinic.desk.short_gaps import TooShort, too_short
from clinic.desk.suggestions import Shelf, suggested
from clinic.desk.telling import hears_by_mail
from clinic.desk.wish import ANYBODY, Wish, read_key
from clinic.people.models import Clinician, Patient


def facts(
    given: QueryDict,
    *,
    now: dt.datetime,
    form: BookForm | None = None,
    refused: Refused | None = None,
    fresh: bool = False,
) -> dict[str, Any]:
    """Everything the booking page shows. `fresh`: nothing was sent yet, so what is missing is suggested.

    Adds at most nine queries: the patient, the types, the clinicians, whom they saw last, who is free, and what a
    gap holds that is too short.
    """
    today = timezone.localdate(now)
    asked = Wish.read(given)
    patient = patient_of(asked)
    shelf = Shelf.stocked(today)
    wish = suggested(asked, patient=patient, shelf=shelf, now=now) if fresh else asked
    type = shelf.type_of(wish)
    whom = shelf.whom(wish, type)
    free = None
    if type and whom and (day := readable_day(wish.day, today)):
        free = free_times(type, whom, day, wish=wish, url=reverse("desk:book"), now=now)
    unsaved = {
        "type": wish.type,
        "clinician": wish.clinician,
        "day": wish.date or today,
        "patient": wish.patient,
    }
    shown = form or BookForm(initial=unsaved | _typed(given), today=today)
    shown.offer(types=shelf.types, clinicians=shelf.doing(type))
    shown.show_length(wish.minutes, usual=type.minutes if type else None)
    picked = (
        free.picked(given.get("starts_at", ""), first=_may_take_any(wish, fresh, patient)) if free else ""
    )
    gap = None
    if refused is None and form is None:
        gap = _too_short(shelf, wish, type, whom, free, picked, now)
    return {
        "wish": asked,
        "patient": patient,
        "bar": records.bar(patient, today) if patient else None,
        "form": shown,
        "free": free,
        "picked": picked,
        "does_not_do": _does_not_do(shelf, wish, type),
        "too_short": gap,
        "focus_time": patient is not None and form is None and refused is None,
        "find_url": f"{reverse('desk:find_time')}?{wish.query}",
    } | _of_refusal(
        shown,
        refused,
        instead_of(refused, wish),
        gap if patient and wish.clinician != ANYBODY else None,
    )


def _may_take_any(wish: Wish, fresh: bool, patient: Patient | None) -> bool:  # noqa: FBT001  # read as said
    """Whether the day's first free time may be marked: not where they pressed another one."""
    return fresh and patient is not None and not wish.time


def _typed(given: QueryDict) -> dict[str, str]:
    """What was typed and is of no account while times are only looked at."""
    return {name: given.get(name, "") for name in ("other_time", "because")}


def _of_refusal(
    form: BookForm | MoveForm,
    refused: Refused | None,
    offers: list[Any],
    gap: TooShort | None = None,
) -> dict[str, Any]:
    """What is shown of a refusal: times instead, and overbooking where another visit is all that is in the way.

    `gap`: the taken time that was pressed in the calendar, once it is known for whom, leads there too.
    """
    at = form.data.get("overbook", "") if form.is_bound else ""
    if isinstance(refused, SlotTaken | SlotHeld):
        at = refused.starts_at.isoformat()
    elif gap and gap.may_overbook:
        at = gap.at.isoformat()
    same = all_the_same(refused.visit, refused.starts_at) if isinstance(refused, SomewhereElse) else ""
    return {"refused": refused, "offers": offers, "overbook_at": at, "all_the_same": same}


def _does_not_do(shelf: Shelf, wish: Wish, type: AppointmentType | None) -> str:
    """Who was chosen and does not do what was chosen; empty else."""
    chosen = shelf.clinician_of(wish)
    return str(chosen) if type and chosen and chosen not in shelf.doing(type) else ""


def _too_short(
    shelf: Shelf,
    wish: Wish,
    type: AppointmentType | None,
    whom: list[Clinician],
    free: Choices | None,
    picked: str,
    now: dt.datetime,
) -> TooShort | None:
    """What the gap they pressed holds, where the visit does not fit into it and no other time was picked since."""
    day, wall = wish.date, wish.clock
    if free is None or type is None or len(whom) != 1 or day is None or wall is None:
        return None
    if any(picked == start.value for start in free.on_day):
        return None
    at, _ = both(day, wall)
    return too_short(wish, at=at, clinician=whom[0], type=type, types=shelf.done_by(whom[0]), now=now)


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
    shelf, type = Shelf.stocked(today), appointment.type
    whom, day = shelf.whom(wish, type), readable_day(wish.day, today)
    url = reverse("desk:move", args=[appointment.patient_id, appointment.pk])
    now_takes = appointment.minutes
    lasting = wish.lasting or now_takes
    free = None
    if whom and day:
        free = free_times(type, whom, day, wish=wish, url=url, now=now, moving=appointment, lasting=lasting)
    unsaved = {"clinician": wish.clinician, "day": wish.day}
    shown = form or MoveForm(initial=unsaved | _typed(given), today=today)
    shown.offer(clinicians=shelf.doing(type))
    shown.show_length(wish.minutes, usual=now_takes)
    return {
        "appointment": appointment,
        "by_mail": hears_by_mail(appointment.patient),
        "patient": appointment.patient,
        "bar": records.bar(appointment.patient, today),
        "form": shown,
        "free": free,
        "picked": free.picked(given.get("starts_at", ""), first=False) if free else "",
        "does_not_do": _does_not_do(shelf, wish, type),
        "focus_time": bool(wish.time) and form is None,
        "find_url": f"{reverse('desk:find_time')}?type={type.slug}&moving={appointment.pk}",
    } | _of_refusal(shown, refused, instead_of(refused, wish))


def patient_of(wish: Wish) -> Patient | None:
    """Whom the booking is for, once chosen."""
    key = read_key(wish.patient)
    return None if key is None else Patient.objects.filter(pk=key).first()
