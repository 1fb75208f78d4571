"""The patient's pages before the visit: what it is for, where the trouble is, one question a page, what is next."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from assessments.screens import from_home
from assessments.screens.actions import InvalidAnswers, NotOffered
from assessments.screens.definitions import Item
from assessments.screens.from_home import AtHome, Closed, NotAskedAtHome, at_home
from clinic.audit.guards import for_patient
from clinic.people import kept_forms
from clinic.people.models import Account, Patient
from programs.portal import questions
from programs.portal.questions import QuestionForm, WhereForm

View = Callable[..., HttpResponse]


def while_open(view: View) -> View:
    """Hands the view what may be answered now, about the place its address names; otherwise says that it is closed.

    An address with a place the clinic does not ask about is no page.
    """

    @wraps(view)
    def opened(request: HttpRequest, *, patient: Patient, place: str = "", **named: Any) -> HttpResponse:
        try:
            here = at_home(patient, now=timezone.now(), catalogue=place)
            return view(request, patient=patient, here=here, **named)
        except Closed:
            return _closed(request)
        except (NotOffered, NotAskedAtHome):
            raise Http404 from None

    return opened


@for_patient
@require_GET
@while_open
def begin(request: HttpRequest, *, patient: Patient, here: AtHome) -> HttpResponse:
    """Who reads it and when, what to do if it cannot wait, and the way to the first open question."""
    go_on = questions.go_on_at(here)
    context = {
        "patient": patient,
        "here": here,
        "go_on": questions.way_in(here) if go_on else "",
        "done": questions.thanks(here),
        "where": questions.where(here) if here.in_progress else "",
        "count": 0 if here.asks_where and not here.in_progress else len(here.questions()),
        "safety": here.definition.safety_text,
    }
    return render(request, "portal/questions.html", context)


@for_patient
@require_http_methods(["GET", "POST"])
@while_open
def where(request: HttpRequest, *, patient: Patient, here: AtHome) -> HttpResponse:
    """Which place the questions are about. Choosing stores nothing, and takes nothing away that was said of another."""
    if not here.asks_where:
        return redirect("portal:questions")
    kept = kept_forms.take_back(request)
    chosen = kept.get("answer", "") if kept else request.GET.get("place") or here.in_progress
    form = WhereForm(request.POST if request.method == "POST" else None, chosen=chosen)
    if form.is_valid():
        there = at_home(patient, now=timezone.now(), catalogue=form.catalogue)
        return redirect(questions.first_open(there))
    context = {"form": form, "here": here}
    return render(request, "portal/where.html", context, status=422 if form.is_bound else 200)


@for_patient
@require_http_methods(["GET", "POST"])
@while_open
def question(request: HttpRequest, *, patient: Patient, here: AtHome, item: str) -> HttpResponse:
    """One question. A yes that must not wait leads to the safety text, every other answer to the next question."""
    asked = from_home.asked_item(here.definition, item)
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
    by, now = cast(Account, request.user), timezone.now()  # the guard let nobody else in
    try:
        warns = from_home.answer(
            patient=patient, catalogue=here.catalogue, item_id=asked.id, value=form.value, by=by, now=now
        )
    except InvalidAnswers as refused:
        form.add_error("answer", refused.errors[asked.id].message)
        return _show(request, here, asked, form, status=422)
    if warns:
        return redirect("portal:question_warning", place=here.catalogue, item=asked.id)
    place = questions.place_of(at_home(patient, now=now, catalogue=here.catalogue), asked)
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
    context = {
        "form": form,
        "here": here,
        "place": place,
        "was_kept": was_kept,
        "stop": questions.thanks(here),
        "where": questions.where(here),
    }
    return render(request, "portal/question.html", context, status=status)


@for_patient
@require_GET
@while_open
def warning(request: HttpRequest, *, patient: Patient, here: AtHome, item: str) -> HttpResponse:
    """The fixed safety text, and the way on for who has read it."""
    place = questions.place_of(here, from_home.asked_item(here.definition, item))
    context = {"safety": here.definition.safety_text, "place": place}
    return render(request, "portal/question_warning.html", context)


@for_patient
@require_GET
@while_open
def done(request: HttpRequest, *, patient: Patient, here: AtHome) -> HttpResponse:
    """Thanks, what happens next, and what was skipped."""
    left = [(item.plain.ask, questions.address(here, item)) for item in questions.skipped(here) if item.plain]
    context = {
        "patient": patient,
        "here": here,
        "answered": len(here.answered),
        "left": left,
        "where": questions.where(here),
    }
    return render(request, "portal/questions_done.html", context)


def _closed(request: HttpRequest) -> HttpResponse:
    """No visit ahead, or the clinician has begun. An answer that came too late is told so."""
    too_late = request.method == "POST"
    return render(
        request, "portal/questions_closed.html", {"too_late": too_late}, status=409 if too_late else 200
    )
