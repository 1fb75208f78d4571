"""Registering a patient: who may be the same person is shown first, and nobody gets a second record by a slip."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from clinic.audit.actions import record_listed
from clinic.audit.guards import for_roles
from clinic.desk import contact_lines, records
from clinic.desk.forms.patients import RegisterForm
from clinic.desk.in_a_box import draw
from clinic.desk.kept import brought_back, unsaved
from clinic.desk.wish import Wish
from clinic.people.actions import AlreadyRegistered, LikelyDuplicates, NoTextsThere, register_patient
from clinic.people.details import InvalidDetails
from clinic.people.models import Account, Patient
from clinic.people.roles import DESK
from clinic.reminders.text_consent import agree


@for_roles(*DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, *, account: Account) -> HttpResponse:
    """A new record; likely duplicates are shown first."""
    if request.method != "POST":
        return _opened(request, brought_back(request))
    if "begin" in request.POST:  # from a search that found nobody; posted, since a name belongs in no address
        return _opened(request, request.POST)
    form, wish = RegisterForm(request.POST), Wish.carried(request.POST.get("booking", ""))
    if not form.is_valid():
        return _page(request, form, wish, status=422)
    try:
        patient = _register(form, account, knowing="somebody_else" in request.POST)
    except InvalidDetails as refused:
        form.refuse(refused)
        return _page(request, form, wish, status=422)
    except LikelyDuplicates as refused:
        listed = [alike.patient.pk for alike in refused.alike]
        record_listed(patients=listed, by=account, what="likely duplicates")
        found = [records.Found.of(alike.patient, wish, alike.why) for alike in refused.alike]
        return _page(request, form, wish, alike=found, status=409)
    except AlreadyRegistered as refused:
        return _already(request, account, form, wish, refused)
    messages.success(request, f"{patient.full_name} is registered as {patient.record_number}.")
    _ask_about_texts(request, form, account, patient)
    return _onward(patient, wish)


def _register(form: RegisterForm, account: Account, *, knowing: bool) -> Patient:
    return register_patient(
        details=form.details(),
        email=form.cleaned_data["email"],
        phone=form.cleaned_data["phone"],
        agreed=form.agreed,
        by=account,
        now=timezone.now(),
        knowing_duplicates=knowing,
    )


def _ask_about_texts(request: HttpRequest, form: RegisterForm, account: Account, patient: Patient) -> None:
    """As the record's button does it. A number no text reaches is no reason to fill the form in again."""
    if (channel := form.wants_texts_at(patient)) is None:
        return
    try:
        agree(channel=channel, by=account, now=timezone.now())
    except NoTextsThere as refused:
        messages.error(request, f"Texts are not recorded. {contact_lines.why_no_texts(channel) or refused}")
    else:
        messages.info(request, contact_lines.asked_for_yes(channel))


def _agrees_to_more(form: RegisterForm, patient: Patient) -> bool:
    """Whether texts were agreed to that can go there, and their record does not say so."""
    if (channel := form.wants_texts_at(patient)) is None:
        return False
    line = contact_lines.line(channel)
    return not line.no_texts and not line.texts_agreed


def _already(
    request: HttpRequest, account: Account, form: RegisterForm, wish: Wish, known: AlreadyRegistered
) -> HttpResponse:
    """The same form twice leads where the first one led. One that says something more stays open beside the record."""
    patient = known.patient
    record_listed(patients=[patient.pk], by=account, what="already registered")
    if not known.adds_nothing or _agrees_to_more(form, patient):
        return _page(request, form, wish, already=records.Found.of(patient, wish), status=409)
    links = format_html(
        '{} <a href="{}">Open {}</a> <a href="{}">Book an appointment</a>',
        known,
        reverse("desk:patient", args=[patient.pk]),
        patient.record_number,
        wish.with_patient(patient.pk).url,
    )
    messages.info(request, links)
    return _onward(patient, wish)


def _onward(patient: Patient, wish: Wish) -> HttpResponse:
    return redirect(wish.with_patient(patient.pk).url) if wish.book else redirect("desk:patient", patient.pk)


def _opened(request: HttpRequest, told: QueryDict | None) -> HttpResponse:
    """The form before anything was refused: empty, begun with what was searched for, or as it was left."""
    if told is None:
        return _page(request, RegisterForm(), Wish.read(request.GET))
    begun = RegisterForm.begun_with(told.get("q", "")) if "begin" in told else unsaved(RegisterForm, told)
    return _page(request, RegisterForm(initial=begun), Wish.carried(told.get("booking", "")))


def _page(
    request: HttpRequest,
    form: RegisterForm,
    wish: Wish,
    *,
    alike: list[records.Found] | None = None,
    already: records.Found | None = None,
    status: int = 200,
) -> HttpResponse:
    shown: dict[str, Any] = {"form": form, "wish": wish, "alike": alike, "already": already}
    return draw(request, "desk/register.html", "desk/register_box.html", shown, status=status)
