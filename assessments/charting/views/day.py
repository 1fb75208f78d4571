"""The clinician's day, and finding any patient."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from assessments.charting import visits
from assessments.screens import offered
from clinic.audit.actions import record_listed
from clinic.audit.guards import for_roles
from clinic.people import search
from clinic.people.models import Account
from clinic.people.roles import Role


@for_roles(Role.CLINICIAN)
def today(request: HttpRequest, *, account: Account) -> HttpResponse:
    """Today's appointments of this clinician, urgent ones marked, with the way into each screen; who is due again."""
    now = timezone.now()
    day = visits.day_of(account, now)
    record_listed(patients=day.named, by=account, what="clinician's day")
    context = {
        "day": day,
        "visits": day.visits,
        "asks_where": offered.several(),
        "lead": visits.day_and_zone(now),
    }
    return render(request, "charting/today.html", context)


@for_roles(Role.CLINICIAN)
def patients(request: HttpRequest, *, account: Account) -> HttpResponse:
    """Any patient by name, birth date, phone number or record number. Opening one is audited, and so is the list.

    What is typed is posted, so that no name stands in an address or a log.
    """
    typed = request.POST.get("q", "")[:80]
    too_short = False
    found = []
    if typed.strip():
        try:
            found = list(search.find(typed))
        except search.TooShort:
            too_short = True
    record_listed(patients=[patient.pk for patient in found], by=account, what="search")
    return render(
        request, "charting/patients.html", {"typed": typed, "patients": found, "too_short": too_short}
    )
