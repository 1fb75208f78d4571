"""What a newer version changes, in words."""

from __future__ import annotations

import datetime as dt

import pytest

from programs.builder.limits import Limits
from programs.plans import actions, edits
from programs.plans.differences import Kind, State, compare, difference
from programs.plans.models import Exercise, Waiver
from tests.programs.stories import HARDER, kept_ready


@pytest.fixture
def draft(ana_story):
    return actions.revise(version=ana_story.released, by=ana_story.by, now=ana_story.now)


def told(story, draft):
    draft.refresh_from_db()
    return [(one.kind, one.words) for one in difference(story.released, draft)]


def row(draft, id="hip_hinge"):
    return draft.exercises.get(library_id=id)


def test_a_copy_is_no_different(ana_story, draft):
    assert told(ana_story, draft) == []


def test_what_was_removed_and_added(ana_story, draft):
    edits.remove_exercise(exercise=row(draft, "dead_bug"), by=ana_story.by)
    assert told(ana_story, draft) == [(Kind.REMOVED, "“Dead bug” removed.")]
    back = [(one.kind, one.words) for one in difference(draft, ana_story.released)]
    assert back == [(Kind.ADDED, "“Dead bug” added: 3 sets of 8–10. Rest 60 seconds between sets.")]


def test_a_swap_in_the_same_slot_is_one_change(ana_story, draft):
    Exercise.objects.filter(pk=row(draft, "dead_bug").pk).update(library_id="plank", name="Plank")
    assert told(ana_story, draft) == [(Kind.SWAPPED, "“Dead bug” swapped for “Plank”.")]


def test_a_dose_is_told_from_and_to(ana_story, draft):
    edits.change_dose(
        exercise=row(draft), sets=4, reps="6", hold_s="", rest_s=60, by=ana_story.by, now=ana_story.now
    )
    assert told(ana_story, draft) == [
        (
            Kind.DOSE,
            "“Hip hinge”: from “3 sets of 8–10. Rest 60 seconds between sets” "
            "to “4 sets of 6. Rest 60 seconds between sets”.",
        )
    ]


@pytest.mark.parametrize(("step", "words"), [(1, "1 step further on"), (-2, "2 steps further back")])
def test_steps_earned_are_told(ana_story, draft, step, words):
    draft.exercises.filter(library_id="hip_hinge").update(step=step)
    assert told(ana_story, draft) == [(Kind.DOSE, f"“Hip hinge”: starts {words}.")]


def test_another_order_is_told_whole(ana_story, draft):
    edits.move_exercise(exercise=row(draft), up=False, by=ana_story.by, now=ana_story.now)
    [(kind, words)] = told(ana_story, draft)
    assert kind is Kind.ORDER
    assert words.startswith("The order changed. It is now: Slider curl, Hip hinge, Long bridge,")


def test_what_is_kept_ready_is_told_both_ways(ana_story, draft):
    kept_ready(row(draft), HARDER, "next", name="Sliding bridge")
    assert told(ana_story, draft) == [(Kind.READY, "“Sliding bridge” comes next after “Hip hinge”.")]
    back = difference(draft, ana_story.released)
    assert [one.words for one in back] == ["No longer: “Sliding bridge” comes next after “Hip hinge”."]


def waiver(story, draft, **given):
    facts = {
        "version": draft,
        "library_id": "hip_hinge",
        "guard": "room",
        "words": "A day holds at most 5.",
        "because": "She has the time.",
        "made_at": story.now,
        "made_by": story.by,
    }
    return Waiver(**facts | given)


def test_what_was_set_aside_is_told_with_its_reason(ana_story, draft):
    waiver(ana_story, draft).save()
    assert told(ana_story, draft) == [
        (
            Kind.WAIVED,
            "“Hip hinge”: a guard of the week set aside (A day holds at most 5), because: She has the time.",
        )
    ]
    back = difference(draft, ana_story.released)
    assert [one.words for one in back] == ["“Hip hinge”: nothing is set aside any more."]


def test_every_limit_is_told_from_and_to(ana_story, draft):
    asked = Limits(
        days=frozenset({"Mon", "Sat"}),
        minutes=30,
        equipment=frozenset(),
        long_run="Sat",
        race_on=dt.date(2026, 5, 3),
        dislikes=frozenset({"dead_bug"}),
    )
    draft.proposal["asked"] = asked.as_json()
    draft.save(update_fields=["proposal"])
    assert [words for _, words in told(ana_story, draft)] == [
        "Days: from any day to Mon, Sat.",
        "Minutes a day: from no limit to 30.",
        "Equipment: from not asked to none.",
        "Long run: from any day to Sat.",
        "Race: from none to 2026-05-03.",
        "Rather not: from nothing to dead bug.",
    ]


def test_runs_steps_and_the_note_are_told(ana_story, draft):
    draft.proposal["runner"]["first"] = 4
    draft.save(update_fields=["proposal"])
    edits.allow_steps_up(version=draft, allowed=True, by=ana_story.by)
    edits.write_note(version=draft, note="Well done.", by=ana_story.by)
    assert told(ana_story, draft) == [
        (Kind.RUNS, "Runs start from stage 4, before from 1."),
        (Kind.STEPS, "Harder exercises kept ready may take over alone."),
        (Kind.NOTE, "The note to the patient is now: Well done."),
    ]


def test_a_version_older_than_blocks_is_compared_as_well(ana_story, draft):
    for key in ("runner", "asked", "keep"):
        del draft.proposal[key]
    draft.save(update_fields=["proposal"])
    assert all(words for _, words in told(ana_story, draft))


def test_rows_read_before_are_compared_without_the_database(ana_story, draft, django_assert_num_queries):
    states = [State(one, list(one.exercises.all()), list(one.waivers.all())) for one in (draft, draft)]
    with django_assert_num_queries(0):
        assert compare(*states) == ()
