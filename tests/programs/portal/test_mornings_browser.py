"""The question of the next morning on a phone: told without signal, kept, sent once and after its session."""

from __future__ import annotations

import datetime as dt
import itertools
import re
import time
import uuid
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine
from django.conf import settings
from playwright.sync_api import expect

from programs.plans.models import MorningLog, SessionLog
from programs.portal import mornings
from tests.programs.portal.test_offline_browser import (
    LEFT,
    MONDAY,
    another_page,
    comes_true,
    does,
    phone,
    signal,
    signs_out,
    visits,
    world,
)

__all__ = ["phone", "world"]
DAY = dt.timedelta(days=1)
ASKED = "How did the leg feel this morning?"


def told(count=1):
    """The mornings, once there are that many."""
    for _ in range(100):
        if MorningLog.objects.count() == count:
            break
        time.sleep(0.1)
    return list(MorningLog.objects.order_by("pk"))


def taps(person, number):
    person.page.locator(".morning").get_by_role("button", name=str(number), exact=True).click()
    return person


def opens_today(person):
    """Today's page, once the phone has what it goes by without signal."""
    person.opens("/my/").sees(ASKED)
    there = "self.portal.phone && self.portal.sendWaiting && await portal.phone.coming()"
    comes_true(person, f"async () => Boolean({there})")


def form(person):
    return person.page.locator("[data-morning]")


@pytest.fixture
def a_day_later(ana_story):
    """The next morning, for the clinic and for the phone; Ana's session there ran out long ago."""

    def passes(person):
        person.page.context.clear_cookies()  # gone with the browser; an answer to it would end the next session too
        person.page.context.clock.set_fixed_time(ana_story.now + DAY)
        until_the_end.enter_context(time_machine.travel(ana_story.now + DAY))

    with ExitStack() as until_the_end:
        yield passes


def signs_in_again(person, story):
    person.page.context.clear_cookies()
    return person.brings(story.world.signed_in(story.patient.account))


def test_a_morning_without_signal_arrives_once_and_after_its_session(phone, ana_story, a_day_later):
    """The session was logged without signal too, and the browser closed in between: the clinic knows neither."""
    signal(phone, on=False)
    does(phone, MONDAY)
    expect(form(phone.opens("/my/"))).to_be_hidden()
    a_day_later(another_page(phone))
    phone.opens("/my/").is_on("Without signal").sees(ASKED).passes("offline-morning")
    taps(phone, 2).sees("1 session and 1 morning not sent yet. They are sent when there is signal.")
    phone.sees("pain 2 out of 10").passes("offline-morning-kept")
    expect(form(phone)).to_be_hidden()
    another_page(phone).opens("/my/").sees("1 session and 1 morning not sent yet")
    expect(form(phone)).to_be_hidden()
    assert (SessionLog.objects.count(), MorningLog.objects.count()) == (0, 0)
    another_page(phone)
    sent = []
    phone.page.context.on(
        "request", lambda one: sent.append(one.post_data_json) if "log/send" in one.url else None
    )
    signs_in_again(signal(phone, on=True), ana_story).opens("/my/")
    [morning] = told()
    assert (morning.pain, morning.log.on_day) == (2, ana_story.now.date())
    phone.sees("Thank you. Your therapist can see how the leg felt.").does_not_see(ASKED)
    comes_true(phone.opens("/my/"), "async () => (await portal.phone.queue()).length === 0")
    assert [one.get("client_key") or one["morning_of"] for one in sent] == [str(morning.log.client_key)] * 2
    assert ["morning_of" in one for one in sent] == [False, True]
    assert (SessionLog.objects.count(), MorningLog.objects.count()) == (1, 1)


def test_todays_page_keeps_a_morning_when_the_signal_is_gone(phone, ana_story):
    log = ana_story.logs(on_day=ana_story.now.date() - DAY)
    opens_today(phone)
    signal(phone, on=False)
    taps(phone, 3).sees("1 morning not sent yet. It is sent when there is signal.").passes(
        "today-morning-kept"
    )
    phone.sees("clearly worse than usual the next morning. Rest, and ring us first.")
    expect(form(phone)).to_be_hidden()
    expect(phone.page.get_by_role("heading", name="Kept on this phone")).to_be_focused()
    assert not MorningLog.objects.exists()
    signal(phone, on=True)  # the page stands open: the browser says that it is online
    assert [(one.log, one.pain) for one in told()] == [(log, 3)]
    phone.sees("Thank you").does_not_see(ASKED)


def test_a_bad_morning_told_while_the_phone_sends_still_stops(phone, ana_story):
    """The clinic has all that was sent, and not the morning that was tapped at the end of it."""
    log = ana_story.logs(on_day=ana_story.now.date() - DAY)
    opens_today(phone)
    phone.page.wait_for_load_state("networkidle")
    stopped = phone.page.evaluate(
        """async ([key, day]) => {
          const { phone } = portal, queue = phone.queue;
          phone.queue = async () => {
            const kept = await queue();
            phone.queue = queue;
            const told = { who: portal.who, morning_of: key, on_day: day, pain: 8, entries: [] };
            await phone.addMorning(told, "Sunday", true);
            return kept;
          };
          await phone.send(portal.urls);
          return phone.fact("stopped");
        }""",
        [str(log.client_key), log.on_day.isoformat()],
    )
    assert stopped == {"on_day": log.on_day.isoformat(), "morning": True}
    phone.page.evaluate("() => portal.phone.send(portal.urls)")
    assert phone.page.evaluate("() => portal.phone.fact('stopped')") is None, "now the clinic knows"
    assert [one.pain for one in told()] == [8]


