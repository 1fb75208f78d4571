"""A triage result with its reasons, the clinician's impression before it, and their answer to it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from assessments.charting.forms import ImpressionForm, OverruleForm
from assessments.charting.result_page import ResultPage
from assessments.triage import actions, impressions, telling
from assessments.triage.models import Result
from clinic.audit.guards import for_record
from clinic.people import kept_forms
from clinic.people.models import Account, Patient
from clinic.people.roles import Role


@for_record(Role.CLINICIAN)
def triage(request: HttpRequest, *, account: Account, patient: Patient, result_id: int) -> HttpResponse:
    """What the findings fit, why, what speaks against it, and what is not known.

    Where the clinic asks for an impression first, the page asks for it and shows nothing of the result.
    """
    result = _result(patient, result_id)
    if result.is_sealed:
        return _ask_first(request, patient, result)
    return _show(request, patient, result)


@for_record(Role.CLINICIAN)
def impression(request: HttpRequest, *, account: Account, patient: Patient, result_id: int) -> HttpResponse:
    """Keep the impression, then open the result. A form that an expired session caught is shown again, unsaved."""
    result = _result(patient, result_id)
    if request.method != "POST":
        kept = kept_forms.take_back(request)
        if kept and result.is_sealed:
            return _ask_first(request, patient, result, kept)
        return redirect("charting:triage", patient.pk, result_id)
    form = ImpressionForm(request.POST, classes=actions.classes_to_choose(result))
    if not form.is_valid():
        return _ask_first(request, patient, result, form=form, status=422)
    impressions.record_impression(result=result, by=account, now=timezone.now(), **form.cleaned_data)
    return redirect("charting:triage", patient.pk, result.pk)


@for_record(Role.CLINICIAN)
def decide(request: HttpRequest, *, account: Account, patient: Patient, result_id: int) -> HttpResponse:
    """Agree, or overrule with a reason. A form that an expired session caught is shown again, unsaved."""
    result = _result(patient, result_id)
    if request.method != "POST":
        kept = kept_forms.take_back(request)
        return (
            _show(request, patient, result, kept)
            if kept and not result.is_sealed
            else redirect("charting:triage", patient.pk, result_id)
        )
    if result.is_sealed:
        messages.warning(request, "Nothing was decided: the result opens after your impression.")
        return redirect("charting:triage", patient.pk, result.pk)
    if request.POST.get("answer") == "agree":
        actions.agree(result=result, by=account, now=timezone.now())
        return redirect("charting:triage", patient.pk, result.pk)
    form = OverruleForm(request.POST, classes=ResultPage(result).classes)
    if not form.is_valid():
        return _show(request, patient, result, form=form, status=422)
    actions.overrule(result=result, by=account, now=timezone.now(), **form.cleaned_data)
    return redirect("charting:triage", patient.pk, result.pk)


@for_record(Role.CLINICIAN)
def tell(request: HttpRequest, *, account: Account, patient: Patient, result_id: int) -> HttpResponse:
    """Release the text of a class that leads to no program; of the others the program's release does it."""
    result = _result(patient, result_id)
    page = ResultPage(result)
    if request.method == "POST":
        if (
            page.decision is None
            or not page.may_tell
            or str(page.decision.pk) != request.POST.get("decision")
        ):
            messages.warning(request, "The answer changed since the page was opened. Nothing was released.")
        else:
            telling.tell(decision=page.decision, by=account, now=timezone.now())
            messages.success(request, f"Released. {patient.called} can read it now.")
    return redirect("charting:triage", patient.pk, result.pk)


def _result(patient: Patient, result_id: int) -> Result:
    found = (
        patient.triage_results.to_read()
        .select_related("screen__signed_by")
        .prefetch_related("decisions__made_by", "decisions__telling", "impressions__made_by")
    )
    return get_object_or_404(found, pk=result_id)


def _ask_first(
    request: HttpRequest,
    patient: Patient,
    result: Result,
    kept: Any = None,
    *,
    form: ImpressionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    form = form or ImpressionForm(kept, classes=actions.classes_to_choose(result))
    context = {"patient": patient, "result": result, "form": form, "kept": kept is not None}
    return render(request, "charting/impression.html", context, status=status)


def _show(
    request: HttpRequest,
    patient: Patient,
    result: Result,
    kept: Any = None,
    *,
    form: OverruleForm | None = None,
    status: int = 200,
) -> HttpResponse:
    page = ResultPage(result)
    form = form or OverruleForm(kept, classes=page.classes)
    context = {"patient": patient, "page": page, "form": form, "kept": kept is not None}
    return render(request, "charting/triage.html", context, status=status)
