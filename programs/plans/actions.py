"""Every change to a program outside its draft: proposed, released, revised, ended, logged, seen.

Each is one transaction with its audit row. Changes inside a draft are in edits.py. A clinician proposes and
releases as a person, never a system job: nothing reaches a patient unsigned.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from assessments.triage.models import Decision, Symptom
from assessments.triage.rechecks import ask_again
from assessments.triage.telling import tell, words_for_patient
from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.people.models import Account, Patient
from programs.plans import limits, proposals
from programs.plans.models import Exercise, ExerciseLog, LogSeen, Program, SessionLog, Version
from programs.plans.refusals import (
    AlreadyReleased,
    KeyTaken,
    NoReason,
    NotAProposal,
    NotDecided,
    NothingLogged,
    NotOfThisProgram,
    NotReleased,
    WrongDay,
    WrongPain,
)

LONGEST_AGO = dt.timedelta(days=14)
LONGEST_NOTE = 2000


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
    draft = proposals.draft(
        case=decision.result.inputs,
        klass=decision.klass,
        catalogue=screen.catalogue,
        version=screen.version,
    )
    patient = Patient.objects.get(pk=decision.result.patient_id)
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
        program=program, patient=patient, number=1, proposal=draft.snapshot, made_at=now, made_by=by
    )
    Exercise.objects.bulk_create(_rows(draft.picked, version))
    record(action=Entry.Action.CREATED, patient=patient, by=by, what=str(version))
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
def release(*, version: Version, by: Account, now: dt.datetime) -> Version:
    """The patient sees this version from now on; what they had before is replaced.

    Raises AlreadyReleased (two tabs), NotAProposal (replaced), NothingToRelease, NotEligible, OverTheLimit,
    NotDecided (a later decision stands).
    """
    version = _locked(version)
    _must_be_a_proposal(version)
    _must_stand(Decision.objects.select_related("result__screen").get(program=version.program_id))
    limits.check(version, list(version.exercises.all()))
    before = Version.objects.filter(patient=version.patient_id, state=Version.State.RELEASED)
    before.update(state=Version.State.REPLACED, replaced_at=now)
    version.state = Version.State.RELEASED
    version.released_at, version.released_by = now, by
    version.save(update_fields=["state", "released_at", "released_by"])
    record(action=Entry.Action.CHANGED, patient=version.patient, by=by, what=f"{version} released")
    _tell_what_was_found(version, by, now)
    return version


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
    version = _locked(version)
    if version.state != Version.State.RELEASED:
        raise NotReleased("Only the program the patient has now can be changed. Open that one.")
    if found := Version.objects.filter(program=version.program_id, state=Version.State.PROPOSED).first():
        return found
    numbers = Version.objects.filter(program=version.program_id).aggregate(last=Max("number"))
    copy = Version.objects.create(
        program=version.program,
        patient=version.patient,
        number=numbers["last"] + 1,
        proposal=version.proposal,
        note=version.note,
        made_at=now,
        made_by=by,
    )
    exercises = list(version.exercises.all())
    for exercise in exercises:
        exercise.pk, exercise.version = None, copy
    Exercise.objects.bulk_create(exercises)
    record(action=Entry.Action.CREATED, patient=version.patient, by=by, what=str(copy))
    return copy


@transaction.atomic
def end(*, version: Version, because: str, by: Account, now: dt.datetime) -> Version:
    """The patient has no program from now on, and reminders about it stop. `because` is for clinicians.

    Raises NoReason, NotReleased (replaced, ended before, or never released).
    """
    if not because.strip():
        raise NoReason("Say why the program ends. Nothing was changed.")
    version = _locked(version)
    if version.state != Version.State.RELEASED:
        raise NotReleased("The patient does not have this program now, so there is nothing to end.")
    version.state = Version.State.ENDED
    version.ended_at, version.ended_by, version.ended_because = now, by, because.strip()[:LONGEST_NOTE]
    version.save(update_fields=["state", "ended_at", "ended_by", "ended_because"])
    record(action=Entry.Action.CHANGED, patient=version.patient, by=by, what=f"{version} ended")
    return version


def _locked(version: Version) -> Version:
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


@dataclass(frozen=True, slots=True)
class Did:
    """What became of one exercise (by its row's id): done, or could not; neither is left out."""

    exercise_id: int
    done: bool = False
    could_not: bool = False
    pain: int | None = None


@transaction.atomic
def log_session(
    *,
    version: Version,
    patient: Patient,
    on_day: dt.date,
    entries: Sequence[Did],
    pain_during: int,
    by: Account,
    now: dt.datetime,
    client_key: uuid.UUID,
    symptoms: Collection[str] = (),
    note: str = "",
) -> SessionLog:
    """One session as the patient did it. The same `client_key` again gives the row there is and stores nothing.

    `on_day` is a day in the patient's own zone. Any of `symptoms` (Symptom) asks for a new screen. Raises NotReleased,
    WrongDay, WrongPain, NotOfThisProgram, NothingLogged, KeyTaken; ValueError for a symptom that is none.
    """
    Patient.objects.select_for_update().get(pk=patient.pk)
    if found := SessionLog.objects.filter(client_key=client_key).first():
        return _same(found, patient)
    _must_be_loggable(version, patient, now)
    must_be_a_day(on_day, today=now.astimezone(patient.zone).date())
    _must_make_sense(version, entries, pain_during)
    log = SessionLog.objects.create(
        version=version,
        patient=patient,
        on_day=on_day,
        logged_at=now,
        client_key=client_key,
        pain_during=pain_during,
        symptoms=[Symptom(one).value for one in symptoms],
        note=note.strip()[:LONGEST_NOTE],
    )
    ExerciseLog.objects.bulk_create(
        ExerciseLog(log=log, exercise_id=e.exercise_id, done=e.done, could_not=e.could_not, pain=e.pain)
        for e in entries
    )
    record(action=Entry.Action.CREATED, patient=patient, by=by, what=f"session {log.pk}")
    ask_again(patient=patient, symptoms=symptoms, by=by, now=now)
    return log


def _same(found: SessionLog, patient: Patient) -> SessionLog:
    if found.patient_id != patient.pk:
        raise KeyTaken(
            "This form was used before. Nothing new was stored: open today’s page and log it there."
        )
    return found


def _must_be_loggable(version: Version, patient: Patient, now: dt.datetime) -> None:
    if not Version.objects.loggable_by(patient, now=now).filter(pk=version.pk).exists():
        raise NotReleased(
            "Your therapist changed your program since this page was opened, so this session was not stored. "
            "Open today’s page and log it there, or ring the clinic."
        )


def must_be_a_day(on_day: dt.date, *, today: dt.date) -> None:
    """Today or one of the two weeks before it, in the patient's own zone. Raises WrongDay."""
    if on_day > today:
        raise WrongDay("That day is still to come. Choose today or a day before it.")
    if on_day < today - LONGEST_AGO:
        raise WrongDay("That is more than two weeks ago. Choose a later day, or tell your therapist instead.")


def _must_make_sense(version: Version, entries: Sequence[Did], pain_during: int) -> None:
    pains = [pain_during, *(entry.pain for entry in entries if entry.pain is not None)]
    if any(isinstance(pain, bool) or not 0 <= pain <= 10 for pain in pains):
        raise WrongPain(f"Pain is a whole number from 0 to 10. {pain_during} was given.")
    theirs = set(version.exercises.values_list("pk", flat=True))
    given = [entry.exercise_id for entry in entries]
    if set(given) - theirs or len(set(given)) != len(given):
        raise NotOfThisProgram(
            "This form names an exercise that is not in your program. Nothing was stored: open today’s page again."
        )
    must_say_something(entries)


def must_say_something(entries: Sequence[Did]) -> None:
    """At least one exercise was done, or could not be. Raises NothingLogged."""
    if not any(entry.done or entry.could_not for entry in entries):
        raise NothingLogged("Choose “Done” or “Could not do” for at least one exercise.")


@transaction.atomic
def mark_seen(*, log: SessionLog, by: Account, now: dt.datetime) -> LogSeen:
    """A clinician has read this log. The first reading stays; a second changes nothing."""
    seen, first = LogSeen.objects.get_or_create(log=log, defaults={"seen_at": now, "seen_by": by})
    if first:
        record(action=Entry.Action.CHANGED, patient=log.patient, by=by, what=f"session {log.pk} seen")
    return seen
