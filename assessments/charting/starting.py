"""Where the trouble is: which places a clinician may choose from for a patient, in what order."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from assessments.screens import offered
from assessments.screens.models import Screen
from clinic.people.models import Patient


@dataclass(frozen=True, slots=True)
class Way:
    """One place to choose. `draft` is what is open there already, and gone on with."""

    screen: str
    place: str
    draft: Screen | None


def ways(patient: Patient) -> list[Way]:
    """Every place, that of this patient's newest screen first: most come back with the same trouble. One query."""
    theirs = list(patient.screens.all())
    drafts = _drafts(theirs)
    found = [Way(one.screen, one.place, drafts.get(one.screen)) for one in offered.places()]
    last = theirs[0].catalogue if theirs else ""
    return sorted(found, key=lambda one: one.screen != last)


def may_start(screens: Collection[Screen]) -> bool:
    """Whether there is a place where nothing is open yet. `screens` are all of the patient's."""
    return bool(set(offered.offered_screens()) - set(_drafts(screens)))


def _drafts(screens: Collection[Screen]) -> dict[str, Screen]:
    return {one.catalogue: one for one in screens if not one.is_signed}
