"""A phone without signal: the session is there, what is logged waits and arrives once, and nothing is left behind."""

from __future__ import annotations

import datetime as dt
import re
import time

import pytest
import time_machine
from playwright.sync_api import Error, expect

from programs.plans.models import SessionLog
from tests.journeys.conftest import WINDOWS
from tests.journeys.person import Person, comes
from tests.journeys.stage import nine_on_a_working_day
from tests.world import World

DONE = re.compile("^Done$")
MONDAY = "/my/session/?day=Mon"
LEFT = """async () => [
  (await indexedDB.databases()).map((one) => one.name),
  await caches.keys(),
  (await navigator.serviceWorker.getRegistrations()).length,
]"""


@pytest.fixture
def world(transactional_db):
    """As everywhere, but committed, so that the server sees it, and near the browser's own clock."""
    with time_machine.travel(nine_on_a_working_day(dt.datetime.now(dt.UTC))):
        yield World(dt.datetime.now(dt.UTC))


@pytest.fixture
def phone(ana_story, browser, live_server):
    """Ana's phone after one visit with signal."""
    assert ana_story.released
    person = Person.arrives("Ana", browser, live_server.url, WINDOWS[2])
    person.page.context.clock.set_fixed_time(ana_story.now)
    person.brings(ana_story.world.signed_in(ana_story.patient.account))
    visits(person)
    yield person
    person.leaves()
    assert [fault for fault in person.faults if "ERR_INTERNET_DISCONNECTED" not in fault] == []


def visits(person):
    """Today's page with signal: afterwards the worker answers and the sessions are kept."""
    person.opens("/my/")
    person.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    comes_true(person, "async () => Boolean(self.portal.phone && await portal.phone.coming())")
    person.page.wait_for_function("() => Boolean(navigator.serviceWorker.controller)")
    return person


def comes_true(person, script):
    """Asked again until it is true; a page that reloads in between is asked anew."""
    for _ in range(100):
        try:
            if person.page.evaluate(script):
                return
        except Error:
            pass
        time.sleep(0.1)
    raise AssertionError(f"never true: {script}")


def signal(person, *, on):
    person.page.context.set_offline(not on)
    return person


def another_page(person):
    """The page is closed and the browser opened again; no hand is quicker at it than the phone at keeping an answer."""
    comes_true(
        person, "async () => !self.portal?.phone || (await portal.phone.fact('who'), true)"
    )  # waits its turn
    context = person.page.context
    person.page.close()
    person.page = context.new_page()
    person.page.set_default_timeout(10_000)
    person.page.on("console", person.hears)
    person.page.on("pageerror", lambda error: person.faults.append(f"script error: {error}"))
    return person


def does(person, address, *, pain="1", note="", again=False):
    """The whole session without signal, up to the last button."""
    person.opens(address).is_on("Without signal")
    expect(person.page.locator("[data-count]")).to_have_text(re.compile(r"\d"))  # the session is drawn
    while person.page.locator("[data-view=end]").is_hidden():
        at = person.page.locator("[data-count]").inner_text()
        person.presses("As planned" if person.page.locator("[data-view=run]").is_visible() else DONE)
        expect(person.page.locator("[data-count]")).not_to_have_text(at)
    if note:
        person.page.fill("[data-view=end] [name=note]", note)
    person.ticks(person.page.locator(f"[data-view=end] [name=pain_during][value='{pain}']"))
    person.presses("Log this session")
    if again:
        person.presses("Yes, another one")
    return person.sees("There is no signal")


def arrived(count):
    """The logs, once there are that many."""
    for _ in range(100):
        if SessionLog.objects.count() == count:
            break
        time.sleep(0.1)
    return list(SessionLog.objects.order_by("pk"))


def test_a_session_without_signal_arrives_once(phone, ana_story):
    signal(phone, on=False)
    phone.opens("/my/").is_on("Without signal").sees("Today").passes("offline-list")
    phone.opens(MONDAY).sees("Leg swings").passes("offline-exercise").presses(DONE).sees("Your run")
    another_page(phone).opens(MONDAY + "#1")
    expect(phone.page.locator("[data-done].was-said")).to_be_visible()
    does(phone, MONDAY, note="On the moor").passes("offline-kept")
    [kept] = phone.page.evaluate("portal.phone.queue()")
    assert SessionLog.objects.count() == 0
    another_page(phone).opens("/my/").sees("1 session not sent yet")
    another_page(phone)
    signal(phone, on=True)
    phone.opens("/my/")
    [log] = arrived(1)
    assert (str(log.client_key), log.on_day, log.note) == (kept["key"], ana_story.now.date(), "On the moor")
    assert (log.told_at - ana_story.now).total_seconds() < 60
    assert log.entries.filter(done=True).count() == 7
    phone.sees("You logged a session today").sees(f"Sent: {ana_story.now:%A}, 7 exercises, pain 1.")
    comes_true(phone.opens("/my/"), "async () => (await portal.phone.queue()).length === 0")
    assert SessionLog.objects.count() == 1
    phone.opens("/my/").does_not_see("Sent:")