def test_a_morning_with_signal_is_told_at_once(phone, ana_story):
    ana_story.logs(on_day=ana_story.now.date() - DAY)
    taps(phone.opens("/my/").sees(ASKED), 1).sees("Thank you").does_not_see("not sent yet")
    assert [one.pain for one in told()] == [1]


def test_a_morning_the_clinic_knows_is_asked_for_without_signal(phone, ana_story):
    """The session was sent, its morning came where there is none; two taps tell one morning."""
    ana_story.logs(on_day=ana_story.now.date() - 2 * DAY)
    visits(phone)
    comes_true(phone, "async () => (await portal.phone.coming()).mornings.sessions.length === 1")
    signal(another_page(phone), on=False)
    phone.opens("/my/").sees("How did the leg feel the next morning?").sees("After your session of")
    button = phone.page.locator(".morning button", has_text="4")
    button.evaluate("(one) => { one.click(); one.click(); }")
    phone.sees("1 morning not sent yet")
    assert len(phone.page.evaluate("portal.phone.queue()")) == 1


def test_a_bad_morning_stops_without_signal(phone, ana_story):
    ana_story.logs(on_day=ana_story.now.date() - DAY)
    visits(phone)
    comes_true(phone, "async () => (await portal.phone.coming()).mornings.sessions.length === 1")
    signal(another_page(phone), on=False)
    taps(phone.opens("/my/").sees(ASKED), 8).sees("Stop all exercises and runs. Ring us.")
    expect(phone.page.get_by_text("You can still do your session")).to_be_hidden()
    assert phone.page.get_by_role("link", name="Start").count() == 0
    phone.sees("Your leg felt clearly worse than usual").passes("offline-morning-stop").opens(MONDAY).sees(
        "Stop all exercises and runs. Ring us."
    )
    another_page(phone)
    signal(phone, on=True).opens("/my/").sees("Stop all exercises and runs. Ring us.").sees("Rest until")
    assert [one.pain for one in told()] == [8]


def test_whoever_signs_out_with_an_unsent_morning_is_asked_and_nothing_is_left(phone, ana_story):
    ana_story.logs(on_day=ana_story.now.date() - DAY)
    phone.page.route("**/log/send/", lambda route: route.abort())
    taps(phone.opens("/my/").sees(ASKED), 3).sees("1 morning not sent yet")
    expect(form(phone.opens("/my/").sees("1 morning not sent yet"))).to_be_hidden()
    asked = []
    phone.page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    signs_out(phone)
    phone.page.wait_for_url("**/accounts/login/**")
    assert "1 morning on this phone has not been sent yet. If you sign out now, it is lost." in asked[0]
    assert phone.page.evaluate(LEFT) == [[], [], 0]
    assert not MorningLog.objects.exists()
    phone.faults = [fault for fault in phone.faults if "ERR_FAILED" not in fault]


def test_what_is_refused_says_so_and_is_asked_for_again(phone, ana_story):
    log = ana_story.logs(on_day=ana_story.now.date() - DAY)
    opens_today(phone)
    phone.page.evaluate(
        """(who) => portal.phone.addMorning(
          { who, morning_of: "gone", on_day: "2026-01-01", pain: 3, entries: [] }, "", false)""",
        phone.page.evaluate("portal.who"),
    )
    phone.opens("/my/").sees("Not stored: This morning was not stored").sees(ASKED)
    phone.page.once("dialog", lambda dialog: dialog.accept())
    phone.presses(re.compile("Remove from this phone"))
    expect(phone.page.locator("[data-unsent-logs]")).to_be_hidden()
    assert not hasattr(SessionLog.objects.get(pk=log.pk), "morning")
    phone.faults = [fault for fault in phone.faults if "409" not in fault]


def test_the_phone_asks_for_the_morning_the_clinic_would_ask_for(page):
    """Up to three sessions of the last days, told or not, seen on this day and on the next three."""
    for name in ("rules", "phone", "morning"):
        page.add_script_tag(path=Path(settings.ROOT, f"static/js/portal/{name}.js"))
    today = dt.date(2026, 3, 3)
    days = [(back, told) for back in range(6) for told in (False, True)]
    stories = [some for count in range(4) for some in itertools.combinations(days, count)]
    cases, expected = [], []
    for ahead, story in itertools.product(range(4), stories):
        logs = [a_log(pk, today - back * DAY, told=told) for pk, (back, told) in enumerate(story, start=1)]
        day = today + ahead * DAY
        cases.append([mornings.for_the_phone(logs, day=today), day.isoformat()])
        asked = mornings.asked(logs, day=day)
        expected.append(str(asked.client_key) if asked else None)
    found = page.evaluate(
        "(cases) => cases.map(([given, day]) => (portal.morningAsked(given, [], day) || { key: null }).key)",
        cases,
    )
    assert found == expected
    assert len(set(expected)) > 3


def a_log(pk, on_day, *, told):
    log = SimpleNamespace(pk=pk, client_key=uuid.UUID(int=pk), on_day=on_day)
    if told:
        log.morning = 1
    return log
