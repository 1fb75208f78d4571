"""Fixtures every test may use."""

from __future__ import annotations

import pytest

from tests.world import World


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """Argon2 takes half a second a password; one test (tests/clinic/people) uses the real one."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def world(db) -> World:
    """The same few people as everywhere (tests/world.py)."""
    return World()
