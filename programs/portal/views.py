"""The patient's pages: today, the whole program, appointments, and how the leg felt the next morning.

Programs are reached through Version.objects.released_to (and loggable_by for a form opened before a change) alone.
"""

from __future__ import annotations

import datetime as dt
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.views.decorators.http import require_GET, require_POST

from assessments.screens.from_home import AtHome, Closed, at_home
from clinic.audit.guards import for_patient
from clinic.booking.online import bookable_online
from clinic.people import kept_forms
from clinic.people.models import Account, Patient
from programs.plans import diary
from programs.plans.models import Version
from programs.plans.refusals import Refusal
from programs.portal import day_links, mornings, resting, sent, session, words
from programs.portal import progress as going
from programs.portal.appointments import appointments_of
from programs.portal.measures import waiting_count, what_got_better


@for_patient
@require_GET
def today(request: HttpRequest, *, patient: Patient) -> HttpResponse:
    """What to do today, how long it takes, one big button."""
    if kept_forms.waits_at(request) == reverse("portal:log"):
        return redirect("portal:log")  # a sign-in link leads here, not where the session ran out
    version = released(patient)
    if version is None:
        return no_program(request, patient)
    day = today_of(patient)
    state = session.state_of(version, day=day)
    plan, week = state.of_day(""), state.week
    context = {
        "patient": patient,
        "version": version,
        "plan": plan,
        "hello": f"{format_date(day, 'l j F')}. Hello {patient.called}.",
        "rest": resting.of(state),
        "logged_today": [log for log in state.logs if log.on_day == day],
        "put_off": day in version.put_off,
        "day_key": day_links.key(version.pk, day),
        "morning": mornings.asked(state.logs, day=day),
        "yesterday": day - dt.timedelta(days=1),
        "pain_numbers": mornings.NUMBERS,
        "who": sent.who(patient),
        "measures_due": waiting_count(patient, now=timezone.now()),
        "other_days": [other for other in week if (other.exercises or other.runs) and other.day != plan.day],
    }
    return render(request, "portal/today.html", context)


@for_patient
@require_POST
def morning(request: HttpRequest, *, patient: Patient, log_id: int) -> HttpResponse:
    """How the leg felt the morning after a session: one tap on a number."""
    log = get_object_or_404(patient.session_logs, pk=log_id)
    said = request.POST.get("pain", "")
    if said not in {str(number) for number in mornings.NUMBERS}:
        messages.warning(request, mornings.NO_NUMBER)
        return redirect("portal:today")
    by = cast(Account, request.user)  # the guard let nobody else in
    try:
        diary.tell_morning(log=log, pain=int(said), by=by, now=timezone.now())
    except Refusal as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, mornings.THANKS)
    return redirect("portal:today")


def no_program(request: HttpRequest, patient: Patient) -> HttpResponse:
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


def released(patient: Patient) -> Version | None:
    """The one program this patient may see, with its exercises."""
    theirs = Version.objects.released_to(patient).with_exercises().with_put_off()
    return theirs.select_related("released_by", "program").first()


def today_of(patient: Patient) -> dt.date:
    """The patient's own day."""
    return timezone.now().astimezone(patient.zone).date()


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
        "could_not": [entry for entry in entries if entry.could_not],
        "stop": found.asks_to_stop,
        "is_today": found.on_day == today_of(patient),
    }
    return render(request, "portal/logged.html", context)


@for_patient
@require_GET
def program(request: HttpRequest, *, patient: Patient) -> HttpResponse:
    """The whole program: the week, every exercise, running, and what else helps."""
    version = released(patient)
    if version is None:
        return no_program(request, patient)
    state, snapshot = session.state_of(version, day=today_of(patient)), version.proposal
    context = {
        "patient": patient,
        "version": version,
        "rest": resting.of(state),
        "kinds": session.by_kind(version, state.exercises),
        "week": state.week,
        "week_days": state.week_days,
        "running": words.policy(snapshot["running"]),
        "cadence": snapshot["cadence"],
        "education": snapshot["education"],
        "habits": snapshot.get("habits", []),
        "pain": session.about_pain(version),
        "logs": going.newest(state.logs, 7),
    }
    return render(request, "portal/program.html", context)


@for_patient
@require_GET
def progress(request: HttpRequest, *, patient: Patient) -> HttpResponse:
    """How it goes: weeks, pain, running, what got better, what comes next."""
    version = released(patient)
    if version is None:
        return no_program(request, patient)
    state = session.state_of(version, day=today_of(patient))
    weeks, rest = going.weeks_of(state, put_off=version.put_off), resting.of(state)
    context = {
        "patient": patient,
        "who": sent.who(patient),
        "rest": rest,
        "logged": bool(state.logs),
        "weeks": list(reversed(weeks)),
        "pictures": going.pictures(weeks),
        "better": going.better(state, weeks) if rest is None else [],
        "goals": going.next_goals(state),
        "picture": what_got_better(patient) if rest is None else None,
    }
    return render(request, "portal/progress.html", context)


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
        "book_url": reverse("portal:booking:begin") if bookable_online(timezone.localdate()).exists() else "",
    }
    return render(request, "portal/appointments.html", context)
