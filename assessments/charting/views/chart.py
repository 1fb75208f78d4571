"""A patient's chart."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from assessments.charting import rows, starting
from assessments.screens import offered
from assessments.triage import rechecks
from clinic.audit.guards import for_record
from clinic.people.models import Account, Patient
from clinic.people.roles import Role


@for_record(Role.CLINICIAN)
def patient(request: HttpRequest, *, account: Account, patient: Patient) -> HttpResponse:
    """What happened, what is open, and the programs, which are loaded by address because they lie a layer above."""
    screens = rows.screens_of(patient)
    results = rows.results_of(patient, timezone.now())
    appointments = rows.appointments_of(patient)
    context = {
        "patient": patient,
        "drafts": rows.open_drafts(screens),
        "latest": rows.latest_of(results, screens),
        "again": rechecks.again_of(patient, results[0]) if results else None,
        "may_start": starting.may_start(screens),
        "asks_where": offered.several(),
        "events": rows.timeline(patient, screens, results, appointments),
        "panel_url": rows.page_above("prescribing:panel", patient.pk),
    }
    return render(request, "charting/patient.html", context)
