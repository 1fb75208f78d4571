"""A person at a browser: what they see, press and type, and what every page they pass must be."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, expect

SHOTS = Path(__file__).parents[2] / "test-results" / "screenshots"
README_SHOTS = Path(__file__).parent / "screenshots"
# `KEEP_SCREENSHOTS=1 make test` takes the README's pictures anew.
KEPT = (
    {
        "1280-light": ("desk-booked", "screen-supine", "triage", "program-proposed"),
        "320-light": ("portal-today", "portal-logged"),
    }
    if os.environ.get("KEEP_SCREENSHOTS")
    else {}
)
SMALLEST_TARGET = 24  # CSS pixels, WCAG 2.5.8
AXE_RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    # What passed is not counted, and our pages have no frames and no styles from elsewhere to fetch first.
    "resultTypes": ["violations"],
    "iframes": False,
    "preload": False,
}
COLOURS = {"type": "rule", "values": ["color-contrast"]}
# Anything a person can press that is smaller than a fingertip; links inside running text are excepted, as in WCAG.
SMALL_TARGETS = """(smallest) => [...document.querySelectorAll('button, input:not([type=hidden]), select, a, summary')]
  .filter(e => e.checkVisibility({opacityProperty: true, visibilityProperty: true}))
  .filter(e => !(e.tagName === 'A' && getComputedStyle(e).display === 'inline'))
  .filter(e => !e.closest('.visually-hidden, .visually-hidden-focusable, .skip-link'))
  .map(e => {
    const label = e.labels && e.labels.length ? e.labels[0].getBoundingClientRect() : null;
    const box = e.getBoundingClientRect();
    return [e.outerHTML.slice(0, 120), Math.max(box.width, label ? label.width : 0),
            Math.max(box.height, label ? label.height : 0)];
  })
  .filter(([, w, h]) => w > 1 && h > 1 && (w < smallest || h < smallest))"""

# Words of a button that stand in pieces, one below the other: it was squeezed. Addresses may be long; words are not.
BROKEN_WORDS = """() => [...document.querySelectorAll('button, a.btn')]
  .filter(e => e.checkVisibility({opacityProperty: true, visibilityProperty: true}))
  .flatMap(e => {
    const walker = document.createTreeWalker(e, NodeFilter.SHOW_TEXT), broken = [];
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
      if (text.parentElement.closest('.visually-hidden')) continue;
      for (const word of text.data.matchAll(/(?<![^\\s])\\p{L}{2,14}(?![^\\s])/gu)) {
        const range = document.createRange();
        range.setStart(text, word.index);
        range.setEnd(text, word.index + word[0].length);
        if (new Set([...range.getClientRects()].map(line => Math.round(line.top))).size > 1) broken.push(word[0]);
      }
    }
    return broken;
  })"""


@dataclass
class Window:
    """How wide the window is, and whether it is dark."""

    width: int
    scheme: str

    @property
    def name(self) -> str:
        return f"{self.width}-{self.scheme}"


@dataclass
class Person:
    """One person in a browser of their own."""

    name: str
    page: Page
    site: str
    window: Window
    passed: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @classmethod
    def arrives(cls, name: str, browser: Browser, site: str, window: Window) -> Person:
        context: BrowserContext = browser.new_context(
            viewport={"width": window.width, "height": 900 if window.width > 600 else 700},
            color_scheme="dark" if window.scheme == "dark" else "light",
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="Europe/London",
        )
        person = cls(name, context.new_page(), site, window)
        person.page.set_default_timeout(10_000)
        person.page.on("console", person.hears)
        person.page.on("pageerror", lambda error: person.faults.append(f"script error: {error}"))
        person.page.on("request", person.asks)
        return person

    def brings(self, client: Client) -> Person:
        """Signed in already, as this client is."""
        session = client.cookies["sessionid"].value
        self.page.context.add_cookies([{"name": "sessionid", "value": session, "url": self.site}])
        return self

    def leaves(self) -> None:
        self.page.context.close()

    def hears(self, message: ConsoleMessage) -> None:
        # A refused form answers 4xx on purpose, and the browser says so; everything else is a fault.
        if message.type == "error" and "the server responded with a status of 4" not in message.text:
            self.faults.append(f"console: {message.text}")

    def asks(self, request: Request) -> None:
        """Nothing may be loaded from another origin (P9)."""
        address = urlsplit(request.url)
        if address.scheme in {"http", "https"} and f"{address.scheme}://{address.netloc}" != self.site:
            self.faults.append(f"another origin: {request.url}")

    # --- doing ---

    def opens(self, path: str) -> Person:
        self.page.goto(path if path.startswith("http") else f"{self.site}{path}")
        return self

    def presses(self, name: str | re.Pattern[str], *, within: Locator | None = None) -> Person:
        """A button or a link of the page itself (not the bar above it) by its words."""
        place = within or self.page.locator("main")
        button = place.get_by_role("button", name=name).or_(place.get_by_role("link", name=name))
        button.locator("visible=true").first.click()
        return self

    def types(self, label: str | re.Pattern[str], value: str) -> Person:
        self.page.get_by_label(label).first.fill(value)
        return self

    def picks(self, label: str | re.Pattern[str], option: str) -> Person:
        """From a select, by the option's words."""
        self.page.get_by_label(label).first.select_option(label=option)
        return self

    def ticks(self, control: Locator) -> Person:
        """A radio or checkbox, where a finger would: on its label."""
        label = self.page.locator(f"label[for='{control.get_attribute('id')}']")
        label.first.click()
        expect(control).to_be_checked()
        return self

    # --- seeing ---

    def sees(self, words: str | re.Pattern[str]) -> Person:
        """Words that are shown; what is on the page and hidden, or not drawn yet, does not count."""
        expect(self.page.locator("body")).to_contain_text(words, use_inner_text=True)
        return self.has_it_all()

    def does_not_see(self, words: str | re.Pattern[str]) -> Person:
        expect(self.page.locator("body")).not_to_contain_text(words)
        return self

    def is_on(self, heading: str | re.Pattern[str]) -> Person:
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(heading)
        return self.has_it_all()

    def has_it_all(self) -> Person:
        """The page and its scripts have come: what is pressed now is heard."""
        self.page.wait_for_load_state()
        return self

    def passes(self, name: str) -> Person:
        """This page is worth standing on, by day and by night: no axe violation, no sideways scroll, no small target.

        A picture is kept of one that is not, and of every one with `PICTURES=1`: drawing them took nearly as long as
        looking for faults.
        """
        self.has_it_all()  # a page half read has no landmark yet
        self.page.evaluate("scrollTo(0, 0)")  # what lies half under the patient bar can be scrolled out of it
        found = [f"{name}: {fault}" for fault in faults_in_both_lights(self.page)]
        self.faults += found
        self.passed.append(name)
        if found or os.environ.get("PICTURES"):
            folder = SHOTS / self.window.name
            folder.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=folder / f"{name}.png", full_page=True)
        if name in KEPT.get(self.window.name, ()):
            self.page.screenshot(path=README_SHOTS / f"{name}.png")
        return self


