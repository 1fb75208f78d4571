"""What a clinician puts into a draft: found in the library, checked for this patient, and never twice."""

from __future__ import annotations

import pytest

from clinic.audit.models import Entry
from programs.builder.limits import Limits
from programs.plans import actions, choosing, edits
from programs.plans.choosing import MOST_SWAPS, Choices
from programs.plans.models import Exercise
from programs.plans.refusals import (
    AlreadyThere,
    NeedsReason,
    NotAProposal,
    NotEligible,
    NotInTheLibrary,
    NotOfThisProgram,
    TooEasy,
    TooMany,
)

REASON = "She asked for it."


def added(story, id, **given):
    return choosing.add(version=story.proposed, library_id=id, by=story.by, now=story.now, **given)


def kept(story, exercise, id, role="swap", **given):
    return choosing.keep_ready(
        exercise=exercise, library_id=id, role=role, by=story.by, now=story.now, **given
    )


def rows(story):
    return list(story.proposed.listed_now())


def ids(story):
    return [one.library_id for one in rows(story)]


def open_to(story):
    """Ids that may be added: nothing is against them."""
    found = Choices(story.proposed).found("")
    return [one.exercise.id for one in found if not (one.blocked or one.unwanted or one.is_listed)]


def blocked_for(story):
    return next(one for one in Choices(story.proposed).found("") if one.blocked)


def unchanged(story, change, refusal, words):
    """The change is refused in these words, and every row is as before."""
    before = list(story.proposed.exercises.values()), list(story.proposed.waivers.values())
    with pytest.raises(refusal, match=words):
        change()
    assert (list(story.proposed.exercises.values()), list(story.proposed.waivers.values())) == before


# --- Searching ------------------------------------------------------------------------------------------------


def test_what_may_be_done_is_found_first(ana):
    found = Choices(ana.proposed).found("")
    assert len(found) == len(Choices(ana.proposed).case.recipe.library.exercises)
    assert [bool(one.blocked) for one in found] == sorted(bool(one.blocked) for one in found)


def test_every_word_must_be_found(ana):
    one = Choices(ana.proposed).found("")[0]
    words = f"{one.exercise.name.split()[0]} {one.category.split()[0]}".upper()
    assert one.exercise.id in [each.exercise.id for each in Choices(ana.proposed).found(words)]
    assert Choices(ana.proposed).found("no such thing anywhere") == []


def test_swaps_fill_the_same_slot(ana):
    exercise = rows(ana)[0]
    found = Choices(ana.proposed).swaps(exercise)
    assert exercise.library_id not in {one.exercise.id for one in found}
    assert {one.exercise.category for one in found} == {exercise.category}


# --- Adding ---------------------------------------------------------------------------------------------------


def test_what_is_added_stands_at_the_end_of_its_category(ana):
    id = next(one for one in open_to(ana) if added_category(ana, one) in {row.category for row in rows(ana)})
    added(ana, id, because=REASON)
    same = [one.library_id for one in rows(ana) if one.category == added_category(ana, id)]
    assert same[-1] == id
    assert [one.position for one in rows(ana)] == list(range(1, len(rows(ana)) + 1))
    row = ana.proposed.exercises.get(library_id=id)
    assert (row.slot, row.role, bool(row.why), bool(row.why_patient)) == ("added", "listed", True, True)
    assert Entry.objects.filter(what__endswith=f"{id} added").exists()


def added_category(story, id):
    return Choices(story.proposed).of(id).exercise.category


def test_what_is_in_the_program_is_not_added_twice(ana):
    unchanged(ana, lambda: added(ana, ids(ana)[0]), AlreadyThere, "in the program already. Nothing was")


def test_an_unknown_exercise_is_refused(ana):
    unchanged(ana, lambda: added(ana, "no_such_thing"), NotInTheLibrary, "choose one from the list")


def test_what_is_blocked_is_never_set_aside(ana):
    one = blocked_for(ana)
    unchanged(
        ana,
        lambda: added(ana, one.exercise.id, because=REASON),
        NotEligible,
        "cannot be used for this patient",
    )


def disliking(story, *disliked, **given):
    asked = Limits(dislikes=frozenset(disliked), **given)
    actions.fit(version=story.proposed, asked=asked, by=story.by, now=story.now)
    story.proposed.refresh_from_db()


def test_what_the_patient_would_rather_not_do_needs_a_reason(ana):
    gone = rows(ana)[0].library_id
    disliking(ana, gone)
    assert gone not in ids(ana)
    unchanged(ana, lambda: added(ana, gone), NeedsReason, "rather not do it. Nothing was changed: give a")
    added(ana, gone, because=REASON)
    waiver = ana.proposed.waivers.get(guard="wish")
    assert (waiver.library_id, waiver.because, waiver.made_by) == (gone, REASON, ana.by)
    assert ana.released.exercises.filter(library_id=gone).exists()


