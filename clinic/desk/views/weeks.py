"""The week and the month: how full each day is, and where there is still time."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic.audit.actions import record_listed
from clinic.audit.guards import for_roles
from clinic.booking.free import clinic_zone
from clinic.desk import calendar
from clinic.desk.calendar import Place
from clinic.desk.spread import spread_of
from clinic.people.models import Account
from clinic.people.roles import DESK


@for_roles(*DESK)
@require_safe
def week(request: HttpRequest, *, account: Account) -> HttpResponse:
    """The week of ?day=; with ?clinician= who comes to them, day by day."""
    return _page(request, account, "week", "desk/week.html")


@for_roles(*DESK)
@require_safe
def month(request: HttpRequest, *, account: Account) -> HttpResponse:
    return _page(request, account, "month", "desk/month.html")


def _page(request: HttpRequest, account: Account, view: str, template: str) -> HttpResponse:
    now = timezone.now()
    place = Place.asked(view, request.GET, timezone.localdate(now))
    shown = spread_of(place, zone=clinic_zone(), now=now)
    record_listed(patients=shown.patient_ids, by=account, what=view)
    page = {"shown": shown, "place": place, "now": now, "keys": calendar.KEYS}
    return render(request, template, page)
