"""The page on reminders: how we write to a patient, what is stopped, what they choose, and the way back."""

from __future__ import annotations

import secrets
from html import unescape

import pytest

from clinic.audit.models import Entry
from clinic.people import actions as people
from clinic.reminders import phones, unsubscribe
from clinic.reminders.models import Phone
from programs.portal.reached import reached
from programs.portal.reminder_views import ReminderForm
from tests.clinic.reminders.test_push import ENDPOINT

PAGE = "/my/reminders/"
TIMES = {"sessions_at": "", "mornings": "hard", "mornings_at": "09:00"}


@pytest.fixture
def ana(world):
    return world.signed_in(world.ana.account)


@pytest.fixture
def texts(world):
    """Texts reach her too."""
    phone = people.agree_to_texts(channel=world.ana.channels.get(kind="phone"), by=world.dee, now=world.now)
    people.verify(channel=phone, by=world.dee, now=world.now)
    return phone


def words(response) -> str:
    return " ".join(unescape(response.content.decode()).split())


def way(world) -> str:
    world.ana.refresh_from_db()
    return world.ana.first_way


def test_one_way_is_said_and_there_is_nothing_to_choose(ana):
    page = words(ana.get(PAGE))
    assert "E-mail to a…@runner.example" in page
    assert "ana@runner.example" not in page
    assert 'name="first_way"' not in page


def test_a_way_is_chosen_by_the_desks_own_action_and_written_down(world, ana, texts):
    page = words(ana.get(PAGE))
    assert "the number that ends in 123" in page
    assert 'value="push"' not in page, "no phone of hers takes notices"
    assert ana.post(PAGE, TIMES | {"first_way": "text"}).status_code == 302
    assert way(world) == "text"
    said = Entry.objects.get(patient=world.ana, action="changed", what="record: first_way")
    assert said.account == world.ana.account
    assert "Text message to the number that ends in 123" in words(ana.get(PAGE))
    ana.post(PAGE, TIMES | {"first_way": ""})
    assert way(world) == ""


@pytest.mark.parametrize("typed", ["push", "pigeon"])
def test_a_way_that_does_not_reach_them_is_refused(world, ana, texts, typed):
    answer = ana.post(PAGE, TIMES | {"first_way": typed})
    assert answer.status_code == 422
    assert "That way does not reach you now." in words(answer)
    assert way(world) == ""


def test_a_wish_that_rests_is_not_lost_by_saving_the_times(world, ana, texts):
    people.prefer_way(patient=world.ana, way="push", by=world.dee, now=world.now)
    assert reached(world.ana).first == ""
    ana.post(PAGE, TIMES | {"first_way": ""})
    assert way(world) == "push"
    ana.post(PAGE, TIMES)
    assert way(world) == "push"


def test_a_living_phone_is_a_way_and_one_that_ended_is_none(world, ana, settings):
    settings.VAPID_PRIVATE_KEY = secrets.token_urlsafe(32)
    given = {
        "endpoint": ENDPOINT,
        "p256dh": "x",
        "auth": "y",
        "asked_at": world.now,
        "called": "Firefox on Android",
    }
    phone = Phone.objects.create(patient=world.ana, **given)
    assert "on Firefox on Android" in words(ana.get(PAGE))
    phones.end(phone=phone, because="Lost.", by=world.dee, now=world.now)
    assert 'name="first_way"' not in words(ana.get(PAGE))


def test_what_is_stopped_is_said_and_what_it_means(world, ana, texts):
    unsubscribe.stop(channel=world.ana.channels.get(kind="email"), now=world.now)
    page = words(ana.get(PAGE))
    assert "E-mails to a…@runner.example are stopped: no reminders" in page
    assert "Text message to the number" in page
    people.stop_texts(channel=texts, by=world.dee, now=world.now)
    page = words(ana.get(PAGE))
    assert "Nothing reaches you now" in page
    assert "text START" in page


def test_what_came_back_is_said(world, ana):
    email = world.ana.channels.get(kind="email")
    people.stop_channel(channel=email, because="Mailbox full.", by=world.dee, now=world.now)
    assert "what we sent came back" in words(ana.get(PAGE))


@pytest.mark.parametrize(
    ("came_from", "to"),
    [
        ("visits", "/my/appointments/"),
        ("program", "/my/program/"),
        ("calendar", "/my/calendar/"),
        ("https://evil.example/", "/my/"),
        ("", "/my/"),
    ],
)
def test_back_goes_where_they_came_from(ana, came_from, to):
    page = words(ana.get(PAGE, {"from": came_from}))
    assert f'class="back-link" href="{to}"' in page or f'href="{to}" class="back-link"' in page, page
    saved = ana.post(f"{PAGE}?from={came_from}", TIMES)
    assert ("from=" in saved["Location"]) == (to != "/my/")


def test_the_form_without_a_choice_asks_for_times_alone(world):
    assert "first_way" not in ReminderForm(reached=reached(world.ana)).fields
