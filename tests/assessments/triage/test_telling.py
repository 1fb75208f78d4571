"""What a patient may read of a result: the standing class's own words, from the moment they are released."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from assessments.screens import actions as screens
from assessments.screens import amending
from assessments.screens.actions import Change
from assessments.triage import actions, telling
from assessments.triage.models import Telling
from programs.plans import actions as plans
from tests.assessments.stories import DESK_WORKER, RACING_SHOES, SCIATICA, concluded
from tests.places import OTHER, USUAL, offers

FOUND = "/my/found/"
LATER = dt.timedelta(minutes=5)
STRAIN = {"klass": "strain_mild", "reason_code": "examination", "reason": "Palpation hurts in the belly."}


@pytest.fixture(autouse=True)
def _now(world):
    with time_machine.travel(world.now, tick=False):
        yield


def read_by(world, patient) -> str:
    return world.signed_in(patient.account).get(FOUND).content.decode()


def may_read(patient) -> list[str]:
    return [one.text for one in Telling.objects.released_to_patient(patient)]


def released(world, decision):
    version = plans.propose(decision=decision, by=world.carl, now=world.now)
    return plans.release(version=version, by=world.carl, now=world.now)


def words_of(result, klass) -> str:
    rules = actions.load_ruleset(*actions.named(result.ruleset)).rules
    return next(rule.say_patient for rule in rules if rule.klass == klass)


def test_nothing_is_read_before_the_program_is_released(world):
    result = concluded(world, DESK_WORKER)
    assert "Nothing to read yet" in read_by(world, world.ana)
    decision = actions.agree(result=result, by=world.carl, now=world.now)
    plans.propose(decision=decision, by=world.carl, now=world.now)
    assert may_read(world.ana) == []
    assert result.outcome["say_patient"] not in read_by(world, world.ana)
    released(world, decision)
    assert may_read(world.ana) == [result.outcome["say_patient"]]
    assert "Your latest assessment" in read_by(world, world.ana)


def test_among_several_screens_each_text_says_its_place(world, monkeypatch):
    for story in (DESK_WORKER, RACING_SHOES):
        released(world, actions.agree(result=concluded(world, story), by=world.carl, now=world.now))
    offers(monkeypatch, USUAL, OTHER)
    page = read_by(world, world.ana)
    assert page.index(OTHER.say_patient) < page.index(USUAL.say_patient)
    offers(monkeypatch, USUAL)
    assert USUAL.say_patient not in read_by(world, world.ana)


def test_an_overruled_result_is_told_in_the_words_of_the_class_that_stands(world):
    result = concluded(world, DESK_WORKER)
    released(world, actions.overrule(result=result, **STRAIN, by=world.carl, now=world.now))
    assert may_read(world.ana) == [words_of(result, "strain_mild")]
    assert result.outcome["say_patient"] not in may_read(world.ana)


def test_a_text_is_taken_back_when_another_class_is_decided(world):
    result = concluded(world, DESK_WORKER)
    decision = actions.agree(result=result, by=world.carl, now=world.now)
    released(world, decision)
    actions.overrule(result=result, **STRAIN, by=world.carl, now=world.now + LATER)
    assert may_read(world.ana) == []
    with pytest.raises(telling.NoLongerHolds):
        telling.tell(decision=decision, by=world.carl, now=world.now + LATER)
    actions.agree(result=result, by=world.carl, now=world.now + 2 * LATER)
    assert may_read(world.ana) == [], "what stands now is another answer, released by itself"


def test_a_text_that_rests_on_a_corrected_screen_is_taken_back(world):
    result = concluded(world, DESK_WORKER)
    released(world, actions.agree(result=result, by=world.carl, now=world.now))
    draft = amending.amend(
        screen=result.screen, because="The wrong age was typed", by=world.carl, now=world.now + LATER
    )
    screens.save_answers(
        screen=draft, changes={"age_years": Change(51, 1)}, by=world.carl, now=world.now + LATER
    )
    assert len(may_read(world.ana)) == 1, "a draft corrects nothing yet"
    actions.sign_and_conclude(screen=draft, by=world.carl, now=world.now + LATER)
    assert may_read(world.ana) == []


def test_nobody_else_reads_it(world):
    released(world, actions.agree(result=concluded(world, DESK_WORKER), by=world.carl, now=world.now))
    assert may_read(world.ben) == []
    assert "Nothing to read yet" in read_by(world, world.ben)


def test_a_class_without_a_program_is_told_by_a_press_of_its_own(world):
    result = concluded(world, SCIATICA)
    client = world.signed_in(world.carl)
    address, page = (
        reverse(f"charting:{name}", args=[world.ana.pk, result.pk]) for name in ("tell", "triage")
    )
    assert "Nothing was released" in client.post(address, {"decision": "1"}, follow=True).content.decode()
    decision = actions.agree(result=result, by=world.carl, now=world.now)
    assert "Release this text to the patient" in client.get(page).content.decode()
    client.post(address, {"decision": str(decision.pk + 1)})
    assert may_read(world.ana) == [], "the page was drawn before another answer"
    told = client.post(address, {"decision": str(decision.pk)}, follow=True).content.decode()
    assert "Released. " in told
    assert "Release this text to the patient" not in told
    assert may_read(world.ana) == [result.outcome["say_patient"]]


def test_a_program_of_the_class_is_needed_where_there_is_one(world):
    result = concluded(world, DESK_WORKER)
    decision = actions.agree(result=result, by=world.carl, now=world.now)
    client = world.signed_in(world.carl)
    client.post(reverse("charting:tell", args=[world.ana.pk, result.pk]), {"decision": str(decision.pk)})
    assert may_read(world.ana) == []


def test_releasing_twice_tells_once_and_nothing_released_is_altered(world):
    decision = actions.agree(result=concluded(world, SCIATICA), by=world.carl, now=world.now)
    first = telling.tell(decision=decision, by=world.carl, now=world.now)
    assert telling.tell(decision=decision, by=world.cleo, now=world.now + LATER) == first
    for statement in ("update triage_telling set text = 'fine'", "delete from triage_telling"):
        with (
            pytest.raises(DatabaseError, match="stay as written"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_a_patient_reads_a_text_of_every_class_that_a_program_follows_from(world):
    """Else a released program would leave its patient with “Nothing to read yet”."""
    result = concluded(world, DESK_WORKER)
    ruleset = actions.load_ruleset(*actions.named(result.ruleset))
    programmed = [name for name in ruleset.classes if ruleset.program_of(name) != "none"]
    assert programmed
    assert [name for name in programmed if not words_of(result, name)] == []
