"""One draft in two windows: what would go over another's change unseen is refused once, with what stands now."""

from __future__ import annotations

import pytest

from programs.builder.limits import Limits
from programs.plans import actions, choosing, edits, seen
from programs.plans.models import Exercise, Version
from programs.plans.refusals import ChangedMeanwhile
from tests.programs.stories import EASIER, kept_ready

ANEW = Limits(minutes=30)


def hinge(story) -> Exercise:
    return story.proposed.listed_now().get(library_id="hip_hinge")


def shown(exercise):
    """What a page that is opened now shows of this exercise."""
    return seen.seen_exercise(exercise, exercise.kept_ready.all())


def dose(story, *, by=None, **given):
    facts = {"sets": 3, "reps": "8-10", "hold_s": "", "rest_s": 60} | given
    return edits.change_dose(exercise=hinge(story), by=by or story.by, now=story.now, **facts)


def whole(version, *, words=True):
    version = Version.objects.get(pk=version.pk)
    facts = seen.seen_draft(version, list(version.exercises.all()), list(version.waivers.all()))
    return facts | (seen.seen_words(version) if words else {})


# --- A dose ------------------------------------------------------------------------------------------------------


def test_a_dose_changed_meanwhile_is_not_written_over(ana_story, world):
    before = shown(hinge(ana_story))
    dose(ana_story, sets=2, by=world.cleo)
    with pytest.raises(
        ChangedMeanwhile, match=r"changed by Cleo Marchetti .* now: 2 sets of 8–10.*not saved.*again"
    ):
        dose(ana_story, sets=5, seen=before)
    assert hinge(ana_story).sets == 2
    dose(ana_story, sets=5, seen=shown(hinge(ana_story)))
    assert hinge(ana_story).sets == 5


def test_ones_own_change_is_of_another_window(ana_story):
    before = shown(hinge(ana_story))
    dose(ana_story, sets=2)
    with pytest.raises(ChangedMeanwhile, match=r"changed in another window since"):
        dose(ana_story, sets=5, seen=before)


def test_who_changed_another_exercise_is_not_named_for_this_one(ana_story, world):
    before = shown(hinge(ana_story))
    dose(ana_story, sets=2, by=world.cleo)
    edits.remove_exercise(
        exercise=ana_story.proposed.listed_now().get(library_id="side_lift"), by=ana_story.by
    )
    with pytest.raises(ChangedMeanwhile, match=r"by Cleo Marchetti"):
        dose(ana_story, sets=5, seen=before)


def test_two_who_want_the_same_dose_do_not_clash(ana_story):
    before = shown(hinge(ana_story))
    dose(ana_story, sets=2)
    dose(ana_story, sets=2, seen=before)
    assert hinge(ana_story).sets == 2


def test_what_happens_to_other_exercises_is_no_clash(ana_story):
    before, other = shown(hinge(ana_story)), ana_story.proposed.listed_now()[2]
    kept_ready(hinge(ana_story))
    edits.change_dose(
        exercise=other, sets=1, reps="1", hold_s="", rest_s=0, by=ana_story.by, now=ana_story.now
    )
    edits.write_note(version=ana_story.proposed, note="Slowly.", by=ana_story.by)
    dose(ana_story, sets=5, seen=before)
    assert hinge(ana_story).sets == 5


@pytest.mark.parametrize("text", ["", "x", "a.b.c.d", "hip_hinge..", "\x00"])
def test_a_form_that_does_not_say_what_it_showed_writes_over_nothing(ana_story, text):
    with pytest.raises(ChangedMeanwhile):
        dose(ana_story, sets=5, seen=seen.read_seen_exercise(text))
    assert hinge(ana_story).sets == 3


def test_what_a_form_says_is_read_back(ana_story):
    now = shown(hinge(ana_story))
    assert seen.read_seen_exercise(str(now)) == now


# --- Taken out, swapped, kept ready ------------------------------------------------------------------------------


def removed(story, before):
    edits.remove_exercise(exercise=hinge(story), by=story.by, now=story.now, seen=before)


def swapped(story, before):
    choosing.swap(
        exercise=hinge(story), library_id=EASIER, by=story.by, now=story.now, because="Easier.", seen=before
    )


