"""What clinicians look at: their caseload, one version of a program with its logs, the chart's panel."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.audit.actions import record_listed
from clinic.audit.guards import for_record, for_roles
from clinic.people.models import Account, Patient
from clinic.people.roles import Role
from programs.plans.models import Version
from programs.prescribing import showing
from programs.prescribing.amended import is_amended
from programs.prescribing.caseload import caseload
from programs.prescribing.next_step import next_step
from programs.prescribing.program_page import Typed, in_full, program_page
from programs.prescribing.refused import Refused


@for_roles(Role.CLINICIAN)
@require_GET
def worklist(request: HttpRequest, *, account: Account) -> HttpResponse:
    """The clinician's caseload, unread flags first, 25 a page; `?everyone=1` shows the whole clinic's."""
    everyone, after = request.GET.get("everyone") == "1", request.GET.get("after", "")
    page = caseload(account, now=timezone.now(), everyone=everyone, after=after)
    record_listed(
        patients=[case.version.patient_id for case in page.cases], by=account, what="program worklist"
    )
    whose = {"everyone": "1"} if everyone else {}
    context = {
        "cases": page.cases,
        "everyone": everyone,
        "later": bool(after),
        "next_url": "?" + urlencode(whose | {"after": page.next}) if page.next else "",
    }
    return render(request, "prescribing/worklist.html", context)


@for_record(Role.CLINICIAN)
@require_GET
def program(request: HttpRequest, *, account: Account, patient: Patient, version_id: int) -> HttpResponse:
    """One version in full, with what its patient logged."""
    return draw_program(request, patient, version_id)


@for_record(Role.CLINICIAN)
@require_GET
def panel(request: HttpRequest, *, account: Account, patient: Patient) -> HttpResponse:
    """The chart's panel: the next step, what the patient has, what waits for release, the last sessions."""
    versions = list(
        patient.program_versions.exclude(state=Version.State.REPLACED)
        .select_related("program__decision", "released_by", "ended_by")
        .annotate(is_amended=is_amended("program"))[:4]
    )
    context = {
        "patient": patient,
        "step": next_step(patient, versions),
        "versions": versions,
        "logs": showing.logs(patient)[:5],
    }
    return render(request, "prescribing/panel.html", context)


def draw_program(
    request: HttpRequest,
    patient: Patient,
    version_id: int,
    *,
    kept: str = "",
    refused: Refused | None = None,
    status: int = 200,
    **typed: Any,
) -> HttpResponse:
    """The program page; `typed` are refused forms (program_page.Typed), shown with what was typed."""
    version = get_object_or_404(in_full(patient), pk=version_id)
    context = program_page(patient, version, Typed(**typed), refused) | {"kept": kept}
    return render(request, "prescribing/program.html", context, status=status)
