"""Small changes inside a draft: remove, move, another dose, a note. Each re-checks the recipe's limits."""

from __future__ import annotations

import re
from decimal import Decimal

from django.db import transaction

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.people.models import Account, Patient
from programs.plans import limits
from programs.plans.doses import LONGEST_REST_S, MOST_SETS, minutes_for
from programs.plans.models import Exercise, Version
from programs.plans.refusals import NotAProposal, NothingToRelease, NotOfThisProgram, OverTheLimit, WrongDose

LONGEST_NOTE = 1000
HOLD = re.compile(r"^\d{1,3}([-–]\d{1,3})?$")  # people type both dashes


@transaction.atomic
def remove_exercise(*, exercise: Exercise, by: Account) -> None:
    """Take one exercise out of a draft. Raises NotAProposal, NotOfThisProgram, NothingToRelease (the last one)."""
    version = _draft(exercise.version)
    exercises = list(version.exercises.all())
    chosen = _among(exercise, exercises)
    if len(exercises) == 1:
        raise NothingToRelease("This is the last exercise. A program needs one: propose again instead.")
    chosen.delete()
    _record(version, by, f"{chosen.library_id} removed")


@transaction.atomic
def move_exercise(*, exercise: Exercise, up: bool, by: Account) -> None:
    """One place up or down among the exercises; at either end nothing happens. Raises NotAProposal."""
    version = _draft(exercise.version)
    exercises = list(version.exercises.all())
    here = exercises.index(_among(exercise, exercises))
    there = here - 1 if up else here + 1
    if not 0 <= there < len(exercises):
        return
    mine, other = exercises[here], exercises[there]
    mine.position, other.position = other.position, mine.position
    # What goes first in a kind is done on another day, so the order can change a day's length.
    _check_growth(version, before=exercises, after=sorted(exercises, key=lambda e: e.position))
    Exercise.objects.bulk_update([mine, other], ["position"])
    _record(version, by, f"{mine.library_id} moved")


@transaction.atomic
def change_dose(
    *, exercise: Exercise, sets: int, reps: str, hold_s: str, rest_s: int, by: Account
) -> Exercise:
    """Another dose for one exercise of a draft.

    `sets` 1 to 10, `reps` and `hold_s` a number or a range, `reps` also words such as “5 min”, `rest_s` 0 to 600.
    Raises NotAProposal, NotOfThisProgram, WrongDose (with the field), OverTheLimit.
    """
    version = _draft(exercise.version)
    exercises = list(version.exercises.all())
    chosen = _among(exercise, exercises)
    _must_be_a_dose(sets=sets, reps=reps, hold_s=hold_s, rest_s=rest_s)
    was = _minutes(version, exercises)
    chosen.sets, chosen.reps, chosen.hold_s, chosen.rest_s = sets, reps.strip(), hold_s.strip(), rest_s
    chosen.minutes = minutes_for(
        minutes=chosen.proposed_minutes, sets=sets, proposed_sets=chosen.proposed_sets
    )
    _must_not_grow_over(version, exercises, was)
    chosen.save(update_fields=["sets", "reps", "hold_s", "rest_s", "minutes"])
    _record(version, by, f"{chosen.library_id} dose")
    return chosen


@transaction.atomic
def write_note(*, version: Version, note: str, by: Account) -> Version:
    """The therapist's words to the patient, at most 1,000 characters. Raises NotAProposal, WrongDose (field note)."""
    version = _draft(version)
    if len(note.strip()) > LONGEST_NOTE:
        raise WrongDose("note", f"Keep the note to {LONGEST_NOTE} characters; it has {len(note.strip())}.")
    version.note = note.strip()
    version.save(update_fields=["note"])
    _record(version, by, "note")
    return version


def _draft(version: Version) -> Version:
    """The version's row, locked as release locks it, so that an edit never slips in behind a release."""
    Patient.objects.select_for_update().get(pk=version.patient_id)
    locked = Version.objects.select_for_update(of=("self",)).select_related("patient").get(pk=version.pk)
    if not locked.is_draft:
        raise NotAProposal(
            "This version was released, so it stays as it is. Nothing was changed: start a new version to change it."
        )
    return locked


def _among(exercise: Exercise, exercises: list[Exercise]) -> Exercise:
    for found in exercises:
        if found.pk == exercise.pk:
            return found
    raise NotOfThisProgram(
        "That exercise was removed from this version in the meantime. Nothing was changed."
    )


def _must_be_a_dose(*, sets: int, reps: str, hold_s: str, rest_s: int) -> None:
    if not 1 <= sets <= MOST_SETS:
        raise WrongDose("sets", f"Enter 1 to {MOST_SETS} sets. {sets} was given.")
    if not reps.strip():
        raise WrongDose("reps", "Enter how often, for example 8, 8-12 or 5 min.")
    if hold_s.strip() and not HOLD.match(hold_s.strip()):
        raise WrongDose("hold_s", f"Enter seconds, for example 20 or 20-30. “{hold_s.strip()}” was given.")
    if not 0 <= rest_s <= LONGEST_REST_S:
        raise WrongDose("rest_s", f"Enter 0 to {LONGEST_REST_S} seconds of rest. {rest_s} was given.")


def _minutes(version: Version, exercises: list[Exercise]) -> dict[str, Decimal]:
    return {load.label: load.minutes for load in limits.loads(version, exercises)}


def _check_growth(version: Version, *, before: list[Exercise], after: list[Exercise]) -> None:
    _must_not_grow_over(version, after, _minutes(version, before))


def _must_not_grow_over(version: Version, exercises: list[Exercise], was: dict[str, Decimal]) -> None:
    """A draft that is too long already may be made shorter step by step, never longer."""
    for load in limits.loads(version, exercises):
        if load.hard and load.over and load.minutes > was[load.label]:
            raise OverTheLimit(
                f"{load.label} would take {load.minutes.normalize():f} minutes; the limit is {load.limit}. "
                "Nothing was changed."
            )


def _record(version: Version, by: Account, what: str) -> None:
    record(action=Entry.Action.CHANGED, patient=version.patient, by=by, what=f"{version}: {what}"[:120])
