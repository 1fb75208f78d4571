"""The patient's pages before the visit: what it is for, one question a page, and what happens next."""

from __future__ import annotations

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from assessments.screens import from_home
from assessments.screens.actions import InvalidAnswers
from assessments.screens.definitions import Item
from assessments.screens.from_home import AtHome, Closed, NotAskedAtHome, at_home
from clinic.audit.guards import for_patient
from clinic.people import kept_forms
from clinic.people.models import Account, Patient
from programs.portal import questions
from programs.portal.questions import QuestionForm


@for_patient
@require_GET
def begin(request: HttpRequest, *, patient: Patient) -> HttpResponse:
    """Who reads it and when, what to do if it cannot wait, and the way to the first open question."""
    try:
        here = at_home(patient, now=timezone.now())
    except Closed:
        return _closed(request)
    go_on = questions.go_on_at(here)
    context = {
        "patient": patient,
        "here": here,
        "go_on": questions.address(go_on) if go_on else "",
        "count": len(here.questions()),
        "safety": here.definition.safety_text,
    }
    return render(request, "portal/questions.html", context)


@for_patient
@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, *, patient: Patient, item: str) -> HttpResponse:
    """One question. A yes that must not wait leads to the safety text, every other answer to the next question."""
    try:
        here = at_home(patient, now=timezone.now())
    except Closed:
        return _closed(request)
    asked = _asked(here, item)
    if request.method == "POST":
        return _keep(request, patient, here, asked)
    row = here.answered.get(item)
    kept = kept_forms.take_back(request)
    form = QuestionForm(asked, kept, stands=row.value if row else None, was_said=row is not None)
    return _show(request, here, asked, form, was_kept=kept is not None)


def _keep(request: HttpRequest, patient: Patient, here: AtHome, asked: Item) -> HttpResponse:
    form = QuestionForm(asked, request.POST)
    if not form.is_valid():
        return _show(request, here, asked, form, status=422)
    by = cast(Account, request.user)  # the guard let nobody else in
    try:
        warns = from_home.answer(
            patient=patient, item_id=asked.id, value=form.value, by=by, now=timezone.now()
        )
    except Closed:
        return _closed(request)
    except InvalidAnswers as refused:
        form.add_error("answer", refused.errors[asked.id].message)
        return _show(request, here, asked, form, status=422)
    if warns:
        return redirect("portal:question_warning", item=asked.id)
    place = questions.place_of(at_home(patient, now=timezone.now()), asked)
    return redirect(place.after if place else "portal:questions")


def _show(
    request: HttpRequest,
    here: AtHome,
    asked: Item,
    form: QuestionForm,
    *,
    was_kept: bool = False,
    status: int = 200,
) -> HttpResponse:
    place = questions.place_of(here, asked)
    if place is None:
        return redirect("portal:questions")
    context = {"form": form, "place": place, "was_kept": was_kept, "warned": here.has_warned}
    return render(request, "portal/question.html", context, status=status)


@for_patient
@require_GET
def warning(request: HttpRequest, *, patient: Patient, item: str) -> HttpResponse:
    """The fixed safety text, and the way on for who has read it."""
    try:
        here = at_home(patient, now=timezone.now())
    except Closed:
        return _closed(request)
    place = questions.place_of(here, _asked(here, item))
    context = {"safety": here.definition.safety_text, "place": place}
    return render(request, "portal/question_warning.html", context)


@for_patient
@require_GET
def done(request: HttpRequest, *, patient: Patient) -> HttpResponse:
    """Thanks, what happens next, and what was skipped."""
    try:
        here = at_home(patient, now=timezone.now())
    except Closed:
        return _closed(request)
    left = [(item.plain.ask, questions.address(item)) for item in questions.skipped(here) if item.plain]
    context = {
        "patient": patient,
        "visit": here.visit,
        "answered": len(here.answered),
        "left": left,
        "safety": here.definition.safety_text if here.has_warned else None,
    }
    return render(request, "portal/questions_done.html", context)


def _asked(here: AtHome, item: str) -> Item:
    try:
        return from_home.asked_item(here.definition, item)
    except NotAskedAtHome:
        raise Http404 from None


def _closed(request: HttpRequest) -> HttpResponse:
    """No visit ahead, or the clinician has begun. An answer that came too late is told so."""
    too_late = request.method == "POST"
    return render(
        request, "portal/questions_closed.html", {"too_late": too_late}, status=409 if too_late else 200
    )
