"""Small changes inside a draft: remove, move, another dose, a note. Each re-checks the recipe's limits."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from copy import copy
from decimal import Decimal

from django.db import transaction

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.people.models import Account, Patient
from programs.builder.limits import MOST_MINUTES
from programs.plans import seen as shown
from programs.plans.checking import (
    DOSE,
    Consequence,
    Reason,
    check,
    doses_now,
    forget_what_left,
    much_more,
    taking,
    waive,
)
from programs.plans.doses import LONGEST_REST_S, MOST_SETS
from programs.plans.models import Exercise, Version
from programs.plans.refusals import (
    NeedsReason,
    NotAProposal,
    NothingToRelease,
    NotOfThisProgram,
    WrongDose,
)
from programs.plans.seen import SeenExercise
from programs.plans.work import counted, minutes_for

LONGEST_NOTE = 1000
LONGEST_REPS, MOST_REPS, LONGEST_HOLD_S = 120, 100, 300
HOLD = re.compile(r"^\d{1,3}([-–]\d{1,3})?$")  # people type both dashes


@transaction.atomic
def remove_exercise(
    *,
    exercise: Exercise,
    by: Account,
    now: dt.datetime | None = None,
    because: str = "",
    seen: SeenExercise | None = None,
) -> Consequence:
    """Take one exercise out of a draft, with what is kept ready for it.

    `seen` is what the page showed of it, here and below: None where no page was shown. Raises NotAProposal,
    NotOfThisProgram, ChangedMeanwhile, NothingToRelease (the last one), NeedsReason (another exercise would find no day
    without it; a reason is only taken with `now`).
    """
    version = draft_of(exercise.version)
    before = list(version.listed_now())
    chosen = among(exercise, before)
    shown.exercise_must_be_as_seen(seen, chosen, by)
    if len(before) == 1:
        raise NothingToRelease(
            "This is the last exercise, and a program needs one. Nothing was changed: add another first."
        )
    after = [one for one in before if one.pk != chosen.pk]
    reason = Reason(because, by, now) if now else Reason("", by, version.made_at)
    done = check(version, before=before, after=after, reason=reason)
    version.exercises.filter(pk=chosen.pk).delete()
    forget_what_left(version)
    _record(version, by, f"{chosen.library_id} removed")
    return done


@transaction.atomic
def move_exercise(
    *, exercise: Exercise, up: bool, by: Account, now: dt.datetime, because: str = ""
) -> Consequence | None:
    """One place up or down among the exercises; at either end nothing happens. Raises NotAProposal, NeedsReason."""
    exercises = list(exercise.version.listed_now())
    here = exercises.index(among(exercise, exercises))
    there = here - 1 if up else here + 1
    if not 0 <= there < len(exercises):
        return None
    order = [one.pk for one in exercises]
    order[here], order[there] = order[there], order[here]
    seen = [one.pk for one in exercises]  # read before the draft was locked
    return reorder(version=exercise.version, order=order, by=by, now=now, because=because, seen=seen)


@transaction.atomic
def reorder(
    *,
    version: Version,
    order: Sequence[int],
    by: Account,
    now: dt.datetime,
    because: str = "",
    seen: Sequence[int] | None = None,
) -> Consequence:
    """The exercises in this order (their ids, each once); `seen` is the order before.

    Raises NotAProposal, NotOfThisProgram, ChangedMeanwhile, NeedsReason.
    """
    version = draft_of(version)
    before = list(version.listed_now())
    if sorted(order) != sorted(one.pk for one in before):
        raise NotOfThisProgram(
            "The list changed in another window in the meantime. Nothing was moved: load the page again."
        )
    shown.order_must_be_as_seen(seen, before, order, by)
    places = {pk: place for place, pk in enumerate(order)}
    after = sorted(before, key=lambda one: places[one.pk])
    # What goes first in a kind is done on another day, so the order can change a day's length.
    done = check(version, before=before, after=after, reason=Reason(because, by, now))
    for place, one in enumerate(after, start=1):
        one.position = place
    Exercise.objects.bulk_update(after, ["position"])
    _record(version, by, "reordered")
    return done


@transaction.atomic
def change_dose(
    *,
    exercise: Exercise,
    sets: int,
    reps: str,
    hold_s: str,
    rest_s: int,
    by: Account,
    now: dt.datetime,
    because: str = "",
    seen: SeenExercise | None = None,
) -> Consequence:
    """Another dose for one exercise of a draft; it starts from there, whatever earlier blocks have earned.

    `sets` 1 to 10, `reps` a number or a range up to 100, or words with one such as “5 min”, `hold_s` a number or a
    range up to 300, `rest_s` 0 to 600. The minutes follow from all of it, in proportion to the library's own dose.
    Raises NotAProposal, NotOfThisProgram, WrongDose (with the field), ChangedMeanwhile, NeedsReason, OverTheLimit.
    """
    version = draft_of(exercise.version)
    before = list(version.listed_now())
    was = among(exercise, before)
    chosen = copy(was)
    _must_be_a_dose(sets=sets, reps=reps, hold_s=hold_s, rest_s=rest_s)
    chosen.sets, chosen.reps, chosen.hold_s, chosen.rest_s = sets, reps.strip(), hold_s.strip(), rest_s
    shown.dose_must_be_as_seen(seen, was, chosen, by)
    chosen.step = 0
    chosen.minutes = _minutes_of(chosen)
    after = [chosen if one.pk == chosen.pk else one for one in before]
    reason = Reason(because, by, now)
    done = _check_dose(version, chosen, before, after, reason)
    chosen.save(update_fields=["sets", "reps", "hold_s", "rest_s", "minutes", "step"])
    _record(version, by, f"{chosen.library_id} dose")
    return done


@transaction.atomic
def write_note(*, version: Version, note: str, by: Account, seen: str | None = None) -> Version:
    """The therapist's words to the patient, at most 1,000 characters; `seen` is the mark of the note before.

    Raises NotAProposal, WrongDose (field note), ChangedMeanwhile.
    """
    version = draft_of(version)
    if len(note.strip()) > LONGEST_NOTE:
        raise WrongDose("note", f"Keep the note to {LONGEST_NOTE} characters; it has {len(note.strip())}.")
    shown.note_must_be_as_seen(seen, version, note.strip(), by)
    version.note = note.strip()
    version.save(update_fields=["note"])
    _record(version, by, "note")
    return version


@transaction.atomic
def allow_steps_up(*, version: Version, allowed: bool, by: Account, seen: bool | None = None) -> Version:
    """Whether harder exercises kept ready may take over without waiting for the therapist.

    Raises NotAProposal, ChangedMeanwhile.
    """
    version = draft_of(version)
    shown.steps_must_be_as_seen(seen, version, by, allowed=allowed)
    version.steps_up_alone = allowed
    version.save(update_fields=["steps_up_alone"])
    _record(version, by, f"steps up alone {'allowed' if allowed else 'not allowed'}")
    return version


def draft_of(version: Version) -> Version:
    """The version's row, locked as release locks it, so that an edit never slips in behind a release."""
    Patient.objects.select_for_update().get(pk=version.patient_id)
    locked = Version.objects.select_for_update(of=("self",)).select_related("patient").get(pk=version.pk)
    must_be_a_draft(locked)
    return locked


