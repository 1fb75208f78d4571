"""What is answered is stored once, refused in words, and never changed."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from clinic.audit.models import Entry
from programs.outcomes import actions
from programs.outcomes.given import given_by
from programs.outcomes.models import Activity, Answer
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
from programs.outcomes.showing import over_time

DAY = dt.timedelta(days=1)


def retire(who, activity):
    return actions.retire_activity(
        activity=activity, patient=who.patient, by=who.patient.account, now=who.world.now
    )


def test_an_answer_is_stored_as_it_was_given(ana):
    row = ana.gives(value=6)
    assert (row.measure, row.value, row.where, row.outcomes) == ("nprs", 6, "home", "outcomes.v1")
    assert (row.given_by, row.given_at, row.on_day) == (
        ana.patient.account,
        ana.world.now,
        ana.world.now.date(),
    )
    assert Entry.objects.filter(what=f"answer {row.pk}", patient=ana.patient).exists()


def test_the_same_form_sent_twice_is_one_answer(ana):
    key = uuid.uuid4()
    assert ana.gives(client_key=key) == ana.gives(client_key=key, value=9)
    assert Answer.objects.get().value == 4


def test_a_key_is_one_persons_and_one_questions(ana, ben):
    key = uuid.uuid4()
    ana.gives(client_key=key)
    with pytest.raises(KeyTaken, match="answer there"):
        ben.gives(client_key=key)
    with pytest.raises(KeyTaken):
        ana.gives("groc", 1, client_key=key)
    with pytest.raises(KeyTaken):
        ana.names(client_key=key)
    assert Answer.objects.count() == 1


def test_another_answer_of_the_day_corrects_the_first_which_stays(ana):
    ana.gives(value=7)
    ana.gives(value=4)
    assert [one.value for one in given_by(ana.patient).answers] == [4]
    assert Answer.objects.count() == 2
    (pain,) = over_time(given_by(ana.patient), began_at=None)
    assert [(row.number, row.who) for row in pain.rows] == [("4", "At home; before that 7")]


@pytest.mark.parametrize(
    ("measure", "value", "range"),
    [
        ("nprs", 11, "0 to 10"),
        ("nprs", -1, "0 to 10"),
        ("nprs", True, "0 to 10"),
        ("nprs", 4.5, "0 to 10"),
        ("nprs", "4", "0 to 10"),
        ("groc", 8, "-7 to 7"),
        ("groc", -8, "-7 to 7"),
    ],
)
def test_a_value_out_of_range_is_refused_with_the_range(ana, measure, value, range):
    with pytest.raises(OutOfRange, match=f"{range}. .* was given. Nothing was stored"):
        ana.gives(measure, value)
    assert not Answer.objects.exists()


@pytest.mark.parametrize(("measure", "total"), [("lefs", 81), ("fash", 101), ("visa_h", 101), ("lefs", -1)])
def test_a_total_out_of_range_is_refused_and_one_at_the_end_is_not(ana, measure, total):
    clinic = {"where": Answer.Where.CLINIC, "by": ana.world.carl}
    with pytest.raises(OutOfRange):
        ana.gives(measure, total, **clinic)
    assert ana.gives(measure, max(total - 1, 0), **clinic).pk


@pytest.mark.parametrize("measure", ["lefs", "fash", "visa_h"])
def test_a_licensed_questionnaire_is_not_answered_at_home(ana, measure):
    with pytest.raises(ItemsNotShown, match="on paper at the clinic"):
        ana.gives(measure, 50)
    assert not Answer.objects.exists()


@pytest.mark.parametrize("measure", ["", "adherence", "reinjury", "sleep"])
def test_what_nobody_asks_is_refused(ana, measure):
    with pytest.raises(NotAsked):
        ana.gives(measure, 1)


@pytest.mark.parametrize(("days", "words"), [(1, "still to come"), (-15, "two weeks")])
def test_a_day_out_of_reach_is_refused(ana, days, words):
    for act in (ana.gives, ana.names):
        with pytest.raises(WrongDay, match=words):
            act(on_day=ana.world.now.date() + days * DAY)
    assert not Answer.objects.exists()
    assert not Activity.objects.exists()


def test_fourteen_days_ago_is_still_stored(ana):
    assert ana.gives(on_day=ana.world.now.date() - 14 * DAY).pk


def test_today_is_the_patients_own_day(ana):
    ana.patient.time_zone = "Pacific/Auckland"
    late = ana.world.now.replace(hour=20)
    assert ana.gives(on_day=late.date() + DAY, now=late).pk


# --- Activities ----------------------------------------------------------------------------------------------


def test_an_activity_is_named_in_their_words_with_a_first_rating(ana):
    activity = ana.names("  Chase my   children ", 2)
    assert (activity.words, activity.place, activity.answers.get().value) == ("Chase my children", 1, 2)
    assert Entry.objects.filter(what=f"activity {activity.pk}").exists()


def test_the_same_form_sent_twice_names_one_activity(ana, ben):
    key = uuid.uuid4()
    assert ana.names(client_key=key) == ana.names("Something else", client_key=key)
    assert (Activity.objects.count(), Answer.objects.count()) == (1, 1)
    with pytest.raises(KeyTaken):
        ben.names(client_key=key)


def test_a_fourth_activity_is_refused_until_one_is_off_the_list(ana):
    first, *_ = [ana.names(words) for words in ("Run", "Sit", "Climb stairs")]
    with pytest.raises(TooManyActivities, match="take one off the list first"):
        ana.names("Dance")
    retire(ana, first)
    assert ana.names("Dance").place == first.place
    assert Activity.objects.count() == 4, "the history is kept"
    assert first.answers.count() == 1


def test_the_same_words_are_not_listed_twice(ana):
    first = ana.names("Tie my shoes")
    with pytest.raises(SameActivity, match="rate it there"):
        ana.names("tie MY shoes")
    retire(ana, first)
    assert ana.names("Tie my shoes").pk


@pytest.mark.parametrize("words", ["", "  \n ", "x" * 81])
def test_an_activity_needs_a_few_words(ana, words):
    with pytest.raises(NoWords):
        ana.names(words)


def test_a_first_rating_out_of_range_names_nothing(ana):
    with pytest.raises(OutOfRange):
        ana.names(value=11)
    assert not Activity.objects.exists()


def test_an_activity_is_rated_by_nobody_else(ana, ben):
    activity = ben.names()
    with pytest.raises(NotTheirActivity):
        ana.gives("psfs", 5, activity=activity)
    with pytest.raises(NotTheirActivity):
        retire(ana, activity)
    activity.refresh_from_db()
    assert (activity.is_listed, activity.answers.count()) == (True, 1)


def test_a_rating_names_its_activity_and_pain_names_none(ana):
    with pytest.raises(NotTheirActivity):
        ana.gives("psfs", 5)
    with pytest.raises(NotTheirActivity):
        ana.gives("nprs", 5, activity=ana.names())


def test_an_activity_off_the_list_is_not_rated_and_leaves_once(ana):
    activity = ana.names()
    first = retire(ana, activity).retired_at
    ana.world.now += DAY
    assert retire(ana, activity).retired_at == first
    with pytest.raises(OffTheList, match="What was answered before is kept"):
        ana.gives("psfs", 5, activity=activity)


# --- What the database holds by itself -----------------------------------------------------------------------


def test_answers_and_activities_stay_as_written(ana):
    activity = ana.names()
    for change in (
        lambda: Answer.objects.update(value=0),
        lambda: Answer.objects.all().delete(),
        lambda: Activity.objects.update(words="Another"),
        lambda: Activity.objects.filter(pk=activity.pk)._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="stay as"), transaction.atomic():
            change()
    retire(ana, activity)
    with pytest.raises(DatabaseError, match="stay as named"), transaction.atomic():
        Activity.objects.update(retired_at=None, retired_by=None)


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"value": 11}, "pain_and_activities"),
        ({"value": -1}, "zero_to_a_hundred|pain_and_activities"),
        ({"measure": "groc", "value": 8}, "a_change_is_rated"),
        ({"measure": "lefs", "value": 101}, "a_total_is"),
        ({"measure": "psfs"}, "an_activity_is_rated_and_nothing_else_is"),
        ({"where": "somewhere"}, "says_where"),
    ],
)
def test_the_database_refuses_what_no_answer_can_be(ana, given, rule):
    row = ana.gives()
    facts = {
        name: getattr(row, name)
        for name in ("patient", "measure", "outcomes", "value", "on_day", "given_at", "given_by", "where")
    }
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Answer.objects.create(**facts | {"client_key": uuid.uuid4()} | given)
    assert Answer.objects.create(**facts, client_key=uuid.uuid4()).pk, "the control"


def test_the_database_keeps_an_activity_with_its_patient_and_three_at_a_time(ana, ben):
    theirs, mine = ben.names(), ana.gives()
    with pytest.raises(IntegrityError, match="belongs_to_its_activitys_patient"), transaction.atomic():
        Answer.objects.create(
            patient=ana.patient,
            measure="psfs",
            activity=theirs,
            value=1,
            outcomes=mine.outcomes,
            on_day=mine.on_day,
            given_at=mine.given_at,
            given_by=mine.given_by,
            where="home",
            client_key=uuid.uuid4(),
        )
    named = {"patient": ben.patient, "words": "Sit", "named_on": mine.on_day, "named_at": mine.given_at}
    named["named_by"] = mine.given_by
    with pytest.raises(IntegrityError, match="a_place_holds_one"), transaction.atomic():
        Activity.objects.create(**named, place=1, client_key=uuid.uuid4())
    with pytest.raises(IntegrityError, match="three_places"), transaction.atomic():
        Activity.objects.create(**named, place=4, client_key=uuid.uuid4())
