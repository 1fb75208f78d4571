"""Ana answers how it goes on her phone, with keys alone, and Carl reads it beside her; every page is looked at."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
import time_machine
from playwright.sync_api import expect

from programs.outcomes import actions
from programs.outcomes.models import Answer
from tests.journeys.conftest import SIZES
from tests.journeys.person import Person
from tests.journeys.stage import nine_on_a_working_day
from tests.programs.stories import Story
from tests.world import World

NUMBER = re.compile("^Number$")  # not the charts, whose labels speak of numbers too


@pytest.fixture
def world(transactional_db):
    """As everywhere, but committed, so that the server sees it, and near the browser's own clock."""
    with time_machine.travel(nine_on_a_working_day(dt.datetime.now(dt.UTC))):
        yield World(dt.datetime.now(dt.UTC))


@pytest.fixture
def story(world, a_small_recipe):
    """Her program began two weeks ago; she rated her pain then."""
    today, world.now = world.now, world.now - dt.timedelta(days=14)
    story = Story(world, world.ana, world.carl)
    assert story.released
    gives(story, "nprs", 7)
    world.now = today
    return story


def gives(story, measure, value, **given):
    facts = {"where": "home", "by": story.patient.account, "now": story.now, "client_key": uuid.uuid4()}
    return actions.answer(
        patient=story.patient, measure=measure, value=value, on_day=story.now.date(), **facts | given
    )


@pytest.fixture(params=SIZES, ids=lambda window: window.name)
def arrives(story, browser, live_server, request):
    people = []

    def arrive(name, account):
        person = Person.arrives(name, browser, live_server.url, request.param)
        people.append(person.brings(story.world.signed_in(account)))
        return person

    yield arrive
    for person in people:
        person.leaves()
        assert person.faults == []


def picks_by_keys(person, name, value):
    """Arrows until the value is picked, then Enter."""
    person.page.locator(f"[name={name}]").first.focus()
    for _ in range(12):
        if person.page.locator(f"[name={name}][value='{value}']").is_checked():
            break
        person.page.keyboard.press("ArrowDown")
    expect(person.page.locator(f"[name={name}][value='{value}']")).to_be_checked()


def test_what_waits_is_answered_by_keys_and_both_see_it(arrives, story):
    ana = arrives("Ana", story.patient.account)
    ana.opens("/my/").sees("3 short questions for you").passes("measures-today")
    ana.presses("Answer now").is_on("How it is going").passes("measures-waiting")
    ana.presses("Begin").sees("how strong was your pain").passes("measures-pain")
    ana.presses("Save").sees("Choose a number from 0 (no pain)").passes("measures-pain-refused")
    picks_by_keys(ana, "value", 4)
    ana.page.keyboard.press("Enter")
    ana.page.wait_for_url("**/activities/")
    ana.is_on("What you would like to do again").passes("measures-activities")
    ana.types("What would you like to do again?", "Run to the park")
    picks_by_keys(ana, "value", 2)
    ana.page.keyboard.press("Enter")
    ana.presses("Go on with the questions").sees("Think back")
    expect(ana.page.get_by_text("How much?")).to_be_hidden()
    picks_by_keys(ana, "way", "better")
    expect(ana.page.get_by_text("How much?")).to_be_visible()
    ana.passes("measures-change")
    picks_by_keys(ana, "value", 3)
    ana.page.keyboard.press("Enter")
    ana.is_on("How it is going").sees("What got better").passes("measures-done")
    assert [(one.measure, one.value) for one in Answer.objects.order_by("pk")][1:] == [
        ("nprs", 4),
        ("psfs", 2),
        ("groc", 3),
    ]
    carl = arrives("Carl", story.by)
    carl.opens(f"/programs/{story.patient.pk}/measures/").is_on("Outcome measures").passes("measures-chart")
    carl.picks("What", "Lower Extremity Functional Scale total (0 to 80)").types(NUMBER, "81")
    carl.presses("Store").sees("LEFS total is a whole number from 0 to 80").passes("measures-refused")
    carl.types(NUMBER, "60").presses(re.compile("^Store$")).sees("Stored.").passes("measures-stored")
