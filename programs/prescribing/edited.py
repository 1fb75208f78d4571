"""What a clinician changed in a draft since it was built: told before the draft is built anew, which gives it up."""

from __future__ import annotations

from collections.abc import Sequence

from programs.builder.proposal import Case
from programs.plans import proposals
from programs.plans.choosing import case_of
from programs.plans.models import Exercise, Version

Role = Exercise.Role


def changes_of(version: Version) -> list[str]:
    """Each change in words; empty for a draft that is as it was proposed. `version` with its decision and screen."""
    rows = list(version.exercises.all())
    listed = [one for one in rows if one.role == Role.LISTED]
    case = case_of(version)
    library = case.recipe.library.exercises
    proposed = version.proposal.get("reasons", {})
    left_out = {one["id"] for one in version.proposal.get("left_out", [])}
    gone = set(proposed) - {one.library_id for one in listed} - left_out
    added = [one for one in listed if proposed and one.library_id not in proposed]
    found = [f"{one.name}: put in" for one in added]
    named = sorted(library[id].name if id in library else id.replace("_", " ").capitalize() for id in gone)
    found += [f"{name}: taken out" for name in named]
    found += [f"{one.name}: another dose" for one in _redosed(version, listed, case)]
    # Rows are made in the order proposed; what was put in has a place of its own.
    stayed = [one.pk for one in listed if one not in added]
    if sorted(stayed) != stayed:
        found.append("The order")
    ready = [one for one in rows if one.role != Role.LISTED]
    return found + [f"{one.name}: kept ready" for one in ready]


def _redosed(version: Version, listed: Sequence[Exercise], case: Case) -> list[Exercise]:
    """Those whose dose is not the library's. One the library no longer has counts by its sets alone."""
    library, phase = case.recipe.library.exercises, version.program.phase
    found = []
    for one in listed:
        if one.library_id not in library:
            same = one.sets == one.proposed_sets
        else:
            was = proposals.picked_of(library[one.library_id], case, phase, slot=one.slot)
            same = (one.sets, one.reps, one.hold_s, one.rest_s) == (
                was.sets,
                was.reps,
                was.hold_s,
                was.rest_s,
            )
        if not same:
            found.append(one)
    return found
