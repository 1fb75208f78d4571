"""The patient's own choice of how we write to them, and of when they are reminded at home."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.audit.guards import for_patient
from clinic.people import kept_forms
from clinic.people.actions import prefer_way
from clinic.people.models import Account, Patient
from clinic.ui.fields import ChoiceCardsField
from clinic.ui.widgets import TimeInput
from programs.plans.models import ReminderTimes
from programs.plans.reminder_times import USUAL_MORNING, Mornings
from programs.plans.reminding import choose_times
from programs.portal import notice_views, reached
from programs.portal.reached import NO_WISH, NO_WISH_HINT, Reached

NO_TIME = "That is not a time. Write it like 18:00. Nothing was changed."
HINTS: dict[str, str] = {
    Mornings.HARD: "This is what we do if you choose nothing.",
    Mornings.EACH: "You hear from us on each morning after a session.",
    Mornings.NONE: "The question still stands on your page.",
}


class ReminderForm(forms.Form):
    """How, and when on the patient's own clock."""

    first_way = ChoiceCardsField(
        label="How shall we write to you first?",
        help_text="If that way does not work, we use another you agreed to. A few messages can go one way only.",
        required=False,
        choices=[NO_WISH],
        hints={"": NO_WISH_HINT},
        error_messages={
            "invalid_choice": "That way does not reach you now. Choose another. Nothing was changed."
        },
    )
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

    def __init__(self, *args: Any, reached: Reached, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(reached.ways) < 2:
            del self.fields["first_way"]  # nothing to choose between
            return
        field = cast(ChoiceCardsField, self.fields["first_way"])
        field.choices = [*((value, label) for value, label, _ in reached.ways), NO_WISH]
        field.widget.hints = {value: hint for value, _, hint in reached.ways} | {"": NO_WISH_HINT}


@for_patient
@require_http_methods(["GET", "POST"])
def reminders(request: HttpRequest, *, patient: Patient) -> HttpResponse:
    """By which way first; a time for sessions, or none; and whether the next morning is asked about."""
    how = reached.reached(patient)
    if request.method != "POST":
        kept = kept_forms.take_back(request)
        start: Any = kept.dict() if kept else _as_chosen(patient) | {"first_way": how.first}
        form = ReminderForm(initial=start, reached=how)
        return _page(request, patient, form, how, was_kept=kept is not None)
    form = ReminderForm(request.POST, reached=how)
    if not form.is_valid():
        return _page(request, patient, form, how, status=422)
    by, now = cast(Account, request.user), timezone.now()  # the guard let nobody else in
    times = dict(form.cleaned_data)
    first_way = times.pop("first_way", how.first)
    with transaction.atomic():
        choose_times(patient=patient, by=by, now=now, **times)
        # A way that does not reach them just now is not shown as chosen: left alone, it stays their wish.
        if "first_way" in request.POST and first_way != how.first:
            prefer_way(patient=patient, way=first_way, by=by, now=now)
    messages.success(request, "Saved. From now on we keep to this.")
    return redirect(reached.page(request.GET.get("from", "")))


def _as_chosen(patient: Patient) -> dict[str, Any]:
    times = ReminderTimes.objects.filter(patient=patient).first() or ReminderTimes(mornings_at=USUAL_MORNING)
    return {name: getattr(times, name) for name in ReminderForm.base_fields if name != "first_way"}


def _page(
    request: HttpRequest,
    patient: Patient,
    form: ReminderForm,
    how: Reached,
    *,
    was_kept: bool = False,
    status: int = 200,
) -> HttpResponse:
    came_from = request.GET.get("from", "")
    back_url, back_label = reached.back(came_from)
    context = {
        "patient": patient,
        "form": form,
        "reached": how,
        "was_kept": was_kept,
        "notices": notice_views.facts(patient) | {"came_from": came_from},
        "back_url": back_url,
        "back_label": back_label,
    }
    return render(request, "portal/reminders.html", context, status=status)
