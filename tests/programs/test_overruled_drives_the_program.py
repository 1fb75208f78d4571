"""From a result overruled on its page to the patient's phone: the clinician's class decides, the rules' is kept."""

from __future__ import annotations

from html import unescape

import pytest
import time_machine
from django.urls import reverse

from assessments.triage.actions import class_label
from programs.plans.models import Version
from tests.assessments.stories import DESK_WORKER, concluded
from tests.programs.prescribing.seen import seen_at
from tests.test_doors import body

OVERRULED = {
    "answer": "overrule",
    "klass": "strain_mild",
    "reason_code": "examination",
    "reason": "Palpation hurts in the belly, and resisted flexion too.",
}


@pytest.fixture(autouse=True)
def _now(world):
    with time_machine.travel(world.now, tick=False):
        yield


def answered(world, result, answer) -> Version:
    """Answer, propose and release by the buttons of the pages; the version the patient has then."""
    carl = world.signed_in(world.carl)
    where = [result.patient_id, result.pk]
    carl.post(reverse("charting:decide", args=where), answer)
    decision = result.decisions.latest("pk")
    carl.post(reverse("prescribing:propose", args=[result.patient_id, decision.pk]))
    proposed = Version.objects.get(patient=result.patient_id)
    release = reverse("prescribing:release", args=[result.patient_id, proposed.pk])
    carl.post(release, {"sure": "on"} | seen_at(carl, release))
    return Version.objects.get(pk=proposed.pk)


def test_an_overruled_outcome_drives_the_program(world):
    result = concluded(world, DESK_WORKER)
    strain = class_label(result, "strain_mild")
    version = answered(world, result, OVERRULED)
    assert version.state == Version.State.RELEASED
    assert version.program.klass == "strain_mild"
    assert version.proposal["class_label"] == strain
    result.refresh_from_db()
    assert result.klass == "tightness", "what the rules concluded stays on record"

    ana = world.signed_in(world.ana.account)
    found = unescape(body(ana.get("/my/found/")))
    assert result.outcome["say_patient"] not in found, (
        "nor do they read the words of the class that was overruled"
    )
    program = unescape(body(ana.get(reverse("portal:program"))))
    assert all(exercise.name in program for exercise in version.exercises.all())


def test_the_same_result_agreed_with_leads_elsewhere(world):
    """The control: it is the answer that makes the difference."""
    agreed = answered(world, concluded(world, DESK_WORKER), {"answer": "agree"})
    overruled = answered(world, concluded(world, DESK_WORKER, patient=world.ben), OVERRULED)
    assert agreed.program.klass == "tightness"
    assert (agreed.program.track, agreed.program.running) != (
        overruled.program.track,
        overruled.program.running,
    )
    names = [set(one.exercises.values_list("library_id", flat=True)) for one in (agreed, overruled)]
    assert names[0] != names[1]
