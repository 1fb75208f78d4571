"""“What your assessment found”: the texts a clinician released to this patient, and nothing else of any result."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assessments.screens.offered import place_at_home
from assessments.triage.models import Telling
from clinic.audit.guards import for_patient
from clinic.people.models import Patient

SHOWN = 5  # assessments; older ones the therapist can tell of


@for_patient
@require_safe
def found(request: HttpRequest, *, patient: Patient) -> HttpResponse:
    """The newest first, each as it was released, with the day of the visit it rests on, and its place among several."""
    told = Telling.objects.released_to_patient(patient)
    told = told.select_related("told_by", "decision__result__screen")[:SHOWN]
    found = [(one, place_at_home(one.decision.result.screen.catalogue)) for one in told]
    return render(request, "portal/found.html", {"patient": patient, "told": found})
