"""Every change to a program outside its draft: proposed, fitted to limits, released, revised, ended.

Each is one transaction with its audit row. Changes inside a draft are in edits.py and choosing.py, logs in diary.py.
A clinician proposes and releases as a person, never a system job: nothing reaches a patient unsigned.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction
from django.db.models import Max, Q

from assessments.triage.models import Decision
from assessments.triage.telling import tell, words_for_patient
from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.people.models import Account, Patient
from programs.builder.limits import Limits
from programs.plans import checking, limits, proposals
from programs.plans.blocks import asked_of
from programs.plans.models import Exercise, Program, Version, Waiver
from programs.plans.refusals import (
    AlreadyReleased,
    NoReason,
    NotAProposal,
    NotDecided,
    NotReleased,
    OverTheLimit,
)
from programs.plans.seen import Facts, draft_must_be_as_seen, release_must_be_as_seen

LONGEST_NOTE = 2000
NOT_BUILT = (
    "Nothing was built: what you chose is kept below. Look at what is given up now, then build it again."
)
MOST_TOLD = 5


@transaction.atomic
def propose(*, decision: Decision, by: Account, now: dt.datetime) -> Version:
    """The first version of a program for this decision, unreleased; the one there is when it was proposed before.

    Raises NotDecided (another decision stands, or the screen is unsigned), NoProgramForThis.
    """
    decision = (
        Decision.objects.select_for_update(of=("self",)).select_related("result__screen").get(pk=decision.pk)
    )
    if found := Version.objects.filter(program__decision=decision).first():
        return found
    _must_stand(decision)
    _must_be_unamended(decision)
    screen = decision.result.screen
    patient = Patient.objects.get(pk=decision.result.patient_id)
    starts_on = now.astimezone(patient.zone).date()
    draft = proposals.draft(
        case=decision.result.inputs,
        klass=decision.klass,
        catalogue=screen.catalogue,
        version=screen.version,
        asked=_asked_before(patient, starts_on),
        starts_on=starts_on,
    )
    program = Program.objects.create(
        patient=patient,
        decision=decision,
        klass=decision.klass,
        recipe=draft.recipe,
        library=draft.library,
        track=draft.track,
        phase=draft.phase,
        running=draft.running,
        started_at=now,
        started_by=by,
    )
    version = Version.objects.create(
        program=program,
        patient=patient,
        number=1,
        proposal=draft.snapshot,
        starts_on=starts_on,
        made_at=now,
        made_by=by,
    )
    Exercise.objects.bulk_create(_rows(draft.picked, version))
    record(action=Entry.Action.CREATED, patient=patient, by=by, what=str(version))
    return version


def _asked_before(patient: Patient, today: dt.date) -> Limits:
    """The limits this patient's newest program was built within; a race that is over is none any more."""
    last = Version.objects.filter(patient=patient).order_by("-made_at", "-pk").first()
    asked = asked_of(last.proposal) if last else Limits()
    return replace(asked, race_on=None) if asked.race_on and asked.race_on < today else asked


@transaction.atomic
def fit(
    *, version: Version, asked: Limits, by: Account, now: dt.datetime, seen: Facts | None = None
) -> Version:
    """The draft built anew within these limits; what was edited in it is given up, its note stays.

    `seen` is what the page showed of the draft (seen.py); None where no page was shown. Raises NotAProposal,
    ChangedMeanwhile, NoProgramForThis, WrongLimit.
    """
    limits.must_be_limits(asked)
    version = locked(version)
    _must_be_a_proposal(version)
    draft_must_be_as_seen(seen, version, by, NOT_BUILT)
    result = Decision.objects.select_related("result__screen").get(program=version.program_id).result
    starts_on = now.astimezone(version.patient.zone).date()
    draft = proposals.draft(
        case=result.inputs,
        klass=version.program.klass,
        catalogue=result.screen.catalogue,
        version=result.screen.version,
        asked=asked,
        starts_on=starts_on,
    )
    version.exercises.all().delete()
    version.waivers.all().delete()
    version.proposal, version.starts_on = draft.snapshot, starts_on
    version.save(update_fields=["proposal", "starts_on"])
    Exercise.objects.bulk_create(_rows(draft.picked, version))
    record(action=Entry.Action.CHANGED, patient=version.patient, by=by, what=f"{version} fitted to limits")
    return version


def _must_stand(decision: Decision) -> None:
    if decision.result.screen.signed_at is None:
        raise NotDecided(
            "The screen is not signed yet. Sign it, decide on its result, then propose a program."
        )
    if Decision.objects.filter(result=decision.result_id, pk__gt=decision.pk).exists():
        raise NotDecided(
            "A later decision was made on this result. Nothing was changed: "
            "open the result and go on from the decision that stands."
        )


def _must_be_unamended(decision: Decision) -> None:
    """A new program rests on the newest version of a screen; one that was proposed before keeps its own."""
    if decision.result.screen.amendments.signed().exists():
        raise NotDecided(
            "The screen behind this decision was amended since. Nothing was proposed: "
            "open the result of its newer version, answer that one, and go on from there."
        )


def _rows(picked: Sequence[proposals.Picked], version: Version) -> list[Exercise]:
    return [
        Exercise(version=version, position=position, **chosen.as_columns())
        for position, chosen in enumerate(picked, start=1)
    ]


