"""What clinicians look at: their caseload, one version of a program with its logs, the chart's panel."""

from __future__ import annotations

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
from programs.prescribing.forms import DoseForm, NoteForm


@for_roles(Role.CLINICIAN)
@require_GET
def worklist(request: HttpRequest, *, account: Account) -> HttpResponse:
    """The clinician's caseload, unread flags first; `?everyone=1` shows the whole clinic's."""
    everyone = request.GET.get("everyone") == "1"
    cases = showing.caseload(account, now=timezone.now(), everyone=everyone)
    record_listed(patients=[case.version.patient_id for case in cases], by=account, what="program worklist")
    return render(request, "prescribing/worklist.html", {"cases": cases, "everyone": everyone})


@for_record(Role.CLINICIAN)
@require_GET
def program(request: HttpRequest, *, account: Account, patient: Patient, version_id: int) -> HttpResponse:
    """One version in full, with what its patient logged."""
    return draw_program(request, patient, version_id)


@for_record(Role.CLINICIAN)
@require_GET
def panel(request: HttpRequest, *, account: Account, patient: Patient) -> HttpResponse:
    """The chart's panel: what the patient has, what waits for release, the last sessions."""
    versions = list(
        patient.program_versions.exclude(state=Version.State.REPLACED).select_related(
            "program", "released_by"
        )
    )
    context = {"patient": patient, "versions": versions, "logs": showing.logs(patient)[:5]}
    return render(request, "prescribing/panel.html", context)


def draw_program(
    request: HttpRequest,
    patient: Patient,
    version_id: int,
    *,
    dose: DoseForm | None = None,
    dose_of: int = 0,
    note: NoteForm | None = None,
    kept: str = "",
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    """The program page; refused forms come back bound, with what was typed."""
    theirs = patient.program_versions.select_related("program", "made_by", "released_by")
    version = get_object_or_404(theirs, pk=version_id)
    exercises = list(version.exercises.all())
    context = {
        "patient": patient,
        "version": version,
        "slots": showing.slots(version, exercises, dose, dose_of),
        "note_form": note or NoteForm(initial={"note": version.note}),
        "refused": refused,
        "kept": kept,
        "logs": [] if version.is_draft else showing.logs(patient),
        **showing.about(version, exercises),
    }
    return render(request, "prescribing/program.html", context, status=status)
