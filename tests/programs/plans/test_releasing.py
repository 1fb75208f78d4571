"""Proposing, releasing and revising: nothing reaches a patient before a clinician released it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from clinic.audit.models import Entry
from programs.plans import actions
from programs.plans.models import Exercise, Version
from programs.plans.refusals import (
    AlreadyReleased,
    NoProgramForThis,
    NoReason,
    NotAProposal,
    NotDecided,
    NotEligible,
    NothingToRelease,
    NotReleased,
    OverTheLimit,
)
from tests.programs.stories import Story

LATER = dt.timedelta(hours=1)


def visible(story: Story) -> list[Version]:
    return list(Version.objects.released_to(story.patient))


def test_a_proposal_keeps_what_it_was_built_from(ana_story):
    version = ana_story.proposed
    assert (version.program.recipe, version.program.phase) == ("hamstring.v1", "P2")
    assert [e.name for e in version.exercises.all()][:2] == ["Hip hinge", "Slider curl"]
    assert version.proposal["blocked"][0]["id"] == "nordic_curl"
    assert Entry.objects.filter(patient=ana_story.patient, action=Entry.Action.CREATED).count() == 1


def test_a_proposal_is_invisible_until_it_is_released(ana_story):
    assert ana_story.proposed
    assert visible(ana_story) == []
    assert ana_story.released in visible(ana_story)


def test_a_released_program_is_its_patients_alone(ana_story, ben_story):
    assert ana_story.released
    assert visible(ben_story) == []


def test_proposing_twice_gives_the_same_proposal(ana_story):
    again = actions.propose(decision=ana_story.decision, by=ana_story.by, now=ana_story.now)
    assert again == ana_story.proposed
    assert Version.objects.count() == 1


def test_an_unsigned_screen_cannot_be_proposed_from(ana_story):
    ana_story.signed = False
    with pytest.raises(NotDecided, match="not signed"):
        actions.propose(decision=ana_story.decision, by=ana_story.by, now=ana_story.now)
    assert not Version.objects.exists()


def test_a_decision_that_was_overtaken_cannot_be_proposed_from(ana_story):
    first = ana_story.decision
    ana_story.decide("tightness")
    with pytest.raises(NotDecided, match="later decision"):
        actions.propose(decision=first, by=ana_story.by, now=ana_story.now)
    assert not Version.objects.exists()


def test_a_class_without_a_program_is_refused_in_words(ana_story):
    decision = ana_story.decide("rf_dvt")
    with pytest.raises(NoProgramForThis):
        actions.propose(decision=decision, by=ana_story.by, now=ana_story.now)
    assert not Version.objects.exists()


def test_two_tabs_release_once(ana_story):
    first = ana_story.released
    with pytest.raises(AlreadyReleased, match="Carl Jensen"):
        actions.release(version=ana_story.proposed, by=ana_story.world.cleo, now=ana_story.now + LATER)
    first.refresh_from_db()
    assert first.released_by == ana_story.by


def test_a_new_version_takes_the_old_ones_place(ana_story):
    old = ana_story.released
    new = actions.revise(version=old, by=ana_story.by, now=ana_story.now + LATER)
    assert visible(ana_story) == [old], "the patient keeps the old one meanwhile"
    assert [e.library_id for e in new.exercises.all()] == [e.library_id for e in old.exercises.all()]
    actions.release(version=new, by=ana_story.by, now=ana_story.now + LATER)
    assert visible(ana_story) == [new]
    with pytest.raises(NotAProposal, match="newer version"):
        actions.release(version=old, by=ana_story.by, now=ana_story.now + LATER)


def test_revising_twice_gives_one_draft(ana_story):
    first = actions.revise(version=ana_story.released, by=ana_story.by, now=ana_story.now)
    assert actions.revise(version=ana_story.released, by=ana_story.by, now=ana_story.now) == first


def test_only_what_the_patient_has_can_be_revised(ana_story):
    with pytest.raises(NotReleased):
        actions.revise(version=ana_story.proposed, by=ana_story.by, now=ana_story.now)


def test_a_program_of_a_later_screen_replaces_the_earlier_one(ana_story):
    second = Story(ana_story.world, ana_story.patient, ana_story.by, klass="tightness")
    assert ana_story.released
    assert second.released
    assert visible(ana_story) == [second.released]


def test_a_decision_overtaken_after_release_hides_the_program(ana_story):
    assert ana_story.released
    ana_story.decide("suspected_avulsion")
    assert visible(ana_story) == []
    assert not Version.objects.loggable_by(ana_story.patient, now=ana_story.now).exists()


def test_a_second_opinion_that_agrees_hides_nothing(ana_story):
    assert ana_story.released
    ana_story.decide(ana_story.klass)
    assert visible(ana_story) == [ana_story.released]


def test_a_proposal_overtaken_by_a_decision_is_not_released(ana_story):
    assert ana_story.proposed
    ana_story.decide("tightness")
    with pytest.raises(NotDecided):
        actions.release(version=ana_story.proposed, by=ana_story.by, now=ana_story.now)
    assert visible(ana_story) == []


def test_an_empty_program_is_not_released(ana_story):
    ana_story.proposed.exercises.all().delete()
    with pytest.raises(NothingToRelease):
        actions.release(version=ana_story.proposed, by=ana_story.by, now=ana_story.now)


def test_a_blocked_exercise_is_not_released(ana_story):
    ana_story.proposed.exercises.filter(position=1).update(library_id="nordic_curl")
    with pytest.raises(NotEligible):
        actions.release(version=ana_story.proposed, by=ana_story.by, now=ana_story.now)


def test_a_session_over_the_limit_is_not_released(ana_story):
    ana_story.proposed.exercises.filter(category="core").update(minutes=40)
    with pytest.raises(OverTheLimit, match="limit is 35"):
        actions.release(version=ana_story.proposed, by=ana_story.by, now=ana_story.now)
    ana_story.proposed.refresh_from_db()
    assert ana_story.proposed.is_draft


def ended(story: Story, *, because: str = "Discharged.") -> Version:
    return actions.end(version=story.released, because=because, by=story.by, now=story.now + LATER)


def test_an_ended_program_is_gone_without_another(ana_story):
    version = ended(ana_story)
    assert (version.state, version.ended_by, version.ended_because) == ("ended", ana_story.by, "Discharged.")
    assert visible(ana_story) == []
    assert Version.objects.was_ended_for(ana_story.patient)
    assert Entry.objects.filter(patient=ana_story.patient, what=f"{version} ended").exists()


def test_a_form_opened_before_the_end_is_not_lost(ana_story):
    version = ended(ana_story)
    assert Version.objects.loggable_by(ana_story.patient, now=ana_story.now + 2 * LATER).get() == version
    assert not Version.objects.loggable_by(ana_story.patient, now=ana_story.now + 26 * LATER).exists()


def test_an_end_needs_a_reason(ana_story):
    with pytest.raises(NoReason):
        ended(ana_story, because="  ")
    assert visible(ana_story) == [ana_story.released]


def test_only_what_the_patient_has_can_be_ended(ana_story):
    with pytest.raises(NotReleased):
        actions.end(version=ana_story.proposed, because="Wrong one.", by=ana_story.by, now=ana_story.now)
    version = ended(ana_story)
    with pytest.raises(NotReleased):
        actions.end(version=version, because="Again.", by=ana_story.by, now=ana_story.now + LATER)
    with pytest.raises(NotAProposal, match="ended"):
        actions.release(version=version, by=ana_story.by, now=ana_story.now + LATER)


def test_a_new_program_after_the_end_is_seen(ana_story):
    ended(ana_story)
    second = Story(ana_story.world, ana_story.patient, ana_story.by, klass="tightness")
    assert visible(ana_story) == []
    assert second.released
    assert visible(ana_story) == [second.released]


def test_an_end_says_when_by_whom_and_why(ana_story):
    with pytest.raises(IntegrityError, match="an_ended_program_says"), transaction.atomic():
        Version.objects.filter(pk=ana_story.released.pk).update(state="ended", ended_at=ana_story.now)


def test_an_ended_version_stays_as_written(ana_story):
    version = ended(ana_story)
    for change in ({"note": "other"}, {"ended_because": "other"}, {"state": "released"}):
        with pytest.raises(DatabaseError, match="stay as written"), transaction.atomic():
            Version.objects.filter(pk=version.pk).update(**change)


# --- What the database holds by itself --------------------------------------------------------------------


def test_a_released_version_stays_as_written(ana_story):
    version = ana_story.released
    for change in ({"note": "other"}, {"released_at": ana_story.now + LATER}, {"proposal": {}}):
        with pytest.raises(DatabaseError, match="stay as written"), transaction.atomic():
            Version.objects.filter(pk=version.pk).update(**change)
    with pytest.raises(DatabaseError, match="stay as written"), transaction.atomic():
        version.exercises.update(sets=1)
    with pytest.raises(DatabaseError, match="stay as written"), transaction.atomic():
        version.exercises.first().delete()


def test_the_guard_lets_a_draft_change(ana_story):
    Version.objects.filter(pk=ana_story.proposed.pk).update(note="other")
    ana_story.proposed.exercises.update(sets=1)
    assert ana_story.proposed.exercises.filter(sets=1).count() == 10


def test_a_patient_has_one_released_version(ana_story):
    copy = actions.revise(version=ana_story.released, by=ana_story.by, now=ana_story.now)
    with pytest.raises(IntegrityError, match="one_released_version_per_patient"), transaction.atomic():
        Version.objects.filter(pk=copy.pk).update(
            state="released", released_at=ana_story.now, released_by=ana_story.by
        )


def test_a_release_names_its_clinician(ana_story):
    with pytest.raises(IntegrityError, match="a_release_says_when_and_by_whom"), transaction.atomic():
        Version.objects.filter(pk=ana_story.proposed.pk).update(state="released", released_at=ana_story.now)


def test_a_version_cannot_belong_to_another_patient(ana_story, ben_story):
    with pytest.raises(IntegrityError, match="a_version_belongs_to"), transaction.atomic():
        Version.objects.filter(pk=ana_story.proposed.pk).update(patient=ben_story.patient)


def test_an_exercise_is_listed_once(ana_story):
    first, second = Exercise.objects.filter(version=ana_story.proposed)[:2]
    with pytest.raises(IntegrityError, match="an_exercise_is_listed_once"), transaction.atomic():
        Exercise.objects.filter(pk=second.pk).update(library_id=first.library_id)
