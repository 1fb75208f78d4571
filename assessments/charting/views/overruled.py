"""Which rules are overruled, for managers."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from assessments.triage.overruled import overruled as count_overruled
from clinic.audit.guards import for_roles
from clinic.people.models import Account
from clinic.people.roles import Role

PERIODS = {"30": "Last 30 days", "90": "Last 90 days", "365": "Last year", "all": "All time"}
USUAL = "90"


@for_roles(Role.MANAGER)
@require_safe
def overruled(request: HttpRequest, *, account: Account) -> HttpResponse:
    """Counts by rule and coded reason; `?period=30` is one of PERIODS, anything else the usual one. Names nobody."""
    period = request.GET.get("period", USUAL)
    period = period if period in PERIODS else USUAL
    since = None if period == "all" else timezone.now() - dt.timedelta(days=int(period))
    tallies = count_overruled(since=since)
    context = {
        "tallies": tallies,
        "answered": sum(one.answered for one in tallies),
        "overruled": sum(one.overruled for one in tallies),
        "periods": [(name, words, name == period) for name, words in PERIODS.items()],
        "period": PERIODS[period],
    }
    return render(request, "charting/overruled.html", context)
