"""Exercises put into a draft by a clinician: added from the library, swapped within a slot, kept ready for another.

What may be chosen is asked of the builder anew, with the case the program rests on: a contraindication, the age cap and
the phase are never set aside; the patient's own limits are, with a reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.people.models import Account
from programs.builder.proposal import Case, Proposal, build
from programs.builder.selection import describe
from programs.exercises.definitions import Exercise as InLibrary
from programs.plans import proposals
from programs.plans.blocks import asked_of
from programs.plans.checking import WISH, Consequence, Reason, check, forget_what_left, waive
from programs.plans.edits import among, draft_of
from programs.plans.models import Exercise, Version
from programs.plans.refusals import (
    AlreadyThere,
    NeedsReason,
    NotEligible,
    NotInTheLibrary,
    TooEasy,
    TooMany,
)
from programs.plans.seen import SeenExercise, exercise_must_be_as_seen, next_must_be_as_seen

Role = Exercise.Role
MOST_SWAPS = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """One exercise of the library for this patient today: `blocked` and `unwanted` say why not, empty where it may."""

    exercise: InLibrary
    category: str
    points: int
    blocked: str
    unwanted: str
    is_listed: bool


class Choices:
    """What a version can be given. Builds the case once; ask for as many as a page shows."""

    def __init__(self, version: Version) -> None:
        self.version = version
        self.case = case_of(version)
        self.built: Proposal = build(self.case, asked_of(version.proposal))
        self.listed = set(version.listed_now().values_list("library_id", flat=True))

    def of(self, id: str) -> Choice:
        """One exercise. Raises NotInTheLibrary."""
        exercise = self.case.recipe.library.exercises.get(id)
        if exercise is None:
            raise NotInTheLibrary(
                f"There is no exercise “{id}” in this library. Nothing was changed: choose one from the list."
            )
        return self._choice(exercise)

    def known(self, id: str) -> InLibrary | None:
        """The exercise of that id; None where the library no longer has it."""
        return self.case.recipe.library.exercises.get(id)

    def found(self, words: str) -> list[Choice]:
        """Every exercise whose names, category or target hold all the words; those that may be done first."""
        asked = words.casefold().split()
        every = self.case.recipe.library.exercises.values()
        found = [self._choice(one) for one in every if all(word in self._said(one) for word in asked)]
        return sorted(found, key=_by_use)

    def swaps(self, exercise: Exercise) -> list[Choice]:
        """What fills the same slot, those that may be done first."""
        category, _, tag = exercise.slot.partition(":")
        category = category if category in self.case.recipe.categories else exercise.category
        every = self.case.recipe.library.exercises.values()
        same = (one for one in every if one.category == category and (not tag or tag in one.tags))
        return sorted((self._choice(one) for one in same if one.id != exercise.library_id), key=_by_use)

    def _said(self, one: InLibrary) -> str:
        title = self.case.recipe.categories[one.category].title
        return " ".join((one.name, *one.aliases, title, one.target, one.id.replace("_", " "))).casefold()

    def _choice(self, one: InLibrary) -> Choice:
        unwanted = self.built.unwanted.get(one.id)
        return Choice(
            exercise=one,
            category=self.case.recipe.categories[one.category].title,
            points=describe(one, self.case.causes.supported).points,
            blocked=self.built.blocked.get(one.id, ""),
            unwanted=unwanted.because if unwanted else "",
            is_listed=one.id in self.listed,
        )


def _by_use(one: Choice) -> tuple[bool, bool, bool, int, int, str]:
    return (
        bool(one.blocked),
        bool(one.unwanted),
        one.is_listed,
        -one.points,
        one.exercise.level,
        one.exercise.name,
    )


def case_of(version: Version) -> Case:
    """The case a version's program rests on, with the newest recipe of its screen."""
    result = version.program.decision.result
    return proposals.case_of(
        case=result.inputs,
        klass=version.program.klass,
        catalogue=result.screen.catalogue,
        version=result.screen.version,
    )


@transaction.atomic
def add(
    *,
    version: Version,
    library_id: str,
    by: Account,
    now: dt.datetime,
    because: str = "",
    slot: str = "added",
) -> Consequence:
    """One exercise of the library at the end of its category.

    Raises NotAProposal, NotInTheLibrary, AlreadyThere, NotEligible (never set aside), NeedsReason, OverTheLimit.
    """
    version = draft_of(version)
    choices = Choices(version)
    reason = Reason(because, by, now)
    row = _row(choices, library_id, version, reason, slot=slot)
    before = list(version.listed_now())
    after = _placed(row, before)
    done = check(version, before=before, after=after, reason=reason)
    _store(row, after)
    _record(version, by, f"{library_id} added")
    return done


