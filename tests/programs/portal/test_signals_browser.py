"""What a phone does beside the page: beeps, shakes, keeps its screen on, and sends what waits without a page.

The browser's own doors to these are replaced by ones that note down what was asked of them, and when.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Error, expect

from programs.plans.models import SessionLog
from tests.journeys.conftest import WINDOWS
from tests.journeys.person import Person
from tests.programs.portal.test_offline_browser import (
    MONDAY,
    another_page,
    arrived,
    does,
    phone,
    signal,
    world,
)
from tests.programs.portal.workers import its_worker

__all__ = ["phone", "world"]
DONE = re.compile("^Done$")
SOON, OVER = 660, 990  # the beeps of the last three seconds, and of the end
LOCK, UNLOCK = "asks for the screen", "lets the screen go"

RECORDERS = """
const note = (...what) => noted(performance.now(), ...what);
window.locks = [];
Object.defineProperty(navigator, "wakeLock", { value: { request: async (kind) => {
  note("asks for the " + kind);
  const lock = { released: false, release: async () => { lock.released = true; note("lets the screen go"); } };
  locks.push(lock);
  return lock;
} } });
navigator.vibrate = (pattern) => note("shake", pattern);
window.AudioContext = class {
  constructor() { this.currentTime = 0; this.destination = {}; this.state = "suspended"; note("audio"); }
  async resume() { if (navigator.userActivation.isActive) this.state = "running"; }
  createGain() { return { gain: { value: 1 }, connect() {} }; }
  createOscillator() {
    const tone = { frequency: { value: 0 }, connect: (next) => next, stop() {} };
    tone.start = () => note("beep", tone.frequency.value, this.state);
    return tone;
  }
};
let seen = "visible";
Object.defineProperty(document, "visibilityState", { get: () => seen });
window.turns = (to) => {
  seen = to;
  // The browser takes the lock from a page that is not seen.
  if (to === "hidden") locks.forEach((one) => { one.released = true; });
  document.dispatchEvent(new Event("visibilitychange"));
};
"""
MISSING = """
Object.defineProperty(navigator, "wakeLock", { value: undefined });
navigator.vibrate = undefined;
window.AudioContext = undefined;
delete window.SyncManager;
delete ServiceWorkerRegistration.prototype.sync;
"""
REFUSING = """
navigator.wakeLock.request = () => Promise.reject(new DOMException("low battery", "NotAllowedError"));
navigator.vibrate = () => false;
window.AudioContext = class { constructor() { throw new DOMException("no hardware", "NotSupportedError"); } };
SyncManager.prototype.register = () => Promise.reject(new DOMException("not allowed", "NotAllowedError"));
"""


class Trainer(Person):
    """Ana in front of Monday's third exercise, a hold, with a clock that only the test moves on."""

    noted: list[list]

    def waits(self, seconds):
        """So many seconds, one by one."""
        for _ in range(seconds):
            self.page.clock.run_for(1000)
        return self

    def heard(self, *kinds):
        """What was noted of these kinds, without when."""
        return [tuple(what) for _, *what in self.noted if what[0] in kinds]

    def seconds_of(self, *what):
        """When this was noted, in seconds since the first beep."""
        start = next(at for at, *rest in self.noted if rest[0] == "beep")
        return [round((at - start) / 1000, 1) for at, *rest in self.noted if rest[: len(what)] == list(what)]

    def screen(self):
        return [what for (what,) in self.heard(LOCK, UNLOCK)]

    def turns(self, to):
        self.page.evaluate("turns", to)
        return self


@pytest.fixture
def arrives(ana_story, browser, live_server):
    people = []

    def arrives(*scripts, hold="5"):
        hinge = ana_story.proposed.exercises.filter(library_id="hip_hinge")
        hinge.update(hold_s=hold, reps="1", rest_s=4, sets=3, each_side=False)
        assert ana_story.released
        ana = Trainer.arrives("Ana", browser, live_server.url, WINDOWS[2])
        ana.noted = []
        people.append(ana)
        ana.page.expose_function("noted", lambda *what: ana.noted.append(list(what)))
        for script in scripts:
            ana.page.add_init_script(script)
        ana.page.clock.install(time=ana_story.now)
        ana.brings(ana_story.world.signed_in(ana_story.patient.account)).opens(f"{MONDAY}#3")
        expect(ana.page.locator("[data-count]")).to_have_text("3 of 8")
        ana.page.clock.pause_at(ana_story.now.timestamp() + 3600)
        return ana

    yield arrives
    for ana in people:
        ana.leaves()
        assert ana.faults == []


def test_the_clock_beeps_before_the_end_and_at_it(arrives):
    ana = arrives(RECORDERS).presses("Start the clock").waits(10 + 5)
    assert ana.seconds_of("beep", SOON) == [0, 1, 2, 5, 6, 7]
    assert ana.seconds_of("beep", OVER) == [3, 8]
    assert ana.seconds_of("shake") == [3, 8]
    assert ana.heard("shake") == [("shake", 200), ("shake", [200, 100, 200])]
    ana.sees("Rest").waits(4)
    assert ana.seconds_of("beep", SOON)[6:] == [9, 10, 11]
    assert ana.seconds_of("beep", OVER) == [3, 8, 12]
    assert {state for *_, state in ana.heard("beep")} == {"running"}
    assert len(ana.heard("audio")) == 1


