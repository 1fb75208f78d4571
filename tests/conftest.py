"""Fixtures every test may use."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from unittest import mock

import pytest
import time_machine
from django.core.management.base import CommandError
from django.db import OperationalError, connections
from django.test import TransactionTestCase
from playwright.sync_api import Browser, Page, sync_playwright
from whitenoise.middleware import WhiteNoiseMiddleware

from clinic.config.celery import app
from tests.world import NOW, World

# Playwright's loop runs in this thread; Django's guard against queries in async code would see it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """Argon2 takes half a second a password; one test (tests/clinic/people) uses the real one."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True, scope="session")
def _flush_outlasts_a_last_request() -> Iterator[None]:
    """A closed phone's worker may still be asking when its test is over: the flush and that request deadlock.

    The request is soon done, so the flush is tried again.
    """
    flush = TransactionTestCase._fixture_teardown

    def flush_again(case: TransactionTestCase) -> None:
        for left in (3, 2, 1, 0):
            try:
                flush(case)
            except CommandError as error:
                if not left or not isinstance(error.__cause__, OperationalError):
                    raise
                time.sleep(0.5)
            else:
                return

    with mock.patch.object(TransactionTestCase, "_fixture_teardown", flush_again):
        yield


@pytest.fixture(autouse=True, scope="session")
def _static_files_are_found_once() -> Iterator[None]:
    """Each test client builds the middleware anew, and WhiteNoise would look for every static file again."""
    look, found = WhiteNoiseMiddleware.add_files_from_finders, {}

    def look_once(middleware: WhiteNoiseMiddleware) -> None:
        if middleware.static_prefix not in found:
            look(middleware)
            found[middleware.static_prefix] = middleware.files
        middleware.files = dict(found[middleware.static_prefix])

    with mock.patch.object(WhiteNoiseMiddleware, "add_files_from_finders", look_once):
        yield


@pytest.fixture(autouse=True)
def _own_cache(settings):
    """Each test counts its own sign-ins and refusals: two processes share one Redis, and a flush would empty both."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": uuid.uuid4().hex}}


@pytest.fixture(autouse=True)
def _own_shelf(settings, tmp_path):
    """Photos and videos of a test lie in its own folder."""
    settings.RECORDINGS_DIR = tmp_path / "recordings"


@pytest.fixture
def world(db) -> World:
    """The same few people as everywhere (tests/world.py)."""
    return World()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The time stands at the world's until the test shifts it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def queue() -> Iterator[str]:
    """A Celery queue of this process alone, empty before and after: no demo and no other test shares it."""
    name = f"test-{os.getpid()}"
    before = app.conf.task_default_queue
    app.conf.task_default_queue = name
    app.amqp.queues.select_add(name)
    empty(name)
    yield name
    empty(name)
    app.conf.task_default_queue = before


def empty(name: str) -> None:
    with app.connection_for_write() as broker:
        broker.default_channel.queue_declare(name)
        broker.default_channel.queue_purge(name)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser `dev.py` found (CLINIC_BROWSER). Without one these tests fail; they are never skipped."""
    found = os.environ.get("CLINIC_BROWSER")
    if not found:
        pytest.fail(
            "No browser: `make test` finds or installs one and names it in CLINIC_BROWSER.", pytrace=False
        )
    quiet = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    ]
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*quiet, *sandbox])
        yield browser
        browser.close()
        # While Playwright's loop runs Django keeps a connection apart from the thread's own; nobody else would
        # close it, and the test database could not be dropped.
        connections.close_all()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()
