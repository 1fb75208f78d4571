"""Small changes inside a draft, each checked against the limits; nothing inside a released version."""

from __future__ import annotations

import pytest

from clinic.audit.models import Entry
from programs.plans import edits
from programs.plans.refusals import (
    NeedsReason,
    NotAProposal,
    NothingToRelease,
    NotOfThisProgram,
    OverTheLimit,
    WrongDose,
)


def dose(story, exercise, **given):
    facts = {"sets": 3, "reps": "8-10", "hold_s": "", "rest_s": 60}
    return edits.change_dose(exercise=exercise, by=story.by, now=story.now, **facts | given)


def moved(story, exercise, *, up):
    return edits.move_exercise(exercise=exercise, up=up, by=story.by, now=story.now)


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
    assert moved(ana_story, ana_story.proposed.exercises.first(), up=False)
    assert order(ana_story) == [second, first, *rest]
    assert moved(ana_story, ana_story.proposed.exercises.first(), up=True) is None
    assert order(ana_story) == [second, first, *rest], "at the top nothing happens"


def test_a_new_dose_changes_the_minutes(ana_story):
    done = dose(ana_story, ana_story.proposed.exercises.first(), sets=6, reps="5")
    changed = ana_story.proposed.exercises.first()
    assert (changed.dose, str(changed.minutes)) == ("6 sets of 5. Rest 60 seconds between sets.", "7.4")
    assert done.in_words.startswith("The week takes 3.4 minutes more.")


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("sets", {"sets": 0}),
        ("sets", {"sets": 11}),
        ("reps", {"reps": "  "}),
        ("hold_s", {"hold_s": "a while"}),
        ("rest_s", {"rest_s": 601}),
        ("rest_s", {"rest_s": -1}),
        ("reps", {"reps": "8 " * 61}),
        ("reps", {"reps": "eight to ten"}),
        ("reps", {"reps": "0"}),
        ("reps", {"reps": "101"}),
        ("reps", {"reps": "80-120"}),
        ("reps", {"reps": "400 slow ones"}),
        ("reps", {"reps": "9" * 120}),
        ("reps", {"reps": "600 min"}),
        ("hold_s", {"hold_s": "301"}),
        ("hold_s", {"hold_s": "20-999"}),
    ],
)
def test_an_impossible_dose_is_refused_by_field(ana_story, field, given):
    exercise = ana_story.proposed.exercises.first()
    with pytest.raises(WrongDose) as refused:
        dose(ana_story, exercise, **given)
    assert refused.value.field == field
    exercise.refresh_from_db()
    assert exercise.sets == 3


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"reps": "eight to ten"},
            "in figures, for example 8, 8-10, 5 min or 20 m. “eight to ten” was given",
        ),
        ({"reps": "400"}, "at most 100 repetitions. “400” was given: write the unit if it is a time"),
        ({"hold_s": "400"}, "at most 300 seconds. 400 was given"),
        ({"reps": "600 min"}, "more than 180 minutes a session.*Enter fewer sets"),
    ],
)
def test_a_refused_dose_says_what_to_write_instead(ana_story, given, words):
    with pytest.raises(WrongDose, match=words):
        dose(ana_story, ana_story.proposed.exercises.first(), **given)


@pytest.mark.parametrize(
    "given", [{"reps": "15"}, {"reps": "10-15 each side"}, {"reps": "60 s"}, {"reps": "200 m"}]
)
def test_what_people_write_is_taken(ana_story, given):
    exercise = ana_story.proposed.exercises.first()
    dose(ana_story, exercise, **given, because="Agreed with her.")
    exercise.refresh_from_db()
    assert exercise.reps == given["reps"]


def test_the_minutes_follow_repetitions_holds_and_rests(ana_story):
    first = ana_story.proposed.exercises.first()
    took = []
    for given in ({"reps": "8-10"}, {"reps": "16"}, {"hold_s": "8"}, {"rest_s": 0}):
        dose(ana_story, first, **given)
        took.append(str(ana_story.proposed.exercises.first().minutes))
    assert took == ["4.0", "5.5", "5.9", "1.9"]


