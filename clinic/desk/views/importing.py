"""Bringing in another calendar's busy times: choose a file, see what it would change, then save."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.audit.actions import record_listed
from clinic.audit.guards import for_roles
from clinic.booking import busy_times, importing
from clinic.booking.free import clinic_zone
from clinic.booking.rosters import ChangedMeanwhile, NoLongerThere
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
        return _save(request, account, clinician, now)
    known = importing.sources(clinician, now)
    form = CalendarFileForm(request.POST or None, request.FILES or None, known=known)
    if request.method != "POST" or not form.is_valid():
        return _page(request, clinician, form, known, status=422 if request.method == "POST" else 200)
    try:
        # One byte more than is allowed says enough about a larger file.
        data = form.cleaned_data["file"].read(busy_times.MOST_BYTES + 1)
        reading = busy_times.read(data, zone=clinic_zone(), now=now)
    except busy_times.Unreadable as refused:
        form.add_error("file", str(refused))
        return _page(request, clinician, form, known, status=422)
    facts = import_page.facts(clinician, form.cleaned_data["source"], reading, now)
    patients = [visit.patient_id for visit in facts["visits"]]
    record_listed(patients=patients, by=account, what="booked in a busy time")
    another = CalendarFileForm(known=known, initial={"source": facts["source"]})
    return _page(request, clinician, another, known, **facts)


def _save(request: HttpRequest, account: Account, clinician: Clinician, now: dt.datetime) -> HttpResponse:
    try:
        source, based_on, times = import_page.unpack(clinician, request.POST["read"])
        done = importing.bring_in(
            clinician=clinician, source=source, times=times, based_on=based_on, by=account, now=now
        )
    except (import_page.TooOld, ChangedMeanwhile) as refused:
        known = importing.sources(clinician, now)
        form = CalendarFileForm(known=known)
        return _page(request, clinician, form, known, status=409, refused=str(refused))
    messages.success(
        request,
        f"Saved for {source}: {len(done.added)} added, {len(done.changed)} changed, {len(done.removed)} removed.",
    )
    return redirect("desk:roster", clinician.pk)


@for_roles(Role.MANAGER)
@require_POST
def remove_import(request: HttpRequest, *, account: Account, clinician_id: int) -> HttpResponse:
    """One imported calendar keeps no time any more; the others stay."""
    clinician, source = clinician_of(clinician_id), request.POST.get("source", "")
    try:
        gone = importing.take_away(clinician=clinician, source=source, by=account, now=timezone.now())
    except NoLongerThere as refused:
        messages.error(request, str(refused))
    else:
        times = "1 busy time" if gone == 1 else f"{gone} busy times"
        messages.success(request, f"Removed: {source}, {times} to come. They can be booked again.")
    return redirect("desk:roster", clinician.pk)


def _page(
    request: HttpRequest,
    clinician: Clinician,
    form: CalendarFileForm,
    known: Mapping[str, int],
    *,
    status: int = 200,
    **shown: Any,
) -> HttpResponse:
    facts = {"clinician": clinician, "form": form, "known": list(known), **shown}
    return render(request, "desk/rosters/import.html", facts, status=status)
