"""Ana's whole story once for a file of tests, with the program that came of it, as each test would have it made.

from tests.programs.prescribing.released import ana_once, released, world
"""

from __future__ import annotations

from copy import deepcopy

import pytest
import time_machine
from django.test import override_settings

from programs.plans.models import Version
from tests.world import World


@pytest.fixture(scope="module")
def ana_once(rows_of_a_file, tmp_path_factory) -> tuple[World, int]:
    """The people, and the row of the version that was released."""
    world = World()
    with (
        rows_of_a_file(),
        override_settings(RECORDINGS_DIR=tmp_path_factory.mktemp("shelf")),
        time_machine.travel(world.now, tick=False),
    ):
        return world, world.whole_story(world.ana, hour=0).pk


@pytest.fixture
def world(ana_once, db) -> World:
    return deepcopy(ana_once[0])


@pytest.fixture
def released(ana_once, world) -> Version:
    return Version.objects.get(pk=ana_once[1])