def test_what_needs_equipment_they_do_not_have_needs_a_reason(ana):
    disliking(ana, equipment=frozenset())
    one = next(each for each in Choices(ana.proposed).found("") if each.unwanted and not each.blocked)
    unchanged(ana, lambda: added(ana, one.exercise.id), NeedsReason, "does not have")


def test_each_guard_set_aside_keeps_its_own_words(ana):
    """A dislike and a full week are two things a reason is given for."""
    gone = rows(ana)[0].library_id
    disliking(ana, gone, minutes=5)
    added(ana, gone, because=REASON)
    guards = set(ana.proposed.waivers.filter(library_id=gone).values_list("guard", flat=True))
    assert "wish" in guards
    assert all(ana.proposed.waivers.values_list("words", flat=True))


def first_too_many(story):
    """Everything that has room is added; what has none any more."""
    for id in open_to(story):
        try:
            added(story, id)
        except NeedsReason:
            return id
    raise AssertionError("the week holds the whole library")


def test_a_full_week_needs_a_reason_and_then_goes_out(ana):
    actions.fit(version=ana.proposed, asked=Limits(minutes=10), by=ana.by, now=ana.now)
    crowding = first_too_many(ana)
    unchanged(ana, lambda: added(ana, crowding), NeedsReason, "finds no day.*Nothing was changed: give a")
    added(ana, crowding, because=REASON)
    assert crowding in ids(ana)
    assert ana.proposed.waivers.filter(guard="room").exists()
    assert ana.released.state == "released"


def test_put_back_after_removal_it_is_checked_as_any_other(ana):
    """A reason is for once: removing takes it along, also from what keeps its days."""
    gone = rows(ana)[0].library_id
    disliking(ana, gone, minutes=5)
    added(ana, gone, because=REASON)
    edits.remove_exercise(exercise=ana.proposed.exercises.get(library_id=gone), by=ana.by)
    ana.proposed.refresh_from_db()
    assert gone not in ana.proposed.proposal["keep"]
    assert not ana.proposed.waivers.filter(library_id=gone).exists()
    unchanged(ana, lambda: added(ana, gone), NeedsReason, "give a reason")


# --- Swapping -------------------------------------------------------------------------------------------------


def swapped(story, exercise, id, **given):
    return choosing.swap(exercise=exercise, library_id=id, by=story.by, now=story.now, **given)


def swap_of(story, exercise):
    found = Choices(story.proposed).swaps(exercise)
    return next(
        (one.exercise.id for one in found if not (one.blocked or one.unwanted or one.is_listed)), None
    )


def swappable(story):
    """(exercise, what may take its place)."""
    return next((one, id) for one in rows(story) if (id := swap_of(story, one)))


def test_a_swap_takes_slot_and_place(ana):
    exercise, id = swappable(ana)
    swapped(ana, exercise, id, because=REASON)
    row = ana.proposed.exercises.get(library_id=id)
    assert (row.slot, row.position) == (exercise.slot, exercise.position)
    assert exercise.library_id not in ids(ana)
    assert Entry.objects.filter(what__endswith=f"{exercise.library_id} swapped for {id}").exists()


def test_a_swap_takes_what_was_kept_ready_along(ana):
    exercise, id = swappable(ana)
    kept(ana, exercise, id)
    swapped(ana, exercise, id, because=REASON)
    assert ana.proposed.exercises.count() == len(rows(ana))


def test_swaps_are_refused_as_additions_are(ana):
    first, second, *_ = rows(ana)
    unchanged(ana, lambda: swapped(ana, first, second.library_id), AlreadyThere, "already")
    unchanged(
        ana,
        lambda: swapped(ana, first, blocked_for(ana).exercise.id, because=REASON),
        NotEligible,
        "cannot be used",
    )
    unchanged(ana, lambda: swapped(ana, first, "no_such_thing"), NotInTheLibrary, "no exercise")


def test_what_was_removed_meanwhile_is_not_swapped(ana):
    exercise, id = swappable(ana)
    edits.remove_exercise(exercise=exercise, by=ana.by)
    exercise.pk = exercise.pk or 10**6
    unchanged(ana, lambda: swapped(ana, exercise, id), NotOfThisProgram, "in the meantime")


# --- Keeping ready --------------------------------------------------------------------------------------------


def test_what_is_kept_ready_is_beside_the_list(ana):
    exercise, id = swappable(ana)
    before = ids(ana)
    row = kept(ana, exercise, id)
    assert (row.role, row.instead_of, row.slot) == ("swap", exercise, exercise.slot)
    assert ids(ana) == before
    choosing.take_ready_away(exercise=row, by=ana.by)
    assert not exercise.kept_ready.exists()
    unchanged(
        ana, lambda: choosing.take_ready_away(exercise=row, by=ana.by), NotOfThisProgram, "in the meantime"
    )


