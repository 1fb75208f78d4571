"""What programs ask the outbox to say: the release at once, a kind word after silence, at most twice."""

from __future__ import annotations

import datetime as dt

import pytest

from clinic.reminders.actions import collect
from clinic.reminders.models import Reminder
from clinic.reminders.sources import Message, NotWanted
from programs.plans import actions, diary, reminders
from tests.wished import wish

DAY = dt.timedelta(days=1)
SOURCE = "programs.plans.reminders"


@pytest.fixture(autouse=True)
def _only_this(settings):
    settings.REMINDER_SOURCES = [SOURCE]


def kinds(now):
    return sorted(one.kind for one in reminders.due(now=now))


def test_nothing_is_said_of_a_proposal(ana_story):
    assert ana_story.proposed
    assert kinds(ana_story.now + 10 * DAY) == []


def test_a_release_is_said_at_once(ana_story):
    assert ana_story.released
    assert kinds(ana_story.now) == ["program_released"]


def test_silence_is_answered_after_two_and_five_days_and_then_no_more(ana_story):
    assert ana_story.released
    assert "session_check_in" not in kinds(ana_story.now + 2 * DAY - dt.timedelta(minutes=1))
    for _ in range(2):
        collect(now=ana_story.now + 2 * DAY)
        collect(now=ana_story.now + 6 * DAY)
        collect(now=ana_story.now + 30 * DAY)
    written = Reminder.objects.filter(source="programs.plans.reminders").values_list("kind", flat=True)
    assert sorted(written) == ["program_released", "session_check_in", "session_check_in_again"]


def test_a_log_starts_the_silence_anew(ana_story):
    log = ana_story.logs(now=ana_story.now + DAY)
    assert "session_check_in" not in kinds(ana_story.now + 2 * DAY)
    found = [one for one in reminders.due(now=log.logged_at + 2 * DAY) if one.kind == "session_check_in"]
    assert [one.about_at for one in found] == [log.logged_at]


def say(kind, story, version, about_at):
    return reminders.message(kind=kind, subject_id=version.pk, about_at=about_at, now=story.now)


def test_a_log_since_makes_the_word_unwanted(ana_story):
    version = ana_story.released
    assert isinstance(say("session_check_in", ana_story, version, version.released_at), Message)
    ana_story.logs(now=ana_story.now + DAY)
    assert isinstance(say("session_check_in", ana_story, version, version.released_at), NotWanted)


@pytest.mark.parametrize("kind", ["program_released", "session_check_in"])
def test_a_replaced_or_overtaken_program_is_not_spoken_of(ana_story, kind):
    old = ana_story.released
    new = actions.revise(version=old, by=ana_story.by, now=ana_story.now)
    actions.release(version=new, by=ana_story.by, now=ana_story.now)
    assert isinstance(say(kind, ana_story, old, old.released_at), NotWanted)
    assert isinstance(say(kind, ana_story, new, ana_story.now), Message)
    ana_story.decide("suspected_avulsion")
    assert isinstance(say(kind, ana_story, new, ana_story.now), NotWanted)


def test_an_ended_program_is_not_spoken_of(ana_story):
    version = ana_story.released
    actions.end(version=version, because="Discharged.", by=ana_story.by, now=ana_story.now + DAY)
    assert kinds(ana_story.now + 3 * DAY) == []
    assert isinstance(say("session_check_in", ana_story, version, version.released_at), NotWanted)


@pytest.mark.parametrize(
    ("logged", "nudged"),
    [
        ({"symptoms": ["pop"]}, False),
        ({"pain_during": 4}, False),
        ({"pain_during": 3}, True),
    ],
)
def test_who_was_told_to_stop_is_not_nudged_for_resting(ana_story, logged, nudged):
    log = ana_story.logs(now=ana_story.now + DAY, **logged)
    assert ("session_check_in" in kinds(log.logged_at + 2 * DAY)) is nudged
    said = say("session_check_in", ana_story, ana_story.released, log.logged_at)
    assert isinstance(said, Message if nudged else NotWanted)


def written():
    """How often each kind was written down."""
    rows = Reminder.objects.filter(source=SOURCE).exclude(kind="program_released")
    return sorted(rows.values_list("kind", flat=True))


def test_a_silence_is_answered_twice_however_often_the_program_is_changed_in_it(ana_story):
    """Another version is no sign of life; a log is, and so is another program, which begins with a visit."""
    version, at = ana_story.released, ana_story.now
    for _ in range(2):
        for day in (2, 5, 6):
            collect(now=at + day * DAY)
        at += 7 * DAY
        version = actions.revise(version=version, by=ana_story.by, now=at)
        version = actions.release(version=version, by=ana_story.by, now=at)
    assert written() == ["session_check_in", "session_check_in_again"]
    log = ana_story.logs(version=version, on_day=at.date(), now=at, entries=[
        diary.Did(one.pk, done=True) for one in version.listed_now()
    ])  # fmt: skip
    for day in (2, 5, 9, 20):
        collect(now=log.logged_at + day * DAY)
    assert written() == ["session_check_in"] * 2 + ["session_check_in_again"] * 2


def test_the_clinic_says_after_how_many_days_or_not_at_all(ana_story):
    """The second word never comes on the heels of the first."""
    assert ana_story.released
    wish(ana_story.world, SOURCE, "session_check_in", lead=4 * DAY)
    wish(ana_story.world, SOURCE, "session_check_in_again", lead=3 * DAY)
    assert kinds(ana_story.now + 4 * DAY - dt.timedelta(minutes=1)) == ["program_released"]
    assert "session_check_in_again" not in kinds(ana_story.now + 5 * DAY - dt.timedelta(minutes=1))
    assert kinds(ana_story.now + 5 * DAY) == ["program_released", "session_check_in_again"]
    for kind in reminders.KINDS:
        wish(ana_story.world, SOURCE, kind, is_on=False)
    assert kinds(ana_story.now + 5 * DAY) == []


def test_after_an_outage_the_second_word_stands_for_both(ana_story):
    version = ana_story.released
    collect(now=ana_story.now + 5 * DAY)
    assert written() == ["session_check_in_again"]
    late = reminders.message(
        kind="session_check_in",
        subject_id=version.pk,
        about_at=version.released_at,
        now=ana_story.now + 5 * DAY,
    )
    assert isinstance(late, NotWanted)
    wish(ana_story.world, SOURCE, "session_check_in_again", is_on=False)
    assert "session_check_in" in kinds(ana_story.now + 5 * DAY)


def test_who_was_told_to_go_on_again_is_spoken_to(ana_story):
    log = ana_story.logs(now=ana_story.now + DAY, symptoms=["pop"])
    diary.let_go_on(log=log, because="Looked at it.", by=ana_story.by, now=ana_story.now + DAY)
    assert "session_check_in" in kinds(log.logged_at + 2 * DAY)


def test_asking_costs_the_same_for_many(ana_story, ben_story, django_assert_num_queries):
    for story in (ana_story, ben_story):
        assert story.released
        with django_assert_num_queries(6):
            list(reminders.due(now=ana_story.now + 5 * DAY))
