"""A proposal for another place than the program the patient has: the page that releases it says what is given up."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from assessments.triage import actions as triage
from programs.plans import actions as plans
from programs.plans.models import Version
from tests.assessments.stories import RELAY, STRIDES, concluded
from tests.places import OTHER, USUAL, offers

WARNING = "For another place than the program they have"


@pytest.fixture
def proposed(world, monkeypatch):
    """Ana has a program for the usual place; what Carl reads on the proposal a later story leads to."""
    offers(monkeypatch, USUAL, OTHER)
    world.whole_story(world.ana, hour=0)
    now = world.now + dt.timedelta(days=1)

    def page(story: str) -> str:
        result = concluded(world, story, now=now)
        decision = triage.agree(result=result, by=world.carl, now=now)
        version = plans.propose(decision=decision, by=world.carl, now=now)
        where = reverse("prescribing:program", args=[world.ana.pk, version.pk])
        return world.signed_in(world.carl).get(where).content.decode()

    return page


def test_what_is_given_up_is_named(proposed):
    said = proposed(RELAY)
    assert WARNING in said
    has = Version.objects.get(state=Version.State.RELEASED)
    assert f"“{has.proposal['class_label']}” ({USUAL.place})" in said


def test_a_program_for_the_same_place_takes_over_without_a_word(proposed):
    assert WARNING not in proposed(STRIDES)


def test_a_program_the_patient_has_says_nothing_of_itself(world, monkeypatch):
    offers(monkeypatch, USUAL, OTHER)
    version = world.whole_story(world.ana, hour=0)
    where = reverse("prescribing:program", args=[world.ana.pk, version.pk])
    assert WARNING not in world.signed_in(world.carl).get(where).content.decode()