def test_one_exercise_comes_next(ana):
    exercise = rows(ana)[0]
    first, second = harder_than(ana, exercise)[:2]
    kept(ana, exercise, first, "next")
    kept(ana, exercise, second, "next")
    assert [one.library_id for one in exercise.kept_ready.all()] == [second]


def level(story, id):
    return Choices(story.proposed).of(id).exercise.level


def harder_than(story, exercise):
    """What is as hard or harder, and open."""
    return [id for id in open_to(story) if level(story, id) >= level(story, exercise.library_id)]


def easier_pair(story):
    """(exercise, an easier one that is open)."""
    return next(
        (one, id)
        for one in rows(story)
        for id in open_to(story)
        if level(story, id) < level(story, one.library_id)
    )


def test_what_comes_next_is_not_easier(ana):
    exercise, easier = easier_pair(ana)
    here, there = level(ana, easier), level(ana, exercise.library_id)
    words = f"is level {here}, and “{exercise.name}” is level {there}.*Nothing was changed.*may choose"
    unchanged(ana, lambda: kept(ana, exercise, easier, "next", because=REASON), TooEasy, words)
    assert kept(ana, exercise, easier), "as a choice it may be offered"


def test_a_refused_next_leaves_the_one_before(ana):
    exercise, easier = easier_pair(ana)
    harder = harder_than(ana, exercise)[0]
    kept(ana, exercise, harder, "next")
    with pytest.raises(TooEasy):
        kept(ana, exercise, easier, "next")
    assert [one.library_id for one in exercise.kept_ready.all()] == [harder]


def test_beside_one_the_library_no_longer_has_anything_may_come_next(ana):
    exercise, easier = easier_pair(ana)
    Exercise.objects.filter(pk=exercise.pk).update(library_id="gone_since")
    assert kept(ana, exercise, easier, "next")


def test_a_few_swaps_are_enough(ana):
    exercise = rows(ana)[0]
    *some, one_more = open_to(ana)[: MOST_SWAPS + 1]
    for id in some:
        kept(ana, exercise, id)
    unchanged(ana, lambda: kept(ana, exercise, one_more), TooMany, "Take one away|take one away")
    assert kept(ana, exercise, one_more, "next"), "what comes next is counted apart"


def test_nothing_is_kept_ready_twice_for_the_same(ana):
    exercise, id = rows(ana)[0], open_to(ana)[0]
    kept(ana, exercise, id)
    for role in ("swap", "next"):
        unchanged(ana, lambda role=role: kept(ana, exercise, id, role), AlreadyThere, "kept ready for it")
    assert kept(ana, rows(ana)[1], id), "for another exercise it may be"


def test_what_is_kept_ready_is_checked_as_the_rest(ana):
    exercise = rows(ana)[0]
    unchanged(ana, lambda: kept(ana, exercise, ids(ana)[1]), AlreadyThere, "in the program already")
    unchanged(ana, lambda: kept(ana, exercise, blocked_for(ana).exercise.id), NotEligible, "cannot be used")
    with pytest.raises(ValueError, match="swap or next"):
        kept(ana, exercise, open_to(ana)[0], "listed")


def test_a_swap_the_patient_would_rather_not_do_needs_a_reason(ana):
    gone = rows(ana)[0].library_id
    disliking(ana, gone)
    exercise = rows(ana)[0]
    unchanged(ana, lambda: kept(ana, exercise, gone), NeedsReason, "give a reason")
    assert kept(ana, exercise, gone, because=REASON)
    assert ana.proposed.waivers.get().because == REASON


def test_a_revision_copies_what_is_kept_ready_and_why(ana):
    gone = rows(ana)[0].library_id
    disliking(ana, gone)
    exercise = rows(ana)[0]
    id = harder_than(ana, exercise)[0]
    kept(ana, exercise, id, "next")
    added(ana, gone, because=REASON)
    copy = actions.revise(version=ana.released, by=ana.by, now=ana.now)
    row = copy.exercises.get(role=Exercise.Role.NEXT)
    assert (row.library_id, row.instead_of.library_id) == (id, exercise.library_id)
    assert row.instead_of.version == copy
    assert [one.because for one in copy.waivers.filter(guard="wish")] == [REASON]


def test_a_released_version_takes_nothing(ana):
    exercise, id = swappable(ana)
    row = kept(ana, exercise, id)
    assert ana.released
    for change in (
        lambda: added(ana, id),
        lambda: swapped(ana, exercise, id),
        lambda: kept(ana, exercise, id, "next"),
        lambda: choosing.take_ready_away(exercise=row, by=ana.by),
    ):
        unchanged(ana, change, NotAProposal, "start a new version")
