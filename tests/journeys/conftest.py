"""A real browser, the real server, and a Celery worker on real Redis."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys.person import Window
from tests.world import World

WINDOWS = [Window(1280, "light"), Window(1280, "dark"), Window(320, "light"), Window(320, "dark")]


@pytest.fixture(params=WINDOWS, ids=lambda window: window.name)
def window(request: pytest.FixtureRequest) -> Window:
    chosen: Window = request.param
    return chosen


@pytest.fixture
def world(transactional_db: None) -> World:
    """As everywhere, but committed, so that the server and the worker see it."""
    return World()


@pytest.fixture
def worker(transactional_db: None) -> Iterator[None]:
    """A Celery worker in a thread, fed by real Redis."""
    from celery.contrib.testing.worker import start_worker

    from clinic.config.celery import app

    with start_worker(app, perform_ping_check=False, pool="threads", concurrency=1, shutdown_timeout=20):
        yield
