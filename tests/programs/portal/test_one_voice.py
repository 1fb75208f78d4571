"""After a stop every page says the same: stop, and ring us. Nothing beside it asks for a session or praises one."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.conf import settings

from programs.plans import diary
from programs.plans.models import SessionLog
from tests.programs.portal.test_pages import LOG, PROGRAM, SESSION, TODAY, a_form, shown

STOP = "Stop all exercises and runs. Ring us."
PROGRESS = "/my/progress/"
ELSEWHERE = (
    "Hip hinge</h3>",
    "Doing another day’s session?",
    "all the same",
    "session-plan",
    "Pain that is fine",
    "What you gained",
    "Your week",
    "program.pdf",
    "You come back to running",
)


@pytest.fixture(autouse=True)
def clock_in_here(world):
    with time_machine.travel(world.now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ana(ana_story):
    return ana_story.world.signed_in(ana_story.patient.account)


@pytest.mark.parametrize("given", [{"pain_during": 5}, {"symptoms": ["numbness"]}], ids=["pain", "a sign"])
@pytest.mark.parametrize("address", [TODAY, SESSION, PROGRAM, PROGRESS])
def test_a_stop_is_one_voice_until_a_therapist_lets_them_go_on(ana, ana_story, clock_in_here, address, given):
    assert ana_story.released
    assert STOP not in shown(ana.get(address))
    ana_story.logs(**given)
    page = shown(ana.get(address))
    assert page.count(STOP) == 1
    assert f"tel:{settings.CLINIC_PHONE.replace(' ', '')}" in page
    for part in ("What to do now", "What not to do", "When we answer", "no strength at all"):
        assert part in page
    assert [words for words in ELSEWHERE if words in page] == []
    if "symptoms" in given:
        log = SessionLog.objects.get()
        diary.let_go_on(log=log, because="Looked at it.", by=ana_story.by, now=ana_story.now)
        clock_in_here.shift(dt.timedelta(days=3))
        ana = ana_story.world.signed_in(ana_story.patient.account)
        assert STOP not in shown(ana.get(address))


def test_what_stands_elsewhere_is_there_without_a_stop(ana, ana_story):
    """Negative control of the test above."""
    assert ana_story.released
    pages = "".join(ana.get(one).content.decode() for one in (TODAY, SESSION + "?day=Mon", PROGRAM))
    there = [words for words in ELSEWHERE if words in pages]
    assert set(ELSEWHERE) - set(there) <= {"What you gained", "all the same", "Hip hinge</h3>", "program.pdf"}


def test_something_more_can_be_told_after_a_stop(ana, ana_story):
    ana_story.logs(symptoms=["swelling"])
    assert "Tell us something more" in ana.get(TODAY).content.decode()
    page = ana.get(SESSION + "?day=Mon").content.decode()
    assert "I did some of it before I stopped" in page
    assert "3 sets of" not in page
    answer = ana.post(LOG, a_form(ana_story, symptoms="bruise", note="It is blue now."))
    assert answer.status_code == 302
    assert SessionLog.objects.filter(note="It is blue now.").exists()
