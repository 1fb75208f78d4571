"""A version of a program as a file, to look at before the release or to hand over in the room."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.audit.guards import for_record
from clinic.people.models import Account, Patient
from clinic.people.roles import Role
from programs.paper.facts import NotHandedOut
from programs.paper.handing_out import as_file, printed


@for_record(Role.CLINICIAN)
@require_GET
def program_pdf(request: HttpRequest, *, account: Account, patient: Patient, version_id: int) -> HttpResponse:
    """The PDF, marked as a draft until it is released; of one the patient no longer has there is none."""
    theirs = patient.program_versions.with_exercises().select_related("program", "released_by")
    version = get_object_or_404(theirs, pk=version_id)
    try:
        paper = printed(version, patient=patient, by=account, now=timezone.now())
    except NotHandedOut:
        messages.warning(request, "The patient no longer has this version, so there is no PDF of it.")
        return redirect("prescribing:program", patient.pk, version.pk)
    return as_file(paper, version)
