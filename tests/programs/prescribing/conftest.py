"""Carl at the program pages, at the clinic's hour."""

from __future__ import annotations

import pytest
import time_machine


@pytest.fixture(autouse=True)
def _now(world):
    with time_machine.travel(world.now, tick=False):
        yield


@pytest.fixture
def carl(ana_story):
    return ana_story.world.signed_in(ana_story.by)
