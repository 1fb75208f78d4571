"""The clinic's own starting points: a version kept as one, and a draft filled from one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.audit.guards import for_record
from clinic.people import kept_forms
from clinic.people.models import Account, Patient
from clinic.people.roles import Role
from programs.plans import starting_points
from programs.plans.models import StartingPoint
from programs.plans.refusals import Refusal, WrongName
from programs.prescribing.more_forms import StartingPointForm
from programs.prescribing.refused import Refused
from programs.prescribing.views.pages import draw_program


@for_record(Role.CLINICIAN)
@require_http_methods(["GET", "POST"])
def keep(request: HttpRequest, *, account: Account, patient: Patient, version_id: int) -> HttpResponse:
    """Keep this version's exercises and doses for other patients. A GET shows what an expired session kept."""
    version = get_object_or_404(patient.program_versions, pk=version_id)
    if request.method == "GET":
        typed = kept_forms.take_back(request)
        if typed is None:
            return redirect("prescribing:program", patient_id=patient.pk, version_id=version_id)
        return draw_program(
            request, patient, version_id, keep=StartingPointForm(typed), kept="starting point"
        )
    form = StartingPointForm(request.POST)
    if form.is_valid():
        try:
            kept = starting_points.keep_as_starting_point(
                version=version, by=account, now=timezone.now(), **form.cleaned_data
            )
        except Refusal as refusal:
            form.add_error("name" if isinstance(refusal, WrongName) else None, str(refusal))
        else:
            messages.success(request, f"Kept as “{kept.name}”, without the patient.")
            return redirect("prescribing:program", patient_id=patient.pk, version_id=version_id)
    return draw_program(request, patient, version_id, keep=form, status=422)


@for_record(Role.CLINICIAN)
@require_POST
def begin(request: HttpRequest, *, account: Account, patient: Patient, version_id: int) -> HttpResponse:
    """Fill the draft from a starting point; what it held is given up, so that is ticked first."""
    deep = patient.program_versions.select_related("program__decision__result__screen")
    version = get_object_or_404(deep, pk=version_id)
    chosen = request.POST.get("starting_point", "")
    known = chosen.isascii() and chosen.isdecimal() and len(chosen) < 10
    point = StartingPoint.objects.filter(pk=int(chosen) if known else 0).first()
    refused = _not_yet(request, point) if version.is_draft else ""
    if not refused and point is not None:
        try:
            begun = starting_points.begin_from(
                version=version, starting_point=point, by=account, now=timezone.now()
            )
        except Refusal as refusal:
            refused = str(refusal)
        else:
            messages.success(request, f"Filled from “{point.name}”.")
            for one in begun.left_out:
                messages.warning(request, f"Left out: {one.name}. {one.because}")
            return redirect("prescribing:program", patient_id=patient.pk, version_id=version_id)
    told = Refused(refused or "This version was released, so it stays as it is. Nothing was changed.")
    return draw_program(request, patient, version_id, refused=told, status=409)


def _not_yet(request: HttpRequest, point: StartingPoint | None) -> str:
    if point is None:
        return "Choose a starting point. Nothing was changed."
    if request.POST.get("sure") != "on":
        return "Tick that what the draft holds now is given up. Nothing was changed."
    return ""
