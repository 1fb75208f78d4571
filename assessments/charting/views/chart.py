"""A patient's chart."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from assessments.charting import rows
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
    newest = rows.newest_of(results, screens)
    context = {
        "patient": patient,
        "draft": next((one for one in screens if not one.is_signed), None),
        "newest": newest,
        "again": rechecks.again_of(patient, results[0]) if results else None,
        "newest_words": rows.words_before(newest) if newest else "",
        "events": rows.timeline(patient, screens, results, appointments),
        "panel_url": rows.page_above("prescribing:panel", patient.pk),
    }
    return render(request, "charting/patient.html", context)
