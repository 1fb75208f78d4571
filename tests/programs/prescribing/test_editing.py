"""Editing a draft: each change says what it did to the week, and what a guard stands against asks for a reason."""

from __future__ import annotations

import pytest
from django.urls import reverse

from programs.plans import actions
from programs.plans.models import Version, Waiver
from programs.plans.seen import seen_exercise
from tests.programs.prescribing.seen import seen_at


def address(name, story, *more):
    return reverse(f"prescribing:{name}", args=[story.patient.pk, story.proposed.pk, *more])


def ids(story):
    return [str(one.pk) for one in story.proposed.listed_now()]


@pytest.fixture
def crowded(ana_story):
    """Ana's draft where the whole day has room for very little, so that a longer dose finds no day."""
    version = ana_story.proposed
    version.proposal["limits"]["strength_min"] = 9
    version.save()
    return ana_story


def test_a_new_order_is_kept_and_told(carl, ana_story):
    order = ids(ana_story)
    order[0], order[1] = order[1], order[0]
    page = carl.post(
        address("order", ana_story), {"order": order, "seen": ids(ana_story)}, follow=True
    ).content.decode()
    assert ids(ana_story) == order
    assert "New order." in page


@pytest.mark.parametrize("given", [[], ["1", "2"], ["x"], ["9" * 30], ["-1"]])
def test_an_order_of_another_list_changes_nothing(carl, ana_story, given):
    before = ids(ana_story)
    answer = carl.post(address("order", ana_story), {"order": given})
    assert answer.status_code == 409
    assert "changed in another window" in answer.content.decode()
    assert ids(ana_story) == before


def test_a_list_changed_in_another_tab_is_not_reordered(carl, ana_story):
    order = ids(ana_story)
    gone = ana_story.proposed.listed_now()[0]
    url = address("exercise", ana_story, gone.pk)
    carl.post(url, {"change": "remove"} | seen_at(carl, url))
    answer = carl.post(address("order", ana_story), {"order": order[::-1]})
    assert answer.status_code == 409
    assert "changed in another window" in answer.content.decode()


def test_removing_says_what_it_does_to_the_week(carl, ana_story):
    gone = ana_story.proposed.listed_now().get(library_id="ankle_rock")
    url = address("exercise", ana_story, gone.pk)
    page = carl.post(url, {"change": "remove"} | seen_at(carl, url), follow=True)
    assert "minutes less" in page.content.decode()


