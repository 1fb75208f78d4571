"""The patient's pages from the browser's own print: nothing folded away, nothing to press, no exercise cut in two."""

from __future__ import annotations

import datetime as dt
import io

import pytest
import time_machine
from playwright.sync_api import expect
from pypdf import PdfReader

from programs.plans import proposals
from tests.assessments.charting.test_printed_pages import plain
from tests.journeys.person import Person, Window
from tests.journeys.stage import nine_on_a_working_day
from tests.programs.stories import Story, small_draft
from tests.world import World


@pytest.fixture
def story(transactional_db, monkeypatch):
    """As everywhere, but committed, so that the server sees it, and near the browser's own clock."""
    monkeypatch.setattr(proposals, "draft", small_draft)
    with time_machine.travel(nine_on_a_working_day(dt.datetime.now(dt.UTC))):
        world = World(dt.datetime.now(dt.UTC))
        yield Story(world, world.ana, world.carl)


@pytest.fixture
def ana(story, browser, live_server):
    person = Person.arrives("Ana", browser, live_server.url, Window(1280, "dark")).brings(
        story.world.signed_in(story.patient.account)
    )
    yield person
    person.leaves()
    assert person.faults == []


def sheets(person, address) -> list[str]:
    page = person.opens(address).page
    found = PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True))).pages
    return [plain(one.extract_text()) for one in found]


def test_the_program_is_printed_whole(ana, story):
    found = sheets(ana, "/my/program/") if story.released else []
    whole = "".join(found)
    for one in story.released.listed_now():
        for words in (one.name, one.dose, one.cue, one.why_patient):
            assert plain(words) in whole, "it lay behind a fold"
        on = [sheet for sheet in found if plain(one.name) in sheet]
        assert any(plain(one.why_patient) in sheet for sheet in on)
    assert plain(f"Page 1 of {len(found)}") in found[0]
    for words in ("Sign out", "Appointments", "Print it", "Put it in my calendar", "Tap one"):
        assert plain(words) not in whole, words


def test_todays_session_is_printed_without_its_questions(ana, story):
    found = sheets(ana, "/my/session/?day=Mon") if story.released else []
    whole = "".join(found)
    monday = story.released.block(list(story.released.listed_now())).week(1).days[0]
    for one in monday.all:
        for words in (one.name, one.cue, one.why_patient):
            assert plain(words) in whole, (words, "it lay behind a fold")
    assert plain("When to stop and get help") in whole
    for words in ("Could not do", "Log this session", "How was the whole session", "Doing another day"):
        assert plain(words) not in whole, words


def test_the_screen_still_asks(ana, story):
    """The control: what is left out on paper is there on the screen."""
    assert story.released
    ana.opens("/my/session/?day=Mon").sees("Could not do")
    expect(ana.page.locator("[data-view=end]")).to_contain_text("How was the whole session")
