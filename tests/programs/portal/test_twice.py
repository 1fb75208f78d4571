"""The same day logged twice is asked about first, with signal and without; a lighter week says that it is one."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from programs.plans.models import SessionLog
from programs.portal import words
from tests.programs.portal.test_pages import LOG, PROGRAM, SESSION, TODAY, a_form

ASKED = "You logged this day already (09:00, pain 1). Is this a second session?"


@pytest.fixture(autouse=True)
def clock_in_here(world):
    with time_machine.travel(world.now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ana(ana_story):
    return ana_story.world.signed_in(ana_story.patient.account)


def test_a_second_session_of_a_day_is_asked_about_and_nothing_is_lost(ana, ana_story):
    assert ana.post(LOG, a_form(ana_story, pain_during="1")).status_code == 302
    again = a_form(ana_story, note="In the evening.")
    answer = ana.post(LOG, again)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert ASKED in page
    assert "In the evening." in page
    assert SessionLog.objects.count() == 1
    assert ana.post(LOG, again | {"again": "yes"}).status_code == 302
    assert SessionLog.objects.count() == 2


def test_another_day_is_not_asked_about(ana, ana_story):
    assert ana.post(LOG, a_form(ana_story)).status_code == 302
    assert ana.post(LOG, a_form(ana_story, on_day="2026-03-02")).status_code == 302


def test_the_phone_knows_what_was_logged(ana, ana_story):
    log = ana_story.logs(pain_during=1)
    old = ana_story.logs(on_day=ana_story.now.date() - dt.timedelta(days=14))
    told = ana.get("/my/coming/").json()["logged"]
    assert [one["key"] for one in told] == [
        str(one.client_key) for one in sorted((log, old), key=lambda one: one.pk)
    ]
    assert told[0] == {"key": str(log.client_key), "on_day": "2026-03-03", "at": "09:00", "pain": 1}


# --- A lighter week -------------------------------------------------------------------------------------------------


def test_a_lighter_week_says_so_and_until_when(ana_story, clock_in_here):
    version = ana_story.released
    block = version.block(list(version.exercises.all()))
    number = next(week.number for week in block.weeks if week.lighter)
    monday = version.starts_on - dt.timedelta(days=version.starts_on.weekday())
    said = words.LIGHTER.partition("{")[0]
    for ahead, is_lighter in ((number - 2, False), (number - 1, True), (number, False)):
        clock_in_here.move_to(dt.datetime.combine(monday + dt.timedelta(weeks=ahead), dt.time(9), dt.UTC))
        ana = ana_story.world.signed_in(ana_story.patient.account)
        for address in (TODAY, SESSION, PROGRAM):
            assert (said in ana.get(address).content.decode()) is is_lighter, (address, ahead)
        lighter = [one["lighter"] for one in ana.get("/my/coming/").json()["sessions"]]
        assert any(lighter) is is_lighter
        if is_lighter:
            then = monday + dt.timedelta(weeks=number)
            assert f"From Monday {then.day} {then:%b} it is longer again." in lighter[0]
            page = ana.get(PROGRAM).content.decode()
            start = monday + dt.timedelta(weeks=number - 1)
            assert f"Your week, {start.day} {start:%b} to " in page
