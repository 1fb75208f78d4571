"""The day at a glance, kept up to date in all open windows, and the steps of each visit."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic.audit.actions import record_listed
from clinic.audit.guards import for_record, for_roles
from clinic.booking.actions import change_status
from clinic.booking.free import clinic_zone
from clinic.booking.models import Appointment
from clinic.booking.refusals import Refused
from clinic.booking.status import Status
from clinic.desk import board, calendar, gaps
from clinic.desk.calendar import Place
from clinic.desk.day import day_of, where_it_is
from clinic.desk.telling import say, who_hears
from clinic.people.models import Account, Patient
from clinic.people.roles import DESK

SEEN = "X-Seen"


@for_roles(*DESK)
@require_safe
def today(request: HttpRequest, *, account: Account) -> HttpResponse:
    """The day named by ?day=YYYY-MM-DD, or today; an unreadable or far-off day is today too."""
    shown = _shown(request, account, recorded=set())
    keys = [*calendar.KEYS, *calendar.KEYS_IN_THE_DAY]
    return render(request, "desk/today.html", shown | {"keys": keys})


@for_roles(*DESK)
@require_safe
def day_part(request: HttpRequest, *, account: Account) -> HttpResponse:
    """What changes of the day's page, for a window that shows it. Names it has shown already are not recorded again."""
    recorded = board.read_seen(request.headers.get(SEEN, ""), account)
    return render(request, "desk/board.html", _shown(request, account, recorded=recorded))


@for_roles(*DESK)
@require_safe
def day_version(request: HttpRequest, *, account: Account) -> HttpResponse:
    """Whether the day has changed, for open windows that ask every second or so."""
    now = timezone.now()
    place = Place.asked("day", request.GET, timezone.localdate(now))
    version = board.version_of(place.day, zone=clinic_zone(), now=now)
    return HttpResponse(version, content_type="text/plain")


def _shown(request: HttpRequest, account: Account, *, recorded: set[int]) -> dict[str, Any]:
    now = timezone.now()
    place = Place.asked("day", request.GET, timezone.localdate(now))
    # Before the day itself: what changes in between is asked for once more, not missed.
    version, things = board.version_and_things(place.day, zone=clinic_zone(), now=now)
    shown = day_of(place.day, zone=clinic_zone(), now=now, things=things, only=place.only)
    record_listed(patients=[pk for pk in shown.patient_ids if pk not in recorded], by=account, what="day")
    note = board.seen([*recorded, *shown.patient_ids], account)
    return {"shown": shown, "place": place, "now": now, "version": version, "seen": note}


class StepForm(forms.Form):
    to = forms.ChoiceField(choices=Status.choices)
    because = forms.CharField(required=False, max_length=200)


@for_record(*DESK)
@require_POST
def appointment_status(
    request: HttpRequest, *, account: Account, patient: Patient, appointment_id: int
) -> HttpResponse:
    """One step: confirmed, arrived, in session, done, no-show, cancelled with a reason, or a step back."""
    appointment = get_object_or_404(patient.appointments.select_related("clinician"), pk=appointment_id)
    form = StepForm(request.POST)
    now = timezone.now()
    if form.is_valid():
        try:
            done = change_status(appointment=appointment, **form.cleaned_data, by=account, now=now)
        except Refused as refused:
            messages.error(request, f"{refused} {refused.instead}".strip())
        else:
            words = f"{patient.full_name}: {Status(done.status).label.lower()}."
            told = who_hears(done, of_a_move=False, now=now) if done.status == Status.CANCELLED else ""
            say(request, f"{words} {told}".strip(), done)
            if done.status == Status.CANCELLED:
                gaps.mention(request, done, now=now)
    else:
        messages.error(
            request, "Nothing was changed: that step is not one we know, or the reason is over 200 letters."
        )
    return redirect(back_to(request, appointment))


def back_to(request: HttpRequest, appointment: Appointment) -> str:
    """The page the form stood on, at that visit; from the list of who is next its top, for the next one."""
    stays = "stay" in request.POST
    if "day" not in request.GET:
        return reverse("desk:today") if stays else where_it_is(appointment)
    here = Place.asked("day", request.GET, timezone.localdate()).here
    return here if stays else f"{here}#visit-{appointment.pk}"
