"""The guard each page wears. It hands the view its person, or refuses, and writes the audit row.

    @for_roles(Role.FRONT_DESK)            view(request, *, account)
    @for_record(Role.CLINICIAN)            view(request, *, account, patient), from patient_id in the URL
    @for_patient                           view(request, *, patient), the signed-in patient
    @open_to_everyone(because="…")         view(request)

A page without one fails tests/test_house_rules.py. Somebody of the wrong role is refused before anything is
looked up, so a record that exists and one that does not answer alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from clinic.audit.actions import record
from clinic.audit.middleware import name_page
from clinic.audit.models import Entry
from clinic.people import belonging, kept_forms
from clinic.people.models import Account, Patient
from clinic.people.roles import STAFF, Role

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Door:
    """What a guard lets through, for the tests that walk every URL."""

    roles: frozenset[Role]
    hands_a_record: bool = False
    because: str = ""


def for_roles(*roles: Role) -> Callable[[View], View]:
    """Only these roles; the view is handed the account."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            who = _let_in(request, frozenset(roles))
            return who if isinstance(who, HttpResponse) else view(request, account=who, **kwargs)

        return _worn(guarded, Door(frozenset(roles)))

    return guard


def for_record(*roles: Role) -> Callable[[View], View]:
    """Only these roles, for one patient's record named by `patient_id` in the URL. The visit is audited.

    A post from a form that was drawn for another patient, or that does not say for whom, is refused with 409.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *, patient_id: int, **kwargs: Any) -> HttpResponse:
            who = _let_in(request, frozenset(roles))
            if isinstance(who, HttpResponse):
                return who
            patient = Patient.objects.filter(pk=patient_id).first()
            if patient is None:
                raise Http404
            if request.method == "POST" and not belonging.belongs(request, patient):
                return _another_page(request, patient, who)
            _note_visit(request, patient, who)
            return view(request, account=who, patient=patient, **kwargs)

        return _worn(guarded, Door(frozenset(roles), hands_a_record=True))

    return guard


def for_patient(view: View) -> View:
    """The signed-in patient, and only their own record."""

    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        who = _let_in(request, frozenset({Role.PATIENT}))
        if isinstance(who, HttpResponse):
            return who
        patient = getattr(who, "patient", None)
        if patient is None:
            raise PermissionDenied
        _note_visit(request, patient, who)
        return view(request, patient=patient, **kwargs)

    return _worn(guarded, Door(frozenset({Role.PATIENT}), hands_a_record=True))


def open_to_everyone(*, because: str) -> Callable[[View], View]:
    """No sign-in. Says why, since nearly nothing should be."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            _name_this_page(request)
            return view(request, **kwargs)

        return _worn(guarded, Door(frozenset(), because=because))

    return guard


def _worn(view: View, door: Door) -> View:
    view.door = door  # type: ignore[attr-defined]  # read by the house-rule tests
    return view


def _let_in(request: HttpRequest, roles: frozenset[Role]) -> Account | HttpResponse:
    """The account if it may pass, else the page that says what to do first."""
    _name_this_page(request)
    account = request.user
    if not isinstance(account, Account):
        return _sign_in_first(request)
    if account.role not in roles:
        record(action=Entry.Action.REFUSED, patient=None, by=account)
        raise PermissionDenied
    if account.role in STAFF and not getattr(account, "has_second_factor", False):
        messages.info(request, "Set up your second factor first. Records open once it is in place.")
        return redirect("mfa_activate_totp")
    return account


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    if request.method == "POST" and kept_forms.keep(request):
        messages.warning(
            request,
            "You were signed out before this was saved. Sign in again and what you typed is shown again.",
        )
    return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': request.path})}")


def _another_page(request: HttpRequest, patient: Patient, who: Account) -> HttpResponse:
    """Nothing is saved into a record from a page that is not its own. Both names are shown, so both are audited."""
    whose = belonging.drawn_for(request)
    record(
        action=Entry.Action.REFUSED,
        patient=patient,
        by=who,
        what="sent from a page that is not this record's",
    )
    if whose is not None and whose != patient:
        record(action=Entry.Action.READ, patient=whose, by=who)
    if request.headers.get("Accept", "").startswith("application/json"):
        page = f"This page belongs to {whose.full_name}" if whose else "This page does not say whose it is"
        words = (
            f"{page}; nothing was saved. What you typed is still here: open the right patient's page again"
        )
        return JsonResponse({"refused": words}, status=409)
    shown = {"patient": patient, "drawn_for": whose, "typed": belonging.typed(request)}
    return render(request, "wrong_patient.html", shown, status=409)


def _note_visit(request: HttpRequest, patient: Patient, who: Account) -> None:
    reading = request.method in {"GET", "HEAD"}
    record(action=Entry.Action.READ if reading else Entry.Action.CHANGED, patient=patient, by=who)


def _name_this_page(request: HttpRequest) -> None:
    name_page(request.resolver_match.view_name if request.resolver_match else "")
