"""A patient's record in a real browser, narrow and wide: nothing on it is squeezed, and it passes every check."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import SIZES
from tests.journeys.person import Person
from tests.world import World


@pytest.fixture
def world(transactional_db) -> World:
    """As everywhere, but committed, so that the server sees it."""
    return World()


@pytest.fixture(params=SIZES, ids=lambda window: window.name)
def dee(world, browser, live_server, request):
    person = Person.arrives("Dee", browser, live_server.url, request.param).brings(world.signed_in(world.dee))
    yield person
    person.leaves()
    assert person.faults == []


def test_a_record_with_a_visit_to_come_is_whole(world, dee):
    world.booked()
    dee.opens(f"/desk/patients/{world.ana.pk}/").sees("Wants earlier").passes("record")
