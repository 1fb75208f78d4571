"""The clinic's own starting points: kept from one program, and checked anew for the next patient."""

from __future__ import annotations

import datetime as dt

import pytest

from clinic.audit.models import Entry
from programs.builder.limits import Limits
from programs.plans import actions, edits, seen
from programs.plans.hands_on import note_hands_on
from programs.plans.models import HandsOn, StartingPoint, Version
from programs.plans.refusals import (
    AnotherScreen,
    ChangedMeanwhile,
    InUse,
    NoReason,
    NotAProposal,
    NothingToRelease,
    NotInUse,
    WrongDay,
    WrongName,
)
from programs.plans.starting_points import (
    begin_from,
    bring_back,
    foresee,
    keep_as_starting_point,
    retire,
)
from tests.programs.plans.conftest import case
from tests.programs.stories import Story

DAY = dt.timedelta(days=1)


def kept(story, name="Second phase", note="", version=None):
    return keep_as_starting_point(
        version=version or story.proposed, name=name, note=note, by=story.by, now=story.now
    )


def begun(story, point):
    return begin_from(version=story.proposed, starting_point=point, by=story.by, now=story.now)


def ids(version):
    return [one.library_id for one in version.listed_now()]


@pytest.fixture
def ben(world) -> Story:
    """The same mild strain, another patient."""
    return Story(world, world.ben, world.cleo, klass="strain_mild", case=case("O02"))


# --- Keeping --------------------------------------------------------------------------------------------------


def test_exercises_and_doses_are_kept_in_their_order(ana):
    first = ana.proposed.listed_now().first()
    edits.change_dose(exercise=first, sets=2, reps="9", hold_s="", rest_s=33, by=ana.by, now=ana.now)
    point = kept(ana, "  Second   phase ", " After four weeks. ")
    assert (point.name, point.note, point.phase) == ("Second phase", "After four weeks.", "P2")
    assert [one["library_id"] for one in point.exercises] == ids(ana.proposed)
    assert point.exercises[0] == {
        "library_id": first.library_id,
        "sets": 2,
        "reps": "9",
        "hold_s": "",
        "rest_s": 33,
    }
    assert Entry.objects.filter(patient=ana.patient, what__endswith=f"as starting point {point.pk}").exists()


def test_a_released_version_is_kept_as_well(ana):
    assert kept(ana, version=ana.released).exercises


@pytest.mark.parametrize(
    ("name", "note", "words"),
    [
        ("   ", "", "1 to 80 characters"),
        ("x" * 81, "", "it has 81"),
        ("Fine", "x" * 1001, "Keep the note to 1000"),
        ("For Silva", "", "names no patient"),
        ("Fine", "As for ana silva.", "names no patient"),
    ],
)
def test_a_name_that_will_not_do_is_refused(ana, name, note, words):
    with pytest.raises(WrongName, match=f"{words}.*Nothing was kept"):
        kept(ana, name, note)
    assert not StartingPoint.objects.exists()


def test_a_name_in_use_is_refused_and_free_again_once_retired(ana):
    point = kept(ana)
    with pytest.raises(WrongName, match="“SECOND PHASE” already"):
        kept(ana, "SECOND PHASE")
    retire(starting_point=point, by=ana.by, now=ana.now)
    assert kept(ana).pk != point.pk


def test_a_version_without_exercises_is_not_kept(ana):
    ana.proposed.exercises.all().delete()
    with pytest.raises(NothingToRelease, match="Nothing was kept"):
        kept(ana)


def test_what_is_retired_is_retired_once_and_begun_from_no_more(ana, ben):
    point = kept(ana)
    assert retire(starting_point=point, by=ana.by, now=ana.now).retired_at == ana.now
    before = ids(ben.proposed)
    with pytest.raises(NotInUse, match="was retired"):
        retire(starting_point=point, by=ana.by, now=ana.now)
    with pytest.raises(NotInUse, match="choose one in use"):
        begun(ben, point)
    assert ids(ben.proposed) == before


def test_what_is_retired_is_brought_back_under_its_name(ana):
    point = kept(ana)
    with pytest.raises(InUse, match=r"in use.*Nothing was changed"):
        bring_back(starting_point=point, by=ana.by, now=ana.now)
    retire(starting_point=point, by=ana.by, now=ana.now)
    other = kept(ana, "second PHASE")
    with pytest.raises(WrongName, match=r"“second PHASE”.*stays retired.*retire that one first"):
        bring_back(starting_point=point, by=ana.by, now=ana.now)
    retire(starting_point=other, by=ana.by, now=ana.now)
    assert bring_back(starting_point=point, by=ana.by, now=ana.now).retired_at is None
    assert Entry.objects.filter(what=f"starting point {point.pk} brought back", account=ana.by).exists()


