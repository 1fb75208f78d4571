"""The patient's own choice of when they are reminded at home."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.audit.guards import for_patient
from clinic.people import kept_forms
from clinic.people.models import Account, Patient
from clinic.ui.fields import ChoiceCardsField
from clinic.ui.widgets import TimeInput
from programs.plans.models import ReminderTimes
from programs.plans.reminder_times import USUAL_MORNING, Mornings
from programs.plans.reminding import choose_times
from programs.portal import notice_views

NO_TIME = "That is not a time. Write it like 18:00. Nothing was changed."
HINTS: dict[str, str] = {
    Mornings.HARD: "This is what we do if you choose nothing.",
    Mornings.EACH: "You hear from us on each morning after a session.",
    Mornings.NONE: "The question still stands on your page.",
}


class ReminderForm(forms.Form):
    """When, on the patient's own clock."""

    sessions_at = forms.TimeField(
        label="When shall we tell you about a session?",
        help_text="Only on days with a session, and not once you have logged it. Leave it empty for none.",
        required=False,
        widget=TimeInput,
        error_messages={"invalid": NO_TIME},
    )
    mornings = ChoiceCardsField(
        label="When shall we ask how it feels the next morning?",
        choices=Mornings.choices,
        hints=HINTS,
        error_messages={"required": "Choose one of the three.", "invalid_choice": "Choose one of the three."},
    )
    mornings_at = forms.TimeField(
        label="At what time in the morning?",
        widget=TimeInput,
        error_messages={"required": "Choose a time.", "invalid": NO_TIME},
    )


@for_patient
@require_http_methods(["GET", "POST"])
def reminders(request: HttpRequest, *, patient: Patient) -> HttpResponse:
    """A time for sessions, or none; and whether the next morning is asked about."""
    if request.method != "POST":
        kept = kept_forms.take_back(request)
        start: Any = kept.dict() if kept else _as_chosen(patient)
        return _page(request, patient, ReminderForm(initial=start), was_kept=kept is not None)
    form = ReminderForm(request.POST)
    if not form.is_valid():
        return _page(request, patient, form, status=422)
    by = cast(Account, request.user)  # the guard let nobody else in
    choose_times(patient=patient, by=by, now=timezone.now(), **form.cleaned_data)
    messages.success(request, "Saved. From now on we keep to these times.")
    return redirect("portal:reminders")


def _as_chosen(patient: Patient) -> dict[str, Any]:
    times = ReminderTimes.objects.filter(patient=patient).first() or ReminderTimes(mornings_at=USUAL_MORNING)
    return {name: getattr(times, name) for name in ReminderForm.base_fields}


def _page(
    request: HttpRequest,
    patient: Patient,
    form: ReminderForm,
    *,
    was_kept: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {
        "patient": patient,
        "form": form,
        "was_kept": was_kept,
        "notices": notice_views.facts(patient),
    }
    return render(request, "portal/reminders.html", context, status=status)