@pytest.mark.parametrize("leave", [removed, swapped])
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda story: dose(story, sets=2), "Its dose is now: 2 sets"),
        (lambda story: kept_ready(hinge(story), name="Short bridge"), "Kept ready for it: Short bridge"),
    ],
)
def test_what_was_changed_meanwhile_does_not_leave_the_draft(ana_story, leave, change, words):
    before = shown(hinge(ana_story))
    change(ana_story)
    with pytest.raises(ChangedMeanwhile, match=f"{words}.*stays in the draft"):
        leave(ana_story, before)
    assert hinge(ana_story)


def test_it_leaves_once_that_was_seen(ana_story):
    dose(ana_story, sets=2)
    removed(ana_story, shown(hinge(ana_story)))
    assert not ana_story.proposed.listed_now().filter(library_id="hip_hinge").exists()


def ready_next(ana, id, before=None):
    first = ana.proposed.listed_now().first()
    return choosing.keep_ready(
        exercise=first, library_id=id, role="next", by=ana.by, now=ana.now, because="Yes.", seen=before
    )


def test_what_comes_next_is_not_put_away_unseen(ana):
    before = shown(ana.proposed.listed_now().first())
    listed = set(ana.proposed.listed_now().values_list("library_id", flat=True))
    one, other = [id for id in ana.proposed.proposal["eligible"] if id not in listed][:2]
    ready_next(ana, one)
    with pytest.raises(ChangedMeanwhile, match=r"in another window since .* comes next. Nothing was changed"):
        ready_next(ana, other, before)
    first = ana.proposed.listed_now().first()
    assert [each.library_id for each in first.kept_ready.all()] == [one]
    ready_next(ana, other, shown(first))
    assert [each.library_id for each in first.kept_ready.all()] == [other]


# --- Order, note, steps up ---------------------------------------------------------------------------------------


def order(story):
    return [one.pk for one in story.proposed.listed_now()]


def reordered(story, new, before=None):
    edits.reorder(version=story.proposed, order=new, by=story.by, now=story.now, seen=before)


def test_an_order_of_another_window_is_not_undone_unseen(ana_story):
    before = order(ana_story)
    theirs, mine = [before[-1], *before[:-1]], [before[1], before[0], *before[2:]]
    reordered(ana_story, theirs, before)
    with pytest.raises(ChangedMeanwhile, match=r"order was changed in another window.*Nothing was moved"):
        reordered(ana_story, mine, before)
    assert order(ana_story) == theirs
    reordered(ana_story, theirs, before)
    reordered(ana_story, mine, theirs)
    assert order(ana_story) == mine


def test_a_note_of_another_window_is_not_written_over(ana_story, world):
    version, before = ana_story.proposed, seen.mark("")
    edits.write_note(version=version, note="Start on Monday.", by=world.cleo, seen=before)
    with pytest.raises(ChangedMeanwhile, match=r"note was changed by Cleo Marchetti.*not saved"):
        edits.write_note(version=version, note="Start on Tuesday.", by=ana_story.by, seen=before)
    edits.write_note(version=version, note="Start on Monday. ", by=ana_story.by, seen=before)
    version.refresh_from_db()
    assert version.note == "Start on Monday."
    edits.write_note(version=version, note="", by=ana_story.by, seen=seen.mark("Start on Monday."))
    with pytest.raises(ChangedMeanwhile, match=r"note was taken away in another window"):
        edits.write_note(version=version, note="x", by=ana_story.by, seen=seen.mark("Start on Monday."))


def test_steps_up_allowed_meanwhile_are_not_taken_back_unseen(ana_story):
    version = ana_story.proposed
    edits.allow_steps_up(version=version, allowed=True, by=ana_story.by, seen=False)
    with pytest.raises(ChangedMeanwhile, match=r"in another window .* may take over by itself"):
        edits.allow_steps_up(version=version, allowed=False, by=ana_story.by, seen=False)
    edits.allow_steps_up(version=version, allowed=True, by=ana_story.by, seen=False)
    edits.allow_steps_up(version=version, allowed=False, by=ana_story.by, seen=True)
    version.refresh_from_db()
    assert not version.steps_up_alone


# --- The whole draft ---------------------------------------------------------------------------------------------


