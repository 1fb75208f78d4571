"""Every change: an answer is given, an activity is named, an activity is taken off the list.

Each is one transaction with its audit row. `on_day` is a day in the patient's own zone.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.people.models import Account, Patient
from programs.outcomes.models import LONGEST_WORDS, Activity, Answer
from programs.outcomes.reading import load_schedule
from programs.outcomes.refusals import (
    ItemsNotShown,
    KeyTaken,
    NotAsked,
    NotTheirActivity,
    NoWords,
    OffTheList,
    OutOfRange,
    SameActivity,
    TooManyActivities,
    WrongDay,
)
from programs.outcomes.schedule import ACTIVITIES, MOST_ACTIVITIES, Asked

LONGEST_AGO = dt.timedelta(days=14)
LONGEST_QUOTE = 12  # characters of a number that was given
ALREADY_USED = "This form was used before. Nothing new was stored: open the page again and answer there."


@transaction.atomic
def answer(
    *,
    patient: Patient,
    measure: str,
    value: int,
    on_day: dt.date,
    where: str,
    by: Account,
    now: dt.datetime,
    client_key: uuid.UUID,
    activity: Activity | None = None,
) -> Answer:
    """One answer. The same `client_key` again gives the row there is and stores nothing.

    Another answer of the same day to the same question corrects the first, which stays. Raises NotAsked,
    ItemsNotShown, OutOfRange, WrongDay, NotTheirActivity, OffTheList, KeyTaken.
    """
    Patient.objects.select_for_update().get(pk=patient.pk)
    if found := Answer.objects.filter(client_key=client_key).first():
        return _same(found, patient, measure, activity)
    asked = asked_of(measure, where=where)
    must_be_a_day(on_day, today=now.astimezone(patient.zone).date())
    must_fit(asked, value)
    _must_be_listed(asked, activity, patient)
    return _store(
        asked, value, activity, patient=patient, on_day=on_day, where=where, by=by, now=now, key=client_key
    )


@transaction.atomic
def name_activity(
    *,
    patient: Patient,
    words: str,
    value: int,
    on_day: dt.date,
    where: str,
    by: Account,
    now: dt.datetime,
    client_key: uuid.UUID,
) -> Activity:
    """A new activity with its first rating. The same `client_key` again gives the one there is.

    Raises NoWords, SameActivity, TooManyActivities, OutOfRange, WrongDay, KeyTaken.
    """
    Patient.objects.select_for_update().get(pk=patient.pk)
    if named := Activity.objects.filter(client_key=client_key).first():
        return _same_activity(named, patient)
    if Answer.objects.filter(client_key=client_key).exists():
        raise KeyTaken(ALREADY_USED)
    asked = asked_of(ACTIVITIES, where=where)
    must_be_a_day(on_day, today=now.astimezone(patient.zone).date())
    must_fit(asked, value)
    words = _plain_words(words)
    listed = list(Activity.objects.filter(patient=patient, retired_at__isnull=True))
    _must_have_a_place(words, listed)
    activity = Activity.objects.create(
        patient=patient,
        words=words,
        place=min(set(range(1, MOST_ACTIVITIES + 1)) - {one.place for one in listed}),
        named_on=on_day,
        named_at=now,
        named_by=by,
        client_key=client_key,
    )
    record(action=Entry.Action.CREATED, patient=patient, by=by, what=str(activity))
    _store(
        asked, value, activity, patient=patient, on_day=on_day, where=where, by=by, now=now, key=client_key
    )
    return activity


@transaction.atomic
def retire_activity(*, activity: Activity, patient: Patient, by: Account, now: dt.datetime) -> Activity:
    """It leaves the list and is asked no more; what was answered stays. A second time changes nothing.

    Raises NotTheirActivity.
    """
    Patient.objects.select_for_update().get(pk=patient.pk)
    row = Activity.objects.filter(pk=activity.pk, patient=patient).first()
    if row is None:
        raise NotTheirActivity("This activity is not on this list. Nothing was changed: open the list again.")
    if row.is_listed:
        row.retired_at, row.retired_by = now, by
        row.save(update_fields=["retired_at", "retired_by"])
        record(action=Entry.Action.CHANGED, patient=patient, by=by, what=f"{row} off the list")
    return row


def asked_of(measure: str, *, where: str) -> Asked:
    """The measure as it is asked there. Raises NotAsked, and ItemsNotShown for a questionnaire at home."""
    asked = load_schedule().asked.get(measure)
    if asked is None:
        raise NotAsked(
            "There is no such question here. Nothing was stored: open the list of questions again."
        )
    if asked.is_total and where == Answer.Where.HOME:
        raise ItemsNotShown(
            "This questionnaire is filled in on paper at the clinic, and your therapist enters its total. "
            "Nothing was stored: bring the paper to your next visit."
        )
    return asked


def must_be_a_day(on_day: dt.date, *, today: dt.date) -> None:
    """Today or one of the two weeks before it, in the patient's own zone. Raises WrongDay."""
    if on_day > today:
        raise WrongDay("That day is still to come. Nothing was stored: choose today or a day before it.")
    if on_day < today - LONGEST_AGO:
        raise WrongDay("That is more than two weeks ago. Nothing was stored: choose a later day.")


