"""Within a page that somebody may open: the desk reads nothing clinical, patients read nothing meant for clinicians."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from html import unescape

import pytest
import time_machine
from django.urls import reverse

from assessments.screens import actions as screens
from assessments.screens.actions import Change
from assessments.triage import actions as triage
from assessments.triage.models import Telling
from clinic.people.roles import Role
from clinic.reminders import actions as reminders
from programs.plans import actions as plans
from programs.plans import diary, edits
from tests.test_doors import answer, body, pages, somebody

GOAL = "Canary-goal: the spring marathon in Porto"
REASON = "Canary-reason: palpation points to the tendon, not to the belly."
NOTE = "Canary-note: start gently after the long weekend."
CAPTION = "Canary-caption: the left heel lifts early."
ACTIVITY = "Canary-activity: carry my niece upstairs"
LOG_NOTE = "Canary-log: it twinged while I carried the shopping."


@pytest.fixture
def told(world):
    """Ana, with something in every free-text field there is, today; and an emergency at Ben's assessment."""
    carl, at = world.carl, world.now + dt.timedelta(hours=1)
    with time_machine.travel(world.now + dt.timedelta(hours=6), tick=False):
        appointment = world.booked(patient=world.ana, starts_at=at)
        screen = screens.start(patient=world.ana, by=carl, now=at, appointment=appointment)
        screens.load_case(screen=screen, case=world.case("O01"), by=carl, now=at)
        held = {answer.item: answer.revision for answer in screen.answers.all()}
        screens.save_answers(
            screen=screen, changes={"goal": Change(GOAL, held.get("goal", 0))}, by=carl, now=at
        )
        world.photo(screen, now=at, caption=CAPTION)
        result = triage.sign_and_conclude(screen=screen, by=carl, now=at)
        decision = triage.overrule(
            result=result, klass="strain_mild", reason_code="examination", reason=REASON, by=carl, now=at
        )
        version = plans.propose(decision=decision, by=carl, now=at)
        version = edits.write_note(version=version, note=NOTE, by=carl)
        version = plans.release(version=version, by=carl, now=at)
        diary.log_session(
            version=version,
            patient=world.ana,
            on_day=at.date(),
            entries=[diary.Did(version.listed_now().values_list("pk", flat=True)[0], done=True)],
            pain_during=5,
            note=LOG_NOTE,
            by=world.ana.account,
            now=at,
            client_key=uuid.uuid4(),
        )
        world.measured(world.ana, now=at, words=ACTIVITY)
        ben_at = at + dt.timedelta(hours=2)
        screen = screens.start(
            patient=world.ben,
            by=carl,
            now=ben_at,
            appointment=world.booked(patient=world.ben, starts_at=ben_at),
        )
        screens.load_case(screen=screen, case=world.case("O16"), by=carl, now=ben_at)
        triage.sign_and_conclude(screen=screen, by=carl, now=ben_at)
        world.waits(world.ana, now=ben_at)
        world.waits(world.ben, type=world.assessment, now=ben_at)
        reminders.collect(now=ben_at)
        yield world, version


def labels(version, *patients) -> set[str]:
    """Every class these people were given, as the rules name it and in words."""
    found = set()
    for patient in patients:
        for result in patient.triage_results.all():
            found |= {result.klass, result.outcome["label"]}
    return found | {version.program.decision.klass, "Hamstring strain, mild"}


ABOUT_NOBODY = {  # a manager's counts and the published rules: rules and classes, and no patient
    "charting:overruled": (),
    "charting:rule_book": ("hamstring.v1",),
}


def said(story, role, words: set[str], *, but: str = "") -> list[str]:
    """Which of these words are in an answer that this role gets for Ana or Ben, apart from the text `but`."""
    client, found = story.signed_in(somebody(story, role)), []
    mine = [page for page in pages() if role in page.door.roles and page.name not in ABOUT_NOBODY]
    for method in ("get", "post"):  # posts come last: they change what there is to read
        for page in mine:
            of_ana_alone = page.names_a_row and set(page.parts) != {"patient_id"}
            for patient in [story.ana] if of_ana_alone else [story.ana, story.ben]:
                shown = unescape(body(answer(client, method, page.url(patient)))).replace(but, "").casefold()
                found += [f"{method} {page.name}: {word}" for word in words if word.casefold() in shown]
    return found


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.MANAGER])
def test_the_desk_reads_nothing_clinical(told, role):
    story, version = told
    names = set(version.exercises.values_list("name", flat=True))
    rules = {
        rule["id"]
        for p in (story.ana, story.ben)
        for r in p.triage_results.all()
        for rule in r.outcome["fired"]
    }
    assert (
        said(
            story,
            role,
            {GOAL, REASON, NOTE, LOG_NOTE, ACTIVITY, CAPTION}
            | labels(version, story.ana, story.ben)
            | names
            | rules,
        )
        == []
    )


@pytest.mark.parametrize("page", ABOUT_NOBODY)
def test_counts_and_rules_are_about_nobody(told, page):
    story, _ = told
    address = reverse(page, args=ABOUT_NOBODY[page])
    shown = body(story.signed_in(somebody(story, Role.MANAGER)).get(address)).casefold()
    assert "hamstring.v" in shown
    people = {word for one in (story.ana, story.ben) for word in (one.legal_family_name, one.record_number)}
    about = {*people, GOAL, REASON, NOTE, LOG_NOTE, ACTIVITY, CAPTION}
    assert [word for word in about if word.casefold() in shown] == []


def test_a_patient_reads_nothing_meant_for_clinicians(told):
    story, version = told
    rules = {rule["id"] for r in story.ana.triage_results.all() for rule in r.outcome["fired"]}
    causes = {
        word
        for why in version.exercises.values_list("why", flat=True)
        for word in re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", why)
    }
    assert rules
    private = {REASON, CAPTION} | {version.program.decision.klass, *rules, *causes}
    private |= {result.klass for result in story.ana.triage_results.all()} | {"Hamstring strain, mild"}
    (released,) = Telling.objects.released_to_patient(story.ana)  # these words were written for her
    assert said(story, Role.PATIENT, private, but=released.text) == []


def test_the_clinician_reads_all_of_it(told):
    """The control: the same walk finds every one of these words where they belong."""
    story, version = told
    names = set(version.exercises.values_list("name", flat=True))
    words = {GOAL, REASON, NOTE, LOG_NOTE, ACTIVITY, CAPTION, *names}
    found = {line.split(": ", 1)[1] for line in said(story, Role.CLINICIAN, words)}
    assert found == words
