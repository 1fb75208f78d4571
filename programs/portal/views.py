"""The patient's pages: today's session, logging it, the whole program, appointments.

Programs are reached through Version.objects.released_to (and loggable_by for a form opened before a change) alone.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.views.decorators.http import require_GET, require_http_methods

from assessments.screens.from_home import AtHome, Closed, at_home
from clinic.audit.guards import for_patient
from clinic.people import kept_forms
from clinic.people.models import Account, Patient
from programs.plans import diary
from programs.plans.models import Version
from programs.plans.refusals import Refusal
from programs.portal import session, words
from programs.portal.appointments import appointments_of
from programs.portal.forms import LONGEST_ID, SessionForm
from programs.portal.measures import waiting_count


@for_patient
@require_GET
def today(request: HttpRequest, *, patient: Patient) -> HttpResponse:
    """Today's session, ready to be logged; `?day=Thu` shows another day's."""
    if kept_forms.waits_at(request) == reverse("portal:log"):
        return redirect("portal:log")  # a sign-in link leads here, not where the session ran out
    version = Version.objects.released_to(patient).with_exercises().select_related("released_by").first()
    if version is None:
        return _no_program(request, patient)
    return _session_page(request, patient, version)


def _no_program(request: HttpRequest, patient: Patient) -> HttpResponse:
    """None yet, or none any more."""
    context = {
        "patient": patient,
        "has_ended": Version.objects.was_ended_for(patient),
        "before_visit": _before_visit(patient),
    }
    return render(request, "portal/no_program.html", context)


def _before_visit(patient: Patient) -> AtHome | None:
    """What can be answered before an assessment; None when nothing is asked now."""
    try:
        return at_home(patient, now=timezone.now())
    except Closed:
        return None


@for_patient
@require_http_methods(["GET", "POST"])
def log(request: HttpRequest, *, patient: Patient) -> HttpResponse:
    """Log a session. A GET shows what an expired session kept, else today's page."""
    if request.method == "POST":
        return _log(request, patient)
    kept = kept_forms.take_back(request)
    if kept is None:
        return redirect("portal:today")
    version = _loggable(patient, kept.get("version"))
    return _session_page(request, patient, version, data=kept, was_kept=True)


def _log(request: HttpRequest, patient: Patient) -> HttpResponse:
    version = _loggable(patient, request.POST.get("version"))
    exercises = version.listed
    plan = _plan(version, exercises, patient, request.POST.get("day", ""))
    form = SessionForm(request.POST, exercises=plan.exercises, today=_today(patient))
    if form.is_valid():
        try:
            logged = _store(form, version, patient, request)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("portal:logged", log_id=logged.pk)
    return _draw(request, patient, version, plan, exercises, form, status=422)


def _store(form: SessionForm, version: Version, patient: Patient, request: HttpRequest) -> Any:
    said = form.cleaned_data
    return diary.log_session(
        version=version,
        patient=patient,
        on_day=said["on_day"],
        entries=form.entries(),
        pain_during=said["pain_during"],
        symptoms=said["symptoms"],
        note=said["note"],
        client_key=said["client_key"],
        by=cast(Account, request.user),  # the guard let nobody else in
        now=timezone.now(),
    )


def _loggable(patient: Patient, version_id: str | None) -> Version:
    """The patient's own version; anybody else's answers 404, as one that does not exist."""
    typed = version_id or ""
    if not (typed.isascii() and typed.isdigit() and len(typed) < LONGEST_ID):
        raise Http404
    theirs = (
        Version.objects.loggable_by(patient, now=timezone.now())
        .with_exercises()
        .select_related("released_by")
    )
    return get_object_or_404(theirs, pk=int(typed))


def _plan(version: Version, exercises: list[Any], patient: Patient, chosen: str) -> session.Planned:
    return session.of_day(session.planned(version, exercises), chosen=chosen, today=_today(patient))


def _today(patient: Patient) -> dt.date:
    """The patient's own day."""
    return timezone.now().astimezone(patient.zone).date()


def _session_page(
    request: HttpRequest,
    patient: Patient,
    version: Version,
    *,
    data: QueryDict | None = None,
    was_kept: bool = False,
) -> HttpResponse:
    exercises = version.listed
    chosen = data.get("day", "") if data is not None else request.GET.get("day", "")
    plan = _plan(version, exercises, patient, chosen)
    if data is not None:
        form = SessionForm(data, exercises=plan.exercises, today=_today(patient))
    else:
        form = SessionForm.fresh(
            version_id=version.pk, day=plan.day, today=_today(patient), exercises=plan.exercises
        )
    return _draw(request, patient, version, plan, exercises, form, was_kept=was_kept)


def _draw(
    request: HttpRequest,
    patient: Patient,
    version: Version,
    plan: session.Planned,
    exercises: list[Any],
    form: SessionForm,
    *,
    was_kept: bool = False,
    status: int = 200,
) -> HttpResponse:
    today_there = _today(patient)
    week = session.planned(version, exercises)
    today_logs = list(patient.session_logs.filter(on_day=today_there)[:3])
    context = {
        "patient": patient,
        "version": version,
        "plan": plan,
        "is_today": plan.day == week[today_there.weekday()].day,
        "day_text": format_date(today_there, "l j F"),
        "parts": session.cards(plan, form, version.split),
        "other_days": [other for other in week if other.exercises and other.day != plan.day],
        "pain": session.about_pain(version),
        "form": form,
        "was_kept": was_kept,
        "logged_today": today_logs,
        "stop": any(one.asks_to_stop for one in today_logs),
        "measures_due": waiting_count(patient, now=timezone.now()),
    }
    return render(request, "portal/session.html", context, status=status)


@for_patient
@require_GET
def logged(request: HttpRequest, *, patient: Patient, log_id: int) -> HttpResponse:
    """“Logged.” What happens next, and the fixed safety text after pain of four or more or a warning sign."""
    found = get_object_or_404(patient.session_logs, pk=log_id)
    entries = list(found.entries.select_related("exercise"))
    context = {
        "patient": patient,
        "log": found,
        "done": sum(entry.done for entry in entries),
        "warning_signs": words.warning_signs(found.symptoms),
        "could_not": [entry.exercise.name for entry in entries if entry.could_not],
        "stop": found.asks_to_stop,
    }
    return render(request, "portal/logged.html", context)


@for_patient
@require_GET
def program(request: HttpRequest, *, patient: Patient) -> HttpResponse:
    """The whole program: the week, every exercise, running, and what else helps."""
    version = Version.objects.released_to(patient).with_exercises().select_related("released_by").first()
    if version is None:
        return _no_program(request, patient)
    exercises = version.listed
    snapshot = version.proposal
    context = {
        "patient": patient,
        "version": version,
        "kinds": session.by_kind(version, exercises),
        "week": session.planned(version, exercises),
        "running": words.policy(snapshot["running"]),
        "cadence": snapshot["cadence"],
        "education": snapshot["education"],
        "pain": session.about_pain(version),
        "logs": list(patient.session_logs.all()[:7]),
    }
    return render(request, "portal/program.html", context)


@for_patient
@require_GET
def appointments(request: HttpRequest, *, patient: Patient) -> HttpResponse:
    """The patient's own appointments: those to come first, and the last few before."""
    upcoming, past = appointments_of(patient, now=timezone.now())
    context = {
        "patient": patient,
        "upcoming": upcoming,
        "past": past,
        "before_visit": _before_visit(patient),
    }
    return render(request, "portal/appointments.html", context)