def must_fit(asked: Asked, value: int) -> None:
    """A whole number of the measure's range. Raises OutOfRange."""
    if isinstance(value, bool) or not isinstance(value, int) or not asked.lowest <= value <= asked.highest:
        given = str(value)
        given = given if len(given) <= LONGEST_QUOTE else given[:LONGEST_QUOTE] + "…"
        raise OutOfRange(
            f"{asked.title} is a whole number from {asked.lowest} to {asked.highest}. {given} was given. "
            "Nothing was stored: correct the number."
        )


def _must_be_listed(asked: Asked, activity: Activity | None, patient: Patient) -> None:
    if asked.id != ACTIVITIES and activity is None:
        return
    row = Activity.objects.filter(pk=activity.pk, patient=patient).first() if activity else None
    if asked.id != ACTIVITIES or row is None:
        raise NotTheirActivity("This activity is not on this list. Nothing was stored: open the list again.")
    if not row.is_listed:
        raise OffTheList(
            "This activity was taken off the list. What was answered before is kept; this answer was not "
            "stored. Name it again if it matters again."
        )


def _plain_words(words: str) -> str:
    plain = " ".join(words.split())
    if not plain or len(plain) > LONGEST_WORDS:
        raise NoWords(f"Say it in a few words, at most {LONGEST_WORDS} letters. Nothing was stored yet.")
    return plain


def _must_have_a_place(words: str, listed: list[Activity]) -> None:
    if words.casefold() in {one.words.casefold() for one in listed}:
        raise SameActivity("This is on the list already. Nothing new was stored: rate it there.")
    if len(listed) >= MOST_ACTIVITIES:
        raise TooManyActivities(
            "There are three on the list, and they are kept. This one was not stored: take one off the list "
            "first, then add it."
        )


def _same(found: Answer, patient: Patient, measure: str, activity: Activity | None) -> Answer:
    """The row of this key, which must be of the same question."""
    about = (found.patient_id, found.measure, found.activity_id)
    if about != (patient.pk, measure, activity.pk if activity else None):
        raise KeyTaken(ALREADY_USED)
    return found


def _same_activity(named: Activity, patient: Patient) -> Activity:
    if named.patient_id != patient.pk:
        raise KeyTaken(ALREADY_USED)
    return named


def _store(
    asked: Asked,
    value: int,
    activity: Activity | None,
    *,
    patient: Patient,
    on_day: dt.date,
    where: str,
    by: Account,
    now: dt.datetime,
    key: uuid.UUID,
) -> Answer:
    row = Answer.objects.create(
        patient=patient,
        measure=asked.id,
        outcomes=load_schedule().outcomes,
        activity=activity,
        value=value,
        on_day=on_day,
        given_at=now,
        given_by=by,
        where=where,
        client_key=key,
    )
    record(action=Entry.Action.CREATED, patient=patient, by=by, what=str(row))
    return row