def test_what_was_typed_for_a_removed_exercise_is_shown(carl, ana_story):
    gone = ana_story.proposed.listed_now()[0]
    url = address("exercise", ana_story, gone.pk)
    carl.post(url, {"change": "remove"} | seen_at(carl, url))
    answer = carl.post(url, {"change": "dose", "sets": "4", "reps": "6 very slow", "rest_s": "75"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "in the meantime" in page
    assert "6 very slow" in page


def test_what_was_typed_after_the_release_is_shown(carl, ana_story):
    exercise = ana_story.proposed.listed_now()[0]
    actions.release(version=ana_story.proposed, by=ana_story.by, now=ana_story.now)
    typed = {"change": "dose", "sets": "4", "reps": "6 very slow", "hold_s": "", "rest_s": "75"}
    answer = carl.post(address("exercise", ana_story, exercise.pk), typed)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "start a new version" in page
    assert "6 very slow" in page


def dose(exercise, **given):
    """The form of an exercise as a page that is opened now fills it in."""
    return {
        "seen": str(seen_exercise(exercise, exercise.kept_ready.all())),
        "change": "dose",
        "sets": str(exercise.sets),
        "reps": exercise.reps,
        "hold_s": exercise.hold_s,
        "rest_s": str(exercise.rest_s),
    } | given


def too_long(story):
    """An exercise, and a dose of it that no day has room for."""
    exercise = story.proposed.listed_now().get(library_id="hip_hinge")
    return exercise, address("exercise", story, exercise.pk), dose(exercise, sets="9", reps="6 slow")


def test_a_dose_that_finds_no_day_asks_for_a_reason_and_keeps_what_was_typed(carl, crowded):
    exercise, url, given = too_long(crowded)
    page = carl.get(address("program", crowded)).content.decode()
    assert "Reason to do it all the same" not in page, "nobody is asked before it is needed"
    answer = carl.post(url, given)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "finds no day" in page
    assert "Reason to do it all the same" in page
    assert 'value="6 slow"' in page
    exercise.refresh_from_db()
    assert exercise.sets == 3


def test_with_a_reason_it_is_done_and_the_reason_is_shown(carl, crowded):
    exercise, url, given = too_long(crowded)
    page = carl.post(url, given | {"because": "She has the time."}, follow=True).content.decode()
    assert "New dose" in page
    exercise.refresh_from_db()
    assert exercise.sets == 9
    assert Waiver.objects.get().because == "She has the time."
    assert "“She has the time.”" in page
    assert "Carl Jensen" in page


@pytest.mark.parametrize(
    ("asked", "words", "is_over"),
    [
        (None, "of 90", False),
        (120, "of 90", False),
        (30, "of the patient’s 30", False),
        (5, "of the patient’s 5", True),
    ],
)
def test_the_longest_day_stands_beside_the_smaller_limit(carl, ana_story, asked, words, is_over):
    version = ana_story.proposed
    version.proposal["asked"]["minutes"] = asked
    version.proposal["keep"] = [one.library_id for one in version.listed_now()]
    version.save(update_fields=["proposal"])
    page = carl.get(address("program", ana_story)).content.decode()
    day = page.partition("<dt>Longest day</dt>")[2].partition("</div>")[0]
    assert words in day
    assert ("Longest day is over its limit." in page) == is_over
    assert "It cannot be released" not in page, "a reason lets a day be longer than the patient has"


def test_the_dose_field_says_what_it_takes(carl, ana_story):
    page = carl.get(address("program", ana_story)).content.decode()
    assert "Repetitions, or time" in page
    assert "How often, or how long" not in page


def test_the_minutes_follow_the_dose(carl, ana_story):
    exercise = ana_story.proposed.listed_now().get(library_id="ankle_rock")
    page = carl.post(
        address("exercise", ana_story, exercise.pk), dose(exercise, sets="6"), follow=True
    ).content.decode()
    assert "minutes more" in page
    assert 'data-part="totals"' in page


def test_a_released_version_takes_no_edit(carl, ana_story):
    order = ids(ana_story)
    exercise = ana_story.proposed.listed_now()[0]
    actions.release(version=ana_story.proposed, by=ana_story.by, now=ana_story.now)
    assert carl.post(address("order", ana_story), {"order": order}).status_code == 409
    for name, more in (("add", ()), ("swap", (exercise.pk,))):
        assert carl.get(address(name, ana_story, *more)).status_code == 302
    for name, more, given in (
        ("add", (), {"add": "dead_bug"}),
        ("swap", (exercise.pk,), {"swap": "dead_bug"}),
        ("fit", (), {"has": "any"}),
        ("relax", (0,), {}),
    ):
        assert carl.post(address(name, ana_story, *more), given).status_code == 409, name


@pytest.mark.parametrize("size", [1, 2])
def test_a_change_costs_the_same_however_many_versions(carl, ana_story, size, django_assert_max_num_queries):
    version = ana_story.proposed
    for _ in range(size):
        actions.release(version=version, by=ana_story.by, now=ana_story.now)
        version = actions.revise(version=version, by=ana_story.by, now=ana_story.now)
    exercise = version.listed_now()[0]
    url = reverse("prescribing:exercise", args=[ana_story.patient.pk, version.pk, exercise.pk])
    with django_assert_max_num_queries(20):
        carl.post(url, dose(exercise, sets="2"))
    assert Version.objects.filter(state="proposed").count() == 1
