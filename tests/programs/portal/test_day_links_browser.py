"""From the mail about a session by its links to one button, at both widths: nobody signs in, every page passes."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.core import mail
from playwright.sync_api import expect

from clinic.reminders.actions import claim_and_send, collect
from clinic.reminders.models import Reminder
from programs.plans.models import NotToday, SessionLog
from tests.journeys.conftest import SIZES
from tests.journeys.person import Person
from tests.programs.portal.test_home_reminders import SOURCE, THURSDAY, chooses
from tests.world import World


@pytest.fixture
def world(transactional_db) -> World:
    """As everywhere, but committed, so that the server sees it."""
    return World()


@pytest.fixture(params=SIZES, ids=lambda window: window.name)
def somebody(browser, live_server, settings, request):
    settings.CLINIC_BASE_URL, settings.REMINDER_SOURCES = live_server.url, [SOURCE]
    with time_machine.travel(THURSDAY):
        person = Person.arrives("Somebody", browser, live_server.url, request.param)
        yield person
        person.leaves()
    assert person.faults == []


def test_a_day_is_put_off_and_then_done_all_the_same(ana_story, somebody):
    assert ana_story.released
    chooses(ana_story)
    collect(now=THURSDAY)
    claim_and_send(reminder_id=Reminder.objects.get().pk, now=THURSDAY)
    done, not_today = re.findall(r"^(?:Done|Not today): (\S+)$", mail.outbox[-1].body, re.MULTILINE)
    somebody.opens(not_today).is_on("Not today?").does_not_see("Silva").passes("day-ask-put-off")
    assert not NotToday.objects.exists()
    button = somebody.page.get_by_role("button", name="Not today")
    button.focus()
    button.press("Enter")
    somebody.is_on("Fine. Nothing is lost").passes("day-put-off")
    assert NotToday.objects.get().patient == ana_story.patient
    somebody.presses("Tell us that it is done").is_on("All done?").passes("day-ask-done")
    somebody.presses("Done").sees("Choose a number").passes("day-done-refused")
    somebody.page.get_by_role("radio", name=re.compile("^4")).focus()
    somebody.page.keyboard.press("Space")
    somebody.presses("Done").is_on("Thank you, we have it").passes("day-stop")
    expect(somebody.page.get_by_text("Stop all exercises and runs. Ring us.")).to_be_visible()
    assert SessionLog.objects.get().pain_during == 4
    somebody.opens(done).is_on("Thank you, we have it").does_not_see("Stop all").passes("day-told")
    somebody.opens(done.replace("/done/", "x/done/")).is_on("does not work any more").passes("day-dead")
