"""Programs built from a screen that was amended since: they stay, they say so, and no new one starts from it."""

import datetime as dt

import pytest
from django.urls import reverse

from assessments.screens import amending
from assessments.triage import actions as triage
from programs.plans import actions as plans
from programs.plans.models import Version
from programs.plans.refusals import NotDecided
from tests.assessments.stories import STRIDES, concluded

BECAUSE = "The wrong leg was entered"
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def pages(world):
    """Ana's program as Carl sees it: on its own page, in the worklist and in her chart's panel."""
    version, carl = world.whole_story(world.ana, hour=0), world.signed_in(world.carl)
    addresses = [
        reverse("prescribing:program", args=[world.ana.pk, version.pk]),
        reverse("prescribing:worklist"),
        reverse("prescribing:panel", args=[world.ana.pk]),
    ]
    return lambda: [carl.get(address).content.decode() for address in addresses]


def behind(world):
    return Version.objects.get().program.decision.result


def amended(world):
    screen = behind(world).screen
    return amending.amend(screen=screen, because=BECAUSE, by=world.cleo, now=world.now + HOUR)


def test_they_say_so_once_the_amendment_is_signed(world, pages):
    assert not any("amended" in page for page in pages())
    draft = amended(world)
    program, worklist, panel = pages()
    assert "is being amended" in program
    assert BECAUSE in program
    assert "Screen amended" not in worklist + panel
    triage.sign_and_conclude(screen=draft, by=world.cleo, now=world.now + 2 * HOUR)
    program, worklist, panel = pages()
    assert "The screen behind this program was amended" in program
    assert reverse("charting:answers", args=[world.ana.pk, draft.pk]) in program
    assert "Screen amended" in worklist
    assert "Screen amended" in panel
    assert "concluded anew" in panel


def test_the_patient_keeps_the_program_meanwhile(world, pages):
    triage.sign_and_conclude(screen=amended(world), by=world.cleo, now=world.now + HOUR)
    assert Version.objects.released_to(world.ana).count() == 1


def test_no_program_starts_from_a_decision_whose_screen_was_amended(world):
    result = concluded(world, STRIDES)
    decision = triage.agree(result=result, by=world.carl, now=world.now)
    where = reverse("charting:triage", args=[world.ana.pk, result.pk])
    carl, propose = (
        world.signed_in(world.carl),
        reverse("prescribing:propose", args=[world.ana.pk, decision.pk]),
    )
    assert propose in carl.get(where).content.decode()
    draft = amending.amend(screen=result.screen, because=BECAUSE, by=world.cleo, now=world.now + HOUR)
    assert propose in carl.get(where).content.decode(), "it stands until the amendment is signed"
    triage.sign_and_conclude(screen=draft, by=world.cleo, now=world.now + HOUR)
    assert propose not in carl.get(where).content.decode()
    with pytest.raises(NotDecided, match="amended since"):
        plans.propose(decision=decision, by=world.carl, now=world.now + HOUR)
    assert not Version.objects.exists()
