"""The library in a real browser, in both themes and on a phone."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from tests.journeys.conftest import WINDOWS
from tests.journeys.person import Person
from tests.journeys.stage import nine_on_a_working_day
from tests.world import World


@pytest.fixture
def world(transactional_db):
    with time_machine.travel(nine_on_a_working_day(dt.datetime.now(dt.UTC))):
        yield World(dt.datetime.now(dt.UTC))


@pytest.fixture(autouse=True)
def _now():
    """The world's own clock, near the browser's, instead of this folder's."""


@pytest.mark.parametrize("window", WINDOWS[1:3], ids=lambda window: window.name)
def test_the_library_can_be_looked_through(world, browser, live_server, window):
    carl = Person.arrives("Carl", browser, live_server.url, window).brings(world.signed_in(world.carl))
    carl.opens("/programs/library/?category=core").is_on("Exercise library").sees("Side plank").passes(
        "library"
    )
    carl.leaves()
    assert carl.faults == []
