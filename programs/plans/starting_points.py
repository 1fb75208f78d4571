"""The clinic's own starting points: a program kept without its patient, and a draft filled from one for another.

What a starting point holds is checked anew for each patient: what is not for this one is left out and told, never
silently.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.people.models import Account, Patient
from programs.plans.checking import ROOM, doses_now, forget_what_left, much_more
from programs.plans.choosing import Choices
from programs.plans.differences import Change, State, compare
from programs.plans.doses import Dose
from programs.plans.edits import draft_of, must_be_a_draft
from programs.plans.models import Exercise, StartingPoint, Version
from programs.plans.proposals import picked_of
from programs.plans.refusals import (
    AnotherScreen,
    InUse,
    NothingToRelease,
    NotInTheLibrary,
    NotInUse,
    WrongName,
)
from programs.plans.seen import Facts, draft_must_be_as_seen
from programs.plans.work import minutes_for

LONGEST_NAME = 80
LONGEST_NOTE = 1000
SLOT = "starting point"
NOT_FILLED = "Nothing was filled: look at what is given up now, then fill it again."


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An exercise of a starting point that this patient's draft goes without, and why."""

    library_id: str
    name: str
    because: str


@dataclass(frozen=True, slots=True)
class Begun:
    """The draft as it was filled, and what was left out of it."""

    version: Version
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What beginning would do: the exercises the draft would hold, those left out, and what that changes in it."""

    exercises: tuple[Exercise, ...]
    left_out: tuple[LeftOut, ...]
    changes: tuple[Change, ...]


@transaction.atomic
def keep_as_starting_point(
    *, version: Version, name: str, note: str, by: Account, now: dt.datetime
) -> StartingPoint:
    """Keep the exercises and doses of this version under a name; `note` tells clinicians when to use it.

    Raises WrongName (1 to 80 characters, in use, or the patient's), NothingToRelease (no exercise).
    """
    name, note = " ".join(name.split()), note.strip()
    _must_be_a_name(name, note, version.patient)
    listed = list(version.listed_now())
    if not listed:
        raise NothingToRelease("This version has no exercise. Nothing was kept: choose another.")
    if _in_use(name) is not None:
        raise WrongName(f"There is a starting point “{name}” already. Nothing was kept: choose another name.")
    kept = StartingPoint.objects.create(
        name=name,
        note=note,
        catalogue=_catalogue(version),
        phase=version.program.phase,
        exercises=[
            {
                "library_id": one.library_id,
                "sets": one.sets,
                "reps": one.reps,
                "hold_s": one.hold_s,
                "rest_s": one.rest_s,
            }
            for one in listed
        ],
        made_at=now,
        made_by=by,
    )
    record(
        action=Entry.Action.READ,
        patient=version.patient,
        by=by,
        what=f"{version} as starting point {kept.pk}",
    )
    return kept


def _must_be_a_name(name: str, note: str, patient: Patient) -> None:
    if not 1 <= len(name) <= LONGEST_NAME:
        raise WrongName(
            f"Give it a name of 1 to {LONGEST_NAME} characters; it has {len(name)}. Nothing was kept."
        )
    if len(note) > LONGEST_NOTE:
        raise WrongName(f"Keep the note to {LONGEST_NOTE} characters; it has {len(note)}. Nothing was kept.")
    family = patient.legal_family_name.strip()
    if family and re.search(rf"\b{re.escape(family)}\b", f"{name}\n{note}", re.IGNORECASE):
        raise WrongName(
            "A starting point is for everybody, so it names no patient. Nothing was kept: "
            "take the patient’s name out."
        )


def _catalogue(version: Version) -> str:
    return version.program.decision.result.screen.catalogue


@transaction.atomic
def retire(*, starting_point: StartingPoint, by: Account, now: dt.datetime) -> StartingPoint:
    """Offer it no longer; drafts begun from it stay as they are. Raises NotInUse (retired before)."""
    locked = StartingPoint.objects.select_for_update().get(pk=starting_point.pk)
    _must_be_in_use(locked)
    locked.retired_at = now
    locked.save(update_fields=["retired_at"])
    record(action=Entry.Action.CHANGED, patient=None, by=by, what=f"starting point {locked.pk} retired")
    return locked


@transaction.atomic
def bring_back(*, starting_point: StartingPoint, by: Account, now: dt.datetime) -> StartingPoint:
    """Offer a retired one again. Raises InUse (it never went), WrongName (another has its name by now)."""
    locked = StartingPoint.objects.select_for_update().get(pk=starting_point.pk)
    if locked.retired_at is None:
        raise InUse(f"“{locked.name}” is in use. Nothing was changed.")
    if other := _in_use(locked.name):
        raise WrongName(
            f"There is a starting point “{other.name}” by now, so this one stays retired: retire that one first."
        )
    locked.retired_at = None
    locked.save(update_fields=["retired_at"])
    record(action=Entry.Action.CHANGED, patient=None, by=by, what=f"starting point {locked.pk} brought back")
    return locked


def _in_use(name: str) -> StartingPoint | None:
    return StartingPoint.objects.filter(name__iexact=name, retired_at__isnull=True).first()


def _must_be_in_use(starting_point: StartingPoint) -> None:
    if starting_point.retired_at is not None:
        raise NotInUse(f"“{starting_point.name}” was retired. Nothing was changed: choose one in use.")


def foresee(*, version: Version, starting_point: StartingPoint) -> Foreseen:
    """What `begin_from` would do, for the page before it; changes nothing but the `version` it is handed.

    Raises NotAProposal, NotInUse, AnotherScreen.
    """
    must_be_a_draft(version)
    _must_be_for(version, starting_point)
    waivers, before = list(version.waivers.all()), list(version.exercises.all())
    set_aside = {one.library_id for one in waivers if one.guard == ROOM}
    if set_aside:  # for exercises that would leave, and with them what was set aside
        keep = sorted(set(version.proposal["keep"]) - set_aside)
        version.proposal = version.proposal | {"keep": keep}
    rows, left_out = _filled(version, starting_point)
    changes = compare(State(version, before, waivers), State(version, rows, []))
    return Foreseen(tuple(rows), tuple(left_out), changes)


def _must_be_for(version: Version, starting_point: StartingPoint) -> None:
    _must_be_in_use(starting_point)
    if _catalogue(version) != starting_point.catalogue:
        raise AnotherScreen(
            f"“{starting_point.name}” is for programs of another screen. Nothing was changed: choose one for this."
        )


@transaction.atomic
def begin_from(
    *,
    version: Version,
    starting_point: StartingPoint,
    by: Account,
    now: dt.datetime,
    seen: Facts | None = None,
) -> Begun:
    """The draft filled with the starting point's exercises and doses, as far as they are for this patient.

    What the draft held is given up; its note stays. `seen` is what the page showed of the draft (seen.py); None where
    no page was shown. Raises NotAProposal, NotInUse, AnotherScreen, ChangedMeanwhile, NothingToRelease (nothing of it
    is for this patient).
    """
    version = draft_of(version)
    starting_point = StartingPoint.objects.get(pk=starting_point.pk)
    _must_be_for(version, starting_point)
    draft_must_be_as_seen(seen, version, by, NOT_FILLED)
    version.exercises.all().delete()
    forget_what_left(version)
    rows, left_out = _filled(version, starting_point)
    if not rows:
        told = " ".join(f"“{one.name}”: {one.because}" for one in left_out)
        raise NothingToRelease(
            f"Nothing of “{starting_point.name}” can be used for this patient. Nothing was changed. {told}"
        )
    for place, row in enumerate(rows, start=1):
        row.position = place
    Exercise.objects.bulk_create(rows)
    what = f"{version} begun from starting point {starting_point.pk}"
    record(action=Entry.Action.CHANGED, patient=version.patient, by=by, what=what)
    return Begun(version, tuple(left_out))


def _filled(version: Version, starting_point: StartingPoint) -> tuple[list[Exercise], list[LeftOut]]:
    """Each of its exercises as a row that is not stored yet, or left out."""
    choices, now = Choices(version), doses_now(version)
    rows: list[Exercise] = []
    left_out: list[LeftOut] = []
    for one in starting_point.exercises:
        _take(one, version, choices, now, rows, left_out)
    return rows, left_out


def _take(
    kept: Mapping[str, Any],
    version: Version,
    choices: Choices,
    now: Mapping[str, Dose],
    rows: list[Exercise],
    left_out: list[LeftOut],
) -> None:
    """Put one exercise among the rows, or say why not."""
    id = kept["library_id"]
    try:
        choice = choices.of(id)
    except NotInTheLibrary:
        left_out.append(LeftOut(id, id.replace("_", " "), "It is not in the library any more."))
        return
    if because := choice.blocked or choice.unwanted:
        left_out.append(LeftOut(id, choice.exercise.name, because))
        return
    picked = picked_of(choice.exercise, choices.case, version.program.phase, slot=SLOT)
    row = Exercise(version=version, position=0, **picked.as_columns())
    row.sets, row.reps, row.hold_s, row.rest_s = (kept[name] for name in ("sets", "reps", "hold_s", "rest_s"))
    row.minutes = minutes_for(row.proposed_minutes, row.asks, row.proposed)
    if more := much_more(row, now):
        left_out.append(LeftOut(id, row.name, f"{more} Add it yourself to give a reason for as much."))
        return
    crowded = version.block([*rows, row]).left_out
    if crowded:
        left_out.append(LeftOut(id, row.name, crowded.get(id) or " ".join(crowded.values())))
        return
    rows.append(row)
