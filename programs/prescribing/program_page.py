"""Everything the page of one version shows, gathered once; refused forms come back bound, with what was typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch, QuerySet

from clinic.people.models import Patient
from programs.plans import limits
from programs.plans.checking import broken
from programs.plans.models import Exercise, StartingPoint, Version, Waiver
from programs.prescribing import showing
from programs.prescribing.amended import amendment_of, with_amendment
from programs.prescribing.another_place import given_up_for, with_what_the_patient_has
from programs.prescribing.forms import EndForm, NoteForm
from programs.prescribing.more_forms import StartingPointForm
from programs.prescribing.refused import Refused, placed
from programs.prescribing.rows import Bound, slots
from programs.prescribing.runs_form import RunsForm, runs_shown
from programs.prescribing.shown import seen_by_release
from programs.prescribing.weeks import left_without_a_day, stages, weeks
from programs.prescribing.wishes import wishes


@dataclass(frozen=True, slots=True)
class Typed:
    """The forms of the page that were sent and not taken; the others are drawn anew."""

    dose: Bound = field(default_factory=Bound)
    note: NoteForm | None = None
    end: EndForm | None = None
    keep: StartingPointForm | None = None
    runs: RunsForm | None = None


def in_full(patient: Patient) -> QuerySet[Version]:
    """This patient's versions with everything the page needs."""
    theirs = patient.program_versions.with_exercises().select_related("program", "released_by", "ended_by")
    waivers = Prefetch("waivers", Waiver.objects.select_related("made_by"))
    return with_what_the_patient_has(with_amendment(theirs.prefetch_related(waivers)))


def program_page(patient: Patient, version: Any, typed: Typed, refused: Refused | None) -> dict[str, Any]:
    """The context of the page; `version` is one of `in_full`."""
    every = version.every_exercise
    listed = [one for one in every if one.role == Exercise.Role.LISTED]
    block = version.block(listed)
    waivers = list(version.waivers.all())
    return {
        "patient": patient,
        "version": version,
        "amendment": amendment_of(version),
        "given_up": given_up_for(version),
        "slots": slots(version, every, block, waivers, typed.dose, refused),
        "weeks": weeks(block, listed, version.split),
        "stages": stages(block),
        "runs": runs_shown(version, typed.runs),
        "wishes": wishes(version, left_without_a_day(block, listed)),
        "loads": limits.loads(version, listed),
        "broken": broken(version, listed) if version.is_draft else [],
        "seen": seen_by_release(version, every, waivers),
        "note_form": typed.note or NoteForm.of(version.note),
        "end_form": typed.end or EndForm(),
        "keep_form": typed.keep or StartingPointForm(),
        "starting_points": _starting_points(version),
        "refused": placed(refused, version),
        "logs": [] if version.is_draft else showing.logs(patient),
        **showing.about(version),
    }


def _starting_points(version: Any) -> list[StartingPoint]:
    """Those a draft may be filled from: of its screen, in use."""
    if not version.is_draft:
        return []
    return list(StartingPoint.objects.filter(catalogue=version.screen, retired_at__isnull=True))