def released(story, before):
    return actions.release(version=story.proposed, by=story.by, now=story.now, seen=before)


def waived(story):
    story.proposed.exercises.filter(library_id="dead_bug").update(proposed_minutes=13)
    edits.change_dose(
        exercise=story.proposed.listed_now().get(library_id="dead_bug"),
        sets=9,
        reps="8-10",
        hold_s="",
        rest_s=60,
        by=story.by,
        now=story.now,
        because="She has the time.",
    )


def run_earlier(story):
    """Something of the week that no sentence is made of."""
    version = Version.objects.get(pk=story.proposed.pk)
    version.proposal["usual_pain"] = 2
    version.save(update_fields=["proposal"])


CHANGES = {
    "dose": (lambda s: dose(s, sets=2), "from “3 sets of 8–10.*” to “2 sets of 8–10"),
    "removed": (lambda s: removed(s, None), "“Hip hinge” removed."),
    "order": (lambda s: reordered(s, order(s)[::-1]), "The order changed."),
    "ready": (lambda s: kept_ready(hinge(s), name="Short bridge"), "“Short bridge” may be chosen instead"),
    "waiver": (waived, "a guard of the week set aside"),
    "note": (lambda s: edits.write_note(version=s.proposed, note="Hello.", by=s.by), "is now: Hello."),
    "steps": (
        lambda s: edits.allow_steps_up(version=s.proposed, allowed=True, by=s.by),
        "may take over alone",
    ),
    "limits": (
        lambda s: actions.fit(version=s.proposed, asked=ANEW, by=s.by, now=s.now),
        "Minutes a day: from no limit to 30.",
    ),
    "week": (run_earlier, "built anew, with the same exercises and doses"),
}


@pytest.mark.parametrize(("change", "words"), CHANGES.values(), ids=CHANGES)
def test_what_was_changed_since_it_was_read_is_not_released(ana_story, change, words):
    before = whole(ana_story.proposed)
    change(ana_story)
    with pytest.raises(
        ChangedMeanwhile, match=r"Nothing was released.*Read it, then release it again"
    ) as refused:
        released(ana_story, before)
    assert words.partition(".*")[0] in " ".join(refused.value.changes)
    assert words.rpartition(".*")[2] in " ".join(refused.value.changes)
    ana_story.proposed.refresh_from_db()
    assert ana_story.proposed.state == "proposed"


def test_what_was_read_again_is_released(ana_story):
    dose(ana_story, sets=2)
    assert released(ana_story, whole(ana_story.proposed)).state == "released"


@pytest.mark.parametrize("part", ["all", "words"])
def test_a_release_that_does_not_say_what_was_read_is_refused(ana_story, part):
    before = {} if part == "all" else whole(ana_story.proposed, words=False)
    with pytest.raises(ChangedMeanwhile):
        released(ana_story, before)


def test_a_draft_is_the_same_until_it_is_changed(ana_story):
    """Read from the page's own query, and from the tables: the same marks."""
    version = ana_story.proposed
    kept_ready(hinge(ana_story))
    row = Version.objects.with_exercises().get(pk=version.pk)
    assert seen.seen_draft(row, row.every_exercise, []) == whole(version, words=False)


def fitted(story, before):
    return actions.fit(version=story.proposed, asked=ANEW, by=story.by, now=story.now, seen=before)


def test_what_was_edited_since_the_form_was_opened_is_not_built_over(ana_story, world):
    before = whole(ana_story.proposed, words=False)
    dose(ana_story, sets=2, by=world.cleo)
    with pytest.raises(ChangedMeanwhile, match=r"by Cleo Marchetti.*Nothing was built") as refused:
        fitted(ana_story, before)
    assert "Hip hinge" in refused.value.changes[0]
    assert hinge(ana_story).sets == 2
    fitted(ana_story, whole(ana_story.proposed, words=False))
    assert hinge(ana_story).sets == 3


def test_a_note_stays_when_a_draft_is_fitted_so_it_is_no_clash(ana_story):
    before = whole(ana_story.proposed, words=False)
    edits.write_note(version=ana_story.proposed, note="Hello.", by=ana_story.by)
    assert fitted(ana_story, before).note == "Hello."
