"""Finding and correcting patients, and the record as the desk sees it: no screens, no programs."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.audit.actions import record_listed
from clinic.audit.guards import for_record, for_roles
from clinic.booking.newcomers import check, take_back
from clinic.booking.refusals import Refused
from clinic.desk import newcomers, records
from clinic.desk.forms.patients import EditForm
from clinic.desk.in_a_box import draw
from clinic.desk.kept import brought_back, unsaved
from clinic.desk.wish import Wish, read_key
from clinic.people.actions import ChangedMeanwhile, change_patient
from clinic.people.details import InvalidDetails
from clinic.people.models import Account, Patient
from clinic.people.roles import DESK, Role
from clinic.people.search import TooShort, find

TO_WAIT = "wait-list"  # in the address: whoever is found goes on to the wait list's form


# Posted, not asked for in the address: what is typed here is a name, and addresses end up in logs.
@for_roles(*DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def search_patients(request: HttpRequest, *, account: Account) -> HttpResponse:
    """Those that fit what was typed; the page's script asks for the list alone as somebody types."""
    typed = request.POST.get("q", "").strip()[:80]
    wish = Wish.carried(request.POST.get("booking", ""))
    asked = request.POST if request.method == "POST" else request.GET
    to_wait = asked.get("for") == TO_WAIT and not wish.book
    shown = {"typed": typed, "wish": wish, "to_wait": to_wait}
    try:
        found = list(find(typed)) if typed else []
    except TooShort:
        found, shown["too_short"] = [], True
    record_listed(patients=[patient.pk for patient in found], by=account, what="search")
    leads_to = "desk:wait" if to_wait else "desk:patient"
    shown["found"] = lines = [records.Found.of(patient, wish, leads_to=leads_to) for patient in found]
    as_they_type = "X-As-They-Type" in request.headers
    if (wish.book or to_wait) and len(lines) == 1 and not as_they_type:
        return redirect(lines[0].url)  # Enter: nobody else fits, and the next page shows who it is
    # Several: a second Enter takes the first. A list that comes while somebody types leaves the focus alone.
    shown["focus_first"] = not as_they_type
    return draw(
        request, "desk/found.html" if as_they_type else "desk/patients.html", "desk/found_box.html", shown
    )


@for_record(*DESK)
@require_safe
def record(request: HttpRequest, *, account: Account, patient: Patient) -> HttpResponse:
    """Who they are, how to reach them, when they come. Managers also see who read the record."""
    now = timezone.now()
    shown = records.page(patient, now=now, with_readers=account.role == Role.MANAGER)
    compared = newcomers.compared(patient, now=now)
    if compared is not None:
        record_listed(patients=compared.named, by=account, what="likely duplicates")
    return render(request, "desk/patient.html", shown | {"compared": compared})


@for_record(*DESK)
@require_POST
def compare(request: HttpRequest, *, account: Account, patient: Patient) -> HttpResponse:
    """`same` names one of those who look alike; `do` says that it is another person, or takes that back."""
    alike = {one.patient.pk: one.patient for one in newcomers.alike(patient)}
    same = alike.get(read_key(request.POST.get("same", "")) or 0)
    if request.POST.get("do") == "back":
        take_back(patient=patient, by=account)
        messages.success(request, "Taken back: this record is to be checked again.")
    elif same is None and request.POST.get("do") != "other":
        messages.error(request, "Nothing was kept: that record does not look alike any more. Look again.")
    else:
        try:
            check(patient=patient, same_as=same, by=account, now=timezone.now())
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, "Kept: this record is checked.")
    return redirect("desk:patient", patient.pk)


@for_record(*DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, *, account: Account, patient: Patient) -> HttpResponse:
    if request.method != "POST":
        kept = brought_back(request)
        if kept is None:
            return _edit_page(request, EditForm.showing(patient), patient)
        return _edit_page(request, EditForm(initial=unsaved(EditForm, kept)), patient)
    form = EditForm(request.POST)
    if not form.is_valid():
        return _edit_page(request, form, patient, 422)
    try:
        change_patient(
            patient=patient,
            details=form.details(),
            by=account,
            now=timezone.now(),
            based_on=form.cleaned_data["based_on"],
        )
    except InvalidDetails as refused:
        form.refuse(refused)
        return _edit_page(request, form, patient, 422)
    except ChangedMeanwhile as refused:
        form.add_error(None, str(refused))
        form.builds_on(patient)
        return _edit_page(request, form, patient, 409)
    messages.success(request, "The record is corrected.")
    return redirect("desk:patient", patient.pk)


def _edit_page(request: HttpRequest, form: EditForm, patient: Patient, status: int = 200) -> HttpResponse:
    shown = {"form": form, "patient": patient, "bar": records.bar(patient, timezone.localdate())}
    return render(request, "desk/edit_patient.html", shown, status=status)
