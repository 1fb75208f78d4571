"""The days that are not as usual: absences, holidays, extra days; who is booked in them, one click from being moved."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.audit.actions import record_listed
from clinic.audit.guards import for_roles
from clinic.booking import rosters
from clinic.booking.models import Absence
from clinic.booking.refusals import Refused
from clinic.desk import roster_page
from clinic.desk.forms.rosters import AbsenceForm, ExtraHoursForm, HolidayForm
from clinic.desk.kept import brought_back
from clinic.desk.views.rosters import clinician_of
from clinic.people.models import Account, Clinician
from clinic.people.roles import Role


@for_roles(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def add_absence(request: HttpRequest, *, account: Account, clinician_id: int) -> HttpResponse:
    return _add(request, account, clinician_of(clinician_id), AbsenceForm)


@for_roles(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def add_holiday(request: HttpRequest, *, account: Account) -> HttpResponse:
    return _add(request, account, None, HolidayForm)


def _add(
    request: HttpRequest,
    account: Account,
    clinician: Clinician | None,
    form_class: type[AbsenceForm] | type[HolidayForm],
) -> HttpResponse:
    """Where somebody is booked then, the first press says who, and a second one saves it all the same."""
    now, booked, status = timezone.now(), [], 200
    kept = brought_back(request)
    form = form_class(request.POST or None, initial=kept.dict() if kept is not None else {})
    if request.method == "POST":
        status = 422
    if request.method == "POST" and form.is_valid():
        knowing = roster_page.read_knowing(request.POST.get("knowing", ""))
        try:
            absence = rosters.add_absence(
                clinician=clinician, by=account, now=now, knowing=knowing, **form.asked
            )
        except rosters.BadDays as refused:
            form.add_error(refused.field, str(refused))
        except rosters.BookedThen as refused:
            booked, status = list(refused.visits), 409
        else:
            messages.success(request, f"Added: {roster_page.span(absence)}. Nobody can be booked there now.")
            return redirect("desk:absence", absence.pk)
    record_listed(patients=[visit.patient_id for visit in booked], by=account, what="booked in an absence")
    shown = {"form": form, "clinician": clinician, "booked": booked, "knowing": roster_page.knowing(booked)}
    return render(request, "desk/rosters/add_absence.html", shown, status=status)


@for_roles(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def absence(request: HttpRequest, *, account: Account, absence_id: int) -> HttpResponse:
    """Who is booked in it; a post removes it."""
    now = timezone.now()
    kept = Absence.objects.select_related("clinician__account").filter(pk=absence_id).first()
    if request.method == "POST":
        return _remove(request, account, kept)
    shown = get_object_or_404(Absence, pk=absence_id) if kept is None else kept
    visits = roster_page.in_it(shown, now)
    record_listed(patients=[visit.patient_id for visit in visits], by=account, what="booked in an absence")
    facts = {"absence": shown, "visits": visits, "is_over": shown.ends_at <= now}
    return render(request, "desk/rosters/absence.html", facts)


def _remove(request: HttpRequest, account: Account, kept: Absence | None) -> HttpResponse:
    try:
        if kept is None:
            raise rosters.NoLongerThere("This absence")
        rosters.remove_absence(absence=kept, by=account, now=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"Removed: {roster_page.span(kept)}. It can be booked again.")
    if kept is None or kept.clinician_id is None:
        return redirect("desk:hours")
    return redirect("desk:roster", kept.clinician_id)


@for_roles(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def add_extra_hours(request: HttpRequest, *, account: Account, clinician_id: int) -> HttpResponse:
    clinician = clinician_of(clinician_id)
    kept = brought_back(request)
    form = ExtraHoursForm(request.POST or None, initial=kept.dict() if kept is not None else {})
    if request.method == "POST" and form.is_valid():
        try:
            extra = rosters.add_extra_hours(
                clinician=clinician, by=account, now=timezone.now(), **form.cleaned_data
            )
        except rosters.BadDays as refused:
            form.add_error(refused.field, str(refused))
        else:
            messages.success(request, f"Added: {roster_page.span(extra)}. It can be booked now.")
            return redirect("desk:roster", clinician_id)
    status = 422 if request.method == "POST" else 200
    return render(
        request, "desk/rosters/add_extra.html", {"form": form, "clinician": clinician}, status=status
    )


@for_roles(Role.MANAGER)
@require_POST
def remove_extra_hours(
    request: HttpRequest, *, account: Account, clinician_id: int, extra_id: int
) -> HttpResponse:
    """Visits booked in them stay, and are listed as outside the hours."""
    extra = clinician_of(clinician_id).extra_hours.filter(pk=extra_id).first()
    try:
        if extra is None:
            raise rosters.NoLongerThere("This extra day")
        rosters.remove_extra_hours(extra=extra, by=account, now=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"Removed: {roster_page.span(extra)}.")
    return redirect("desk:roster", clinician_id)
