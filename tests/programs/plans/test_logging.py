"""What a patient logs is stored once, refused in words, and never changed."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from clinic.audit.models import Entry
from programs.plans import actions, diary
from programs.plans.flags import Level, flag, needs_safety_text
from programs.plans.models import ExerciseLog, SessionLog
from programs.plans.refusals import (
    KeyTaken,
    NothingLogged,
    NotOfThisProgram,
    NotReleased,
    WrongDay,
    WrongPain,
)

DAY = dt.timedelta(days=1)


def test_a_session_is_stored_with_its_exercises(ana_story):
    first, second, *rest = ana_story.all_done()
    log = ana_story.logs(
        entries=[first, diary.Did(second.exercise_id, could_not=True), *rest], note=" Fine. "
    )
    assert (log.note, log.entries.filter(done=True).count(), log.entries.filter(could_not=True).count()) == (
        "Fine.",
        9,
        1,
    )
    assert Entry.objects.filter(what=f"session {log.pk}", patient=ana_story.patient).exists()


def test_the_same_form_sent_twice_is_one_session(ana_story):
    key = uuid.uuid4()
    assert ana_story.logs(client_key=key) == ana_story.logs(client_key=key, pain_during=9)
    assert SessionLog.objects.get().pain_during == 1


def test_two_forms_are_two_sessions(ana_story):
    ana_story.logs()
    ana_story.logs()
    assert SessionLog.objects.count() == 2


def test_another_patients_key_is_refused(ana_story, ben_story):
    key = uuid.uuid4()
    ana_story.logs(client_key=key)
    assert ben_story.released
    with pytest.raises(KeyTaken):
        ben_story.logs(client_key=key)


@pytest.mark.parametrize(("days", "words"), [(1, "still to come"), (-15, "two weeks")])
def test_a_day_out_of_reach_is_refused(ana_story, days, words):
    with pytest.raises(WrongDay, match=words):
        ana_story.logs(on_day=ana_story.now.date() + days * DAY)
    assert not SessionLog.objects.exists()


def test_today_is_the_patients_own_day(ana_story):
    ana_story.patient.time_zone = "Pacific/Auckland"
    late = ana_story.now.replace(hour=20)
    assert ana_story.logs(on_day=late.date() + DAY, now=late).pk


def test_fourteen_days_ago_is_still_logged(ana_story):
    assert ana_story.logs(on_day=ana_story.now.date() - 14 * DAY).pk


@pytest.mark.parametrize("pain", [11, -1, True])
def test_pain_is_zero_to_ten(ana_story, pain):
    with pytest.raises(WrongPain):
        ana_story.logs(pain_during=pain)


def test_pain_of_an_exercise_is_zero_to_ten(ana_story):
    exercise = ana_story.released.exercises.first()
    with pytest.raises(WrongPain):
        ana_story.logs(entries=[diary.Did(exercise.pk, done=True, pain=12)])


def test_a_foreign_exercise_is_refused(ana_story, ben_story):
    foreign = ben_story.released.exercises.first()
    with pytest.raises(NotOfThisProgram):
        ana_story.logs(entries=[*ana_story.all_done(), diary.Did(foreign.pk, done=True)])
    assert not SessionLog.objects.exists()


def test_nothing_done_is_nothing_logged(ana_story):
    with pytest.raises(NothingLogged):
        ana_story.logs(entries=[])


def test_an_unreleased_version_cannot_be_logged(ana_story):
    with pytest.raises(NotReleased):
        diary.log_session(
            version=ana_story.proposed,
            patient=ana_story.patient,
            on_day=ana_story.now.date(),
            entries=[diary.Did(ana_story.proposed.exercises.first().pk, done=True)],
            pain_during=1,
            by=ana_story.patient.account,
            now=ana_story.now,
            client_key=uuid.uuid4(),
        )


def test_another_patients_version_cannot_be_logged(ana_story, ben_story):
    with pytest.raises(NotReleased):
        ana_story.logs(version=ben_story.released)


def test_a_form_opened_before_the_program_changed_is_not_lost(ana_story):
    old = ana_story.released
    actions.release(
        version=actions.revise(version=old, by=ana_story.by, now=ana_story.now),
        by=ana_story.by,
        now=ana_story.now,
    )
    assert ana_story.logs(version=old, now=ana_story.now + 23 * dt.timedelta(hours=1)).version == old
    late = ana_story.now + 2 * DAY
    with pytest.raises(NotReleased):
        ana_story.logs(version=old, now=late, on_day=late.date())


def test_a_log_is_seen_once(ana_story):
    log = ana_story.logs(pain_during=5)
    first = diary.mark_seen(log=log, by=ana_story.by, now=ana_story.now)
    assert diary.mark_seen(log=log, by=ana_story.world.cleo, now=ana_story.now + DAY) == first


@pytest.mark.parametrize(
    ("pain", "warned", "could_not", "level"),
    [
        (0, False, False, Level.GREEN),
        (2, False, False, Level.GREEN),
        (2, False, True, Level.COULD_NOT),
        (3, False, True, Level.AMBER),
        (4, False, False, Level.RED),
        (0, True, False, Level.WARNING_SIGN),
        (10, True, True, Level.WARNING_SIGN),
    ],
)
def test_the_most_cautious_flag_wins(pain, warned, could_not, level):
    assert flag(pain_during=pain, warned=warned, could_not=could_not).level == level
    assert needs_safety_text(pain_during=pain, warned=warned) == (level >= Level.RED)


# --- What the database holds by itself --------------------------------------------------------------------


def test_a_logged_session_stays_as_written(ana_story):
    log = ana_story.logs()
    for change in (
        lambda: SessionLog.objects.update(pain_during=0),
        lambda: ExerciseLog.objects.update(done=False),
        lambda: log.entries.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="stay as written"), transaction.atomic():
            change()


def test_the_database_refuses_pain_eleven_and_a_second_key(ana_story):
    log = ana_story.logs()
    facts = {"version": log.version, "patient": log.patient, "on_day": log.on_day, "logged_at": log.logged_at}
    with pytest.raises(IntegrityError, match="pain_of_a_session"), transaction.atomic():
        SessionLog.objects.create(**facts, client_key=uuid.uuid4(), pain_during=11)
    with pytest.raises(IntegrityError, match="a_session_is_logged_once"), transaction.atomic():
        SessionLog.objects.create(**facts, client_key=log.client_key, pain_during=1)


def test_a_session_cannot_belong_to_another_patient(ana_story, ben_story):
    log = ana_story.logs()
    with pytest.raises(IntegrityError, match="a_session_belongs_to"), transaction.atomic():
        SessionLog.objects.create(
            version=log.version,
            patient=ben_story.patient,
            on_day=log.on_day,
            logged_at=log.logged_at,
            client_key=uuid.uuid4(),
            pain_during=1,
        )


def test_done_and_could_not_exclude_each_other(ana_story):
    log = ana_story.logs(entries=ana_story.all_done()[:1])
    other = ana_story.released.exercises.last()
    with pytest.raises(IntegrityError, match="done_or_could_not"), transaction.atomic():
        ExerciseLog.objects.create(log=log, exercise=other, done=True, could_not=True)
