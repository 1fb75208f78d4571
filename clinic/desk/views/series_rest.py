"""A series as a list, and what is done to the rest of it: moved by the same shift, or cancelled with a reason."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clinic.audit.actions import record_listed
from clinic.audit.guards import for_record
from clinic.booking.models import Appointment
from clinic.booking.refusals import Refused
from clinic.booking.series import cancel_following, following
from clinic.desk import records, series_booking, series_page
from clinic.desk.forms.series import CancelRestForm, MoveRestForm
from clinic.desk.kept import brought_back
from clinic.desk.series_booking import Outcome
from clinic.desk.telling import announce, who_hears_of_series
from clinic.people.models import Account, Patient
from clinic.people.roles import DESK


@for_record(*DESK)
@require_safe
def series(request: HttpRequest, *, account: Account, patient: Patient, appointment_id: int) -> HttpResponse:
    """Every visit of the series that one belongs to."""
    visit = _visit(patient, appointment_id)
    rows = Appointment.objects.filter(series=visit.series_id).select_related("type", "clinician__account")
    shown = {"visits": list(rows.order_by("starts_at", "pk")), "this": visit.pk}
    return render(request, "desk/series.html", shown | _frame(visit))


@for_record(*DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def move_series(
    request: HttpRequest, *, account: Account, patient: Patient, appointment_id: int
) -> HttpResponse:
    """?look shows where they would go; only a post moves them."""
    visit, now = _visit(patient, appointment_id), timezone.now()
    posted = request.POST if request.method == "POST" else brought_back(request)
    given = posted if posted is not None else request.GET
    form = MoveRestForm(given if "look" in given else None, today=timezone.localdate(now))
    sheet = series_booking.rest_sheet(form, visit, now=now, sent=posted)
    if sheet is None:
        outcome = Outcome(status=422 if form.is_bound else 200)
    elif request.method != "POST":
        outcome = sheet.report()
    else:
        outcome = series_booking.move_rest(sheet, by=account, now=now)
    if outcome.done:
        return _done(request, visit, f"Moved: {len(outcome.done)} visits.", now)
    record_listed(patients=series_page.holders(outcome.rows), by=account, what="holders of a series' times")
    rest = following(visit, now=now, only_its_time=form.only_its_time)
    carried = [(field.html_name, field.value() or "") for field in form] if outcome.rows else []
    shown: dict[str, Any] = {"form": form, "left": rest.left, "carried": carried} | outcome.shown
    return render(request, "desk/series_move.html", shown | _frame(visit), status=outcome.status)


@for_record(*DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def cancel_series(
    request: HttpRequest, *, account: Account, patient: Patient, appointment_id: int
) -> HttpResponse:
    """This visit and those after it, with one reason."""
    visit, now = _visit(patient, appointment_id), timezone.now()
    posted = request.POST if request.method == "POST" else brought_back(request)
    form = CancelRestForm(posted)
    rest = following(visit, now=now, only_its_time=form.is_bound and form.only_its_time)
    if request.method == "POST" and form.is_valid():
        try:
            because = form.cleaned_data["because"]
            done = cancel_following(visits=rest.visits, because=because, by=account, now=now)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return _done(request, visit, f"Cancelled: {len(done)} visits.", now)
    shown = {"form": form, "rest": rest} | _frame(visit)
    return render(request, "desk/series_cancel.html", shown, status=422 if form.errors else 200)


def _visit(patient: Patient, appointment_id: int) -> Appointment:
    """A visit of theirs that belongs to a series; 404 for any other."""
    rows = patient.appointments.exclude(series=None).select_related("clinician__account", "type", "patient")
    found = rows.filter(pk=appointment_id).first()
    if found is None:
        raise Http404
    return found


def _frame(visit: Appointment) -> dict[str, Any]:
    bar = records.bar(visit.patient, timezone.localdate())
    return {"visit": visit, "patient": visit.patient, "bar": bar}


def _done(request: HttpRequest, visit: Appointment, words: str, now: dt.datetime) -> HttpResponse:
    announce(request, f"{words} {who_hears_of_series(visit.patient, now=now)}")
    return redirect("desk:series", visit.patient_id, visit.pk)
