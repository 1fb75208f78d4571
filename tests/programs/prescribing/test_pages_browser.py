"""The review, the limits and the library in a real browser, narrow and wide, light and dark: each worth standing on."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
import time_machine
from playwright.sync_api import expect

from programs.plans import diary
from programs.plans.actions import revise
from programs.plans.models import SessionLog
from tests.journeys.conftest import SIZES, WINDOWS
from tests.journeys.person import Person
from tests.journeys.stage import nine_on_a_working_day
from tests.world import World


@pytest.fixture
def world(transactional_db):
    """As everywhere, but committed, so that the server sees it, and near the browser's own clock."""
    with time_machine.travel(nine_on_a_working_day(dt.datetime.now(dt.UTC))):
        yield World(dt.datetime.now(dt.UTC))


@pytest.fixture
def draft(world):
    """Ana's program of a week ago with a session, its morning and a warning sign; and a new version, not released."""
    world.now -= dt.timedelta(days=7)
    version = world.whole_story(world.ana, hour=0)
    world.now += dt.timedelta(days=7)
    diary.tell_morning(log=SessionLog.objects.get(), pain=1, by=world.ana.account, now=world.now)
    diary.log_session(
        version=version,
        patient=world.ana,
        on_day=world.now.date(),
        by=world.ana.account,
        now=world.now,
        entries=[diary.Did(version.exercises.values_list("pk", flat=True)[0], done=True)],
        pain_during=3,
        symptoms=["limp"],
        ran=diary.Ran(minutes=20),
        client_key=uuid.uuid4(),
    )
    return revise(version=version, by=world.carl, now=world.now)


@pytest.fixture(params=SIZES, ids=lambda window: window.name)
def carl(world, draft, browser, live_server, request):
    person = Person.arrives("Carl", browser, live_server.url, request.param)
    yield person.brings(world.signed_in(world.carl))
    person.leaves()
    assert person.faults == []


def test_every_page_is_worth_standing_on(carl, draft):
    page = f"/programs/{draft.patient_id}/versions/{draft.pk}/"
    carl.opens(f"/programs/{draft.patient_id}/review/").is_on("Review").passes("program-review")
    carl.presses("Let them go on").sees("Say what you looked at").passes("program-review-refused")
    carl.types("What you looked at", "No limp today, slump test negative.").presses("Let them go on")
    carl.sees("may go on").does_not_see("Everything rests")
    carl.opens(page).presses("Fit to the patient’s week").passes("program-fit")
    carl.page.locator(".fit-dislikes > summary").click()
    carl.types("Find an exercise", "bridge")
    every = carl.page.locator("[name=dislikes]")
    shown = every.locator("visible=true").count()
    assert 0 < shown < every.count()
    expect(carl.page.locator("[data-filter-said]")).to_have_text(f"{shown} of {every.count()}")
    carl.types("Minutes a day", "2").presses("Build within these limits").passes("program-fit-refused")
    carl.opens(page).types("Add from the library", "bridge").presses("Search")
    carl.is_on("Add from the library").passes("program-add")
    carl.opens(page)
    carl.page.locator(".exercise-row > summary").first.click()
    carl.presses("Swap or keep ready").is_on("Instead of").passes("program-swap")
    carl.opens("/programs/").is_on("Programs").passes("program-worklist")


def test_an_open_worklist_shows_a_red_day_within_a_minute(world, draft, browser, live_server):
    carl = Person.arrives("Carl", browser, live_server.url, WINDOWS[0]).brings(world.signed_in(world.carl))
    carl.page.clock.install()
    ben = world.whole_story(world.ben, hour=0)
    carl.opens("/programs/").sees("Ben Nowak")
    row = carl.page.get_by_role("row", name="Ben Nowak")
    expect(row).not_to_contain_text("Red")
    diary.log_session(
        version=ben,
        patient=world.ben,
        on_day=world.now.date(),
        by=world.ben.account,
        now=world.now,
        entries=[diary.Did(ben.exercises.values_list("pk", flat=True)[0], done=True)],
        pain_during=6,
        client_key=uuid.uuid4(),
    )
    carl.page.clock.fast_forward(60_000)
    expect(row).to_contain_text("Red")
    expect(carl.page.locator("[data-list-said]")).to_have_text("The list changed.")
    carl.leaves()
    assert carl.faults == []