# --- Beginning ------------------------------------------------------------------------------------------------


def test_a_draft_is_filled_with_exercises_and_doses(ana, ben):
    first = ana.proposed.listed_now().first()
    edits.change_dose(exercise=first, sets=2, reps="9", hold_s="", rest_s=33, by=ana.by, now=ana.now)
    edits.write_note(version=ben.proposed, note="Hello Ben.", by=ben.by)
    edits.remove_exercise(exercise=ben.proposed.listed_now().last(), by=ben.by)
    done = begun(ben, kept(ana))
    assert done.left_out == ()
    assert ids(ben.proposed) == ids(ana.proposed)
    row, was = (one.proposed.listed_now().first() for one in (ben, ana))
    assert (row.sets, row.reps, row.rest_s) == (2, "9", 33)
    assert 0 < row.minutes < row.proposed_minutes, "fewer, with less rest"
    assert was.minutes == ana.proposed.exercises.get(pk=first.pk).minutes
    ben.proposed.refresh_from_db()
    assert ben.proposed.note == "Hello Ben."
    assert ben.released.state == "released"


def every_exercise_once(story, point):
    """What was taken and what was left out are together the starting point."""
    done = begun(story, point)
    taken, left = ids(done.version), [one.library_id for one in done.left_out]
    assert sorted([*taken, *left]) == sorted(one["library_id"] for one in point.exercises)
    assert all(one.name and one.because for one in done.left_out)
    return done


def test_what_is_blocked_for_this_patient_is_left_out_and_told(free, ana):
    """What suits a runner without pain is too much for a strain."""
    done = every_exercise_once(ana, kept(free))
    assert done.left_out
    assert not {one.library_id for one in done.left_out} & set(ids(ana.proposed))


def test_what_this_patient_would_rather_not_do_is_left_out_and_told(ana, ben):
    point = kept(ana)
    gone = ids(ana.proposed)[0]
    asked = Limits(dislikes=frozenset({gone}))
    actions.fit(version=ben.proposed, asked=asked, by=ben.by, now=ben.now)
    done = every_exercise_once(ben, point)
    assert [(one.library_id, "rather not" in one.because) for one in done.left_out] == [(gone, True)]


def test_what_has_no_room_in_this_patients_week_is_left_out_and_told(ana, ben):
    point = kept(ana)
    actions.fit(version=ben.proposed, asked=Limits(minutes=10), by=ben.by, now=ben.now)
    done = every_exercise_once(ben, point)
    assert done.left_out
    assert ben.released.state == "released"


def test_what_left_the_library_is_left_out_and_told(ana, ben):
    point = kept(ana)
    point.exercises.append(point.exercises[0] | {"library_id": "gone_for_good"})
    point.save(update_fields=["exercises"])
    assert [one.name for one in every_exercise_once(ben, point).left_out] == ["gone for good"]


def test_nothing_for_this_patient_changes_nothing(free, ana):
    point = kept(free)
    point.exercises = [
        one
        for one in point.exercises
        if one["library_id"] not in {each["id"] for each in free.proposed.proposal["unwanted"]}
    ][:1]
    blocked = next(one["id"] for one in ana.proposed.proposal["blocked"])
    point.exercises[0]["library_id"] = blocked
    point.save(update_fields=["exercises"])
    before = list(ana.proposed.exercises.values())
    with pytest.raises(NothingToRelease, match=r"Nothing was changed\. “"):
        begun(ana, point)
    assert list(ana.proposed.exercises.values()) == before


def test_another_screens_starting_point_is_refused(ana, ben):
    point = kept(ana)
    StartingPoint.objects.update(catalogue="another")
    before = list(ben.proposed.exercises.values())
    with pytest.raises(AnotherScreen, match=r"another screen\. Nothing was changed"):
        begun(ben, point)
    assert list(ben.proposed.exercises.values()) == before


def test_a_released_version_is_not_begun_anew(ana, ben):
    point = kept(ana)
    assert ben.released
    with pytest.raises(NotAProposal):
        begun(ben, point)


def foreseen(story, point):
    """As a page that is opened now."""
    point.refresh_from_db()
    return foresee(version=Version.objects.get(pk=story.proposed.pk), starting_point=point)


