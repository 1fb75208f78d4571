"""What a phone's queue may send: stored once, in the patient's own program, or refused with words they can act on."""

from __future__ import annotations

import datetime as dt
import json
import uuid

import pytest
import time_machine

from programs.plans import actions
from programs.plans.models import SessionLog
from programs.portal import sent

SEND, COMING = "/my/log/send/", "/my/coming/"


@pytest.fixture(autouse=True)
def clock_in_here(world):
    with time_machine.travel(world.now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ana(ana_story):
    return ana_story.world.signed_in(ana_story.patient.account)


def told(story, **given):
    """What the phone's queue holds of Monday's session done today."""
    hinge, lift = story.released.exercises.filter(library_id__in=["hip_hinge", "side_lift"]).order_by(
        "position"
    )
    facts = {
        "who": sent.who(story.patient),
        "version": story.released.pk,
        "client_key": str(uuid.uuid4()),
        "on_day": "2026-03-03",
        "told_at": "2026-03-03T08:55:00.123Z",
        "pain_during": 1,
        "symptoms": [],
        "effort": 6,
        "run_minutes": "12",
        "run_km": None,
        "note": "By the sea.",
        "entries": [
            {"id": hinge.pk, "said": "done", "why": "", "pain": 2, "sets": 3, "instead": None},
            {"id": lift.pk, "said": "could_not", "why": "too_hard", "pain": None, "sets": 0, "instead": None},
        ],
    }
    return facts | given


def sends(client, body):
    return client.post(
        SEND, body if isinstance(body, str) else json.dumps(body), content_type="application/json"
    )


def test_a_log_from_the_queue_is_stored_whole(ana, ana_story):
    answer = sends(ana, told(ana_story))
    log = SessionLog.objects.get()
    assert answer.json() == {
        "log": log.pk,
        "url": f"/my/logged/{log.pk}/",
        "on_day": "2026-03-03",
        "stop": False,
    }
    assert (log.pain_during, log.effort, log.run_minutes, log.note) == (1, 6, 12, "By the sea.")
    assert log.told_at == dt.datetime(2026, 3, 3, 8, 55, 0, 123_000, tzinfo=dt.UTC)
    hinge, lift = log.entries.all()
    assert (hinge.done, hinge.pain, hinge.sets_done) == (True, 2, 3)
    assert (lift.could_not, lift.why) == (True, "too_hard")
    assert answer["Cache-Control"] == "no-store"


def test_the_same_key_again_answers_with_the_same_row(ana, ana_story, clock_in_here):
    body = told(ana_story)
    first = sends(ana, body).json()
    clock_in_here.shift(dt.timedelta(days=20))  # the first answer was lost, and the phone lay in a drawer
    again = sends(ana_story.world.signed_in(ana_story.patient.account), body)
    assert (again.status_code, again.json()) == (200, first)
    assert SessionLog.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "status", "words"),
    [
        ({"pain_during": 11}, 422, "Choose a whole number from 0 to 10. “11” was given."),
        ({"pain_during": None}, 422, "Choose a number from 0"),
        ({"pain_during": True}, 422, "Choose a whole number"),
        ({"on_day": "2026-02-01"}, 422, "more than two weeks ago"),
        ({"on_day": "2026-03-05"}, 422, "still to come"),
        ({"on_day": "last Friday"}, 422, "Enter a valid date"),
        ({"client_key": "7"}, 422, "Enter a valid UUID"),
        ({"symptoms": ["cold feet"]}, 422, "Choose only from the options"),
        ({"run_minutes": "1e999"}, 422, "whole number"),
        ({"entries": [], "run_minutes": None}, 422, "at least one exercise"),
        ({"entries": [{"id": 999_999, "said": "done"}]}, 409, "not in your program"),
        ({"entries": [{"id": "x", "said": "done"}]}, 409, "not in your program"),
        ({"entries": "all"}, 422, "could not be read"),
        ({"entries": [{"id": 1}] * 101}, 422, "could not be read"),
        ({"version": 999_999}, 409, "not in your program any more"),
        ({"version": "٣"}, 409, "not in your program any more"),
        ({"who": "somebody"}, 409, "somebody else on this phone"),
    ],
)
def test_what_will_never_be_stored_is_refused_with_its_reason(ana, ana_story, given, status, words):
    answer = sends(ana, told(ana_story, **given))
    assert (answer.status_code, SessionLog.objects.count()) == (status, 0)
    assert words in answer.json()["refused"]


@pytest.mark.parametrize("body", ["", "[", "7", "[]", '"x"', "{}", "[" * 50_000, "x" * 70_000])
def test_what_is_no_log_is_refused(ana, ana_story, body):
    assert ana_story.released
    answer = sends(ana, body)
    assert answer.status_code in {409, 422}
    assert answer.json()["refused"]


def test_anothers_session_is_not_stored(ana, ana_story, ben_story):
    assert ana_story.released
    assert sends(ana, told(ben_story)).status_code == 409
    assert sends(ana, told(ben_story, who=sent.who(ana_story.patient))).status_code == 409
    assert not SessionLog.objects.exists()


