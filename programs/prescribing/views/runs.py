"""Where the runs of a draft start. More than was told comes back with a field for the reason."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.audit.guards import for_record
from clinic.people import kept_forms
from clinic.people.models import Account, Patient
from clinic.people.roles import Role
from programs.plans.refusals import ChangedMeanwhile, NeedsReason, Refusal, WrongRun
from programs.plans.running import change_runs
from programs.plans.seen import seen_runs
from programs.prescribing.refused import Refused, typed_in
from programs.prescribing.runs_form import RunsForm, runs_form
from programs.prescribing.views.pages import draw_program

LABELS = {"stage": "Stage", "week_km": "Last week", "longest_km": "Longest run", "because": "Reason"}


@for_record(Role.CLINICIAN)
@require_http_methods(["GET", "POST"])
def runs(request: HttpRequest, *, account: Account, patient: Patient, version_id: int) -> HttpResponse:
    """A GET shows what an expired session kept."""
    version = get_object_or_404(patient.program_versions, pk=version_id)
    if request.method == "GET":
        kept = kept_forms.take_back(request)
        if kept is None or not version.is_draft:
            return redirect("prescribing:program", patient_id=patient.pk, version_id=version_id)
        return draw_program(request, patient, version_id, runs=runs_form(version, kept), kept="runs")
    form = runs_form(version, request.POST) if version.is_draft else None
    if form is None or not form.is_valid():
        return _refused(request, patient, version_id, form)
    said = {name: form.cleaned_data[name] for name in ("because", "seen")}
    try:
        change_runs(version=version, start=form.start, by=account, now=timezone.now(), **said)
    except NeedsReason as refusal:
        form.ask(str(refusal))
    except ChangedMeanwhile as refusal:
        version.refresh_from_db()
        form.now_shows(seen_runs(version))
        form.add_error(None, str(refusal))
    except WrongRun as refusal:
        form.add_error(refusal.field, str(refusal))
    except Refusal as refusal:
        form.add_error(None, str(refusal))
    else:
        messages.success(request, "The runs start from there. The weeks are planned anew.")
        return redirect("prescribing:program", patient_id=patient.pk, version_id=version_id)
    return draw_program(request, patient, version_id, runs=form, status=422)


def _refused(request: HttpRequest, patient: Patient, version_id: int, form: RunsForm | None) -> HttpResponse:
    if form is not None:
        return draw_program(request, patient, version_id, runs=form, status=422)
    told = Refused(
        "Nothing was changed: this version was released, or its program has no running. "
        "Start a new version to change where runs start.",
        typed=typed_in(request.POST, LABELS),
    )
    return draw_program(request, patient, version_id, refused=told, status=409)