def comes(page: Page, what: Callable[[], object]) -> None:
    """Waits until this is true of what the browser tells or the records hold, ten seconds at most."""
    for _ in range(200):
        if what():
            return
        page.wait_for_timeout(50)  # what the browser tells arrives meanwhile
    raise AssertionError("It never came to this.")


def axe_faults(page: Page, rules: dict[str, Any]) -> list[str]:
    """What axe finds by these rules, one line each. Its script stays in a page; only what is wrong is fetched."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    faults = []
    for violation in page.evaluate("rules => axe.run(rules).then(found => found.violations)", rules):
        places = "; ".join(" ".join(map(str, node["target"])) for node in violation["nodes"][:3])
        faults.append(f"axe {violation['id']} ({violation['help']}) at {places}")
    return faults


def page_faults(page: Page) -> list[str]:
    """What is wrong with the page as it stands, one line each; empty when nothing is."""
    faults = axe_faults(page, AXE_RULES)
    if (wide := page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
        faults.append(f"scrolls sideways by {wide} px")
    for what, width, height in page.evaluate(SMALL_TARGETS, SMALLEST_TARGET):
        faults.append(f"target {width:.0f}×{height:.0f} px: {what}")
    faults += [f"the word “{word}” of a button is broken" for word in page.evaluate(BROKEN_WORDS)]
    if running := page.evaluate("document.getAnimations().filter(a => a.playState === 'running').length"):
        faults.append(f"{running} animations run although the person asked for less motion")
    return faults


def faults_in_both_lights(page: Page) -> list[str]:
    """The same, and what cannot be read once it gets dark, or light: only the colours change."""
    is_dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    own, other = ("dark", "light") if is_dark else ("light", "dark")
    found = page_faults(page)
    page.emulate_media(color_scheme=other)
    found += [f"{other}: {fault}" for fault in axe_faults(page, AXE_RULES | {"runOnly": COLOURS})]
    page.emulate_media(color_scheme=own)
    return found
