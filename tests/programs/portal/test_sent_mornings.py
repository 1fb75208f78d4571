"""The next morning as a phone's queue sends it: once, after its session, perhaps days later, or refused with words."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
import time_machine

from clinic.audit.models import Entry
from programs.plans.models import MorningLog, SessionLog
from programs.portal import sent
from tests.programs.portal.test_sent import COMING, sends, told

DAY = dt.timedelta(days=1)
TODAY = "/my/"


@pytest.fixture(autouse=True)
def clock_in_here(world):
    with time_machine.travel(world.now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ana(ana_story):
    """Her phone; signed in anew whenever it sends, as days pass in these stories."""
    assert ana_story.released
    return lambda: ana_story.world.signed_in(ana_story.patient.account)


def morning_of(story, key, **given):
    facts = {"who": sent.who(story.patient), "morning_of": str(key), "on_day": "2026-03-03", "pain": 3}
    return facts | {"entries": []} | given


def test_a_morning_arrives_after_the_session_it_belongs_to(ana, ana_story, clock_in_here):
    """Both were told without signal: the morning names its session by the key the phone made."""
    body = told(ana_story)
    clock_in_here.shift(DAY)
    phone = ana()
    assert sends(phone, body).status_code == 200
    answer = sends(phone, morning_of(ana_story, body["client_key"]))
    log = SessionLog.objects.get()
    assert (answer.status_code, answer.json()) == (201, {"log": log.pk, "morning": 3})
    assert (log.morning.pain, log.morning.told_at) == (3, ana_story.now + DAY)
    assert "Thank you" in phone.get(TODAY).content.decode()


def test_a_morning_sent_twice_is_stored_once(ana, ana_story, clock_in_here):
    key = ana_story.logs().client_key
    clock_in_here.shift(DAY)
    assert sends(ana(), morning_of(ana_story, key)).status_code == 201
    clock_in_here.shift(20 * DAY)  # the first answer was lost, and the phone lay in a drawer
    phone = ana()
    again = sends(phone, morning_of(ana_story, key, pain=9))
    assert (again.status_code, again.json()["morning"]) == (200, 3)
    assert MorningLog.objects.get().pain == 3
    assert Entry.objects.filter(what__startswith="morning after session").count() == 1


def test_a_morning_told_on_the_page_is_not_told_again_by_the_phone(ana, ana_story, clock_in_here):
    log = ana_story.logs()
    clock_in_here.shift(DAY)
    ana().post(f"/my/logged/{log.pk}/morning/", {"pain": "1"})
    assert sends(ana(), morning_of(ana_story, log.client_key)).json() == {"log": log.pk, "morning": 1}


@pytest.mark.parametrize("pain", [11, -1, 1.5, True, "3", None, [3]])
def test_a_mornings_pain_is_a_number_from_0_to_10(ana, ana_story, clock_in_here, pain):
    key = ana_story.logs().client_key
    clock_in_here.shift(DAY)
    answer = sends(ana(), morning_of(ana_story, key, pain=pain))
    assert answer.status_code == 422
    assert "Choose a number from 0" in answer.json()["refused"]
    assert not MorningLog.objects.exists()


def test_a_morning_of_anothers_session_is_not_stored(ana, ana_story, ben_story, clock_in_here):
    theirs = ben_story.logs().client_key
    clock_in_here.shift(DAY)
    for body in (morning_of(ben_story, theirs), morning_of(ana_story, theirs)):
        answer = sends(ana(), body)
        assert answer.status_code == 409
        assert answer.json()["refused"]
    assert not MorningLog.objects.exists()


@pytest.mark.parametrize("key", [uuid.UUID(int=7), "nonsense", "", None, 7])
def test_a_morning_without_its_session_says_so(ana, ana_story, key):
    answer = sends(ana(), morning_of(ana_story, key))
    assert answer.status_code == 409
    assert "its session was not stored" in answer.json()["refused"]


def test_a_morning_from_last_month_is_refused_as_its_session_would_be(ana, ana_story, clock_in_here):
    key = ana_story.logs().client_key
    clock_in_here.shift(14 * DAY)
    late = ana_story.logs(on_day=ana_story.now.date() - DAY)
    clock_in_here.shift(16 * DAY)
    answer = sends(ana(), morning_of(ana_story, key))
    assert answer.status_code == 409
    assert "more than two weeks ago" in answer.json()["refused"]
    assert not MorningLog.objects.exists()
    assert not hasattr(late, "morning")


def test_a_morning_that_waited_for_days_still_counts(ana, ana_story, clock_in_here):
    key = ana_story.logs().client_key
    clock_in_here.shift(14 * DAY)
    assert sends(ana(), morning_of(ana_story, key)).status_code == 201


def test_a_clock_an_hour_fast_tells_its_morning(ana, ana_story, clock_in_here):
    key = ana_story.logs().client_key
    clock_in_here.move_to(dt.datetime(2026, 3, 3, 21, 30, tzinfo=dt.UTC))
    answer = sends(ana(), morning_of(ana_story, key))
    assert answer.status_code == 409
    assert "still to come" in answer.json()["refused"]
    clock_in_here.move_to(dt.datetime(2026, 3, 3, 23, 5, tzinfo=dt.UTC))
    assert sends(ana(), morning_of(ana_story, key)).status_code == 201


def test_a_signed_out_phone_tells_no_morning(ana_story, client, clock_in_here):
    key = ana_story.logs().client_key
    clock_in_here.shift(DAY)
    assert sends(client, morning_of(ana_story, key)).status_code == 302
    assert not MorningLog.objects.exists()


def test_the_phone_is_told_which_mornings_it_may_ask_for(ana, ana_story, clock_in_here):
    """Today's session too: tomorrow the phone may have no signal."""
    for back in (9, 2, 0):
        ana_story.logs(on_day=ana_story.now.date() - back * DAY)
    two, none = (
        {"key": str(one.client_key), "on_day": one.on_day.isoformat(), "told": False}
        for one in SessionLog.objects.order_by("on_day")[1:]
    )
    given = ana().get(COMING).json()
    assert given["mornings"] == {"days": 3, "sessions": [two, none]}
    assert (given["rules"]["usual"], given["rules"]["rise_red_above"]) == (0, 2)
    clock_in_here.shift(DAY)
    sends(ana(), morning_of(ana_story, none["key"]))
    assert ana().get(COMING).json()["mornings"]["sessions"] == [two, none | {"told": True}]