def core(story):
    return story.proposed.exercises.get(category="core")


def test_a_dose_that_leaves_no_day_needs_a_reason(ana_story):
    ana_story.proposed.exercises.filter(category="core").update(proposed_minutes=16)
    with pytest.raises(NeedsReason, match=r"“Dead bug” finds no day: .*limit is 35.*Nothing was changed"):
        dose(ana_story, core(ana_story), sets=6)
    assert core(ana_story).sets == 3
    assert not ana_story.proposed.waivers.exists()


def test_with_a_reason_the_dose_stands_and_the_reason_is_kept(ana_story):
    ana_story.proposed.exercises.filter(category="core").update(proposed_minutes=16)
    dose(ana_story, core(ana_story), sets=6, because=" She has the time. ")
    assert core(ana_story).sets == 6
    waiver = ana_story.proposed.waivers.get(library_id="dead_bug")
    assert (waiver.library_id, waiver.guard, waiver.because) == ("dead_bug", "room", "She has the time.")
    assert waiver.made_by == ana_story.by
    ana_story.proposed.refresh_from_db()
    left_out = ana_story.proposed.block(list(ana_story.proposed.listed_now())).left_out
    assert left_out == {}, "what was kept leaves nothing else without a day unseen"
    assert ana_story.released.state == "released"


def older_than_blocks(story):
    version = story.proposed
    version.proposal = {name: value for name, value in version.proposal.items() if name != "runner"}
    version.save(update_fields=["proposal"])


def test_a_draft_older_than_blocks_may_not_grow_over_its_limits(ana_story):
    older_than_blocks(ana_story)
    ana_story.proposed.exercises.filter(category="core").update(proposed_minutes=20)
    with pytest.raises(OverTheLimit, match="limit is 35"):
        dose(ana_story, core(ana_story), sets=6)
    assert core(ana_story).sets == 3


def test_a_draft_older_than_blocks_that_is_too_long_may_be_made_shorter(ana_story):
    older_than_blocks(ana_story)
    ana_story.proposed.exercises.filter(category="core").update(proposed_minutes=60, minutes=60)
    dose(ana_story, core(ana_story), sets=2)
    assert str(core(ana_story).minutes) == "34.7"


def test_a_dose_set_anew_forgets_what_blocks_have_earned(ana_story):
    ana_story.proposed.exercises.filter(category="core").update(step=2)
    dose(ana_story, core(ana_story), sets=2)
    assert core(ana_story).step == 0


def test_a_list_that_changed_meanwhile_is_not_reordered(ana_story):
    keys = [one.pk for one in ana_story.proposed.listed_now()]
    for wrong in (keys[1:], [*keys, keys[0]], [*keys[1:], 10**6]):
        with pytest.raises(NotOfThisProgram, match="load the page again"):
            edits.reorder(version=ana_story.proposed, order=wrong, by=ana_story.by, now=ana_story.now)


def test_the_whole_order_at_once(ana_story):
    rows = list(ana_story.proposed.listed_now())
    edits.reorder(
        version=ana_story.proposed,
        order=[one.pk for one in reversed(rows)],
        by=ana_story.by,
        now=ana_story.now,
    )
    assert order(ana_story) == [one.library_id for one in reversed(rows)]


def test_steps_up_alone_are_allowed_and_taken_back(ana_story):
    assert edits.allow_steps_up(version=ana_story.proposed, allowed=True, by=ana_story.by).steps_up_alone
    assert Entry.objects.filter(what__endswith="steps up alone allowed").exists()
    assert not edits.allow_steps_up(version=ana_story.proposed, allowed=False, by=ana_story.by).steps_up_alone


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
        lambda: moved(ana_story, exercise, up=False),
        lambda: dose(ana_story, exercise),
        lambda: edits.allow_steps_up(version=ana_story.released, allowed=True, by=ana_story.by),
        lambda: edits.write_note(version=ana_story.released, note="x", by=ana_story.by),
    ):
        with pytest.raises(NotAProposal, match="start a new version"):
            change()
