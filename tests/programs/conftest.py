"""Ana's and Ben's stories for programs."""

from __future__ import annotations

import pytest

from programs.plans import proposals
from tests.programs.stories import Story, small_draft
from tests.world import World


@pytest.fixture
def a_small_recipe(monkeypatch):
    """Proposals come from tests/programs/stories.py instead of the recipe in force."""
    monkeypatch.setattr(proposals, "draft", small_draft)


@pytest.fixture
def ana_story(world: World, a_small_recipe) -> Story:
    return Story(world, world.ana, world.carl)


@pytest.fixture
def ben_story(world: World, a_small_recipe) -> Story:
    return Story(world, world.ben, world.carl)
