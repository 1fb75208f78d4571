"""The day at a glance, and the steps of each visit."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic.audit.actions import record_listed
from clinic.audit.guards import for_record, for_roles
from clinic.booking.actions import change_status
from clinic.booking.free import clinic_zone
from clinic.booking.refusals import Refused
from clinic.booking.status import Status
from clinic.desk import gaps
from clinic.desk.day import day_of, where_it_is
from clinic.desk.wish import read_day
from clinic.people.models import Account, Patient
from clinic.people.roles import DESK

A_DAY = dt.timedelta(days=1)


@for_roles(*DESK)
@require_safe
def today(request: HttpRequest, *, account: Account) -> HttpResponse:
    """The day named by ?day=YYYY-MM-DD, or today; an unreadable or far-off day is today too."""
    now = timezone.now()
    this_day = timezone.localdate(now)
    asked = read_day(request.GET.get("day", ""))
    day = asked if asked and 2000 <= asked.year <= 2100 else this_day
    shown = day_of(day, zone=clinic_zone(), now=now)
    record_listed(patients=shown.patient_ids, by=account, what="day")
    page = {
        "shown": shown,
        "is_today": day == this_day,
        "before": (day - A_DAY).isoformat(),
        "after": (day + A_DAY).isoformat(),
        "zone_name": clinic_zone().key.replace("_", " "),
        "now": now,
    }
    return render(request, "desk/today.html", page)


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
    if form.is_valid():
        told = form.cleaned_data
        try:
            done = change_status(
                appointment=appointment,
                to=told["to"],
                because=told["because"],
                by=account,
                now=timezone.now(),
            )
            messages.success(request, f"{patient.full_name}: {Status(told['to']).label.lower()}.")
            if done.status == Status.CANCELLED:
                gaps.mention(request, done, now=timezone.now())
        except Refused as refused:
            messages.error(request, f"{refused} {refused.instead}".strip())
    else:
        messages.error(
            request, "Nothing was changed: that step is not one we know, or the reason is over 200 letters."
        )
    # Pressed in the list of who is next: stay there, for the next one.
    return redirect("desk:today" if "stay" in request.POST else where_it_is(appointment))
