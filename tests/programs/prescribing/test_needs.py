"""The worklist in order of need, each need alone and all of them against each other."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from programs.plans import actions, diary
from programs.plans.models import ExerciseLog, SessionLog
from programs.prescribing import caseload
from programs.prescribing.needs import LOOKS, Need
from tests.programs.stories import Story

DAY = dt.timedelta(days=1)


def need(story, *, now=None):
    """The need of this patient's only row."""
    [case] = caseload.caseload(story.by, now=now or story.now, everyone=False).cases
    return case.need


def could_not(story):
    exercise = story.released.exercises.first()
    return story.logs(entries=[diary.Did(exercise.pk, could_not=True)])


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"symptoms": ["pop"]}, Need.WARNING_SIGN),
        ({"pain_during": 4}, Need.RED),
        ({"pain_during": 3}, Need.AMBER),
        ({"pain_during": 1}, None),
    ],
)
def test_a_session_asks_for_a_look(ana_story, given, shown):
    ana_story.logs(**given)
    assert need(ana_story) == (LOOKS[shown] if shown else None)


def test_could_not_counts_twice_as_more(ana_story):
    could_not(ana_story)
    assert need(ana_story) == LOOKS[Need.COULD_NOT_ONCE]
    could_not(ana_story)
    assert need(ana_story) == LOOKS[Need.COULD_NOT]


@pytest.mark.parametrize(("pain", "shown"), [(3, Need.RED), (1, Need.AMBER), (0, None)])
def test_a_bad_morning_reaches_the_list_although_the_session_was_read(ana_story, pain, shown):
    log = ana_story.logs(pain_during=1)
    diary.mark_seen(log=log, by=ana_story.by, now=ana_story.now)
    tomorrow = ana_story.now + DAY
    diary.tell_morning(log=log, pain=pain, by=ana_story.patient.account, now=tomorrow)
    assert need(ana_story, now=tomorrow) == (LOOKS[shown] if shown else None)


def test_a_warning_sign_that_was_only_read_stays(ana_story):
    log = ana_story.logs(symptoms=["pop"])
    diary.mark_seen(log=log, by=ana_story.by, now=ana_story.now)
    assert need(ana_story) == LOOKS[Need.WARNING_SIGN]
    diary.let_go_on(log=log, because="Slump test negative.", by=ana_story.by, now=ana_story.now)
    assert need(ana_story) is None


def test_another_version_answers_a_warning_sign_that_was_read(ana_story):
    log = ana_story.logs(symptoms=["pop"])
    diary.mark_seen(log=log, by=ana_story.by, now=ana_story.now)
    later = ana_story.now + DAY
    draft = actions.revise(version=ana_story.released, by=ana_story.by, now=later)
    actions.release(version=draft, by=ana_story.by, now=later)
    assert need(ana_story, now=later) is None


@pytest.mark.parametrize(("days", "shown"), [(4, None), (5, Need.SILENT)])
def test_silence_is_told_once_the_last_reminder_has_gone_out(ana_story, days, shown):
    assert ana_story.released
    assert need(ana_story, now=ana_story.now + days * DAY) == (LOOKS[shown] if shown else None)


def test_a_draft_waits(ana_story):
    assert ana_story.proposed
    assert need(ana_story) == LOOKS[Need.WAITS]


def good_sessions(story, count):
    for back in range(count, 0, -1):
        on_day = story.now.date() - back * DAY
        log = story.logs(on_day=on_day, pain_during=1)
        diary.tell_morning(log=log, pain=0, by=story.patient.account, now=story.now)


def test_enough_good_sessions_bring_up_the_next_step(ana_story):
    good_sessions(ana_story, 5)
    assert need(ana_story) is None
    good_sessions(ana_story, 1)
    assert need(ana_story) == LOOKS[Need.READY]
    assert ExerciseLog.objects.exists()


@pytest.mark.parametrize(("days", "shown"), [(19, None), (20, Need.BLOCK_ENDS), (26, Need.BLOCK_ENDS)])
def test_a_block_that_ends_this_week_is_told(ana_story, days, shown):
    """Released on a Tuesday: its fourth week begins on the Monday twenty days later."""
    assert ana_story.released
    now = ana_story.now + days * DAY
    with time_machine.travel(now, tick=False):
        ana_story.logs(on_day=now.date(), now=now)
        assert need(ana_story, now=now) == (LOOKS[shown] if shown else None)


def test_all_of_them_in_order(ana_story, world):
    """One patient for each need, made in another order than they are to be shown in."""
    found = {}
    stories = {}
    for number, kind in enumerate(
        [Need.NONE, Need.WAITS, Need.AMBER, Need.READY, Need.WARNING_SIGN, Need.COULD_NOT, Need.RED]
    ):
        patient = world.patient(
            f"Runner{number}", "Okafor", dt.date(1990, 1, 1), f"+44 20 7946 {1000 + number}"
        )
        stories[kind] = Story(world, patient, ana_story.by)
        found[patient.pk] = kind
    stories[Need.NONE].logs()
    assert stories[Need.WAITS].proposed
    stories[Need.AMBER].logs(pain_during=3)
    good_sessions(stories[Need.READY], 6)
    stories[Need.WARNING_SIGN].logs(symptoms=["limp"])
    could_not(stories[Need.COULD_NOT])
    could_not(stories[Need.COULD_NOT])
    stories[Need.RED].logs(pain_during=7)
    cases = caseload.caseload(ana_story.by, now=ana_story.now, everyone=False).cases
    assert [found[case.version.patient_id] for case in cases] == sorted(found.values(), reverse=True)


@pytest.mark.parametrize("size", [2, 6])
def test_the_order_is_one_query_however_many(ana_story, world, size, django_assert_num_queries):
    for number in range(size):
        patient = world.patient(
            f"Runner{number}", "Okafor", dt.date(1990, 1, 1), f"+44 20 7946 {1000 + number}"
        )
        Story(world, patient, ana_story.by).logs(pain_during=number)
    with django_assert_num_queries(4):
        caseload.caseload(ana_story.by, now=ana_story.now, everyone=False)


def test_the_list_says_which_session_weighs_most(carl, ana_story):
    ana_story.logs(pain_during=5, on_day=ana_story.now.date())
    ana_story.logs(pain_during=3)
    page = carl.get(reverse("prescribing:worklist")).content.decode()
    assert "Tue 3 Mar: pain 5/10" in page
    diary.mark_seen(log=SessionLog.objects.get(pain_during=5), by=ana_story.by, now=ana_story.now)
    page = carl.get(reverse("prescribing:worklist")).content.decode()
    assert "Tue 3 Mar: pain 3/10" in page


def test_a_bad_morning_is_told_with_its_session(carl, ana_story):
    log = ana_story.logs(pain_during=1)
    diary.tell_morning(log=log, pain=4, by=ana_story.patient.account, now=ana_story.now + DAY)
    page = carl.get(reverse("prescribing:worklist")).content.decode()
    assert "pain 1/10, next morning 4/10" in page
