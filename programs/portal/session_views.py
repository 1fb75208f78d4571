"""The session: the page that plays it (a plain form without JavaScript), logging it, and what a phone keeps of it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.audit.guards import for_patient
from clinic.people import kept_forms
from clinic.people.models import Account, Patient
from programs.plans.models import SessionLog, Version
from programs.plans.refusals import Refusal
from programs.portal import mornings, phone, resting, sent, twice
from programs.portal import session as sessions
from programs.portal.forms import SessionForm
from programs.portal.views import no_program, released, today_of

NO_STORE = {"Cache-Control": "no-store"}
MOST_FIGURES = 60  # a week has fewer


@for_patient
@require_GET
def session(request: HttpRequest, *, patient: Patient) -> HttpResponse:
    """A day's session, today's unless `?day=Thu` names another of this week."""
    version = released(patient)
    if version is None:
        return no_program(request, patient)
    state = sessions.state_of(version, day=today_of(patient))
    plan = state.of_day(request.GET.get("day", ""))
    form = SessionForm.fresh(
        version_id=version.pk,
        day=plan.day,
        exercises=plan.exercises,
        swaps=state.swaps,
        **sent.days_of(patient, now=timezone.now()),
    )
    return _draw(request, patient, state, plan, form)


@for_patient
@require_http_methods(["GET", "POST"])
def log(request: HttpRequest, *, patient: Patient) -> HttpResponse:
    """Log a session. A GET shows what an expired session kept, else today's page."""
    if request.method == "POST":
        return _log(request, patient)
    kept = kept_forms.take_back(request)
    if kept is None:
        return redirect("portal:today")
    state = _state(patient, kept)
    plan = state.of_day(kept.get("day", ""))
    return _draw(request, patient, state, plan, _form(kept, state, plan, patient), was_kept=True)


def _log(request: HttpRequest, patient: Patient) -> HttpResponse:
    state = _state(patient, request.POST)
    plan = state.of_day(request.POST.get("day", ""))
    form = _form(request.POST, state, plan, patient)
    if form.is_valid() and (second := _second(request, form, state)):
        return _draw(request, patient, state, plan, form, second=second, status=409)
    if form.is_valid():
        by = cast(Account, request.user)  # the guard let nobody else in
        try:
            logged = sent.store(form, state.version, patient, by=by, now=timezone.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("portal:logged", log_id=logged.pk)
    return _draw(request, patient, state, plan, form, status=422)


def _second(request: HttpRequest, form: SessionForm, state: sessions.State) -> SessionLog | None:
    """What was logged of this day before, unless the patient said that this is another session, or adds to a stop."""
    if request.POST.get("again") == "yes" or state.now.rests:
        return None
    return twice.before(state.logs, on_day=form.cleaned_data["on_day"], key=form.cleaned_data["client_key"])


def _state(patient: Patient, data: QueryDict) -> sessions.State:
    """The state of the patient's own version; anybody else's answers 404, as one that does not exist."""
    version: Version | None = sent.loggable(patient, data.get("version") or "", now=timezone.now())
    if version is None:
        raise Http404
    return sessions.state_of(version, day=today_of(patient))


def _form(data: QueryDict, state: sessions.State, plan: sessions.Planned, patient: Patient) -> SessionForm:
    days = sent.days_of(patient, now=timezone.now())
    return SessionForm(data, exercises=plan.exercises, swaps=state.swaps, **days)


def _draw(
    request: HttpRequest,
    patient: Patient,
    state: sessions.State,
    plan: sessions.Planned,
    form: SessionForm,
    *,
    was_kept: bool = False,
    second: SessionLog | None = None,
    status: int = 200,
) -> HttpResponse:
    rest = resting.of(state)
    # A log that was refused is corrected in rest as well: it may be what asks for it.
    plays = (rest is None or "kept" in request.GET) and not form.is_bound and not was_kept
    context: dict[str, Any] = {
        "patient": patient,
        "version": state.version,
        "plan": plan,
        "is_today": plan.day == state.of_day("").day,
        "day_text": format_date(state.now.day, "l j F"),
        "parts": sessions.cards(plan, form, state.version.split),
        "pain": sessions.about_pain(state.version),
        "form": form,
        "was_kept": was_kept,
        "second": second and twice.in_short(second, zone=patient.zone),
        "rest": rest,
        "plays": plays,
        "played": phone.session_page(state, plan, patient) if plays else None,
    } | (phone.player() if plays else {})
    return render(request, "portal/session.html", context, status=status)


@for_patient
@require_GET
def coming(request: HttpRequest, *, patient: Patient) -> HttpResponse:
    """Today's and the coming sessions for the phone, with the token its queue is sent with."""
    version = released(patient)
    state = sessions.state_of(version, day=today_of(patient)) if version else None
    return JsonResponse(phone.coming(state, patient) | {"csrf": get_token(request)}, headers=NO_STORE)


@for_patient
@require_GET
def figures(request: HttpRequest, *, patient: Patient) -> HttpResponse:
    """The drawings a phone asks for, `?id=dead_bug&id=…`: those of the coming sessions that it does not have yet."""
    asked = sorted(set(request.GET.getlist("id")))[:MOST_FIGURES]
    return JsonResponse(phone.figures(asked), headers=NO_STORE)


@for_patient
@require_POST
def send(request: HttpRequest, *, patient: Patient) -> HttpResponse:
    """What waited in the phone's queue: 200 or 201 stored, 409 and 422 never will be, with words for the patient."""
    by = cast(Account, request.user)  # the guard let nobody else in
    answer = sent.keep(request.body, patient=patient, by=by, now=timezone.now())
    if answer.status == HTTPStatus.CREATED:
        messages.success(request, mornings.THANKS)
    return JsonResponse(answer.body, status=answer.status, headers=NO_STORE)
