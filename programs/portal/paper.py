"""The patient's own program as a file to print."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.audit.guards import for_patient
from clinic.people.models import Account, Patient
from programs.paper.handing_out import as_file, printed
from programs.plans.models import Version


@for_patient
@require_GET
def program_pdf(request: HttpRequest, *, patient: Patient) -> HttpResponse:
    """The program they have, as it stands today; without one, the page that says so."""
    theirs = Version.objects.released_to(patient).with_exercises().select_related("program", "released_by")
    version = theirs.first()
    if version is None:
        return redirect("portal:program")
    account = cast(Account, request.user)  # the guard let nobody else in
    return as_file(printed(version, patient=patient, by=account, now=timezone.now()), version)