def test_two_sessions_arrive_in_order_when_the_signal_returns(phone):
    signal(phone, on=False)
    does(phone, MONDAY, note="first")
    does(phone, "/my/session/?day=Thu", note="second", again=True)
    signal(phone, on=True)  # the page stands open: the browser says that it is online
    assert [log.note for log in arrived(2)] == ["first", "second"]


def test_an_answer_that_was_lost_stores_nothing_twice(phone):
    """The server has it, the phone does not know: the same key gives the same row."""
    signal(phone, on=False)
    does(phone, MONDAY)
    [kept] = phone.page.evaluate("portal.phone.queue()")
    another_page(phone)
    signal(phone, on=True).opens("/my/")
    arrived(1)
    phone.sees("You logged a session today").opens("/my/").page.wait_for_function(
        "() => Boolean(self.portal.phone)"
    )
    phone.page.evaluate("told => portal.phone.add(told, '', 'none', false)", kept["told"])
    another_page(phone).opens("/my/")
    comes_true(phone, "async () => self.portal.phone && (await portal.phone.queue()).length === 0")
    assert SessionLog.objects.count() == 1


def test_what_is_refused_is_shown_and_kept_until_it_is_taken_away(phone, ana_story):
    signal(phone, on=False)
    does(phone, MONDAY, note="Long ago")
    long_ago = (ana_story.now - dt.timedelta(days=30)).date().isoformat()
    phone.page.evaluate(
        """async (day) => {
          const [one] = await portal.phone.queue();
          await portal.phone.remove(one.n);
          await portal.phone.add({ ...one.told, on_day: day }, one.title, "none", false);
        }""",
        long_ago,
    )
    another_page(phone)
    signal(phone, on=True).opens("/my/").sees("Not stored: That is more than two weeks ago").sees("Long ago")
    phone.opens("/my/").sees("Not stored").passes("today-refused")
    phone.page.once("dialog", lambda dialog: dialog.dismiss())
    phone.presses("Remove from this phone").sees("Long ago")
    phone.page.once("dialog", lambda dialog: dialog.accept())
    phone.presses("Remove from this phone")
    expect(phone.page.locator("[data-unsent-logs]")).to_be_hidden()
    assert SessionLog.objects.count() == 0


def test_the_stop_rule_holds_without_signal_until_the_clinic_has_spoken(phone, ana_story):
    signal(phone, on=False)
    does(phone, MONDAY, pain="5").sees("Stop all exercises and runs. Ring us.").sees("Ring the clinic on")
    another_page(phone).opens("/my/").sees("Stop all exercises and runs. Ring us.")
    expect(phone.page.get_by_text("You can still do your session")).to_be_hidden()
    phone.passes("offline-stop")
    assert phone.page.get_by_role("link", name="Start").count() == 0
    phone.opens(MONDAY).sees("Stop all exercises and runs. Ring us.")
    expect(phone.page.locator("[data-player]")).to_be_hidden()
    another_page(phone)
    signal(phone, on=True).opens("/my/").sees("Rest until")
    assert arrived(1)[0].asks_to_stop
    signal(phone, on=False).opens("/my/").sees("Stop all exercises and runs. Ring us.")


def signs_out(person):
    person.page.locator(".account-menu summary").click()
    person.page.get_by_role("button", name="Sign out").click()


def test_nothing_is_left_on_a_phone_after_signing_out(phone):
    assert phone.page.evaluate(LEFT)[0] == ["portal"]
    signs_out(phone)
    phone.page.wait_for_url("**/accounts/login/**")
    assert phone.page.evaluate(LEFT) == [[], [], 0]


def test_what_is_on_its_way_when_somebody_signs_out_is_not_kept(phone):
    """On a slow network the page still waits for the coming sessions while it is left."""
    page, coming, leaving = phone.page, [], []
    page.wait_for_load_state("networkidle")
    page.route("**/my/coming/", lambda route: coming.append(route))
    page.route("**/accounts/logout/", lambda route: leaving.append(route))
    page.evaluate(
        "() => void portal.phone.send(portal.urls).then(() => console.log('kept'), () => console.log('let go'))"
    )
    signs_out(phone)
    comes(page, lambda: coming and leaving)
    with page.expect_console_message() as told:  # a page that is being left answers no other question
        coming[0].continue_()
    assert told.value.text == "let go"
    leaving[0].continue_()
    page.wait_for_url("**/accounts/login/**")
    assert page.evaluate(LEFT) == [[], [], 0]


