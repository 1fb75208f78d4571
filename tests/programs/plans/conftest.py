"""Stories whose programs the builder itself proposes, from worked cases."""

from __future__ import annotations

from typing import Any

import pytest

from assessments.triage import worked_cases
from tests.programs.stories import Story
from tests.world import World


def case(name: str) -> dict[str, Any]:
    return next(one["input"] for one in worked_cases.load("hamstring") if one["id"] == name)


@pytest.fixture
def ana(world: World) -> Story:
    """A mild strain in its second phase, on the run ladder."""
    return Story(world, world.ana, world.carl, klass="strain_mild", case=case("O02"))


@pytest.fixture
def free(world: World) -> Story:
    """Tight, not hurt: runs grow by distance."""
    return Story(world, world.ben, world.carl, klass="tightness", case=case("O01"))
