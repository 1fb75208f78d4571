"""Starting points in a real browser, on a wide and a narrow window: looked at, begun from, retired, brought back."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from programs.builder.limits import Limits
from programs.plans import actions
from programs.plans.starting_points import keep_as_starting_point
from tests.journeys.conftest import SIZES
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
    """Ana's draft, two exercises of the starting point not to her liking."""
    released = world.whole_story(world.ana, hour=0)
    facts = {"name": "Early strength", "note": "After a setback.", "by": world.carl, "now": world.now}
    keep_as_starting_point(version=released, **facts)
    draft = actions.revise(version=released, by=world.carl, now=world.now)
    dislikes = frozenset(one.library_id for one in draft.listed_now()[:2])
    return actions.fit(version=draft, asked=Limits(dislikes=dislikes), by=world.carl, now=world.now)


@pytest.mark.parametrize("window", SIZES, ids=lambda window: window.name)
def test_a_draft_is_begun_from_one_and_it_is_retired_and_brought_back(
    world, draft, browser, live_server, window
):
    carl = Person.arrives("Carl", browser, live_server.url, window).brings(world.signed_in(world.carl))
    carl.opens(reverse("prescribing:program", args=[draft.patient_id, draft.pk]))
    carl.presses("See what it would change").is_on("Begin from “Early strength”")
    carl.sees("The patient would rather not do it").passes("begin")
    carl.presses("Fill from it").sees("Tick that what the draft holds now is given up")
    carl.ticks(carl.page.get_by_label("Give up what the draft holds now")).presses("Fill from it")
    carl.sees("Filled from “Early strength”.")
    carl.page.get_by_role("link", name="All starting points").first.click()
    carl.is_on("Starting points")
    carl.page.locator("summary", has_text="Retire it").click()
    carl.passes("starting-points")
    carl.ticks(carl.page.get_by_label("Offer “Early strength” no longer")).presses("Retire “Early strength”")
    carl.sees("is retired").passes("starting-points-retired")
    carl.presses("Bring back “Early strength”").sees("is in use again")
    carl.leaves()
    assert carl.faults == []