def test_whoever_signs_out_with_unsent_logs_is_asked(phone):
    signal(phone, on=False)
    does(phone, MONDAY)
    signal(phone, on=True)
    phone.page.route("**/log/send/", lambda route: route.abort())
    phone.opens("/my/").sees("1 session not sent yet")
    asked = []

    def refuses(dialog):
        asked.append(dialog.message)
        dialog.dismiss()

    phone.page.once("dialog", refuses)
    with phone.page.expect_event("dialog"):
        signs_out(phone)
    assert "1 session on this phone has not been sent yet" in asked[0]
    assert phone.page.evaluate("async () => (await portal.phone.queue()).length") == 1
    phone.page.once("dialog", lambda dialog: dialog.accept())
    phone.page.get_by_role("button", name="Sign out").click()
    phone.page.wait_for_url("**/accounts/login/**")
    assert phone.page.evaluate(LEFT) == [[], [], 0]
    phone.faults = [fault for fault in phone.faults if "ERR_FAILED" not in fault]


def test_another_patient_on_the_same_phone_sees_and_sends_nothing_of_the_first(phone, ben_story):
    assert ben_story.released
    signal(phone, on=False)
    does(phone, MONDAY, note="Ana's own words")
    signal(phone, on=False)
    another_page(phone)
    phone.page.context.clear_cookies()
    phone.brings(ben_story.world.signed_in(ben_story.patient.account))
    signal(phone, on=True).opens("/my/").does_not_see("not sent yet")
    comes_true(phone, "async () => Boolean(self.portal.phone && await portal.phone.coming())")
    assert phone.page.evaluate("portal.phone.queue()") == []
    assert "Ana's own words" not in str(phone.page.evaluate("portal.phone.coming()"))
    assert SessionLog.objects.count() == 0


def test_a_drawing_is_fetched_once_and_moves_without_signal(phone):
    """The week is asked for with every page; the drawings it names only where this phone has none of that edition."""
    fetched = []
    phone.page.context.on(
        "request", lambda one: fetched.append(one.url) if "/coming/figures/" in one.url else None
    )
    names = "async () => Object.keys((await self.portal.phone.fact('drawings')) || {}).length"
    comes_true(phone, f"async () => (await ({names})()) > 2")
    visits(phone)
    phone.page.wait_for_load_state("networkidle")  # nothing more is asked for
    assert fetched == []
    phone.page.evaluate(
        """async () => {
          const { dead_bug, ...kept } = await portal.phone.fact("drawings");
          await portal.phone.setFact("drawings", { ...kept, dead_bug: { edition: "older", markup: "old" } });
        }"""
    )
    visits(phone)
    comes_true(phone, "async () => (await portal.phone.coming()).figures.dead_bug.includes('figure-moving')")
    assert [one.split("?")[1] for one in fetched] == ["id=dead_bug"]
    signal(another_page(phone), on=False)
    phone.opens(MONDAY).sees("Leg swings")
    expect(phone.page.locator("[data-count]")).to_have_text(re.compile(r"\d"))  # the session is drawn
    while phone.page.locator("[data-title]").inner_text() != "Dead bug":
        at = phone.page.locator("[data-count]").inner_text()
        phone.presses("As planned" if phone.page.locator("[data-view=run]").is_visible() else DONE)
        expect(phone.page.locator("[data-count]")).not_to_have_text(at)
    assert "figure-moving" in phone.page.locator("[data-figure]").inner_html()


def test_a_week_kept_with_its_figures_by_older_scripts_still_plays(phone):
    comes_true(phone, "async () => Boolean((await portal.phone.fact('drawings')))")
    signal(another_page(phone), on=False)
    phone.opens("/my/")
    phone.page.evaluate(
        """async () => {
          const { drawings, mornings, ...older } = await portal.phone.fact("coming");
          const { usual, rise_red_above, morning_green_to, ...rules } = older.rules;
          const figures = { hip_hinge: "<div><svg><title>As it was drawn</title></svg></div>" };
          await portal.phone.setFact("coming", { ...older, rules, figures });
          await portal.phone.setFact("drawings", undefined);
        }"""
    )
    phone.opens("/my/").sees("Your sessions")
    phone.opens(MONDAY + "#3").sees("Hip hinge")
    assert "As it was drawn" in phone.page.locator("[data-figure]").inner_html()


def test_sessions_kept_for_two_weeks_are_not_gone_by_later(phone, ana_story):
    signal(phone, on=False)
    another_page(phone)
    phone.page.context.clock.set_fixed_time(ana_story.now + dt.timedelta(days=15))
    phone.opens("/my/").sees("Nothing is kept on this phone")
    assert phone.page.evaluate("portal.phone.fact('coming')") is None
