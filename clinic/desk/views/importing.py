"""Bringing in another calendar's busy times: choose a file, see what it would change, then save."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.audit.actions import record_listed
from clinic.audit.guards import for_roles
from clinic.booking import busy_times, importing
from clinic.booking.free import clinic_zone
from clinic.booking.rosters import ChangedMeanwhile
from clinic.desk import import_page
from clinic.desk.forms.rosters import CalendarFileForm
from clinic.desk.views.rosters import clinician_of
from clinic.people.models import Account, Clinician
from clinic.people.roles import Role


@for_roles(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def import_calendar(request: HttpRequest, *, account: Account, clinician_id: int) -> HttpResponse:
    """A file is only looked at; what it said travels, signed, to the button that saves it."""
    clinician, now = clinician_of(clinician_id), timezone.now()
    if "read" in request.POST:
        return _save(request, account, clinician)
    form = CalendarFileForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, clinician, form, status=422 if request.method == "POST" else 200)
    try:
        # One byte more than is allowed says enough about a larger file.
        data = form.cleaned_data["file"].read(busy_times.MOST_BYTES + 1)
        reading = busy_times.read(data, zone=clinic_zone(), now=now)
    except busy_times.Unreadable as refused:
        form.add_error("file", str(refused))
        return _page(request, clinician, form, status=422)
    facts = import_page.facts(clinician, reading, now)
    patients = [visit.patient_id for visit in facts["visits"]]
    record_listed(patients=patients, by=account, what="booked in a busy time")
    return _page(request, clinician, CalendarFileForm(), **facts)


def _save(request: HttpRequest, account: Account, clinician: Clinician) -> HttpResponse:
    try:
        based_on, times = import_page.unpack(clinician, request.POST["read"])
        done = importing.bring_in(
            clinician=clinician, times=times, based_on=based_on, by=account, now=timezone.now()
        )
    except (import_page.TooOld, ChangedMeanwhile) as refused:
        return _page(request, clinician, CalendarFileForm(), status=409, refused=str(refused))
    messages.success(
        request,
        f"Saved: {len(done.added)} busy times added, {len(done.changed)} changed, {len(done.removed)} removed.",
    )
    return redirect("desk:roster", clinician.pk)


def _page(
    request: HttpRequest, clinician: Clinician, form: CalendarFileForm, *, status: int = 200, **shown: Any
) -> HttpResponse:
    facts = {"clinician": clinician, "form": form, **shown}
    return render(request, "desk/rosters/import.html", facts, status=status)
