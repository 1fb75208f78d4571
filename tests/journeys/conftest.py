"""A real browser, the real server, and a Celery worker on real Redis."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from celery.contrib.testing.worker import start_worker
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from clinic.config.celery import app
from tests.journeys.person import Window
from tests.journeys.stage import Stage, nine_on_a_working_day
from tests.world import World

WINDOWS = [Window(1280, "light"), Window(1280, "dark"), Window(320, "light"), Window(320, "dark")]
SIZES = [WINDOWS[0], WINDOWS[2]]  # every page a person passes is looked at in both lights


@pytest.fixture(params=SIZES, ids=lambda window: window.name)
def window(request: pytest.FixtureRequest) -> Window:
    chosen: Window = request.param
    return chosen


@pytest.fixture
def world(transactional_db: None) -> World:
    """As everywhere, but committed, so that the server and the worker see it."""
    return World()


@pytest.fixture
def worker(transactional_db: None, queue: str) -> Iterator[None]:
    """A Celery worker in a thread, fed by real Redis."""
    with start_worker(app, perform_ping_check=False, pool="threads", concurrency=1, queues=[queue]):
        yield


@pytest.fixture
def stage(
    world: World,
    worker: None,
    browser: Browser,
    live_server: LiveServer,
    window: Window,
    settings,
    tmp_path: Path,
) -> Iterator[Stage]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    settings.CLINIC_BASE_URL = live_server.url
    with time_machine.travel(nine_on_a_working_day(dt.datetime.now(dt.UTC))):
        world.now = dt.datetime.now(dt.UTC)
        stage = Stage(world, browser, live_server.url, window)
        yield stage
        stage.empties()
