"""A worried runner on a phone books a visit: with script and without, by keys, on pages without a fault."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from playwright.sync_api import expect

from clinic.booking.models import Appointment, Hold
from tests.journeys.person import Person, Window
from tests.journeys.stage import nine_on_a_working_day
from tests.programs.portal.booking.visitor import TOLD, code_of, open_online
from tests.world import World

PHONES = [Window(360, "light"), Window(1280, "light"), Window(320, "dark")]
BOOK = "Book this time"


@pytest.fixture
def world(transactional_db):
    """As everywhere, but committed, so that the server sees it, and near the browser's own clock."""
    with time_machine.travel(nine_on_a_working_day(dt.datetime.now(dt.UTC))):
        world = World(dt.datetime.now(dt.UTC))
        open_online(world)
        yield world


@pytest.fixture(params=PHONES, ids=lambda window: window.name)
def rosa(world, browser, live_server, request):
    person = Person.arrives("Rosa", browser, live_server.url, request.param)
    yield person
    person.leaves()
    assert person.faults == []


def answers(page, said="no"):
    for question in page.locator(".safety-questions fieldset").all():
        question.locator(f"input[value={said}]").check(force=True)


def tells(page):
    for name, value in TOLD.items():
        if name != "agreed":
            page.fill(f"[name={name}]", value)
    page.locator("[name=agreed]").check()


def test_somebody_new_books_with_a_phone(rosa):
    rosa.opens("/book/").is_on("Book a visit").passes("book-begin")
    rosa.presses("Next").sees("Choose the place").passes("book-begin-refused")
    rosa.ticks(rosa.page.locator("[name=place]").first).presses("Next")
    rosa.is_on("Before you book").passes("book-questions")
    rosa.presses("Next").sees("Choose yes, no").passes("book-questions-refused")
    answers(rosa.page)
    rosa.presses("Next").sees("These can need a doctor soon").passes("book-more")
    answers(rosa.page)
    rosa.presses("Next").is_on("When suits you?").passes("book-times")
    rosa.page.locator("[name=start]").nth(2).click()
    rosa.is_on("Who are you?").sees("About 5 minutes left.").passes("book-who")
    rosa.presses("Send me the code").sees("Enter your given name").passes("book-who-refused")
    tells(rosa.page)
    rosa.presses("Keep it five minutes longer").sees("you have five minutes more").passes("book-longer")
    expect(rosa.page.locator("[name=legal_family_name]")).to_have_value(TOLD["legal_family_name"])
    rosa.presses("Send me the code").is_on("Type the code").passes("book-code")
    rosa.types("Code", "12345").presses(BOOK).sees("six digits").passes("book-code-refused")
    rosa.types("Code", code_of(TOLD["email"])).presses(BOOK)
    rosa.is_on("Your visit is booked").passes("book-booked")
    rosa.opens("/book/code/").is_on("Your visit is booked")
    assert Appointment.objects.count() == 1


def test_an_emergency_says_where_to_go(rosa):
    rosa.opens("/book/").ticks(rosa.page.locator("[name=place]").first).presses("Next")
    # Nothing else is answered: whoever cannot breathe is not sent back to five more questions.
    rosa.ticks(rosa.page.locator(".safety-questions input[value=yes]").first).presses("Next")
    rosa.is_on("Get help now").sees("Call your emergency number").passes("book-emergency")
    rosa.presses("Answer the questions again")
    answers(rosa.page, "unknown")
    rosa.presses("Next").sees("Ring us first").passes("book-ring-us")


def test_without_script_every_step_works_by_keys(world, browser, live_server):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 700})
    page = context.new_page()
    page.goto(f"{live_server.url}/book/")
    page.locator("[name=place]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    for _ in range(2):
        expect(page.get_by_role("heading", level=1)).to_contain_text("Before you book")
        first = page.locator(".safety-questions input[value=no]").first.get_attribute("name")
        for question in page.locator(".safety-questions fieldset").all():
            question.locator("input[value=no]").focus()
            page.keyboard.press("Space")
        page.keyboard.press("Enter")
        expect(page.locator(f"input[name={first}]")).to_have_count(0)
    page.locator("[name=start]").nth(1).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Who are you?")
    expect(page.locator(".kept-time")).to_contain_text("We keep this time for you until")
    tells(page)
    page.locator("[name=email]").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Type the code")
    page.locator("[name=code]").fill(code_of(TOLD["email"]))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Your visit is booked")
    page.go_back()  # what was typed is in no cache: the page is asked for again, and leads on
    expect(page.get_by_role("heading", level=1)).to_contain_text("Your visit is booked")
    context.close()
    assert Appointment.objects.count() == 1
    assert not Hold.objects.exists()


def test_a_patient_books_from_their_own_pages(world, rosa):
    rosa.brings(world.signed_in(world.ana.account)).opens("/my/appointments/")
    rosa.presses("Book an appointment").is_on("Book a visit").passes("own-begin")
    rosa.ticks(rosa.page.locator("[name=place]").first).presses("Next").passes("own-questions")
    answers(rosa.page)
    rosa.presses("Next").is_on("When suits you?").passes("own-times")
    rosa.page.locator("[name=start]").first.click()
    rosa.is_on("Is this right?").passes("own-check")
    rosa.presses(BOOK).is_on("Your visit is booked").passes("own-booked")
    rosa.presses("Your appointments").sees("Initial assessment").passes("own-visits")
