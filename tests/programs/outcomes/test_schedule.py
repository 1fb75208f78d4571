"""When a question is asked: at home, in the patient's own days, and never twice for one time."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clinic.people.models import Patient
from programs.outcomes import given as read
from programs.outcomes.checks import schedules_are_sound
from programs.outcomes.given import Given
from programs.outcomes.reading import SCHEDULES, load_schedule
from programs.outcomes.schedule import State, Subject, has_begun, is_open, rounds, standing, state
from tests.cases import broken_copy

SCHEDULE = load_schedule()
PAIN, ACTIVITIES, CHANGE, LEFS, FASH = (SCHEDULE.asked[id] for id in ("nprs", "psfs", "groc", "lefs", "fash"))
BEGAN = dt.date(2026, 3, 3)
DAY = dt.timedelta(days=1)
DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2035, 12, 31))


def stands(today, *, answered=None, activities=(), began_on=BEGAN):
    found = standing(SCHEDULE, began_on=began_on, today=today, answered=answered or {}, activities=activities)
    return {(one.asked.id, one.activity): one for one in found}


def due(today, **more):
    return {about for about, one in stands(today, **more).items() if one.due}


def test_on_the_first_day_a_baseline_is_asked_and_no_change():
    assert due(BEGAN) == {("nprs", 0), ("psfs", 0), ("lefs", 0)}


def test_two_weeks_later_the_change_is_asked_too():
    answered = {("nprs", 0): [BEGAN], ("psfs", 7): [BEGAN], ("lefs", 0): [BEGAN]}
    subjects = [Subject(7, BEGAN)]
    assert due(BEGAN + 13 * DAY, answered=answered, activities=subjects) == set()
    assert due(BEGAN + 14 * DAY, answered=answered, activities=subjects) == {
        ("nprs", 0),
        ("psfs", 7),
        ("groc", 0),
    }


@pytest.mark.parametrize(
    ("asked", "weeks"),
    [(LEFS, (0, 4, 8, 12)), (FASH, (0, 2, 4, 8)), (SCHEDULE.asked["visa_h"], (0, 6, 12, 24))],
)
def test_a_questionnaire_is_due_when_the_file_of_measures_says(asked, weeks):
    assert asked.weeks == weeks
    assert all(str(week) in asked.measure.when for week in weeks if week)


def test_a_questionnaire_for_some_is_asked_only_once_it_was_begun():
    assert ("fash", 0) not in stands(BEGAN)
    assert stands(BEGAN + 14 * DAY, answered={("fash", 0): [BEGAN]})["fash", 0].due


def test_a_question_waits_a_week_and_then_closes():
    (first, *_) = rounds(SCHEDULE, PAIN, BEGAN)
    assert [state(first, (), BEGAN + days * DAY) for days in (-1, 0, 6, 7)] == [
        State.TO_COME,
        State.DUE,
        State.DUE,
        State.MISSED,
    ]


def test_what_was_missed_is_told_and_the_next_is_named():
    one = stands(BEGAN + 10 * DAY)["nprs", 0]
    assert (one.due, one.next.opens_on, [round.week for round in one.missed]) == (None, BEGAN + 14 * DAY, [0])


@pytest.mark.parametrize(("days", "counts"), [(-15, False), (-14, True), (6, True), (7, False)])
def test_a_baseline_may_be_of_the_assessment(days, counts):
    (first, *_) = rounds(SCHEDULE, PAIN, BEGAN)
    assert first.is_answered([BEGAN + days * DAY]) is counts


@pytest.mark.parametrize(("days", "counts"), [(10, False), (11, True), (20, True), (21, False)])
def test_an_answer_shortly_before_counts_for_the_next(days, counts):
    second = rounds(SCHEDULE, PAIN, BEGAN)[1]
    assert second.is_answered([BEGAN + days * DAY]) is counts


def test_an_activity_is_asked_from_the_time_it_was_named_in():
    one = stands(BEGAN + 20 * DAY, activities=[Subject(7, BEGAN + 9 * DAY)])["psfs", 7]
    assert (one.due.week, one.missed) == (2, ())


def test_an_activity_rated_and_taken_off_the_list_is_an_answer_too():
    assert ("psfs", 0) not in due(BEGAN, answered={("psfs", 7): [BEGAN]})
    assert ("psfs", 0) in due(BEGAN)


def test_after_the_last_time_nothing_is_asked_any_more():
    assert due(BEGAN + 26 * 7 * DAY) == set()
    assert {one.next for one in stands(BEGAN + 26 * 7 * DAY).values()} == {None}


def test_nobody_rates_a_change_before_it_is_asked():
    assert not has_begun(CHANGE, began_on=BEGAN, today=BEGAN + 13 * DAY)
    assert has_begun(CHANGE, began_on=BEGAN, today=BEGAN + 14 * DAY)
    assert not is_open(SCHEDULE, CHANGE, began_on=BEGAN, today=BEGAN)
    assert not is_open(SCHEDULE, LEFS, began_on=BEGAN, today=BEGAN), "it is not asked of patients"
    assert is_open(SCHEDULE, PAIN, began_on=BEGAN, today=BEGAN)


# --- Whatever the calendar does ------------------------------------------------------------------------------


@given(DAYS, st.integers(0, 400), st.sampled_from(sorted(SCHEDULE.asked)))
@example(dt.date(2028, 2, 15), 14, "nprs")  # the second time opens on 29 February
@example(dt.date(2028, 2, 29), 364, "lefs")
def test_one_question_waits_at_a_time_and_one_answer_closes_it(began_on, days, id):
    asked, today = SCHEDULE.asked[id], began_on + days * DAY
    waiting = [round for round in rounds(SCHEDULE, asked, began_on) if state(round, (), today) is State.DUE]
    assert len(waiting) <= 1
    for round in waiting:
        assert state(round, [today], today) is State.ANSWERED
        assert state(round, (), round.closes_on) is State.MISSED
        assert (round.opens_on - began_on).days == 7 * round.week


@given(DAYS, st.sampled_from(sorted(SCHEDULE.asked)), st.integers(-20, 400))
def test_one_answer_counts_for_one_time_at_most(began_on, id, days):
    found = rounds(SCHEDULE, SCHEDULE.asked[id], began_on)
    assert sum(round.is_answered([began_on + days * DAY]) for round in found) <= 1


@given(DAYS, st.lists(st.integers(0, 200), max_size=6), st.integers(0, 200))
def test_time_alone_never_makes_a_missed_question_due_again(began_on, days, today):
    answered = [began_on + one * DAY for one in days]
    for round in rounds(SCHEDULE, PAIN, began_on):
        now, later = (state(round, answered, began_on + (today + more) * DAY) for more in (0, 1))
        assert (now, later) in {
            (State.TO_COME, State.TO_COME),
            (State.TO_COME, State.DUE),
            (State.DUE, State.DUE),
            (State.DUE, State.MISSED),
            (State.MISSED, State.MISSED),
            (State.ANSWERED, State.ANSWERED),
        }


FROM = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
ZONES = ["Europe/London", "America/New_York", "Pacific/Auckland", "Australia/Lord_Howe", "Pacific/Apia"]


@given(
    st.integers(0, 6 * 365 * 24 * 60).map(lambda minutes: FROM + dt.timedelta(minutes=minutes)),
    st.sampled_from(ZONES),
    st.integers(0, 24),
)
@example(dt.datetime(2026, 3, 15, 23, 30, tzinfo=dt.UTC), "Europe/London", 2)  # the clocks change on the 29th
@example(dt.datetime(2026, 10, 18, 0, 30, tzinfo=dt.UTC), "America/New_York", 2)
def test_a_question_opens_at_the_patients_midnight_whatever_the_clocks_do(began_at, zone, week):
    patient = Patient(time_zone=zone)
    given = Given(patient, (), ())
    week -= week % 2
    opens_on = began_at.astimezone(ZoneInfo(zone)).date() + dt.timedelta(weeks=week)
    midnight = dt.datetime.combine(opens_on, dt.time(0, 0), ZoneInfo(zone)).astimezone(dt.UTC)

    def pain(now):
        found = given.standing(began_at=began_at, now=now)
        return next(one.due for one in found if one.asked.id == "nprs")

    assert pain(midnight + dt.timedelta(hours=2)).opens_on == opens_on
    before = pain(midnight - dt.timedelta(hours=2))
    assert before is None or before.opens_on < opens_on


def test_answers_of_the_assessment_are_compared_and_older_ones_are_not():
    given = Given(Patient(time_zone="Europe/London"), (), ())
    began_at = dt.datetime(2026, 3, 3, 9, tzinfo=dt.UTC)
    assert read.compared_since(given, began_at) == dt.date(2026, 2, 17)
    assert read.compared_since(given, None) is None


# --- The file ------------------------------------------------------------------------------------------------

FILE = "asked.v1.toml"
A_WORD = 'weeks = [0, 4, 8, 12]\nask = "How much trouble do you have with stairs?"'


def test_the_shipped_schedule_is_sound_and_asks_no_licensed_item():
    assert schedules_are_sound() == []
    assert SCHEDULE.label == "asked.v1"
    totals = [one for one in SCHEDULE.asked.values() if one.is_total]
    assert {one.id for one in totals} == {"lefs", "fash", "visa_h"}
    assert [one.ask + one.help + one.low + one.high for one in totals] == ["", "", ""]


@pytest.mark.parametrize(
    ("old", "new", "id"),
    [
        ("weeks = [0, 4, 8, 12]", A_WORD, "E006"),
        ('measure = "lefs"', 'measure = "lfes"', "E002"),
        ('measure = "lefs"', 'measure = "reinjury"', "E006"),
        ('measure = "lefs"', 'measure = "fash"', "E006"),
        ("weeks = [0, 4, 8, 12]", "weeks = [4, 0, 8, 12]", "E006"),
        ("weeks = [0, 4, 8, 12]", "weeks = [0, 1]", "E006"),
        ("weeks = [0, 4, 8, 12]", "weeks = []", "E006"),
        ("weeks = [0, 4, 8, 12]", "weeks = [-1, 4]", "E006"),
        ("weeks = [0, 4, 8, 12]", "weeks = 4", "E006"),
        ("one_alone = 3", "one_alone = 0", "E006"),
        ('low = "No pain"\n', "", "E006"),
        ("once_begun = true", "once_begun = true\ncolour = 1", "E001"),
        ('source = ["S94"]', "source = []", "E005"),
        ("open_days = 7", "open_days = 0", "E006"),
        ('outcomes = "outcomes.v1"', 'outcomes = "outcomes"', "E006"),
    ],
)
def test_a_broken_schedule_is_refused(tmp_path, old, new, id):
    errors = schedules_are_sound(folder=broken_copy(SCHEDULES, tmp_path, FILE, old, new))
    assert [error.id for error in errors] == [f"outcomes.{id}"]
    assert errors[0].hint


def test_a_changed_schedule_is_refused(tmp_path):
    changed = broken_copy(SCHEDULES, tmp_path, FILE, "open_days = 7", "open_days = 6", publish=False)
    assert [error.id for error in schedules_are_sound(folder=changed)] == ["outcomes.E003"]