@transaction.atomic
def release(*, version: Version, by: Account, now: dt.datetime, seen: Facts | None = None) -> Version:
    """The patient sees this version from now on; what they had before is replaced.

    `seen` is what the page showed of the draft (seen.py); None where no page was shown. Raises AlreadyReleased (two
    tabs), NotAProposal (replaced), ChangedMeanwhile, NothingToRelease, NotEligible, OverTheLimit, NotDecided (a later
    decision stands).
    """
    version = locked(version)
    _must_be_a_proposal(version)
    release_must_be_as_seen(seen, version, by)
    _must_stand(Decision.objects.select_related("result__screen").get(program=version.program_id))
    before = Version.objects.filter(patient=version.patient_id, state=Version.State.RELEASED)
    goes_on = before.filter(program=version.program_id, starts_on=version.starts_on).exists()
    if version.starts_on is None or not goes_on:
        version.starts_on = now.astimezone(version.patient.zone).date()
    _must_keep_the_guards(version)  # with the day it starts on: a race takes days from its week
    before.update(state=Version.State.REPLACED, replaced_at=now)
    version.state = Version.State.RELEASED
    version.released_at, version.released_by = now, by
    version.save(update_fields=["state", "released_at", "released_by", "starts_on"])
    record(action=Entry.Action.CHANGED, patient=version.patient, by=by, what=f"{version} released")
    _tell_what_was_found(version, by, now)
    return version


def _must_keep_the_guards(version: Version) -> None:
    listed = list(version.listed_now())
    limits.check(version, listed, ready=list(version.exercises.exclude(role=Exercise.Role.LISTED)))
    if found := checking.broken(version, listed):
        raise OverTheLimit(
            f"{' '.join(found[:MOST_TOLD])} Nothing was released: remove or change what does not fit, "
            "or build the draft anew within the patient’s limits."
        )


def _tell_what_was_found(version: Version, by: Account, now: dt.datetime) -> None:
    """With the program the patient may read what it rests on, where the rules have words for it."""
    decision = Decision.objects.select_related("result").get(program=version.program_id)
    if words_for_patient(decision):
        tell(decision=decision, by=by, now=now)


@transaction.atomic
def revise(*, version: Version, by: Account, now: dt.datetime) -> Version:
    """A new proposal that starts as a copy of a released version; the patient keeps the old one meanwhile.

    An open proposal of the same program is handed back instead of a second one. Raises NotReleased.
    """
    version = locked(version)
    if version.state != Version.State.RELEASED:
        raise NotReleased("Only the program the patient has now can be changed. Open that one.")
    if found := Version.objects.filter(program=version.program_id, state=Version.State.PROPOSED).first():
        return found
    return copied(version, starts_on=version.starts_on, by=by, now=now)


def copied(version: Version, *, starts_on: dt.date | None, by: Account, now: dt.datetime) -> Version:
    """A proposal with everything of this version: exercises, what is kept ready for them, waivers, note."""
    numbers = Version.objects.filter(program=version.program_id).aggregate(last=Max("number"))
    copy = Version.objects.create(
        program=version.program,
        patient=version.patient,
        number=numbers["last"] + 1,
        proposal=version.proposal,
        note=version.note,
        starts_on=starts_on,
        steps_up_alone=version.steps_up_alone,
        made_at=now,
        made_by=by,
    )
    _copy_rows(version, copy)
    record(action=Entry.Action.CREATED, patient=version.patient, by=by, what=str(copy))
    return copy


def _copy_rows(version: Version, copy: Version) -> None:
    new_of: dict[int | None, Exercise] = {}
    for role in (Q(role=Exercise.Role.LISTED), ~Q(role=Exercise.Role.LISTED)):
        rows = list(version.exercises.filter(role))
        olds = [row.pk for row in rows]
        for row in rows:
            row.pk, row.version, row.instead_of = None, copy, new_of.get(row.instead_of_id)
        new_of |= dict(zip(olds, Exercise.objects.bulk_create(rows), strict=True))
    waivers = list(version.waivers.all())
    for waiver in waivers:
        waiver.pk, waiver.version = None, copy
    Waiver.objects.bulk_create(waivers)


@transaction.atomic
def give_up(*, version: Version, by: Account) -> None:
    """Take a draft away; with a program's first one the program goes too, and it can be proposed again.

    Raises NotAProposal.
    """
    version = locked(version)
    _must_be_a_proposal(version)
    program, what = version.program, str(version)
    version.delete()
    if not program.versions.exists():
        program.delete()
    record(action=Entry.Action.CHANGED, patient=version.patient, by=by, what=f"{what} given up")


@transaction.atomic
def end(*, version: Version, because: str, by: Account, now: dt.datetime) -> Version:
    """The patient has no program from now on, and reminders about it stop. `because` is for clinicians.

    Raises NoReason, NotReleased (replaced, ended before, or never released).
    """
    if not because.strip():
        raise NoReason("Say why the program ends. Nothing was changed.")
    version = locked(version)
    if version.state != Version.State.RELEASED:
        raise NotReleased("The patient does not have this program now, so there is nothing to end.")
    version.state = Version.State.ENDED
    version.ended_at, version.ended_by, version.ended_because = now, by, because.strip()[:LONGEST_NOTE]
    version.save(update_fields=["state", "ended_at", "ended_by", "ended_because"])
    record(action=Entry.Action.CHANGED, patient=version.patient, by=by, what=f"{version} ended")
    return version


def locked(version: Version) -> Version:
    """The row as it stands now. The patient's row is locked first, so that two releases never cross."""
    Patient.objects.select_for_update().get(pk=version.patient_id)
    rows = Version.objects.select_for_update(of=("self",)).select_related("program", "patient", "released_by")
    return rows.get(pk=version.pk)


def _must_be_a_proposal(version: Version) -> None:
    if version.state == Version.State.RELEASED:
        raise AlreadyReleased(
            f"{version.released_by} released this version before. It is with the patient; nothing was changed."
        )
    if version.state == Version.State.ENDED:
        raise NotAProposal("This program was ended. Nothing was changed: propose a new one instead.")
    if version.state == Version.State.REPLACED:
        raise NotAProposal("A newer version took this one’s place. Nothing was changed: open the newer one.")
