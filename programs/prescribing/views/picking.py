"""Exercises chosen from the library: put into a draft by search, swapped within a slot, kept ready for another."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.audit.guards import for_record
from clinic.people.models import Account, Patient
from clinic.people.roles import Role
from programs.plans import choosing
from programs.plans.models import Exercise, Version
from programs.plans.refusals import Refusal
from programs.plans.seen import SeenExercise, read_seen_exercise, seen_exercise
from programs.prescribing.choices import Offer, by_search, in_place_of
from programs.prescribing.forms import ReasonForm
from programs.prescribing.refused import Refused, with_reason
from programs.prescribing.views.editing import GONE, said
from programs.prescribing.views.pages import draw_program

LONGEST_SEARCH = 80


@for_record(Role.CLINICIAN)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, *, account: Account, patient: Patient, version_id: int) -> HttpResponse:
    """The library by search; a post puts one exercise of it into the draft."""
    version = _in_hand(patient, version_id)
    asked = request.POST if request.method == "POST" else request.GET
    words = asked.get("words", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
    if request.method == "GET":
        return _choose(request, version, by_search(version, words), words=words)
    reason, chosen = ReasonForm(request.POST), request.POST.get("add", "")
    try:
        done = choosing.add(
            version=version, library_id=chosen, by=account, now=timezone.now(), because=reason.said
        )
    except Refusal as refusal:
        told = with_reason(refusal, request.path, reason, add=chosen, words=words)
        return _choose(request, version, by_search(version, words), words=words, refused=told)
    name = version.exercises.get(library_id=chosen, role=Exercise.Role.LISTED).name
    messages.success(request, said(f"“{name}” added.", done))
    return redirect("prescribing:program", patient_id=patient.pk, version_id=version_id)


@for_record(Role.CLINICIAN)
@require_http_methods(["GET", "POST"])
def swap(
    request: HttpRequest, *, account: Account, patient: Patient, version_id: int, exercise_id: int
) -> HttpResponse:
    """What fills the same slot; a post swaps it in, or keeps it ready as the patient's choice or as the next one."""
    version = _in_hand(patient, version_id)
    exercise = version.exercises.filter(pk=exercise_id, role=Exercise.Role.LISTED).first()
    if exercise is None:
        return draw_program(request, patient, version_id, refused=Refused(GONE), status=409)
    exercise.version = version
    if request.method == "GET":
        return _choose(request, version, in_place_of(exercise), exercise=exercise)
    reason, seen = ReasonForm(request.POST), request.POST.get("seen", "")
    use = next((one for one in ("swap", "ready", "next") if one in request.POST), "swap")
    chosen = request.POST.get(use, "")
    try:
        words = _use(exercise, use, chosen, account, reason.said, read_seen_exercise(seen))
    except Refusal as refusal:
        told = with_reason(refusal, request.path, reason, seen=seen, **{use: chosen})
        return _choose(request, version, in_place_of(exercise), exercise=exercise, refused=told)
    messages.success(request, words)
    return redirect("prescribing:program", patient_id=patient.pk, version_id=version_id)


def _in_hand(patient: Patient, version_id: int) -> Version:
    """The version with the decision and the screen its case is built from."""
    deep = patient.program_versions.select_related("program__decision__result__screen")
    return get_object_or_404(deep, pk=version_id)


def _use(
    exercise: Exercise, use: str, chosen: str, account: Account, because: str, seen: SeenExercise
) -> str:
    now = timezone.now()
    if use == "swap":
        done = choosing.swap(
            exercise=exercise, library_id=chosen, by=account, now=now, because=because, seen=seen
        )
        return said(f"“{exercise.name}” swapped.", done)
    role = Exercise.Role.NEXT if use == "next" else Exercise.Role.SWAP
    ready = choosing.keep_ready(
        exercise=exercise, library_id=chosen, role=role, by=account, now=now, because=because, seen=seen
    )
    if use == "next":
        return f"“{ready.name}” comes next after “{exercise.name}”."
    return f"The patient may choose “{ready.name}” instead of “{exercise.name}”."


def _choose(
    request: HttpRequest,
    version: Version,
    offers: list[Offer],
    *,
    words: str = "",
    exercise: Exercise | None = None,
    refused: Refused | None = None,
) -> HttpResponse:
    """The choices, those that may be done first. Of a version that is with the patient nothing is offered."""
    if not version.is_draft and refused is None:
        messages.info(
            request, "This version was released, so it stays as it is: start a new version to change it."
        )
        return redirect("prescribing:program", patient_id=version.patient_id, version_id=version.pk)
    context = {
        "patient": version.patient,
        "version": version,
        "exercise": exercise,
        "seen": seen_exercise(exercise, exercise.kept_ready.all()) if exercise else "",
        "may": [offer for offer in offers if offer.may],
        "not_now": [offer for offer in offers if not offer.may],
        "words": words,
        "refused": refused,
        "back_url": _back(version, exercise),
    }
    return render(request, "prescribing/choose.html", context, status=409 if refused else 200)


def _back(version: Version, exercise: Exercise | None) -> str:
    page = reverse("prescribing:program", args=[version.patient_id, version.pk])
    return f"{page}#exercise-{exercise.pk}" if exercise else page
