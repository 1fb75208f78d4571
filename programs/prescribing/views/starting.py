"""The clinic's own starting points: a version kept as one, and a draft filled from one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.audit.guards import for_record
from clinic.people import kept_forms
from clinic.people.models import Account, Patient
from clinic.people.roles import Role
from programs.plans import starting_points
from programs.plans.models import StartingPoint, Version
from programs.plans.refusals import ChangedMeanwhile, NotAProposal, Refusal, WrongName
from programs.prescribing.more_forms import StartingPointForm
from programs.prescribing.refused import Refused, changed_meanwhile
from programs.prescribing.shown import as_text, draft_now, read
from programs.prescribing.views.pages import draw_program

NOT_TICKED = "Tick that what the draft holds now is given up. Nothing was changed."


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
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, *, account: Account, patient: Patient, version_id: int) -> HttpResponse:
    """What the draft would hold and give up; a post fills it, once that is ticked."""
    deep = patient.program_versions.select_related("program__decision__result__screen")
    version = get_object_or_404(deep, pk=version_id)
    asked = request.POST if request.method == "POST" else kept_forms.take_back(request) or request.GET
    point = _point(asked.get("starting_point", ""))
    if point is None and version.is_draft:
        told = Refused("Choose a starting point. Nothing was changed.")
        return draw_program(request, patient, version_id, refused=told, status=409)
    if request.method == "GET" or point is None:
        return _foreseen(request, version, point)
    if request.POST.get("sure") != "on":
        return _foreseen(request, version, point, Refused(NOT_TICKED), seen=request.POST.get("seen", ""))
    try:
        seen = read(request.POST.getlist("seen"))
        begun = starting_points.begin_from(
            version=version, starting_point=point, by=account, now=timezone.now(), seen=seen
        )
    except ChangedMeanwhile as refusal:
        version.refresh_from_db()
        return _foreseen(request, version, point, changed_meanwhile(refusal))
    except Refusal as refusal:
        return draw_program(request, patient, version_id, refused=Refused(str(refusal)), status=409)
    return _begun(request, begun, point)


def _point(chosen: str) -> StartingPoint | None:
    known = chosen.isascii() and chosen.isdecimal() and len(chosen) < 10
    return StartingPoint.objects.filter(pk=int(chosen) if known else 0).first()


def _foreseen(
    request: HttpRequest,
    version: Version,
    point: StartingPoint | None,
    refused: Refused | None = None,
    *,
    seen: str = "",
) -> HttpResponse:
    """The page before. `seen` is kept while only the tick was missing."""
    seen = seen or as_text(draft_now(version))
    try:
        if point is None:
            raise NotAProposal("This version was released, so it stays as it is. Nothing was changed.")
        foreseen = starting_points.foresee(version=version, starting_point=point)
    except Refusal as refusal:
        told = Refused(str(refusal))
        return draw_program(request, version.patient, version.pk, refused=told, status=409)
    context = {
        "patient": version.patient,
        "version": version,
        "point": point,
        "foreseen": foreseen,
        "seen": seen,
        "refused": refused,
    }
    return render(request, "prescribing/begin.html", context, status=409 if refused else 200)


def _begun(request: HttpRequest, begun: starting_points.Begun, point: StartingPoint) -> HttpResponse:
    messages.success(request, f"Filled from “{point.name}”.")
    for one in begun.left_out:
        messages.warning(request, f"Left out: {one.name}. {one.because}")
    version = begun.version
    return redirect("prescribing:program", patient_id=version.patient_id, version_id=version.pk)
