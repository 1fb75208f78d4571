"""What clinicians look at: their caseload, one version of a program with its logs, the chart's panel."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.audit.actions import record_listed
from clinic.audit.guards import for_record, for_roles
from clinic.people.models import Account, Patient
from clinic.people.roles import Role
from programs.plans import limits
from programs.plans.checking import broken
from programs.plans.models import Exercise, StartingPoint, Version
from programs.prescribing import showing
from programs.prescribing.amended import amendment_of, is_amended, with_amendment
from programs.prescribing.another_place import given_up_for, with_what_the_patient_has
from programs.prescribing.caseload import caseload
from programs.prescribing.forms import EndForm, NoteForm
from programs.prescribing.more_forms import StartingPointForm
from programs.prescribing.next_step import next_step
from programs.prescribing.refused import Refused, placed
from programs.prescribing.rows import Bound, slots
from programs.prescribing.weeks import left_without_a_day, stages, weeks
from programs.prescribing.wishes import wishes


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
    dose: Bound | None = None,
    note: NoteForm | None = None,
    end: EndForm | None = None,
    keep: StartingPointForm | None = None,
    kept: str = "",
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    """The program page; refused forms come back bound, with what was typed."""
    version = get_object_or_404(_in_full(patient), pk=version_id)
    every = version.every_exercise
    listed = [one for one in every if one.role == Exercise.Role.LISTED]
    block = version.block(listed)
    context = {
        "patient": patient,
        "version": version,
        "amendment": amendment_of(version),
        "given_up": given_up_for(version),
        "slots": slots(version, every, block, dose or Bound(), refused),
        "weeks": weeks(block, listed),
        "stages": stages(block),
        "wishes": wishes(version, left_without_a_day(block, listed)),
        "loads": limits.loads(version, listed),
        "broken": broken(version, listed) if version.is_draft else [],
        "note_form": note or NoteForm(initial={"note": version.note}),
        "end_form": end or EndForm(),
        "keep_form": keep or StartingPointForm(),
        "starting_points": _starting_points(version),
        "refused": placed(refused, version),
        "kept": kept,
        "logs": [] if version.is_draft else showing.logs(patient),
        **showing.about(version),
    }
    return render(request, "prescribing/program.html", context, status=status)


def _starting_points(version: Any) -> list[StartingPoint]:
    """Those a draft may be filled from: of its screen, in use."""
    if not version.is_draft:
        return []
    return list(StartingPoint.objects.filter(catalogue=version.screen, retired_at__isnull=True))


def _in_full(patient: Patient) -> QuerySet[Version]:
    theirs = patient.program_versions.with_exercises().select_related("program", "released_by", "ended_by")
    return with_what_the_patient_has(with_amendment(theirs))
