"""From which day the weeks of a course are counted."""

from __future__ import annotations

import datetime as dt

import pytest

from programs.plans import actions
from programs.plans.courses import Course, Release, began, course_of

DAY0 = dt.datetime(2026, 3, 3, 9, tzinfo=dt.UTC)
WEEK = dt.timedelta(weeks=1)


@pytest.mark.parametrize(
    ("releases", "week"),
    [
        ([("a", False)], 0),
        ([("a", False), ("a", False), ("a", False)], 0),
        ([("a", True), ("a", False), ("a", False)], 1),
        ([("a", False), ("b", False)], 1),
        ([("a", False), ("b", False), ("a", False)], 2),
        ([("a", False), ("a", True)], 0),
    ],
)
def test_a_course_begins_anew_after_an_end_and_at_another_place(releases, week):
    rows = [Release(DAY0 + at * WEEK, screen, ended) for at, (screen, ended) in enumerate(releases)]
    assert began(rows) == DAY0 + week * WEEK


def test_nobody_without_a_release_is_in_a_course(ana_story):
    assert began([]) is None
    assert ana_story.proposed
    assert course_of(ana_story.patient) is None


def test_a_new_version_goes_on_with_the_course(ana_story):
    draft = actions.revise(version=ana_story.released, by=ana_story.by, now=ana_story.now)
    actions.release(version=draft, by=ana_story.by, now=ana_story.now + WEEK)
    assert course_of(ana_story.patient) == Course(ana_story.now, is_open=True)


def test_an_ended_program_leaves_its_course_closed(ana_story):
    actions.end(version=ana_story.released, because="Done.", by=ana_story.by, now=ana_story.now + WEEK)
    assert course_of(ana_story.patient) == Course(ana_story.now, is_open=False)


def test_a_decision_that_was_overtaken_asks_nothing(ana_story):
    assert ana_story.released
    ana_story.decide("suspected_avulsion")
    assert course_of(ana_story.patient) == Course(ana_story.now, is_open=False)
