"""Small changes inside a draft, each checked against the limits; nothing inside a released version."""

from __future__ import annotations

import pytest

from clinic.audit.models import Entry
from programs.plans import edits
from programs.plans.refusals import NotAProposal, NothingToRelease, NotOfThisProgram, OverTheLimit, WrongDose


def dose(story, exercise, **given):
    facts = {"sets": 3, "reps": "8-10", "hold_s": "", "rest_s": 60}
    return edits.change_dose(exercise=exercise, by=story.by, **facts | given)


def order(story):
    return list(story.proposed.exercises.values_list("library_id", flat=True))


def test_removing_leaves_the_others_in_order(ana_story):
    before = order(ana_story)
    edits.remove_exercise(exercise=ana_story.proposed.exercises.all()[1], by=ana_story.by)
    assert order(ana_story) == [before[0], *before[2:]]
    assert Entry.objects.filter(what__endswith="slider_curl removed").exists()


def test_removing_twice_says_so(ana_story):
    exercise = ana_story.proposed.exercises.first()
    edits.remove_exercise(exercise=exercise, by=ana_story.by)
    with pytest.raises(NotOfThisProgram, match="in the meantime"):
        edits.remove_exercise(exercise=exercise, by=ana_story.by)


def test_the_last_exercise_stays(ana_story):
    first, *rest = ana_story.proposed.exercises.all()
    for exercise in rest:
        edits.remove_exercise(exercise=exercise, by=ana_story.by)
    with pytest.raises(NothingToRelease):
        edits.remove_exercise(exercise=first, by=ana_story.by)


def test_moving_swaps_two_places(ana_story):
    first, second, *rest = order(ana_story)
    edits.move_exercise(exercise=ana_story.proposed.exercises.first(), up=False, by=ana_story.by)
    assert order(ana_story) == [second, first, *rest]
    edits.move_exercise(exercise=ana_story.proposed.exercises.first(), up=True, by=ana_story.by)
    assert order(ana_story) == [second, first, *rest], "at the top nothing happens"


def test_a_new_dose_changes_the_minutes(ana_story):
    changed = dose(ana_story, ana_story.proposed.exercises.first(), sets=6, reps="5")
    assert (changed.dose, str(changed.minutes)) == ("6 sets of 5. Rest 60 seconds between sets.", "8.0")


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("sets", {"sets": 0}),
        ("sets", {"sets": 11}),
        ("reps", {"reps": "  "}),
        ("hold_s", {"hold_s": "a while"}),
        ("rest_s", {"rest_s": 601}),
        ("rest_s", {"rest_s": -1}),
    ],
)
def test_an_impossible_dose_is_refused_by_field(ana_story, field, given):
    exercise = ana_story.proposed.exercises.first()
    with pytest.raises(WrongDose) as refused:
        dose(ana_story, exercise, **given)
    assert refused.value.field == field
    exercise.refresh_from_db()
    assert exercise.sets == 3


def test_a_dose_over_the_limit_is_refused(ana_story):
    ana_story.proposed.exercises.filter(category="core").update(proposed_minutes=10)
    with pytest.raises(OverTheLimit, match="limit is 35"):
        dose(ana_story, ana_story.proposed.exercises.get(category="core"), sets=9)
    assert ana_story.proposed.exercises.get(category="core").sets == 3


def test_a_draft_that_is_too_long_may_be_made_shorter(ana_story):
    ana_story.proposed.exercises.filter(category="core").update(proposed_minutes=60, minutes=60)
    assert str(dose(ana_story, ana_story.proposed.exercises.get(category="core"), sets=2).minutes) == "40.0"


def test_a_note_is_kept_as_typed(ana_story):
    edits.write_note(version=ana_story.proposed, note="  Start on Monday.\n", by=ana_story.by)
    ana_story.proposed.refresh_from_db()
    assert ana_story.proposed.note == "Start on Monday."
    with pytest.raises(WrongDose) as refused:
        edits.write_note(version=ana_story.proposed, note="x" * 1001, by=ana_story.by)
    assert refused.value.field == "note"


def test_a_released_version_takes_no_edits(ana_story):
    exercise = ana_story.released.exercises.first()
    for change in (
        lambda: edits.remove_exercise(exercise=exercise, by=ana_story.by),
        lambda: edits.move_exercise(exercise=exercise, up=False, by=ana_story.by),
        lambda: dose(ana_story, exercise),
        lambda: edits.write_note(version=ana_story.released, note="x", by=ana_story.by),
    ):
        with pytest.raises(NotAProposal, match="start a new version"):
            change()
