"""A draft is built anew within a patient's limits, and the next program starts from the same ones."""

from __future__ import annotations

import datetime as dt

import pytest

from clinic.audit.models import Entry
from programs.builder.limits import Limits
from programs.plans import actions, choosing, edits
from programs.plans.blocks import asked_of
from programs.plans.refusals import AlreadyReleased, NoProgramForThis, NotAProposal, WrongLimit
from tests.programs.plans.conftest import case
from tests.programs.stories import Story

WEEKEND = Limits(days=frozenset({"Sat", "Sun"}), minutes=20)
LATER = dt.timedelta(hours=1)


def fitted(story, asked=WEEKEND, **given):
    version = actions.fit(version=story.proposed, asked=asked, by=story.by, now=story.now, **given)
    story.proposed.refresh_from_db()
    return version


def planned(version):
    return {
        day.name for week in version.block(list(version.listed_now())).weeks for day in week.days if day.all
    }


def test_the_draft_keeps_to_the_limits(ana):
    version = fitted(ana)
    assert asked_of(version.proposal) == WEEKEND
    assert planned(version) <= {"Sat", "Sun"}
    assert Entry.objects.filter(what__endswith="fitted to limits").exists()
    assert ana.released.state == "released"


def test_edits_are_given_up_and_the_note_stays(ana):
    edits.write_note(version=ana.proposed, note="Start on Monday.", by=ana.by)
    first, *_ = rows = list(ana.proposed.listed_now())
    edits.reorder(
        version=ana.proposed, order=[one.pk for one in reversed(rows)], by=ana.by, now=ana.now, because="x"
    )
    choices = choosing.Choices(ana.proposed).found("")
    open_one = next(one for one in choices if not (one.blocked or one.is_listed)).exercise.id
    choosing.keep_ready(exercise=first, library_id=open_one, role="next", by=ana.by, now=ana.now)
    version = fitted(ana, Limits())
    assert version.note == "Start on Monday."
    assert [one.library_id for one in version.exercises.all()] == [one.library_id for one in rows]
    assert not version.waivers.exists()


def test_what_is_disliked_is_left_out_and_said(ana):
    gone = ana.proposed.listed_now().first().library_id
    version = fitted(ana, Limits(dislikes=frozenset({gone})))
    assert gone not in {one.library_id for one in version.listed_now()}
    assert gone in {one["id"] for one in version.proposal["unwanted"]}


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (Limits(minutes=4), "minutes"),
        (Limits(minutes=181), "minutes"),
        (Limits(days=frozenset({"Mon", "Someday"})), "days"),
        (Limits(days=frozenset({"Mon"}), long_run="Sat"), "long_run"),
        (Limits(long_run="Someday"), "long_run"),
    ],
)
def test_limits_nobody_has_are_refused_by_field(ana, asked, field):
    before = ana.proposed.proposal, list(ana.proposed.exercises.values())
    with pytest.raises(WrongLimit, match="Nothing was changed") as refused:
        fitted(ana, asked)
    assert refused.value.field == field
    ana.proposed.refresh_from_db()
    assert (ana.proposed.proposal, list(ana.proposed.exercises.values())) == before


def test_a_released_version_is_not_fitted(ana):
    assert ana.released
    with pytest.raises(AlreadyReleased, match="nothing was changed"):
        fitted(ana)


def test_a_replaced_and_an_ended_version_are_not_fitted(ana):
    old = ana.released
    new = actions.revise(version=old, by=ana.by, now=ana.now)
    new = actions.release(version=new, by=ana.by, now=ana.now)
    actions.end(version=new, because="Discharged.", by=ana.by, now=ana.now + LATER)
    for version, words in ((old, "open the newer one"), (new, "propose a new one instead")):
        with pytest.raises(NotAProposal, match=words):
            actions.fit(version=version, asked=WEEKEND, by=ana.by, now=ana.now)


def test_a_class_that_has_no_program_any_more_leaves_the_draft_as_it_was(ana):
    ana.proposed.program.klass = "rf_dvt"
    ana.proposed.program.save(update_fields=["klass"])
    before = list(ana.proposed.exercises.values())
    with pytest.raises(NoProgramForThis):
        fitted(ana)
    assert list(ana.proposed.exercises.values()) == before


def second(story):
    """Another screen of the same patient, decided later."""
    return Story(story.world, story.patient, story.by, klass="tightness", case=case("O01"))


def test_the_next_program_starts_from_the_same_limits(ana):
    fitted(ana)
    assert ana.released
    assert asked_of(second(ana).proposed.proposal) == WEEKEND


def test_a_race_that_is_over_is_none_any_more(ana):
    race = ana.now.date() + dt.timedelta(days=10)
    fitted(ana, Limits(race_on=race))
    later = second(ana)
    version = actions.propose(decision=later.decision, by=ana.by, now=ana.now + dt.timedelta(days=11))
    assert asked_of(version.proposal).race_on is None
    assert asked_of(ana.proposed.proposal).race_on == race


def test_another_patients_limits_are_their_own(ana, free):
    fitted(ana)
    assert asked_of(free.proposed.proposal) == Limits()


def test_a_race_is_held_against_the_day_the_block_starts(free):
    """Released a week after it was proposed, the race lies in another week of the block."""
    race = free.now.date() + dt.timedelta(days=18)
    fitted(free, Limits(race_on=race))
    version = actions.release(version=free.proposed, by=free.by, now=free.now + dt.timedelta(days=7))
    assert version.starts_on == free.now.date() + dt.timedelta(days=7)
    block = version.block(list(version.listed_now()))
    races = [week.number for week in block.weeks for day in week.days if day.run.kind == "race"]
    assert races == [2]


def test_a_draft_given_up_can_be_proposed_again(ana):
    actions.give_up(version=ana.proposed, by=ana.by)
    again = actions.propose(decision=ana.decision, by=ana.by, now=ana.now)
    assert again.exercises.exists()


def test_what_was_released_is_not_given_up(ana):
    copy = actions.revise(version=ana.released, by=ana.by, now=ana.now)
    with pytest.raises(AlreadyReleased):
        actions.give_up(version=ana.released, by=ana.by)
    actions.give_up(version=copy, by=ana.by)
    assert ana.released.program.versions.get() == ana.released