@pytest.mark.parametrize("limits", [Limits(), Limits(minutes=10)])
def test_what_would_be_left_out_is_told_before(free, ana, limits):
    """The page before and the action agree: the same rows, the same left out, whatever was set aside before."""
    point = kept(free)
    actions.fit(version=ana.proposed, asked=limits, by=ana.by, now=ana.now)
    before = list(ana.proposed.exercises.values())
    told = foreseen(ana, point)
    assert list(ana.proposed.exercises.values()) == before, "looking changes nothing"
    done = begun(ana, point)
    assert told.left_out == done.left_out
    assert [(one.library_id, one.dose) for one in told.exercises] == [
        (one.library_id, one.dose) for one in ana.proposed.listed_now()
    ]


def test_what_the_draft_gives_up_is_told_before(ana, ben):
    point = kept(ana)
    first, second = ben.proposed.listed_now()[:2]
    edits.change_dose(exercise=first, sets=1, reps="17", hold_s="", rest_s=0, by=ben.by, now=ben.now)
    edits.remove_exercise(exercise=second, by=ben.by, now=ben.now, because="Not today.")
    told = " ".join(one.words for one in foreseen(ben, point).changes)
    assert f"“{first.name}”: from “17 times” to" in told
    assert f"“{second.name}” added" in told


def test_a_reason_given_before_is_set_aside_no_longer(ana, ben):
    """What kept its days past a guard in the old draft is checked as any other, before and after."""
    point = kept(ana)
    version = ben.proposed
    version.refresh_from_db()
    id = ids(version)[0]
    version.waivers.create(
        library_id=id, guard="room", words="No day.", because="She asked.", made_at=ben.now, made_by=ben.by
    )
    version.proposal["keep"] = sorted({*version.proposal["keep"], id})
    version.save()
    told = foreseen(ben, point)
    assert any("nothing is set aside any more" in one.words for one in told.changes)
    done = begun(ben, point)
    assert told.left_out == done.left_out
    assert id not in done.version.proposal["keep"]


def test_nothing_for_this_patient_is_told_before(free, ana):
    point = kept(free)
    point.exercises = point.exercises[:1]
    point.exercises[0]["library_id"] = next(one["id"] for one in ana.proposed.proposal["blocked"])
    point.save(update_fields=["exercises"])
    told = foreseen(ana, point)
    assert not told.exercises
    assert len(told.left_out) == 1


def test_what_cannot_be_begun_from_cannot_be_foreseen(ana, ben):
    point = kept(ana)
    retire(starting_point=point, by=ana.by, now=ana.now)
    with pytest.raises(NotInUse):
        foreseen(ben, point)
    StartingPoint.objects.update(catalogue="another", retired_at=None)
    with pytest.raises(AnotherScreen):
        foreseen(ben, point)
    assert ana.released
    with pytest.raises(NotAProposal):
        foreseen(ana, point)


def test_what_was_edited_since_it_was_shown_is_not_given_up_unseen(ana, ben):
    point, version = kept(ana), ben.proposed
    shown = seen.seen_draft(version, list(version.exercises.all()), [])
    edits.remove_exercise(exercise=version.listed_now().last(), by=ana.by)
    with pytest.raises(ChangedMeanwhile, match=r"by Carl Jensen.*Nothing was filled") as refused:
        begin_from(version=version, starting_point=point, by=ben.by, now=ben.now, seen=shown)
    assert "removed" in refused.value.changes[0]


# --- Hands-on treatment ---------------------------------------------------------------------------------------


def noted(story, what="Soft tissue work, 10 minutes.", days=0):
    return note_hands_on(
        patient=story.patient, what=what, on_day=story.now.date() + days * DAY, by=story.by, now=story.now
    )


def test_hands_on_treatment_is_noted(ana):
    given = noted(ana, " Taping. ")
    assert (given.what, given.given_by, given.on_day) == ("Taping.", ana.by, ana.now.date())
    assert Entry.objects.filter(patient=ana.patient, what=f"hands-on treatment {given.pk}").exists()


@pytest.mark.parametrize(
    ("given", "refusal", "words"),
    [
        ({"what": "  "}, NoReason, "Write what was done"),
        ({"what": "x" * 2001}, NoReason, "2000 characters"),
        ({"days": 1}, WrongDay, "still to come"),
        ({"days": -400}, WrongDay, "before the patient was registered"),
    ],
)
def test_treatment_nobody_gave_is_refused(ana, given, refusal, words):
    with pytest.raises(refusal, match=f"{words}.*Nothing was stored"):
        noted(ana, **given)
    assert not HandsOn.objects.exists()