@transaction.atomic
def swap(
    *,
    exercise: Exercise,
    library_id: str,
    by: Account,
    now: dt.datetime,
    because: str = "",
    seen: SeenExercise | None = None,
) -> Consequence:
    """Another exercise in the place of this one, in its slot; what was kept ready for it goes with it.

    `seen` is what the page showed of this one. Raises as `add`, and NotOfThisProgram, ChangedMeanwhile.
    """
    version = draft_of(exercise.version)
    before = list(version.listed_now())
    exercise_must_be_as_seen(seen, among(exercise, before), by)
    reason = Reason(because, by, now)
    row = _row(Choices(version), library_id, version, reason, slot=exercise.slot)
    row.position = exercise.position
    after = [row if one.pk == exercise.pk else one for one in before]
    done = check(version, before=before, after=after, reason=reason)
    version.exercises.filter(pk=exercise.pk).delete()
    row.save()
    forget_what_left(version)
    _record(version, by, f"{exercise.library_id} swapped for {library_id}")
    return done


@transaction.atomic
def keep_ready(
    *,
    exercise: Exercise,
    library_id: str,
    role: str,
    by: Account,
    now: dt.datetime,
    because: str = "",
    seen: SeenExercise | None = None,
) -> Exercise:
    """Keep one exercise ready for another: a `swap` the patient may choose, or the harder one that comes `next`.

    A new `next` takes the place of the one before. Raises NotAProposal, NotOfThisProgram, NotInTheLibrary,
    AlreadyThere, ChangedMeanwhile, NotEligible, NeedsReason, TooMany, TooEasy; ValueError for another role.
    """
    if role not in {Role.SWAP, Role.NEXT}:
        raise ValueError(f"An exercise is kept ready as swap or next, not as {role!r}.")
    version = draft_of(exercise.version)
    chosen = among(exercise, list(version.listed_now()))
    if role == Role.NEXT:
        next_must_be_as_seen(seen, chosen, by)
        chosen.kept_ready.filter(role=Role.NEXT).delete()
    elif chosen.kept_ready.filter(role=Role.SWAP).count() >= MOST_SWAPS:
        raise TooMany(
            f"There are {MOST_SWAPS} to choose from already. Nothing was changed: take one away first."
        )
    choices = Choices(version)
    row = _row(choices, library_id, version, Reason(because, by, now), slot=chosen.slot)
    if role == Role.NEXT:
        _must_be_no_easier(choices.of(library_id).exercise, choices.known(chosen.library_id))
    if chosen.kept_ready.filter(library_id=library_id).exists():
        raise AlreadyThere(f"“{row.name}” is kept ready for it already. Nothing was changed.")
    row.role, row.instead_of = Role(role), chosen
    row.position = (version.exercises.aggregate(last=Max("position"))["last"] or 0) + 1
    row.save()
    forget_what_left(version)
    _record(version, by, f"{library_id} kept ready for {exercise.library_id}")
    return row


@transaction.atomic
def take_ready_away(*, exercise: Exercise, by: Account) -> None:
    """Keep this exercise ready no longer. Raises NotAProposal, NotOfThisProgram."""
    version = draft_of(exercise.version)
    among(exercise, list(version.exercises.exclude(role=Role.LISTED)))
    version.exercises.filter(pk=exercise.pk).delete()
    forget_what_left(version)
    _record(version, by, f"{exercise.library_id} not kept ready")


def _row(choices: Choices, library_id: str, version: Version, reason: Reason, *, slot: str) -> Exercise:
    choice = choices.of(library_id)
    if choice.is_listed:
        raise AlreadyThere(f"“{choice.exercise.name}” is in the program already. Nothing was changed.")
    if choice.blocked:
        raise NotEligible(
            0,
            f"“{choice.exercise.name}” cannot be used for this patient: {choice.blocked} Nothing was changed.",
        )
    if choice.unwanted:
        if not reason.because.strip():
            raise NeedsReason(
                f"“{choice.exercise.name}”: {choice.unwanted} Nothing was changed: "
                "give a reason to use it all the same."
            )
        waive(version, library_id, guard=WISH, words=choice.unwanted, reason=reason)
    picked = proposals.picked_of(choice.exercise, choices.case, version.program.phase, slot=slot)
    return Exercise(version=version, position=0, **picked.as_columns())


def _must_be_no_easier(other: InLibrary, listed: InLibrary | None) -> None:
    """What takes over once an exercise is mastered is as hard, or harder."""
    if listed is not None and other.level < listed.level:
        raise TooEasy(
            f"“{other.name}” is level {other.level}, and “{listed.name}” is level {listed.level}: what comes next is "
            "as hard or harder. Nothing was changed: let it be one the patient may choose, or take another."
        )


def _placed(row: Exercise, before: Sequence[Exercise]) -> list[Exercise]:
    """After the last of its category; at the end where there is none."""
    same = [place for place, one in enumerate(before) if one.category == row.category]
    place = same[-1] + 1 if same else len(before)
    return [*before[:place], row, *before[place:]]


def _store(row: Exercise, after: Sequence[Exercise]) -> None:
    ready = list(row.version.exercises.exclude(role=Role.LISTED))
    for place, one in enumerate([*after, *ready], start=1):
        one.position = place
    row.save()
    Exercise.objects.bulk_update([one for one in (*after, *ready) if one.pk != row.pk], ["position"])


def _record(version: Version, by: Account, what: str) -> None:
    record(action=Entry.Action.CHANGED, patient=version.patient, by=by, what=f"{version}: {what}"[:120])
