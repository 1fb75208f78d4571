"""A patient at their own pages in a real browser."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import SIZES
from tests.journeys.person import Person


@pytest.fixture(params=SIZES, ids=lambda window: window.name)
def ana(world, browser, live_server, request):
    """Ana signed in, on a phone and at a desk; the test's file says what `world` she comes from."""
    person = Person.arrives("Ana", browser, live_server.url, request.param)
    yield person.brings(world.signed_in(world.ana.account))
    person.leaves()
    assert person.faults == []
