"""The chart's panel names the true next step, whatever state a patient is in."""

from __future__ import annotations

import pytest
from django.urls import reverse

from programs.plans import actions
from programs.plans.models import Version
from tests.places import OTHER, USUAL, offers
from tests.programs.stories import Story

NO_PROGRAM = "suspected_avulsion"


@pytest.fixture
def panel(carl, ana_story):
    """The panel's text as it is now."""
    return lambda: carl.get(reverse("prescribing:panel", args=[ana_story.patient.pk])).content.decode()


def test_without_a_screen_one_is_to_be_taken(panel):
    page = panel()
    assert "No result yet" in page
    assert "take a screen" in page


def test_a_result_waits_for_an_answer(panel, ana_story):
    page_of_result = reverse("charting:triage", args=[ana_story.patient.pk, ana_story.result.pk])
    page = panel()
    assert "A result waits for your answer" in page
    assert page_of_result in page


def test_a_decision_is_proposed_from_right_there(carl, panel, ana_story):
    url = reverse("prescribing:propose", args=[ana_story.patient.pk, ana_story.decision.pk])
    page = panel()
    assert "A program can be proposed" in page
    assert f'method="post" action="{url}"' in page
    assert carl.post(url).status_code == 302
    assert Version.objects.count() == 1


def test_where_no_program_is_right_it_says_why_and_what_instead(panel, world, a_small_recipe):
    story = Story(world, world.ana, world.carl, klass=NO_PROGRAM, says="Send for imaging and to a surgeon.")
    assert story.decision
    page = panel()
    assert "No exercises for now" in page
    assert "Suspected avulsion" in page
    assert "Send for imaging and to a surgeon." in page
    assert "Propose a program" not in page
    assert "A program can be proposed" not in page


def test_an_overruled_class_does_not_borrow_the_results_words(panel, world, a_small_recipe):
    story = Story(world, world.ana, world.carl, says="Mild: start loading.")
    story.decide(NO_PROGRAM)
    page = panel()
    assert "No exercises for now" in page
    assert "Mild: start loading." not in page


def test_a_program_of_an_older_result_is_pointed_at(panel, ana_story, world):
    assert ana_story.released
    assert Story(world, world.ana, world.carl, klass=NO_PROGRAM, days_later=1).decision
    assert "The patient still sees the program below" in panel()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("proposed", "Waits for your release"),
        ("released", "With the patient"),
        ("ended", "The program was ended"),
    ],
)
def test_each_state_of_a_version_is_named(panel, ana_story, state, words):
    version = getattr(ana_story, "proposed" if state == "proposed" else "released")
    if state == "ended":
        actions.end(version=version, because="Moved away.", by=ana_story.by, now=ana_story.now)
    page = panel()
    assert words in page
    assert reverse("prescribing:program", args=[ana_story.patient.pk, version.pk]) in page
    assert "A program can be proposed" not in page


def test_deciding_the_same_again_asks_for_no_second_program(panel, ana_story):
    assert ana_story.released
    ana_story.decide()
    assert "With the patient" in panel()


def test_among_several_screens_the_step_says_which_place_it_is_about(panel, ana_story, monkeypatch):
    offers(monkeypatch, USUAL)
    assert ana_story.result
    assert USUAL.place not in panel()
    offers(monkeypatch, USUAL, OTHER)
    assert f"<p>{USUAL.place}. Agree with the result" in panel()
    assert ana_story.released
    assert f"<p>{USUAL.place}. What they log" in panel()


def test_deciding_otherwise_asks_for_a_new_program(panel, ana_story):
    assert ana_story.released
    ana_story.decide("strain_moderate")
    assert "A program can be proposed" in panel()