def test_a_rest_that_is_started_by_a_tap_may_sound(arrives):
    """A phone lets a page sound only once it was asked to in a tap; the first beep of a rest comes later than that."""
    ana = arrives(RECORDERS, hold="").presses("Set 1 is done").sees("Rest")
    assert (len(ana.heard("audio")), ana.heard("beep")) == (1, [])
    ana.waits(4)
    assert {state for *_, state in ana.heard("beep")} == {"running"}
    assert len(ana.heard("beep")) == 4


def test_the_sound_stays_off_once_it_was_turned_off(arrives):
    ana = arrives(RECORDERS)
    switch = ana.page.get_by_role("switch", name="Sound")
    expect(switch).to_be_checked()
    switch.click()
    ana.sees("Sound off").presses("Start the clock").waits(15)
    assert ana.heard("beep", "audio") == []
    assert len(ana.heard("shake")) == 2
    ana.page.reload()
    ana.sees("Sound off").presses("Start the clock").waits(15)
    assert ana.heard("beep", "audio") == []
    ana.presses("Skip").sees("Get ready. Set 3 of 3")
    switch.click()
    ana.sees("Sound on").waits(10)
    assert ana.seconds_of("beep", OVER) == [3]


def test_nothing_sounds_while_the_clock_is_paused(arrives):
    ana = arrives(RECORDERS).presses("Start the clock").waits(8).presses("Pause").waits(20)
    assert ana.seconds_of("beep") == [0, 1]
    ana.presses("Go on").waits(2)
    assert ana.heard("beep")[-1][1] == OVER


def test_the_screen_stays_on_until_the_session_is_over(arrives):
    ana = arrives(RECORDERS)
    assert ana.screen() == [LOCK]
    ana.turns("hidden")
    assert ana.screen() == [LOCK], "nobody looks"
    ana.turns("visible").turns("visible")
    assert ana.screen() == [LOCK, LOCK], "once for each time it was taken away"
    ana.presses("Start the clock").presses("Pause")
    assert ana.screen()[2:] == [UNLOCK]
    ana.turns("hidden").turns("visible")
    assert ana.screen()[3:] == [], "a paused phone may go dark"
    ana.presses("Go on")
    assert ana.screen()[3:] == [LOCK]
    ana.presses("Pause").presses(DONE)
    expect(ana.page.locator("[data-count]")).to_have_text("4 of 8")
    assert ana.screen()[4:] == [UNLOCK, LOCK], "the next exercise goes on"
    ana.page.evaluate("location.hash = '9'")
    ana.ticks(ana.page.locator("[data-view=end] [name=pain_during][value='1']"))
    ana.page.route("**/log/send/", lambda route: route.fulfill(status=503))
    ana.presses("Log this session").sees("There is no signal")
    assert ana.screen()[6:] == [UNLOCK]
    ana.turns("hidden").turns("visible")
    assert ana.screen()[7:] == []
    ana.faults = [fault for fault in ana.faults if "503" not in fault]


def test_a_lock_that_comes_after_the_pause_is_let_go(arrives):
    """The phone may take its time to answer."""
    ana = arrives(
        RECORDERS,
        """const quick = navigator.wakeLock.request;
        navigator.wakeLock.request = (kind) => new Promise((given) => {
          window.answers = () => quick(kind).then(given);
        });""",
    )
    ana.presses("Start the clock").presses("Pause")
    ana.page.evaluate("answers()")
    expect(ana.page.locator("[data-clock-said]")).to_contain_text("Paused")
    assert ana.screen() == [LOCK, UNLOCK]


@pytest.mark.parametrize("scripts", [[MISSING], [REFUSING]], ids=["missing", "refusing"])
def test_a_browser_without_any_of_it_plays_the_session(arrives, scripts):
    ana = (
        arrives(*scripts).presses("Start the clock").presses("Pause").presses("Go on").waits(15).sees("Rest")
    )
    ana.waits(4).sees("Get ready. Set 2 of 3").presses(DONE)
    ana.page.evaluate("location.hash = '9'")
    ana.ticks(ana.page.locator("[data-view=end] [name=pain_during][value='1']"))
    ana.presses("Log this session")
    ana.page.wait_for_url("**/my/logged/**")
    assert SessionLog.objects.count() == 1


# --- Sent without a page: Background Sync ---------------------------------------------------------------------


def test_what_waits_is_sent_when_no_page_of_ours_is_open(phone):
    """The browser says to the worker that there is signal; the last page was closed long before."""
    signal(phone, on=False)
    does(phone, MONDAY)
    another_page(phone)
    tools, number = its_worker(phone.page)
    [worker] = phone.page.context.service_workers
    with pytest.raises(Error, match="There is no signal"):  # so that the browser tries again
        worker.evaluate("portal.sendNow()")
    assert SessionLog.objects.count() == 0
    signal(phone, on=True)
    tools.send(
        "ServiceWorker.dispatchSyncEvent",
        {"origin": phone.site, "registrationId": number, "tag": "send", "lastChance": True},
    )
    [log] = arrived(1)
    assert log.pain_during == 1


def test_a_finished_session_asks_the_browser_to_send_it_later(phone):
    phone.page.context.add_init_script(
        "window.asked = []; SyncManager.prototype.register = async (tag) => { asked.push(tag); };"
    )
    does(signal(another_page(phone), on=False), MONDAY)
    assert phone.page.evaluate("asked") == ["send"]
