"""What clinicians change inside a draft: a dose, the order, what is in it and what is kept ready.

Each change is checked again and says what it did. One that a guard stands against comes back with a field for the
reason; a refused one comes back with what was typed.
"""

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
from programs.plans import choosing, edits
from programs.plans.checking import Consequence
from programs.plans.models import Exercise, Version
from programs.plans.refusals import ChangedMeanwhile, NeedsReason, Refusal, WrongDose
from programs.plans.seen import SeenExercise, read_seen_exercise, seen_exercise
from programs.prescribing.forms import DoseForm, ReasonForm
from programs.prescribing.refused import Refused, typed_dose, with_reason
from programs.prescribing.rows import Bound
from programs.prescribing.views.pages import draw_program

GONE = "That exercise was removed from this version in the meantime. Nothing was changed."


@for_record(Role.CLINICIAN)
@require_http_methods(["GET", "POST"])
def exercise(
    request: HttpRequest, *, account: Account, patient: Patient, version_id: int, exercise_id: int
) -> HttpResponse:
    """One exercise of a draft: `change` is remove, up, down, away (kept ready no longer), or dose."""
    version = get_object_or_404(patient.program_versions, pk=version_id)
    if request.method == "GET":
        return _kept_dose(request, patient, version_id, exercise_id)
    seen, change = read_seen_exercise(request.POST.get("seen", "")), request.POST.get("change", "")
    chosen = _chosen(version, exercise_id, seen if change == "dose" else None)
    if chosen is None:
        told = Refused(GONE, typed=typed_dose(request.POST))
        return draw_program(request, patient, version_id, refused=told, status=409)
    if change not in {"remove", "up", "down", "away"}:
        return _dose(request, patient, chosen, account)
    reason = ReasonForm(request.POST)
    try:
        words = _change(chosen, change, account, reason.said, seen)
    except Refusal as refusal:
        told = with_reason(refusal, request.path, reason, at=chosen.pk, change=change, seen=str(seen))
        return draw_program(request, patient, version_id, refused=told, status=409)
    messages.success(request, words)
    return redirect("prescribing:program", patient_id=patient.pk, version_id=version_id)


@for_record(Role.CLINICIAN)
@require_http_methods(["GET", "POST"])
def order(request: HttpRequest, *, account: Account, patient: Patient, version_id: int) -> HttpResponse:
    """The exercises in the order posted: every id once, as dragging and the keys send them."""
    version = get_object_or_404(patient.program_versions, pk=version_id)
    if request.method == "GET":  # signed out over it: the order is as it was
        return redirect("prescribing:program", patient_id=patient.pk, version_id=version_id)
    reason, given = ReasonForm(request.POST), request.POST.getlist("order")
    seen = request.POST.getlist("seen")
    try:
        done = edits.reorder(
            version=version,
            order=_ids(given),
            by=account,
            now=timezone.now(),
            because=reason.said,
            seen=_ids(seen),
        )
    except Refusal as refusal:
        told = with_reason(refusal, request.path, reason, order=given, seen=seen)
        return draw_program(request, patient, version_id, refused=told, status=409)
    messages.success(request, said("New order.", done))
    return redirect("prescribing:program", patient_id=patient.pk, version_id=version_id)


def said(words: str, done: Consequence | None) -> str:
    """What was done, and what it does to the week."""
    consequence = done.in_words if done else ""
    return f"{words} {consequence or 'The week stays as long as it was.'}"


def _chosen(version: Version, exercise_id: int, seen: SeenExercise | None) -> Exercise | None:
    """The exercise meant: for a dose also one that was put in anew since (the draft was fitted, or begun anew)."""
    rows = version.exercises.select_related("version")
    found = rows.filter(pk=exercise_id).first()
    if found is None and seen is not None:
        return rows.filter(library_id=seen.library_id, role=Exercise.Role.LISTED).first()
    return found


def _change(chosen: Exercise, change: str, account: Account, because: str, seen: SeenExercise) -> str:
    if change == "away":
        choosing.take_ready_away(exercise=chosen, by=account)
        return f"“{chosen.name}” is kept ready no longer."
    now = timezone.now()
    if change == "remove":
        done = edits.remove_exercise(exercise=chosen, by=account, now=now, because=because, seen=seen)
        return said(f"“{chosen.name}” removed.", done)
    moved = edits.move_exercise(exercise=chosen, up=change == "up", by=account, now=now, because=because)
    if moved is None:
        return f"“{chosen.name}” is {'first' if change == 'up' else 'last'} already."
    return said(f"“{chosen.name}” moved {change}.", moved)


def _ids(given: list[str]) -> list[int]:
    """The posted ids; what is none makes the order one that no version has."""
    return [int(one) if one.isascii() and one.isdecimal() and len(one) < 19 else -1 for one in given]


def _dose(request: HttpRequest, patient: Patient, chosen: Exercise, account: Account) -> HttpResponse:
    form = DoseForm(request.POST, exercise=chosen)
    if form.is_valid():
        try:
            done = edits.change_dose(exercise=chosen, by=account, now=timezone.now(), **form.cleaned_data)
        except ChangedMeanwhile as refusal:
            return _clash(request, patient, chosen, form, refusal)
        except NeedsReason as refusal:
            form.ask(str(refusal))
        except WrongDose as refusal:
            form.add_error(refusal.field, str(refusal))
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, said(f"New dose for “{chosen.name}”.", done))
            return redirect("prescribing:program", patient_id=patient.pk, version_id=chosen.version_id)
    bound = Bound(form, chosen.pk)
    version_id = chosen.version_id
    if not chosen.version.is_draft:  # its forms are gone with the release
        told = Refused(_first(form), typed=typed_dose(request.POST))
        return draw_program(request, patient, version_id, refused=told, status=409)
    return draw_program(request, patient, version_id, dose=bound, status=422)


def _clash(
    request: HttpRequest, patient: Patient, chosen: Exercise, form: DoseForm, refusal: ChangedMeanwhile
) -> HttpResponse:
    """What was typed, beside the dose as it stands now; saved again, it takes its place."""
    chosen.refresh_from_db()
    form.add_error(None, str(refusal))
    form.now_shows(seen_exercise(chosen, chosen.kept_ready.all()))
    return draw_program(request, patient, chosen.version_id, dose=Bound(form, chosen.pk), status=409)


def _first(form: DoseForm) -> str:
    return " ".join(str(error) for errors in form.errors.values() for error in errors)


def _kept_dose(request: HttpRequest, patient: Patient, version_id: int, exercise_id: int) -> HttpResponse:
    """The program with the dose an expired session kept, not saved yet."""
    kept = kept_forms.take_back(request)
    chosen = Exercise.objects.filter(pk=exercise_id, version=version_id, version__patient=patient).first()
    if kept is None or chosen is None:
        return redirect("prescribing:program", patient_id=patient.pk, version_id=version_id)
    form = DoseForm(kept, exercise=chosen)
    return draw_program(request, patient, version_id, dose=Bound(form, exercise_id), kept="dose")
