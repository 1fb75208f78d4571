"""What clinicians change of a version as a whole: propose, release, revise, end, its note; and read a log.

A refused change shows the program again with the reason and what was typed; nothing is half-stored.
"""

from __future__ import annotations

from typing import TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from assessments.triage.models import Decision
from clinic.audit.guards import for_record
from clinic.people import kept_forms
from clinic.people.models import Account, Patient
from clinic.people.roles import Role
from programs.plans import actions, diary, edits
from programs.plans.refusals import AlreadyReleased, ChangedMeanwhile, Refusal
from programs.prescribing.forms import EndForm, NoteForm
from programs.prescribing.refused import CHANGE, NOT_TICKED, Refused, release_refused
from programs.prescribing.shown import read
from programs.prescribing.views.pages import draw_program

F = TypeVar("F", EndForm, NoteForm)


@for_record(Role.CLINICIAN)
@require_POST
def propose(request: HttpRequest, *, account: Account, patient: Patient, decision_id: int) -> HttpResponse:
    """Build the first version for a decision and show it; the one there is when it was built before."""
    decision = get_object_or_404(Decision, pk=decision_id, result__patient=patient)
    try:
        version = actions.propose(decision=decision, by=account, now=timezone.now())
    except Refusal as refusal:
        messages.warning(request, str(refusal))
        return redirect("charting:patient", patient_id=patient.pk)
    return redirect("prescribing:program", patient_id=patient.pk, version_id=version.pk)


@for_record(Role.CLINICIAN)
@require_POST
def release(request: HttpRequest, *, account: Account, patient: Patient, version_id: int) -> HttpResponse:
    version = get_object_or_404(patient.program_versions, pk=version_id)
    if request.POST.get("sure") != "on":
        return draw_program(request, patient, version_id, refused=NOT_TICKED, status=422)
    try:
        seen = read(request.POST.getlist("seen"))
        actions.release(version=version, by=account, now=timezone.now(), seen=seen)
    except AlreadyReleased as refusal:
        messages.info(request, str(refusal))
    except Refusal as refusal:
        told = release_refused(refusal, version)
        return draw_program(request, patient, version_id, refused=told, status=409)
    else:
        messages.success(request, f"Released. {patient.called} sees it now and is told by e-mail.")
    return redirect("prescribing:program", patient_id=patient.pk, version_id=version_id)


@for_record(Role.CLINICIAN)
@require_POST
def revise(request: HttpRequest, *, account: Account, patient: Patient, version_id: int) -> HttpResponse:
    version = get_object_or_404(patient.program_versions, pk=version_id)
    try:
        draft = actions.revise(version=version, by=account, now=timezone.now())
    except Refusal as refusal:
        told = Refused(str(refusal), CHANGE)
        return draw_program(request, patient, version_id, refused=told, status=409)
    messages.info(
        request, "A new version, a copy of what the patient has. They keep the old one until you release."
    )
    return redirect("prescribing:program", patient_id=patient.pk, version_id=draft.pk)


@for_record(Role.CLINICIAN)
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, *, account: Account, patient: Patient, version_id: int) -> HttpResponse:
    """End a released program without another in its place. A GET shows what an expired session kept."""
    version = get_object_or_404(patient.program_versions, pk=version_id)
    if request.method == "GET":
        form = _kept(request, EndForm)
        return draw_program(request, patient, version_id, end=form, kept="end" if form else "")
    form = EndForm(request.POST)
    if not form.is_valid():
        return draw_program(request, patient, version_id, end=form, status=422)
    try:
        actions.end(version=version, because=form.cleaned_data["because"], by=account, now=timezone.now())
    except Refusal as refusal:
        told = Refused(str(refusal), CHANGE)
        return draw_program(request, patient, version_id, end=form, refused=told, status=409)
    messages.success(request, f"Ended. {patient.called} has no program now, and reminders about it stop.")
    return redirect("prescribing:program", patient_id=patient.pk, version_id=version_id)


@for_record(Role.CLINICIAN)
@require_http_methods(["GET", "POST"])
def note(request: HttpRequest, *, account: Account, patient: Patient, version_id: int) -> HttpResponse:
    """The note to the patient. A GET shows what an expired session kept."""
    version = get_object_or_404(patient.program_versions, pk=version_id)
    if request.method == "GET":
        form = _kept(request, NoteForm)
        return draw_program(request, patient, version_id, note=form, kept="note" if form else "")
    form = NoteForm(request.POST)
    if form.is_valid():
        try:
            edits.write_note(version=version, by=account, **form.cleaned_data)
        except ChangedMeanwhile as refusal:
            version.refresh_from_db(fields=["note"])
            form.add_error("note", str(refusal))
            form.beside(version.note)
            return draw_program(request, patient, version_id, note=form, status=409)
        except Refusal as refusal:
            form.add_error("note", str(refusal))
        else:
            messages.success(request, "Note saved.")
            return redirect("prescribing:program", patient_id=patient.pk, version_id=version_id)
    return draw_program(request, patient, version_id, note=form, status=422)


def _kept(request: HttpRequest, form_class: type[F]) -> F | None:
    """The form with what an expired session kept; None when it kept nothing."""
    kept = kept_forms.take_back(request)
    return None if kept is None else form_class(kept)


@for_record(Role.CLINICIAN)
@require_POST
def seen(request: HttpRequest, *, account: Account, patient: Patient, log_id: int) -> HttpResponse:
    """The clinician has read this log; its flag leaves the top of the list."""
    log = get_object_or_404(patient.session_logs.select_related("patient"), pk=log_id)
    diary.mark_seen(log=log, by=account, now=timezone.now())
    if request.POST.get("back") == "review":
        return redirect("prescribing:review", patient_id=patient.pk)
    return redirect("prescribing:program", patient_id=patient.pk, version_id=log.version_id)
