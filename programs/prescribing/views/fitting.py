"""A draft fitted to the patient's week: the form of their limits, and the changes that bring something back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.audit.guards import for_record
from clinic.people import kept_forms
from clinic.people.models import Account, Patient
from clinic.people.roles import Role
from programs.builder.limits import Limits, limits_from
from programs.builder.reading import load_recipe
from programs.plans import actions
from programs.plans.blocks import asked_of
from programs.plans.models import Version
from programs.plans.refusals import ChangedMeanwhile, Refusal
from programs.plans.seen import Facts
from programs.prescribing.edited import changes_of
from programs.prescribing.limits_form import PRESETS, LimitsForm, as_initial, preset
from programs.prescribing.refused import Refused, changed_meanwhile
from programs.prescribing.shown import as_text, draft_now, read
from programs.prescribing.views.pages import draw_program


@for_record(Role.CLINICIAN)
@require_http_methods(["GET", "POST"])
def fit(request: HttpRequest, *, account: Account, patient: Patient, version_id: int) -> HttpResponse:
    """The patient's limits; a post builds the draft anew within them, a preset only ticks what is usual there."""
    deep = patient.program_versions.select_related("program__decision__result__screen")
    version = get_object_or_404(deep, pk=version_id)
    if not version.is_draft:
        told = Refused("Only a proposal can be fitted. Start a new version of this program first.")
        return draw_program(request, patient, version_id, refused=told, status=409)
    lost = changes_of(version)
    if request.method == "GET":
        return _first(request, version, lost)
    if place := preset(request.POST.get("preset", "")):
        return _draw(request, version, _form(version, lost, _ticking(request.POST, place)), tidy=True)
    form = _form(version, lost, request.POST)
    if not form.is_valid():
        return _draw(request, version, form, status=422)
    return _fit(request, version, form.limits, account, read([form.cleaned_data["seen"]]))


@for_record(Role.CLINICIAN)
@require_http_methods(["GET", "POST"])
def relax(
    request: HttpRequest, *, account: Account, patient: Patient, version_id: int, place: int
) -> HttpResponse:
    """One of the changes that would bring something back, at once; the form where edits would be given up."""
    deep = patient.program_versions.select_related("program__decision__result__screen")
    version = get_object_or_404(deep, pk=version_id)
    offered = version.proposal.get("suggestions", [])
    meant = request.POST.get("words")  # another tab may have built the draft anew since
    if place >= len(offered) or not version.is_draft or meant not in {None, offered[place]["words"]}:
        told = Refused("The program changed since this page was opened. Nothing was changed: look again.")
        return draw_program(request, patient, version_id, refused=told, status=409)
    asked, seen = limits_from(offered[place]["asked"]), draft_now(version)
    lost = changes_of(version)
    if request.method == "GET" or lost:
        return _draw(request, version, _form(version, lost, initial=as_initial(asked)))
    return _fit(request, version, asked, account, seen)


def _first(request: HttpRequest, version: Version, lost: Sequence[str]) -> HttpResponse:
    """The limits as they are, or what an expired session kept."""
    kept = kept_forms.take_back(request)
    form = _form(version, lost, kept, initial=as_initial(asked_of(version.proposal)))
    return _draw(request, version, form, kept=kept is not None)


def _fit(
    request: HttpRequest, version: Version, asked: Limits, account: Account, seen: Facts
) -> HttpResponse:
    try:
        actions.fit(version=version, asked=asked, by=account, now=timezone.now(), seen=seen)
    except ChangedMeanwhile as refusal:
        version.refresh_from_db()
        form = _form(version, changes_of(version), initial=as_initial(asked))
        return _draw(request, version, form, refused=changed_meanwhile(refusal), status=409)
    except Refusal as refusal:
        told = Refused(str(refusal))
        return draw_program(request, version.patient, version.pk, refused=told, status=409)
    messages.success(
        request, "Built anew within the patient’s week. Nothing reaches them before you release it."
    )
    return redirect("prescribing:program", patient_id=version.patient_id, version_id=version.pk)


def _form(
    version: Version, lost: Sequence[str], *data: Any, initial: Mapping[str, Any] | None = None
) -> LimitsForm:
    library = load_recipe(version.program.decision.result.screen.catalogue).library.exercises.values()
    first = {"seen": as_text(draft_now(version)), **(initial or {})}
    return LimitsForm(*data, library={one.id: one.name for one in library}, lost=lost, initial=first)


def _ticking(posted: QueryDict, kinds: list[str]) -> QueryDict:
    """The form as it was sent, with these kinds of equipment ticked."""
    ticked = posted.copy()
    ticked.setlist("equipment", kinds)
    ticked["has"] = "ticked"
    return ticked


def _draw(
    request: HttpRequest,
    version: Version,
    form: LimitsForm,
    *,
    kept: bool = False,
    tidy: bool = False,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of the form; `tidy` shows no refusals yet, since nothing was asked of it."""
    if tidy:
        form = _form(version, form.lost, initial=_as_typed(form))
    context = {
        "patient": version.patient,
        "version": version,
        "form": form,
        "presets": list(PRESETS.items()),
        "kept": kept,
        "refused": refused,
    }
    return render(request, "prescribing/fit.html", context, status=status)


def _as_typed(form: LimitsForm) -> dict[str, Any]:
    return {name: form[name].value() for name in form.fields}