def must_be_a_draft(version: Version) -> None:
    """Raises NotAProposal."""
    if not version.is_draft:
        raise NotAProposal(
            "This version was released, so it stays as it is. Nothing was changed: start a new version to change it."
        )


def among(exercise: Exercise, exercises: Sequence[Exercise]) -> Exercise:
    """The exercise as it stands among these. Raises NotOfThisProgram."""
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
        raise WrongDose("reps", "Enter repetitions or a time, for example 8, 8-12 or 5 min.")
    if len(reps.strip()) > LONGEST_REPS:
        raise WrongDose("reps", f"Keep it to {LONGEST_REPS} characters; it has {len(reps.strip())}.")
    _must_be_countable(reps.strip())
    if hold_s.strip() and not HOLD.match(hold_s.strip()):
        raise WrongDose("hold_s", f"Enter seconds, for example 20 or 20-30. “{hold_s.strip()}” was given.")
    if any(int(one) > LONGEST_HOLD_S for one in re.findall(r"\d+", hold_s)):
        raise WrongDose("hold_s", f"Enter at most {LONGEST_HOLD_S} seconds. {hold_s.strip()} was given.")
    if not 0 <= rest_s <= LONGEST_REST_S:
        raise WrongDose("rest_s", f"Enter 0 to {LONGEST_REST_S} seconds of rest. {rest_s} was given.")


def _must_be_countable(reps: str) -> None:
    """Words alone say nothing a week can be planned with, nor to a phone that counts."""
    found = counted(reps)
    if not re.search(r"\d", reps):
        words = f"Write the number in figures, for example 8, 8-10, 5 min or 20 m. “{reps}” was given."
        raise WrongDose("reps", words)
    if not found.many:
        raise WrongDose("reps", f"Enter at least 1 repetition. “{reps}” was given.")
    if found.most > MOST_REPS:
        raise WrongDose(
            "reps",
            f"Enter at most {MOST_REPS} repetitions. “{reps}” was given: "
            "write the unit if it is a time or a way, for example 120 s or 200 m.",
        )


def _minutes_of(exercise: Exercise) -> Decimal:
    minutes = minutes_for(exercise.proposed_minutes, exercise.asks, exercise.proposed)
    if minutes > MOST_MINUTES:
        raise WrongDose(
            "reps",
            f"This would take more than {MOST_MINUTES} minutes a session, longer than any day may be. "
            "Enter fewer sets, fewer repetitions or a shorter time.",
        )
    return minutes


def _check_dose(
    version: Version, chosen: Exercise, before: Sequence[Exercise], after: Sequence[Exercise], reason: Reason
) -> Consequence:
    """As every edit, and a much larger dose needs a reason too. Where both ask for one, both are told."""
    more = much_more(chosen, doses_now(version))
    try:
        done = check(version, before=before, after=after, reason=reason)
    except NeedsReason as refusal:
        raise NeedsReason(f"{more} {refusal}".strip()) from None
    if more and not reason.because.strip():
        raise NeedsReason(
            f"{more} Nothing was changed: more than twice as much needs a reason. "
            f"Give one to do it all the same.{taking(done.fewer_days)}"
        )
    if more:
        waive(version, chosen.library_id, guard=DOSE, words=more, reason=reason)
    else:
        version.waivers.filter(guard=DOSE, library_id=chosen.library_id).delete()
    return done


def _record(version: Version, by: Account, what: str) -> None:
    record(action=Entry.Action.CHANGED, patient=version.patient, by=by, what=f"{version}: {what}"[:120])
