"""Who may open the pages of booking: everybody, where the clinic switched a type on; and patients, for themselves."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from clinic.audit.guards import for_patient, open_to_everyone
from clinic.people.models import Patient
from programs.portal.booking import safety
from programs.portal.booking.errand import OWN, PUBLIC, Booking, Door, Errand
from programs.portal.booking.limits import TooMuch

Page = Callable[[HttpRequest, Booking], HttpResponse]
BECAUSE = "people book before they have an account; it shows free times and nothing about anybody"


def for_visitors(page: Page) -> Callable[..., HttpResponse]:
    """Nobody is signed in. What they typed stays out of caches."""

    @open_to_everyone(because=BECAUSE)
    @never_cache
    @wraps(page)
    def opened(request: HttpRequest) -> HttpResponse:
        return _open(page, request, PUBLIC, None)

    return opened


def for_own_visits(page: Page) -> Callable[..., HttpResponse]:
    """The signed-in patient books for themselves."""

    @for_patient
    @wraps(page)
    def opened(request: HttpRequest, *, patient: Patient, **_: Any) -> HttpResponse:
        return _open(page, request, OWN, patient)

    return opened


def _open(page: Page, request: HttpRequest, door: Door, patient: Patient | None) -> HttpResponse:
    booking = Booking(door, Errand.of(request.session, door.key), timezone.now(), patient)
    if not (booking.types and safety.places()):
        return render(request, "portal/booking/closed.html", {"patient": patient}, status=404)
    try:
        return page(request, booking)
    except TooMuch:
        return render(request, "portal/booking/too_many.html", {"patient": patient}, status=429)
