"""What the journeys' sentences do: the browser work below a story in Given, When and Then."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from playwright.sync_api import Browser

from clinic.people.models import Account, Patient
from clinic.reminders import tasks
from tests.journeys import screening
from tests.journeys.person import Person, Window
from tests.world import PASSWORD, TOTP_SECRET, World


def nine_on_a_working_day(after: dt.datetime) -> dt.datetime:
    """The next weekday's 09:00 in the clinic: never far from the browser's own clock, always within working hours."""
    local = after.astimezone(ZoneInfo(settings.TIME_ZONE)).replace(hour=9, minute=0, second=0, microsecond=0)
    while local.weekday() > 4:
        local += dt.timedelta(days=1)
    return local


@dataclass
class Stage:
    """The clinic, a browser, and the people at it, each in a browser of their own."""

    world: World
    browser: Browser
    site: str
    window: Window
    people: dict[str, Person] = field(default_factory=dict)

    def person(self, name: str) -> Person:
        if name not in self.people:
            self.people[name] = Person.arrives(name, self.browser, self.site, self.window)
        return self.people[name]

    def empties(self) -> None:
        for person in self.people.values():
            person.leaves()

    @property
    def faults(self) -> list[str]:
        return [f"{person.name}: {fault}" for person in self.people.values() for fault in person.faults]

    # --- coming in ---

    def signs_in(self, name: str, account: Account) -> Person:
        """With a password and the second factor, as staff do."""
        person = self.person(name).opens("/accounts/login/").passes("sign-in")
        person.page.fill("[name=login]", account.username)
        person.page.fill("[name=password]", PASSWORD)
        person.presses("Sign in")
        person.page.wait_for_url("**/accounts/2fa/authenticate/**")
        person.passes("second-factor")
        if time.time() % 30 > 25:
            time.sleep(6)  # a code about to run out would be refused by the time it is sent
        person.page.fill("[name=code]", format_hotp_value(hotp_value(TOTP_SECRET, int(time.time()) // 30)))
        person.page.locator("main button[type=submit]").first.click()
        person.page.wait_for_url(re.compile(r"/(desk|chart)/"), timeout=30_000)
        person.does_not_see("Successfully signed in")  # the page itself says who is in
        return person

    # --- the reminders' doorbell, rung as beat would ---

    def the_clinic_sends(self, shown: Callable[[], bool], *, within: float = 20.0) -> None:
        """Ring until the mailbox has it: real tasks through real Redis to the worker."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            tasks.collect_due.delay()
            tasks.ring.delay()
            time.sleep(0.5)
            if shown():
                return
        raise AssertionError("nothing arrived in the mailbox")

    def mailbox_shows(self, words: str) -> bool:
        page = self.person("the mailbox").opens("/mailbox/").page
        return words in page.locator("body").inner_text()

    # --- the screen ---

    def enters_the_screen(self, person: Person, case_name: str) -> None:
        """Section by section with the pointer, each section passed as a page."""
        case = self.world.case(case_name)
        for section in screening.sections(case):
            person.is_on(section.title)
            for answer in screening.answers_in(section, case):
                screening.enter_by_pointer(person, answer)
            person.passes(f"screen-{section.id}")
            here = person.page.url
            person.presses("Save and continue")
            person.page.wait_for_url(lambda url, here=here: url != here)

    def enters_the_screen_by_keys(self, person: Person, case_name: str) -> tuple[int, int]:
        """The same with no pointer at all; (keys pressed, the ideal number of keys)."""
        keys, ideal, case = screening.Keys(person.page), 0, self.world.case(case_name)
        for section in screening.sections(case):
            person.is_on(section.title)
            keys.into_the_form(first_control(person))
            ideal += screening.questions_on(person.page)  # one key to go on from each, asked or left blank
            for answer in screening.answers_in(section, case):
                keys.go_to(answer.name)
                ideal += screening.ideal_keys(answer, person.page.evaluate("document.activeElement.type"))
                keys.answer(answer)
            keys.leave_the_page()
        return keys.pressed, ideal


def first_control(person: Person) -> str:
    name: str = (
        person.page.locator(
            "[data-screen-form] :is(input:not([type=hidden]), select, textarea)"
        ).first.get_attribute("name")
        or ""
    )
    return name


def the_patient(family_name: str) -> Patient:
    return Patient.objects.get(legal_family_name=family_name)
