"""When people work: everybody's hours, one person's, and changing a week from a day on."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clinic.audit.actions import record_listed
from clinic.audit.guards import for_roles
from clinic.booking import rosters
from clinic.desk import roster_page
from clinic.desk.forms.rosters import WeekForm
from clinic.desk.kept import brought_back
from clinic.desk.roster_page import Preview, WeekPage
from clinic.people.models import Account, Clinician
from clinic.people.roles import Role


def clinician_of(clinician_id: int) -> Clinician:
    return get_object_or_404(Clinician.objects.select_related("account"), pk=clinician_id)


@for_roles(Role.MANAGER)
@require_safe
def hours(request: HttpRequest, *, account: Account) -> HttpResponse:
    return render(request, "desk/rosters/hours.html", roster_page.facts_of_everybody(timezone.now()))


@for_roles(Role.MANAGER)
@require_safe
def roster(request: HttpRequest, *, account: Account, clinician_id: int) -> HttpResponse:
    """The week that holds, the next eight as they will be, and everything that changes them."""
    shown = roster_page.facts(clinician_of(clinician_id), timezone.now())
    record_listed(patients=[visit.patient_id for visit in shown["outside"]], by=account, what="outside hours")
    return render(request, "desk/rosters/roster.html", shown)


@for_roles(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def change_week(request: HttpRequest, *, account: Account, clinician_id: int) -> HttpResponse:
    """“Show the weeks” changes nothing; saving asks once more where somebody would be booked outside the hours."""
    page = WeekPage.of(clinician_of(clinician_id), timezone.now())
    if request.method != "POST":
        return _week(request, account, page, page.opened(brought_back(request)))
    form = page.sent(request.POST)
    if not page.check(form):
        return _week(request, account, page, form, status=422 if form.is_bound else 200)
    preview = page.preview(form)
    if "look" in request.POST:
        return _week(request, account, page, form, preview)
    if preview.outside and request.POST.get("knowing") != preview.knowing:
        return _week(request, account, page, form, preview, status=409)
    try:
        rosters.change_week(clinician=page.clinician, week=form.week, by=account, now=page.now, **form.asked)
    except rosters.ChangedMeanwhile as refused:
        form.add_error(None, str(refused))
        form.builds_on(rosters.fingerprint(page.rows))
        return _week(request, account, page, form, preview, status=409)
    messages.success(request, f"The hours of {page.clinician} are saved. Days before stay as they were.")
    return redirect("desk:roster", clinician_id)


def _week(
    request: HttpRequest,
    account: Account,
    page: WeekPage,
    form: WeekForm,
    preview: Preview | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    outside = preview.outside if preview else []
    record_listed(patients=[visit.patient_id for visit in outside], by=account, what="outside hours")
    shown = {
        "clinician": page.clinician,
        "form": form,
        "preview": preview,
        "kept": page.kept if status == 409 and form.errors else None,
        "asks": status == 409 and not form.errors,
    }
    return render(request, "desk/rosters/week.html", shown, status=status)
