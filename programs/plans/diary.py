"""What patients log, and what clinicians answer: a session, the next morning, “not today”, read, go on.

Each is one transaction. A log may come in late, from a phone that had no signal: it counts for the day it was done on.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from assessments.triage.models import Symptom
from assessments.triage.rechecks import ask_again
from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.people.actors import Actor
from clinic.people.models import Account, Patient
from programs.plans.models import (
    Exercise,
    ExerciseLog,
    GoOn,
    LogSeen,
    MorningLog,
    NotToday,
    SessionLog,
    Version,
)
from programs.plans.refusals import (
    KeyTaken,
    LoggedAlready,
    NoReason,
    NothingLogged,
    NotOfThisProgram,
    NotReleased,
    NotThatLog,
    WrongDay,
    WrongDose,
    WrongPain,
    WrongRun,
)

LONGEST_AGO = dt.timedelta(days=14)
FAST_CLOCK = dt.timedelta(hours=2)  # a phone whose clock is this much ahead still logs its own today
LONGEST_NOTE = 2000
LONGEST_RUN_MIN, LONGEST_RUN_KM = 1440, Decimal(250)
MOST_SETS_DONE = 20


@dataclass(frozen=True, slots=True)
class Did:
    """What became of one exercise (by its row's id): done, or could not; neither is left out.

    `why` says why it could not be done (ExerciseLog.Why); `instead_id` is the row kept ready that was done for it.
    """

    exercise_id: int
    done: bool = False
    could_not: bool = False
    pain: int | None = None
    sets_done: int | None = None
    why: str = ""
    instead_id: int | None = None


@dataclass(frozen=True, slots=True)
class Ran:
    """A run of the session: minutes and kilometres, either of them None where it was not told."""

    minutes: int | None = None
    km: Decimal | None = None


@transaction.atomic
def log_session(
    *,
    version: Version,
    patient: Patient,
    on_day: dt.date,
    entries: Sequence[Did],
    pain_during: int,
    by: Actor,
    now: dt.datetime,
    client_key: uuid.UUID,
    symptoms: Collection[str] = (),
    note: str = "",
    effort: int | None = None,
    ran: Ran | None = None,
    told_at: dt.datetime | None = None,
) -> SessionLog:
    """One session as the patient did it. The same `client_key` again gives the row there is and stores nothing.

    `on_day` is a day in the patient's own zone; `told_at` when it was written down, by the phone's clock. Any of
    `symptoms` (Symptom) asks for a new screen. Raises NotReleased, WrongDay, WrongPain, WrongDose (sets_done),
    WrongRun, NotOfThisProgram, NothingLogged, KeyTaken; ValueError for a symptom or a why that is none.
    """
    Patient.objects.select_for_update().get(pk=patient.pk)
    if found := SessionLog.objects.filter(client_key=client_key).first():
        return _same(found, patient)
    on_day = _by_our_clock(on_day, patient=patient, now=now)
    _must_be_loggable(version, patient, now, on_day)
    must_be_a_day(on_day, today=now.astimezone(patient.zone).date())
    _must_make_sense(version, entries, pain_during, effort)
    if ran is not None:
        must_be_a_run(ran)
    if not symptoms and (ran is None or ran == Ran()):
        must_say_something(entries)
    log = SessionLog.objects.create(
        version=version,
        patient=patient,
        on_day=on_day,
        logged_at=now,
        client_key=client_key,
        pain_during=pain_during,
        symptoms=[Symptom(one).value for one in symptoms],
        note=note.strip()[:LONGEST_NOTE],
        effort=effort,
        run_minutes=ran.minutes if ran else None,
        run_km=ran.km if ran else None,
        told_at=told_at,
    )
    ExerciseLog.objects.bulk_create(_entry(log, did) for did in entries)
    record(action=Entry.Action.CREATED, patient=patient, by=by, what=f"session {log.pk}")
    ask_again(patient=patient, symptoms=symptoms, by=by, now=now)
    return log


def _entry(log: SessionLog, did: Did) -> ExerciseLog:
    return ExerciseLog(
        log=log,
        exercise_id=did.exercise_id,
        done=did.done,
        could_not=did.could_not,
        pain=did.pain,
        sets_done=did.sets_done if did.done else None,
        why=ExerciseLog.Why(did.why).value if did.why and did.could_not else "",
        instead_id=did.instead_id,
    )


def _by_our_clock(on_day: dt.date, *, patient: Patient, now: dt.datetime) -> dt.date:
    """Today, where a phone whose clock is up to two hours ahead says tomorrow."""
    today, soon = (at.astimezone(patient.zone).date() for at in (now, now + FAST_CLOCK))
    return today if today < on_day == soon else on_day


def _same(found: SessionLog, patient: Patient) -> SessionLog:
    if found.patient_id != patient.pk:
        raise KeyTaken(
            "This form was used before. Nothing new was stored: open today’s page and log it there."
        )
    return found


def _must_be_loggable(version: Version, patient: Patient, now: dt.datetime, on_day: dt.date) -> None:
    theirs = Version.objects.loggable_by(patient, now=now, on_day=on_day)
    if not theirs.filter(pk=version.pk).exists():
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


def _must_make_sense(version: Version, entries: Sequence[Did], pain_during: int, effort: int | None) -> None:
    for word, value in [("Pain", pain_during), *(("Pain", one.pain) for one in entries), ("Effort", effort)]:
        if value is not None and not _is_whole(value, 10):
            raise WrongPain(f"{word} is a whole number from 0 to 10. {value} was given. Nothing was stored.")
    for one in entries:
        if one.sets_done is not None and not _is_whole(one.sets_done, MOST_SETS_DONE):
            raise WrongDose(
                "sets_done",
                f"Enter 0 to {MOST_SETS_DONE} sets. {one.sets_done} was given. Nothing was stored.",
            )
        if one.done and one.could_not:
            raise NothingLogged(
                "Choose “Done” or “Could not do” for an exercise, not both. Nothing was stored."
            )
    rows = {row.pk: row for row in version.exercises.all()}
    listed = {pk for pk, row in rows.items() if row.role == Exercise.Role.LISTED}
    given = [entry.exercise_id for entry in entries]
    instead = {(one.instead_id, one.exercise_id) for one in entries if one.instead_id is not None}
    strange = any(pk not in rows or rows[pk].instead_of_id != of for pk, of in instead)
    if set(given) - listed or len(set(given)) != len(given) or strange:
        raise NotOfThisProgram(
            "This form names an exercise that is not in your program. Nothing was stored: open today’s page again."
        )


def _is_whole(value: object, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def must_be_a_run(ran: Ran) -> None:
    """Minutes and kilometres a person runs in one go. Raises WrongRun, with the field."""
    if ran.minutes is not None and not 0 <= ran.minutes <= LONGEST_RUN_MIN:
        raise WrongRun("run_minutes", f"Enter 0 to {LONGEST_RUN_MIN} minutes. {ran.minutes} was given.")
    if ran.km is not None and not (ran.km.is_finite() and 0 <= ran.km <= LONGEST_RUN_KM):
        raise WrongRun("run_km", f"Enter 0 to {LONGEST_RUN_KM} kilometres. {ran.km} was given.")


def must_say_something(entries: Sequence[Did]) -> None:
    """At least one exercise was done, or could not be; a run or a warning sign is enough too. Raises NothingLogged."""
    if not any(entry.done or entry.could_not for entry in entries):
        raise NothingLogged("Choose “Done” or “Could not do” for at least one exercise.")


@transaction.atomic
def say_not_today(*, patient: Patient, on_day: dt.date, by: Actor, now: dt.datetime) -> NotToday:
    """The session of this day does not happen. The first saying stays; a second changes nothing.

    `on_day` is a day in the patient's own zone. Raises WrongDay, LoggedAlready.
    """
    Patient.objects.select_for_update().get(pk=patient.pk)
    must_be_a_day(on_day, today=now.astimezone(patient.zone).date())
    if SessionLog.objects.filter(patient=patient, on_day=on_day).exists():
        raise LoggedAlready("You logged a session of that day already, so nothing was changed.")
    said, first = NotToday.objects.get_or_create(patient=patient, on_day=on_day, defaults={"said_at": now})
    if first:
        record(action=Entry.Action.CREATED, patient=patient, by=by, what=str(said))
    return said


@transaction.atomic
def mark_seen(*, log: SessionLog, by: Account, now: dt.datetime) -> LogSeen:
    """A clinician has read this log. The first reading stays; a second changes nothing."""
    seen, first = LogSeen.objects.get_or_create(log=log, defaults={"seen_at": now, "seen_by": by})
    if first:
        record(action=Entry.Action.CHANGED, patient=log.patient, by=by, what=f"session {log.pk} seen")
    return seen


@transaction.atomic
def tell_morning(*, log: SessionLog, pain: int, by: Account, now: dt.datetime) -> MorningLog:
    """How the leg felt the morning after this session. The first telling stays; a second changes nothing.

    Raises WrongPain, NotThatLog (the morning after is still to come, even for a fast clock), WrongDay (long ago).
    """
    if not _is_whole(pain, 10):
        raise WrongPain(f"Pain is a whole number from 0 to 10. {pain} was given. Nothing was stored.")
    if before := MorningLog.objects.filter(log=log).first():
        return before
    today, soon = (at.astimezone(log.patient.zone).date() for at in (now, now + FAST_CLOCK))
    if soon <= log.on_day:
        raise NotThatLog("The morning after this session is still to come. Tell us then.")
    if log.on_day < today - LONGEST_AGO:
        raise WrongDay("That session was more than two weeks ago. Tell your therapist how the leg was then.")
    morning, first = MorningLog.objects.get_or_create(log=log, defaults={"pain": pain, "told_at": now})
    if first:
        record(
            action=Entry.Action.CREATED, patient=log.patient, by=by, what=f"morning after session {log.pk}"
        )
    return morning


@transaction.atomic
def let_go_on(*, log: SessionLog, because: str, by: Account, now: dt.datetime) -> GoOn:
    """A clinician has looked at a warning sign and lets the patient go on. It is read with that.

    Raises NoReason, NotThatLog (it stopped nothing).
    """
    if not because.strip():
        raise NoReason("Say what you looked at. Nothing was changed.")
    if not log.symptoms:
        raise NotThatLog("This session stopped nothing, so there is nothing to go on from.")
    said, first = GoOn.objects.get_or_create(
        log=log, defaults={"said_at": now, "said_by": by, "because": because.strip()[:LONGEST_NOTE]}
    )
    if first:
        record(
            action=Entry.Action.CHANGED, patient=log.patient, by=by, what=f"going on after session {log.pk}"
        )
        mark_seen(log=log, by=by, now=now)
    return said
