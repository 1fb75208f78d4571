"""The patient's pages about how it goes: what waits, one question a page, and the activities they named."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.audit.guards import for_patient
from clinic.people import kept_forms
from clinic.people.models import Account, Patient
from programs.outcomes import actions
from programs.outcomes.models import Activity, Answer
from programs.outcomes.reading import load_schedule
from programs.outcomes.refusals import Refusal
from programs.outcomes.schedule import ACTIVITIES, CHANGE, MOST_ACTIVITIES, Asked, has_begun
from programs.portal.measure_forms import ActivityForm, ChangeForm, RatingForm
from programs.portal.measures import Measures, measures_of, what_got_better

View = Callable[..., HttpResponse]
CLOSED = (
    "You have no program from us right now, so this was not stored. What you answered before is kept. "
    "Tell your therapist at your next visit, or ring us."
)


def while_asked(view: View) -> View:
    """Hands the view what is asked of this patient now; without a program the list of questions says why none is."""

    @wraps(view)
    def opened(request: HttpRequest, *, patient: Patient, **named: Any) -> HttpResponse:
        here = measures_of(patient, now=timezone.now())
        if here is None:
            too_late = CLOSED if request.method == "POST" else ""
            context = {"patient": patient, "too_late": too_late, "picture": what_got_better(patient)}
            return render(request, "portal/measures.html", context, status=409 if too_late else 200)
        return view(request, patient=patient, here=here, **named)

    return opened


@for_patient
@require_GET
@while_asked
def measures(request: HttpRequest, *, patient: Patient, here: Measures) -> HttpResponse:
    """What waits to be answered, what was answered, and what got better."""
    context = {"patient": patient, "here": here, "picture": here.picture}
    return render(request, "portal/measures.html", context)


@for_patient
@require_http_methods(["GET", "POST"])
@while_asked
def measure(request: HttpRequest, *, patient: Patient, here: Measures, measure: str) -> HttpResponse:
    """Pain, or the change since the start. What is not asked of patients is no page."""
    asked = load_schedule().asked.get(measure)
    if asked is None or asked.is_total or asked.id == ACTIVITIES:
        raise Http404
    form_class = ChangeForm if asked.id == CHANGE else RatingForm
    return _ask(request, patient, here, asked, lambda data: form_class(asked, data))


@for_patient
@require_http_methods(["GET", "POST"])
@while_asked
def activity(request: HttpRequest, *, patient: Patient, here: Measures, activity_id: int) -> HttpResponse:
    """How well one of their own activities goes."""
    row = get_object_or_404(patient.activities, pk=activity_id)
    asked = load_schedule().asked[ACTIVITIES]
    return _ask(
        request, patient, here, asked, lambda data: RatingForm(asked, data, about=f"“{row.words}”."), row
    )


def _ask(
    request: HttpRequest,
    patient: Patient,
    here: Measures,
    asked: Asked,
    make: Callable[[Any], RatingForm | ChangeForm],
    row: Activity | None = None,
) -> HttpResponse:
    """Show one question, or store its answer and go on to the next."""
    if request.method == "POST":
        form = make(request.POST)
        if form.is_valid() and _store(request, patient, here, asked, form, row):
            return redirect(_next(patient))
        return _draw(request, patient, here, form, status=422)
    kept = kept_forms.take_back(request)
    if kept is None and (not here.is_open(asked) or (row is not None and not row.is_listed)):
        return redirect("portal:measures")
    return _draw(request, patient, here, make(kept), was_kept=kept is not None)


def _store(
    request: HttpRequest,
    patient: Patient,
    here: Measures,
    asked: Asked,
    form: RatingForm | ChangeForm,
    row: Activity | None,
) -> bool:
    if not has_begun(asked, began_on=here.began_on, today=here.today):
        form.add_error(None, "It is too early for this question. Nothing was stored: we ask you later.")
        return False
    try:
        actions.answer(
            patient=patient,
            measure=asked.id,
            value=form.given,
            activity=row,
            **_given_now(request, here, form.cleaned_data["client_key"]),
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _given_now(request: HttpRequest, here: Measures, client_key: uuid.UUID) -> dict[str, Any]:
    """Today, at home, by the patient."""
    return {
        "on_day": here.today,
        "where": Answer.Where.HOME,
        "by": cast(Account, request.user),  # the guard let nobody else in
        "now": here.now,
        "client_key": client_key,
    }


def _next(patient: Patient) -> str:
    """The next question that waits, or the list of them."""
    here = measures_of(patient, now=timezone.now())
    return here.waiting[0].url if here and here.waiting else "portal:measures"


def _draw(
    request: HttpRequest,
    patient: Patient,
    here: Measures,
    form: RatingForm | ChangeForm,
    *,
    was_kept: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {
        "patient": patient,
        "form": form,
        "was_kept": was_kept,
        "is_change": isinstance(form, ChangeForm),
        "left": len(here.waiting),
    }
    return render(request, "portal/measure.html", context, status=status)


@for_patient
@require_http_methods(["GET", "POST"])
@while_asked
def activities(request: HttpRequest, *, patient: Patient, here: Measures) -> HttpResponse:
    """The activities on the list, and a form for another one while fewer than three are."""
    asked = load_schedule().asked[ACTIVITIES]
    if request.method == "GET":
        kept = kept_forms.take_back(request)
        return _draw_activities(request, patient, here, ActivityForm(asked, kept), was_kept=kept is not None)
    form = ActivityForm(asked, request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            actions.name_activity(
                patient=patient,
                words=said["words"],
                value=said["value"],
                **_given_now(request, here, said["client_key"]),
            )
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            return redirect("portal:activities")
    return _draw_activities(request, patient, here, form, status=422)


def _draw_activities(
    request: HttpRequest,
    patient: Patient,
    here: Measures,
    form: ActivityForm,
    *,
    was_kept: bool = False,
    status: int = 200,
) -> HttpResponse:
    listed = here.given.listed
    context = {
        "patient": patient,
        "listed": listed,
        "form": form if len(listed) < MOST_ACTIVITIES or form.is_bound else None,
        "go_on": here.waiting[0].url if listed and here.waiting else "",
        "was_kept": was_kept,
    }
    return render(request, "portal/activities.html", context, status=status)


@for_patient
@require_POST
def retire_activity(request: HttpRequest, *, patient: Patient, activity_id: int) -> HttpResponse:
    """It leaves the list; what was answered stays."""
    row = get_object_or_404(patient.activities, pk=activity_id)
    by = cast(Account, request.user)  # the guard let nobody else in
    actions.retire_activity(activity=row, patient=patient, by=by, now=timezone.now())
    return redirect("portal:activities")
