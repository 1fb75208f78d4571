"""Notices in a real browser: the switch, the list, what the worker shows of one that comes, and no script at all."""

from __future__ import annotations

import base64
import json
import re
import secrets

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import expect

from clinic.reminders.models import Phone
from tests.journeys.person import faults_in_both_lights
from tests.programs.portal.workers import its_worker
from tests.world import World

PAGE = "/my/reminders/"
ENDPOINT = "https://fcm.googleapis.com/fcm/send/this-browser"
WAIT = 30_000  # milliseconds, for the worker's first visit
# What a browser does that reaches its maker's push service, which no test may: its subscription, kept in the page.
BROWSER = """
  const kept = () => localStorage.getItem("kept") ? {
    endpoint: "%s",
    getKey: (name) => Uint8Array.from(atob(name === "auth" ? "%s" : "%s"), (c) => c.charCodeAt(0)).buffer,
    unsubscribe: async () => localStorage.removeItem("kept"),
  } : null;
  Object.defineProperty(Notification, "permission", { get: () => "default" });
  Notification.requestPermission = async () => localStorage.getItem("says") || "granted";
  PushManager.prototype.getSubscription = async () => kept();
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
    localStorage.setItem("kept", String(applicationServerKey.length));
    return kept();
  };
"""


@pytest.fixture
def world(transactional_db) -> World:
    return World()


@pytest.fixture
def ana(world, browser, live_server, settings):
    settings.VAPID_PRIVATE_KEY = secrets.token_urlsafe(32)
    point = ec.generate_private_key(ec.SECP256R1()).public_key()
    raw = point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    opened = []

    def opens(**options):
        context = browser.new_context(locale="en-GB", viewport={"width": 320, "height": 800}, **options)
        opened.append(context)
        cookie = world.signed_in(world.ana.account).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        auth, key = (base64.b64encode(each).decode() for each in (secrets.token_bytes(16), raw))
        context.add_init_script(BROWSER % (ENDPOINT, auth, key))
        page = context.new_page()
        page.goto(live_server.url + PAGE)
        return page

    yield opens
    for context in opened:
        context.close()


def test_switched_on_shown_as_this_one_and_off_again(ana):
    page = ana(reduced_motion="reduce")
    page.get_by_role("button", name="Switch on for this phone").click(timeout=WAIT)
    expect(page.locator("[data-phone]").get_by_text("This one")).to_be_visible(timeout=WAIT)
    assert page.evaluate("localStorage.getItem('kept')") == "65", "the clinic's whole public key"
    assert Phone.objects.get().endpoint == ENDPOINT
    expect(page.get_by_role("button", name="Switch on")).to_be_hidden()
    assert faults_in_both_lights(page) == []
    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_role("button", name="Switch on for this phone")).to_be_visible(timeout=WAIT)
    assert Phone.objects.get().ended_at
    assert page.evaluate("localStorage.getItem('kept')") is None, "the browser's own part is over too"


def test_who_says_no_is_told_where_to_say_yes(ana):
    page = ana()
    page.evaluate("localStorage.setItem('says', 'denied')")
    page.get_by_role("button", name="Switch on for this phone").click(timeout=WAIT)
    expect(page.locator("[data-notices-told]")).to_contain_text("Allow them in its settings")
    assert not Phone.objects.exists()


def test_without_scripts_the_page_says_so_and_switches_off(ana, world):
    given = {"patient": world.ana, "endpoint": ENDPOINT, "p256dh": "x", "auth": "y", "asked_at": world.now}
    Phone.objects.create(called="Chrome on Android", **given)
    page = ana(java_script_enabled=False)
    expect(page.get_by_text("Your browser cannot show notices here.")).to_be_visible()
    expect(page.get_by_role("button", name="Switch on")).to_be_hidden()
    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_text("Notices are off: Chrome on Android.")).to_be_visible()


def test_a_notice_shows_its_words_and_leads_to_a_page_of_ours_alone(ana, live_server):
    page = ana()
    expect(page.get_by_role("button", name="Switch on for this phone")).to_be_visible(timeout=WAIT)
    tools, number = its_worker(page)
    [worker] = page.context.service_workers
    worker.evaluate(
        "self.shown = []; registration.showNotification = async (title, given) => { shown.push([title, given]); }; true"
    )
    ours = f"{live_server.url}/my/appointments/"
    for told in (
        json.dumps({"title": "Stride", "text": "Your visit is tomorrow.", "link": ours, "tag": "t"}),
        json.dumps({"text": "Win a prize", "link": "https://evil.example/"}),
        "not JSON",
    ):
        origin = re.sub(r"/$", "", live_server.url)
        tools.send(
            "ServiceWorker.deliverPushMessage", {"origin": origin, "registrationId": number, "data": told}
        )
    for _ in range(50):
        if len(shown := worker.evaluate("self.shown")) >= 3:
            break
        page.wait_for_timeout(100)
    assert len(shown) == 3, shown
    (title, first), (_, second), (_, third) = shown
    assert (title, first["body"], first["tag"]) == ("Stride", "Your visit is tomorrow.", "t")
    assert first["data"]["link"] == ours
    assert second["data"]["link"] == third["data"]["link"] == f"{live_server.url}/my/"
    assert third["body"] == "There is something new for you."