def test_anothers_key_is_not_answered_with_their_row(ana, ana_story, ben_story):
    theirs = ben_story.logs()
    answer = sends(ana, told(ana_story, client_key=str(theirs.client_key)))
    assert answer.status_code == 409
    assert SessionLog.objects.get() == theirs


def test_a_clock_an_hour_off_is_understood(ana, ana_story, clock_in_here):
    assert ana_story.released
    clock_in_here.move_to(dt.datetime(2026, 3, 3, 23, 30, tzinfo=dt.UTC))
    late = ana_story.world.signed_in(ana_story.patient.account)
    answer = sends(late, told(ana_story, on_day="2026-03-04", told_at="2026-03-04T00:30:00Z"))
    assert answer.json()["on_day"] == "2026-03-03"


@pytest.mark.parametrize(
    "told_at", ["1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "noon", None, "2026-03-03T08:00"]
)
def test_a_clock_that_cannot_be_meant_tells_nothing(ana, ana_story, told_at):
    assert sends(ana, told(ana_story, told_at=told_at)).status_code == 200
    assert SessionLog.objects.get().told_at is None


def test_a_log_of_what_was_replaced_since_still_counts(ana, ana_story, clock_in_here):
    body = told(ana_story)
    clock_in_here.shift(dt.timedelta(days=3))
    later = ana_story.now + dt.timedelta(days=3)
    draft = actions.revise(version=ana_story.released, by=ana_story.by, now=later)
    actions.release(version=draft, by=ana_story.by, now=later)
    clock_in_here.shift(dt.timedelta(days=3))
    answer = sends(ana_story.world.signed_in(ana_story.patient.account), body)
    assert answer.status_code == 200
    assert SessionLog.objects.get().version == ana_story.released


def test_a_signed_out_phone_is_sent_to_sign_in_and_nothing_is_stored(ana_story, client):
    assert sends(client, told(ana_story)).status_code == 302
    assert not SessionLog.objects.exists()


def test_sending_asks_for_the_forms_token(ana_story):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(ana_story.patient.account, backend="clinic.people.backends.ClinicBackend")
    token = client.get(COMING).json()["csrf"]
    assert sends(client, told(ana_story)).status_code == 403
    answer = client.post(
        SEND, json.dumps(told(ana_story)), content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert answer.status_code == 200


def test_the_phone_is_given_seven_days_and_nobodys_name(ana, ana_story):
    assert ana_story.released
    answer = ana.get(COMING)
    given = answer.json()
    assert [one["day"] for one in given["sessions"]] == ["Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Mon"]
    assert given["sessions"][0]["on_day"] == "2026-03-03"
    assert answer["Cache-Control"] == "no-store"
    for word in ("Ana", "Silva", "R0000", ana_story.patient.account.email):
        assert word not in answer.content.decode()
    [hinge] = [one for one in given["sessions"][-1]["steps"] if one["library_id"] == "hip_hinge"]
    assert (hinge["dose"], hinge["sets"], hinge["reps"], hinge["rest_s"]) == (
        "3 sets of 8. Rest 60 seconds between sets.",
        3,
        8,
        60,
    )


def test_two_patients_have_two_words_on_a_phone(ana_story, ben_story):
    assert sent.who(ana_story.patient) != sent.who(ben_story.patient)
    assert sent.who(ana_story.patient) == sent.who(ana_story.patient)


def test_without_a_program_there_is_nothing_to_keep(ana):
    given = ana.get(COMING).json()
    assert (given["sessions"], given["rest"]) == ([], None)


@pytest.mark.parametrize("address", ["/my/offline/", "/my/worker.js"])
def test_the_app_itself_says_nothing_of_anybody(ana, ana_story, client, address):
    """The page without signal and the worker are the same for a patient as for nobody; the menu is left out."""
    assert ana_story.released
    theirs, nobodys = ana.get(address), client.get(address)
    assert theirs.status_code == nobodys.status_code == 200
    for answer in (theirs, nobodys):
        assert "Silva" not in answer.content.decode()
        assert "Hip hinge" not in answer.content.decode()
    assert address != "/my/worker.js" or theirs.content == nobodys.content


def test_signing_out_clears_a_patients_phone_and_nobody_elses(ana, ana_story, world):
    assert ana_story.released
    assert ana.post("/accounts/logout/")["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in world.signed_in(world.dee).post("/accounts/logout/")
    assert "Clear-Site-Data" not in world.signed_in(world.ana.account).get("/my/")


def test_a_session_that_ran_out_leaves_the_logs_that_wait_for_signal(ana, ana_story, clock_in_here):
    assert ana_story.released
    ana.get("/my/")
    clock_in_here.shift(dt.timedelta(hours=3))
    answer = ana.get("/my/")
    assert answer.status_code == 302
    assert "Clear-Site-Data" not in answer
