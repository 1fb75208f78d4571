"""Logs as phones send them: late, twice, with a fast clock, wrong; and what clinicians answer."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from clinic.audit.models import Entry
from programs.plans import actions, diary
from programs.plans.diary import Did, Ran
from programs.plans.models import GoOn, LogSeen, MorningLog, SessionLog
from programs.plans.refusals import (
    KeyTaken,
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
from tests.programs.stories import kept_ready

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)


def nothing_stored(change, refusal, words):
    before = SessionLog.objects.count(), Entry.objects.count()
    with pytest.raises(refusal, match=words) as refused:
        change()
    assert (SessionLog.objects.count(), Entry.objects.count()) == before
    return refused.value


def first(story, **given):
    return Did(story.released.listed_now().first().pk, **given)


# --- What is told ---------------------------------------------------------------------------------------------


def test_everything_told_is_kept(ana_story):
    told = ana_story.now - HOUR
    log = ana_story.logs(
        effort=6,
        ran=Ran(31, Decimal("5.25")),
        told_at=told,
        entries=[first(ana_story, done=True, sets_done=2, pain=1)],
    )
    assert (log.effort, log.run_minutes, log.run_km, log.told_at) == (6, 31, Decimal("5.25"), told)
    entry = log.entries.get()
    assert (entry.sets_done, entry.pain, entry.why) == (2, 1, "")


def test_a_run_alone_is_a_session(ana_story):
    assert ana_story.logs(entries=[], ran=Ran(20)).entries.count() == 0


def test_a_warning_sign_alone_is_a_session(ana_story):
    assert ana_story.logs(entries=[], symptoms=["pop"]).symptoms == ["pop"]


def test_an_empty_run_is_none(ana_story):
    assert ana_story.released
    nothing_stored(lambda: ana_story.logs(entries=[], ran=Ran()), NothingLogged, "Choose")


def test_why_it_could_not_be_done_is_kept(ana_story):
    log = ana_story.logs(entries=[first(ana_story, could_not=True, why="too_hard", sets_done=1)])
    entry = log.entries.get()
    assert (entry.why, entry.sets_done) == ("too_hard", None)


def test_a_why_beside_done_is_left_off(ana_story):
    assert ana_story.logs(entries=[first(ana_story, done=True, why="pain")]).entries.get().why == ""


def test_a_why_that_is_none_stores_nothing(ana_story):
    assert ana_story.released
    nothing_stored(
        lambda: ana_story.logs(entries=[first(ana_story, could_not=True, why="rain")]), ValueError, "rain"
    )


@pytest.mark.parametrize(
    ("given", "refusal", "words"),
    [
        ({"pain_during": 11}, WrongPain, "Pain is .* 11 was given. Nothing was stored"),
        ({"pain_during": 2.5}, WrongPain, "whole number"),
        ({"effort": 11}, WrongPain, "Effort is a whole number from 0 to 10. 11"),
        ({"effort": -1}, WrongPain, "Effort"),
        ({"effort": True}, WrongPain, "Effort"),
        ({"ran": Ran(1441)}, WrongRun, "1440 minutes"),
        ({"ran": Ran(-1)}, WrongRun, "minutes"),
        ({"ran": Ran(km=Decimal(251))}, WrongRun, "250 kilometres"),
        ({"ran": Ran(km=Decimal("NaN"))}, WrongRun, "kilometres"),
        ({"ran": Ran(km=Decimal("-0.1"))}, WrongRun, "kilometres"),
    ],
)
def test_what_nobody_feels_or_runs_is_refused(ana_story, given, refusal, words):
    assert ana_story.released
    nothing_stored(lambda: ana_story.logs(**given), refusal, words)


@pytest.mark.parametrize(
    ("given", "refusal", "words"),
    [
        ({"done": True, "pain": 11}, WrongPain, "Pain"),
        ({"done": True, "sets_done": -1}, WrongDose, "0 to 20 sets"),
        ({"done": True, "sets_done": 21}, WrongDose, "21 was given"),
        ({"done": True, "could_not": True}, NothingLogged, "not both"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(ana_story, given, refusal, words):
    entry = first(ana_story, **given)
    nothing_stored(lambda: ana_story.logs(entries=[entry]), refusal, words)


def test_an_exercise_told_twice_is_refused(ana_story):
    entry = first(ana_story, done=True)
    nothing_stored(
        lambda: ana_story.logs(entries=[entry, entry]), NotOfThisProgram, "open today’s page again"
    )


# --- Done instead ---------------------------------------------------------------------------------------------


def test_a_swap_kept_ready_is_told_as_done_instead(ana_story):
    listed = ana_story.proposed.listed_now().first()
    swap = kept_ready(listed)
    log = ana_story.logs(entries=[Did(listed.pk, done=True, instead_id=swap.pk)])
    assert log.entries.get().instead == swap


def test_a_swap_that_is_not_kept_ready_for_it_is_refused(ana_story, ben_story):
    one, other, *_ = ana_story.proposed.listed_now()
    swap = kept_ready(one)
    theirs = kept_ready(ben_story.proposed.listed_now().first())
    assert ana_story.released
    for instead in (swap.pk, other.pk, theirs.pk, 10**9):
        entry = Did(other.pk, done=True, instead_id=instead)
        nothing_stored(
            lambda entry=entry: ana_story.logs(entries=[entry]), NotOfThisProgram, "not in your program"
        )
    entry = Did(swap.pk, done=True)
    nothing_stored(lambda: ana_story.logs(entries=[entry]), NotOfThisProgram, "not in your program")


# --- Late, early, twice ---------------------------------------------------------------------------------------


def replaced(story, *, after):
    """The first version, and the one that took its place that much later."""
    old = story.released
    draft = actions.revise(version=old, by=story.by, now=story.now)
    return old, actions.release(version=draft, by=story.by, now=story.now + after)


def test_a_session_from_a_phone_without_signal_counts_for_its_day(ana_story):
    old, _ = replaced(ana_story, after=5 * DAY)
    done_on = ana_story.now.date() + 2 * DAY
    log = ana_story.logs(version=old, on_day=done_on, now=ana_story.now + 12 * DAY)
    assert (log.version, log.on_day) == (old, done_on)


def test_a_replaced_version_takes_no_session_of_a_later_day(ana_story):
    old, _ = replaced(ana_story, after=5 * DAY)
    now = ana_story.now + 8 * DAY
    nothing_stored(
        lambda: ana_story.logs(version=old, on_day=now.date(), now=now), NotReleased, "Open today’s page"
    )


def test_two_weeks_after_it_was_replaced_nothing_is_taken(ana_story):
    old, _ = replaced(ana_story, after=HOUR)
    now = ana_story.now + 14 * DAY + 2 * HOUR
    nothing_stored(
        lambda: ana_story.logs(version=old, on_day=ana_story.now.date(), now=now),
        NotReleased,
        "changed your program",
    )


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"])
def test_the_day_it_was_replaced_is_the_patients_own(ana_story, zone):
    """Replaced at 21:00 UTC, which is another day of the calendar at both ends of the world."""
    ana_story.patient.time_zone = zone
    ana_story.patient.save(update_fields=["time_zone"])
    old, new = replaced(ana_story, after=12 * HOUR)
    day = new.released_at.astimezone(ana_story.patient.zone).date()
    now = new.released_at + 3 * DAY
    assert ana_story.logs(version=old, on_day=day, now=now).on_day == day
    nothing_stored(lambda: ana_story.logs(version=old, on_day=day + DAY, now=now), NotReleased, "changed")


def test_a_session_of_last_month_is_refused(ana_story):
    assert ana_story.released
    now = ana_story.now + 40 * DAY
    nothing_stored(
        lambda: ana_story.logs(on_day=ana_story.now.date(), now=now), WrongDay, "more than two weeks ago"
    )


@pytest.mark.parametrize("ahead", [HOUR, 2 * HOUR])
def test_a_fast_clock_around_midnight_logs_today(ana_story, ahead):
    now = ana_story.now.replace(hour=23, minute=30)
    log = ana_story.logs(on_day=(now + ahead).date(), now=now, told_at=now + ahead)
    assert (log.on_day, log.told_at) == (now.date(), now + ahead)


def test_a_clock_three_hours_ahead_is_a_day_to_come(ana_story):
    assert ana_story.released
    now = ana_story.now.replace(hour=21, minute=30)
    nothing_stored(lambda: ana_story.logs(on_day=(now + 3 * HOUR).date(), now=now), WrongDay, "still to come")


def test_midday_does_not_turn_tomorrow_into_today(ana_story):
    assert ana_story.released
    nothing_stored(lambda: ana_story.logs(on_day=ana_story.now.date() + DAY), WrongDay, "still to come")


def test_twice_with_the_same_key_is_one_session_whatever_it_says(ana_story):
    """Even when the second comes after the version was replaced, from a day out of reach, with nonsense in it."""
    key = uuid.uuid4()
    log = ana_story.logs(client_key=key)
    replaced(ana_story, after=HOUR)
    again = ana_story.logs(client_key=key, pain_during=11, now=ana_story.now + 60 * DAY, entries=[])
    assert again == log
    assert SessionLog.objects.count() == 1


def test_another_patients_session_is_refused(ana_story, ben_story):
    key = uuid.uuid4()
    ana_story.logs(client_key=key)
    assert ben_story.released
    nothing_stored(lambda: ben_story.logs(client_key=key), KeyTaken, "was used before")
    nothing_stored(
        lambda: ben_story.logs(version=ana_story.released, entries=ana_story.all_done()),
        NotReleased,
        "not stored",
    )


# --- The next morning -----------------------------------------------------------------------------------------


def told(story, log, pain, *, later=DAY):
    return diary.tell_morning(log=log, pain=pain, by=story.patient.account, now=story.now + later)


def test_the_first_telling_of_a_morning_stays(ana_story):
    log = ana_story.logs()
    morning = told(ana_story, log, 3)
    assert told(ana_story, log, 0, later=2 * DAY) == morning
    assert MorningLog.objects.get().pain == 3
    assert Entry.objects.filter(what=f"morning after session {log.pk}").count() == 1


@pytest.mark.parametrize("pain", [11, -1, True, 1.5])
def test_a_mornings_pain_is_zero_to_ten(ana_story, pain):
    log = ana_story.logs()
    with pytest.raises(WrongPain, match="Nothing was stored"):
        told(ana_story, log, pain)
    assert not MorningLog.objects.exists()


def test_a_morning_that_is_still_to_come_is_refused(ana_story):
    log = ana_story.logs()
    with pytest.raises(NotThatLog, match="still to come"):
        told(ana_story, log, 1, later=10 * HOUR)
    with pytest.raises(NotThatLog, match="still to come"):
        told(ana_story, log, 1, later=13 * HOUR - dt.timedelta(minutes=1))
    assert told(ana_story, log, 1, later=13 * HOUR), "past midnight by a clock that is two hours fast"


def test_a_morning_of_more_than_two_weeks_ago_is_refused(ana_story):
    log = ana_story.logs()
    with pytest.raises(WrongDay, match="more than two weeks ago"):
        told(ana_story, log, 1, later=15 * DAY)
    assert not MorningLog.objects.exists()
    morning = told(ana_story, log, 1, later=14 * DAY)
    assert told(ana_story, log, 2, later=15 * DAY) == morning, "what is stored answers first"


def test_a_morning_stays_as_written(ana_story):
    log = ana_story.logs()
    told(ana_story, log, 3)
    for change in (lambda: MorningLog.objects.update(pain=0), lambda: MorningLog.objects.all().delete()):
        with pytest.raises(DatabaseError, match="stay as written"), transaction.atomic():
            change()


# --- What clinicians answer -----------------------------------------------------------------------------------


def let_on(story, log, because="Examined: nothing found."):
    return diary.let_go_on(log=log, because=because, by=story.by, now=story.now + HOUR)


def test_going_on_is_said_once_and_is_read_with_it(ana_story):
    log = ana_story.logs(symptoms=["pop"])
    said = let_on(ana_story, log)
    assert let_on(ana_story, log, "Again.") == said
    assert GoOn.objects.get().because == "Examined: nothing found."
    assert LogSeen.objects.get().log == log


def test_going_on_needs_a_reason_and_a_warning(ana_story):
    warned, red = ana_story.logs(symptoms=["pop"]), ana_story.logs(pain_during=9)
    with pytest.raises(NoReason, match="Say what you looked at"):
        let_on(ana_story, warned, "  ")
    with pytest.raises(NotThatLog, match="stopped nothing"):
        let_on(ana_story, red)
    assert not GoOn.objects.exists()
    assert not LogSeen.objects.exists()


def test_going_on_stays_as_written(ana_story):
    let_on(ana_story, ana_story.logs(symptoms=["pop"]))
    with pytest.raises(DatabaseError, match="stay as written"), transaction.atomic():
        GoOn.objects.update(because="other")
