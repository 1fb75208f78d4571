"""Booking several visits at once: the dates are looked at first, and then all are booked or none."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.audit.actions import record_listed
from clinic.audit.guards import for_record
from clinic.desk import records, series_booking, series_page
from clinic.desk.forms.series import SeriesForm
from clinic.desk.kept import brought_back
from clinic.desk.series_booking import Outcome
from clinic.desk.telling import announce, who_hears_of_series
from clinic.people.models import Account, Patient
from clinic.people.roles import DESK


@for_record(*DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def new_series(request: HttpRequest, *, account: Account, patient: Patient) -> HttpResponse:
    """?look shows the dates and writes nothing; only a post books."""
    now = timezone.now()
    today = timezone.localdate(now)
    posted = request.POST if request.method == "POST" else brought_back(request)
    form = series_booking.new_form(posted if posted is not None else request.GET, patient, today=today)
    sheet = series_booking.sheet_of(form, patient, now=now, sent=posted)
    if sheet is None:
        return _page(request, account, patient, form, Outcome(status=422 if form.is_bound else 200))
    if request.method != "POST":
        return _page(request, account, patient, form, sheet.report())
    outcome = series_booking.book(sheet, by=account)
    if not outcome.done:
        return _page(request, account, patient, form, outcome)
    first = outcome.done[0]
    words = f"Booked: {len(outcome.done)} visits of {patient.full_name}."
    announce(request, f"{words} {who_hears_of_series(patient)}")
    return redirect("desk:series", patient.pk, first.pk)


def _page(
    request: HttpRequest, account: Account, patient: Patient, form: SeriesForm, outcome: Outcome
) -> HttpResponse:
    record_listed(patients=series_page.holders(outcome.rows), by=account, what="holders of a series' times")
    shown: dict[str, Any] = {
        "patient": patient,
        "bar": records.bar(patient, timezone.localdate()),
        "form": form,
        "carried": [(field.html_name, field.value() or "") for field in form] if outcome.rows else [],
    }
    return render(request, "desk/series_new.html", shown | outcome.shown, status=outcome.status)
