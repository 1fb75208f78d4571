"""More than twice the library's dose, or than the patient does now, is asked for only with a reason that is kept."""

from __future__ import annotations

import pytest

from programs.plans import actions, edits
from programs.plans.differences import Kind, difference
from programs.plans.models import Waiver
from programs.plans.refusals import NeedsReason
from programs.plans.starting_points import begin_from, keep_as_starting_point
from tests.programs.stories import kept_ready

REASON = "She did as much before."


def row(version, id="dead_bug"):
    return version.listed_now().get(library_id=id)


def dose(story, exercise, **given):
    facts = {"sets": 3, "reps": "8-10", "hold_s": "", "rest_s": 60}
    return edits.change_dose(exercise=exercise, by=story.by, now=story.now, **facts | given)


def reasons(version):
    return [(one.library_id, one.because) for one in version.waivers.filter(guard="dose")]


@pytest.mark.parametrize("given", [{"sets": 6}, {"reps": "18"}, {"hold_s": "8"}, {"rest_s": 600}])
def test_twice_as_much_needs_no_reason(ana_story, given):
    dose(ana_story, row(ana_story.proposed), **given)
    assert reasons(ana_story.proposed) == []


@pytest.mark.parametrize(
    ("given", "times"),
    [({"sets": 7}, "2.4"), ({"reps": "27"}, "3"), ({"hold_s": "30"}, "7.5"), ({"reps": "5 min"}, "8.4")],
)
def test_more_than_twice_the_librarys_dose_needs_a_reason(ana_story, given, times):
    words = rf"^“Dead bug” would be {times} times the library’s dose \(3 sets of 8–10\)\. Nothing was changed"
    with pytest.raises(NeedsReason, match=words):
        dose(ana_story, row(ana_story.proposed), **given, because="  ")
    assert row(ana_story.proposed).dose == "3 sets of 8–10. Rest 60 seconds between sets."
    assert not Waiver.objects.exists()


def test_the_reason_is_kept_and_goes_out_with_the_program(ana_story):
    dose(ana_story, row(ana_story.proposed), reps="27", because=f" {REASON} ")
    kept = ana_story.proposed.waivers.get(guard="dose")
    assert (kept.library_id, kept.because, kept.made_by) == ("dead_bug", REASON, ana_story.by)
    assert kept.words == "“Dead bug” would be 3 times the library’s dose (3 sets of 8–10)."
    assert reasons(ana_story.released) == [("dead_bug", REASON)]


def test_back_below_the_reason_leaves(ana_story):
    dose(ana_story, row(ana_story.proposed), reps="27", because=REASON)
    dose(ana_story, row(ana_story.proposed), reps="12")
    assert reasons(ana_story.proposed) == []


def test_a_reason_leaves_with_its_exercise_and_no_other_does(ana_story):
    for id in ("dead_bug", "band_press"):
        dose(ana_story, row(ana_story.proposed, id), reps="27", because=REASON)
    edits.remove_exercise(exercise=row(ana_story.proposed), by=ana_story.by)
    assert reasons(ana_story.proposed) == [("band_press", REASON)]


def test_kept_ready_with_the_librarys_dose_it_needs_no_reason(ana_story):
    kept_ready(row(ana_story.proposed, "side_lift"), "dead_bug")
    dose(ana_story, row(ana_story.proposed), reps="27", because=REASON)
    edits.remove_exercise(exercise=row(ana_story.proposed), by=ana_story.by)
    assert reasons(ana_story.proposed) == []


def test_an_older_row_is_held_to_its_sets(ana_story):
    ana_story.proposed.exercises.update(proposed_reps="")
    dose(ana_story, row(ana_story.proposed), reps="20")
    with pytest.raises(NeedsReason, match=r"2\.4 times the library’s dose \(3 sets\)"):
        dose(ana_story, row(ana_story.proposed), sets=7)


# --- Beside what the patient does now -------------------------------------------------------------------------


@pytest.fixture
def eased(ana_story):
    """What the patient has asks for half of the library's dose; a draft follows it."""
    dose(ana_story, row(ana_story.proposed), sets=1, reps="6")
    return actions.revise(version=ana_story.released, by=ana_story.by, now=ana_story.now)


def test_more_than_twice_what_they_do_now_needs_a_reason(ana_story, eased):
    dose(ana_story, row(eased), sets=2, reps="6")
    with pytest.raises(
        NeedsReason, match=r"^“Dead bug” would be 2\.7 times what the patient does now \(6 times\)"
    ):
        dose(ana_story, row(eased), sets=2, reps="8")
    dose(ana_story, row(eased), sets=2, reps="8", because=REASON)
    assert reasons(eased) == [("dead_bug", REASON)]


def test_both_are_told_in_one_sentence(ana_story, eased):
    with pytest.raises(
        NeedsReason, match=r"3 times the library’s dose \(.*\) and 13\.5 times what the patient does now"
    ):
        dose(ana_story, row(eased), reps="27")


def test_a_reason_goes_on_in_a_copy_while_it_is_needed(ana_story):
    dose(ana_story, row(ana_story.proposed), reps="27", because=REASON)
    copy = actions.revise(version=ana_story.released, by=ana_story.by, now=ana_story.now)
    edits.remove_exercise(exercise=row(copy, "side_lift"), by=ana_story.by)
    assert reasons(copy) == [("dead_bug", REASON)]


def test_it_is_told_among_the_differences(ana_story, eased):
    dose(ana_story, row(eased), sets=2, reps="8", because=REASON)
    told = [one.words for one in difference(ana_story.released, eased) if one.kind is Kind.WAIVED]
    assert told == [
        "“Dead bug”: the most a dose may grow set aside (“Dead bug” would be 2.7 times what the patient does now "
        f"(6 times)), because: {REASON}"
    ]


# --- Together with other guards -------------------------------------------------------------------------------


def test_a_dose_that_finds_no_day_either_says_both_at_once(ana_story):
    ana_story.proposed.exercises.filter(category="core").update(proposed_minutes=20)
    with pytest.raises(NeedsReason, match=r"3 times the library’s dose.*“Dead bug” finds no day") as refused:
        dose(ana_story, row(ana_story.proposed), reps="27")
    assert str(refused.value).count("Nothing was changed") == 1
    dose(ana_story, row(ana_story.proposed), reps="27", because=REASON)
    assert set(ana_story.proposed.waivers.values_list("guard", flat=True)) == {"dose", "room"}


def test_what_the_dose_takes_from_others_is_said_with_it(ana_story):
    version = ana_story.proposed
    version.exercises.filter(category="core").update(proposed_minutes=15)
    with pytest.raises(NeedsReason, match=r"With a reason it is kept, and then: fewer days for .*Band press"):
        dose(ana_story, row(version), reps="24")


def test_a_starting_point_brings_no_such_dose_without_a_reason(ana):
    first = ana.proposed.listed_now().first()
    dose(ana, first, sets=first.sets * 3, reps=first.reps, because=REASON)
    facts = {"name": "Much", "note": "", "by": ana.by, "now": ana.now}
    point = keep_as_starting_point(version=ana.proposed, **facts)
    done = begin_from(version=ana.proposed, starting_point=point, by=ana.by, now=ana.now)
    [left] = [one for one in done.left_out if one.library_id == first.library_id]
    assert "3 times the library’s dose" in left.because
    assert "to give a reason" in left.because
