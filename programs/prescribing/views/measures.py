"""Outcome measures of one patient: each over time, and what was answered at the visit.

A refused entry shows the page again with the reason and what was typed; nothing is half-stored.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.audit.guards import for_record
from clinic.people import kept_forms
from clinic.people.models import Account, Patient
from clinic.people.roles import Role
from programs.outcomes import actions
from programs.outcomes.models import Answer
from programs.outcomes.refusals import Refusal
from programs.prescribing import measures_page
from programs.prescribing.measure_forms import AtVisitForm, NewActivityForm


@for_record(Role.CLINICIAN)
@require_http_methods(["GET", "POST"])
def measures(request: HttpRequest, *, account: Account, patient: Patient) -> HttpResponse:
    """Every measure with its chart and its numbers; a post enters one answer or total."""
    if request.method == "GET":
        kept = kept_forms.take_back(request)
        form = measures_page.visit_form(patient, now=timezone.now(), data=kept) if kept else None
        return _draw(request, patient, visit=form, was_kept=kept is not None)
    form = measures_page.visit_form(patient, now=timezone.now(), data=request.POST)
    if not form.is_valid() or not _answered(form, patient, account):
        return _draw(request, patient, visit=form, status=422)
    messages.success(request, "Stored.")
    return redirect("prescribing:measures", patient_id=patient.pk)


def _answered(form: AtVisitForm, patient: Patient, account: Account) -> bool:
    said = form.cleaned_data
    try:
        actions.answer(
            patient=patient,
            measure=form.measure,
            activity=form.activity,
            value=said["value"],
            on_day=said["on_day"],
            where=Answer.Where.CLINIC,
            by=account,
            now=timezone.now(),
            client_key=said["client_key"],
        )
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    return True


@for_record(Role.CLINICIAN)
@require_http_methods(["GET", "POST"])
def activity(request: HttpRequest, *, account: Account, patient: Patient) -> HttpResponse:
    """Name an activity for the patient. A GET shows what an expired session kept."""
    today = measures_page.today_of(patient, timezone.now())
    if request.method == "GET":
        kept = kept_forms.take_back(request)
        if kept is None:
            return redirect("prescribing:measures", patient_id=patient.pk)
        return _draw(request, patient, activity=NewActivityForm(today, kept), was_kept=True)
    form = NewActivityForm(today, request.POST)
    if form.is_valid():
        try:
            actions.name_activity(
                patient=patient,
                where=Answer.Where.CLINIC,
                by=account,
                now=timezone.now(),
                **form.cleaned_data,
            )
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, "The activity is on the list.")
            return redirect("prescribing:measures", patient_id=patient.pk)
    return _draw(request, patient, activity=form, status=422)


@for_record(Role.CLINICIAN)
@require_POST
def retire_activity(
    request: HttpRequest, *, account: Account, patient: Patient, activity_id: int
) -> HttpResponse:
    """It leaves the list; what was answered stays in the chart."""
    row = get_object_or_404(patient.activities, pk=activity_id)
    actions.retire_activity(activity=row, patient=patient, by=account, now=timezone.now())
    messages.success(request, f"“{row.words}” is off the list. What was answered is kept.")
    return redirect("prescribing:measures", patient_id=patient.pk)


def _draw(
    request: HttpRequest,
    patient: Patient,
    *,
    visit: AtVisitForm | None = None,
    activity: NewActivityForm | None = None,
    was_kept: bool = False,
    status: int = 200,
) -> HttpResponse:
    shown = measures_page.facts(patient, now=timezone.now(), visit=visit, activity=activity)
    context = {"patient": patient, "was_kept": was_kept, **shown}
    return render(request, "prescribing/measures.html", context, status=status)
