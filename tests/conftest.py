"""Fixtures every test may use."""

from __future__ import annotations

import datetime as dt
import gc
import os
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from copy import deepcopy
from pathlib import Path
from unittest import mock

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management.base import CommandError
from django.core.management.commands import flush
from django.db import OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.template import Context, Template
from django.test import TestCase, TransactionTestCase, override_settings
from playwright.sync_api import Browser, Page, expect, sync_playwright
from whitenoise.middleware import WhiteNoiseMiddleware

from clinic.booking import clinician_feeds, links
from clinic.config.celery import app
from programs.feeds import actions as feeds
from tests.slow_site import slow_site
from tests.world import NOW, World

pytest_plugins = ["tests.what_they_saw"]

# Playwright's loop runs in this thread; Django's guard against queries in async code would see it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# How long what a page is to show may take, in milliseconds; the machine may be busy with more than these tests.
expect.set_options(timeout=10_000)


QUICK = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True, scope="session")
def _late_answers() -> Iterator[None]:
    """Only where it is asked for: which browser tests lean on a quick machine (tests/slow_site.py)."""
    with slow_site(float(os.environ.get("SLOW_SITE", "0"))):
        yield


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """Argon2 takes half a second a password; one test (tests/clinic/people) uses the real one."""
    settings.PASSWORD_HASHERS = QUICK


@pytest.fixture(autouse=True, scope="session")
def _flush_outlasts_a_last_request() -> Iterator[None]:
    """A closed phone's worker may still be asking when its test is over: the flush and that request deadlock.

    The request is soon done, so the flush is tried again.
    """
    empty = TransactionTestCase._fixture_teardown

    def flush_again(case: TransactionTestCase) -> None:
        for left in (3, 2, 1, 0):
            try:
                empty(case)
            except CommandError as error:
                if not left or not isinstance(error.__cause__, OperationalError):
                    raise
                time.sleep(0.5)
            else:
                return

    with mock.patch.object(TransactionTestCase, "_fixture_teardown", flush_again):
        yield


@pytest.fixture(autouse=True, scope="session")
def _flush_leaves_what_migrations_made() -> Iterator[None]:
    """No test changes which models and permissions there are; writing them anew took a third of every flush."""
    made_once = {ContentType._meta.db_table, Permission._meta.db_table}

    def empty_the_others(style: object, connection: BaseDatabaseWrapper, **how: bool) -> list[str]:
        there = connection.introspection.django_table_names(only_existing=True, include_views=False)
        return connection.ops.sql_flush(style, sorted(set(there) - made_once), **how)

    with (
        mock.patch.object(flush, "sql_flush", empty_the_others),
        mock.patch.object(flush, "emit_post_migrate_signal"),
    ):
        yield


@pytest.fixture(autouse=True, scope="session")
def _a_connection_serves_many_tests() -> Iterator[None]:
    """Django closes the connection after every test, and with it what was made for all tests of a file.

    What a test did is rolled back all the same; a connection that came to harm is closed. Nor does an answer that a
    test itself closes end the transaction the test is in.
    """
    look = BaseDatabaseWrapper.close_if_unusable_or_obsolete

    def look_between_tests(connection: BaseDatabaseWrapper) -> None:
        if not connection.in_atomic_block:
            look(connection)

    def roll_back(case: type[TestCase]) -> None:
        case._rollback_atomics(case.cls_atomics)
        for connection in connections.all(initialized_only=True):
            if not connection.in_atomic_block and not connection.is_usable():
                connection.close()
        super(TestCase, case).tearDownClass()

    with (
        mock.patch.object(TestCase, "tearDownClass", classmethod(roll_back)),
        mock.patch.object(BaseDatabaseWrapper, "close_if_unusable_or_obsolete", look_between_tests),
    ):
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


@pytest.fixture(autouse=True, scope="session")
def _a_page_is_noted_once(django_test_environment) -> Iterator[None]:
    """Django's test client copies what each template is told, down to the widget: tests ask for the page's alone."""
    draw, here = Template._render, threading.local()

    def draw_and_note_the_outermost(template: Template, context: Context) -> str:
        if getattr(here, "is_drawing", False):
            return template.nodelist.render(context)
        here.is_drawing = True
        try:
            return draw(template, context)
        finally:
            here.is_drawing = False

    with mock.patch.object(Template, "_render", draw_and_note_the_outermost):
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


@pytest.fixture(scope="module")
def rows_of_a_file(
    django_db_setup, django_db_blocker
) -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """with rows_of_a_file(): what is made there is there for every test of a file, and gone after the last.

    What a test does to it is rolled back after that test, as ever; the rows are only not made anew for the next one.
    Not for a file with tests that commit.
    """
    whole = transaction.atomic()

    @contextmanager
    def making() -> Iterator[None]:
        with django_db_blocker.unblock(), override_settings(PASSWORD_HASHERS=QUICK):
            yield

    with django_db_blocker.unblock():
        whole.__enter__()
    yield making
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        whole.__exit__(None, None, None)


@pytest.fixture(scope="module")
def both_stories(rows_of_a_file, tmp_path_factory) -> tuple[World, Path]:
    """Ana and Ben have each been through everything today; the folder holds their photos."""
    world, shelf = World(), tmp_path_factory.mktemp("shelf")
    later = time_machine.travel(world.now + dt.timedelta(hours=6), tick=False)
    with rows_of_a_file(), override_settings(RECORDINGS_DIR=shelf), later:
        world.whole_story(world.ana, hour=1)
        world.whole_story(world.ben, hour=3)
        for patient in (world.ana, world.ben):
            token = feeds.make_address(patient=patient, by=patient.account, now=world.now)
            patient.calendar_token = token  # type: ignore[attr-defined]
            world.waits(patient)
            coming = world.booked(
                patient=patient, starts_at=world.now + dt.timedelta(days=6 + patient.pk % 2)
            )
            patient.visit_token = links.make_link(appointment=coming, now=world.now)  # type: ignore[attr-defined]
        for patient, clinician in ((world.ana, world.carl), (world.ben, world.cleo)):
            token = clinician_feeds.make_address(clinician=clinician.clinician, by=clinician, now=world.now)
            patient.clinician_token = token  # type: ignore[attr-defined]
        world.dee, world.mona  # noqa: B018  # made on first mention, which each test would do anew
    return world, shelf


@pytest.fixture
def story(both_stories, db, settings, tmp_path) -> Iterator[World]:
    """Ana's and Ben's stories, so that every page has a row to show, six hours after the world's now."""
    world, shelf = both_stories
    settings.RECORDINGS_DIR = shutil.copytree(shelf, tmp_path / "shelf")
    with time_machine.travel(world.now + dt.timedelta(hours=6), tick=False):
        yield deepcopy(world)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The time stands at the world's until the test shifts it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A Celery queue of this process alone, empty before and after: no demo and no other test shares it.

    A worker that is a thread of this process leaves no line to the database behind, which could not be dropped then.
    """
    monkeypatch.setitem(app.conf, "CELERY_DB_REUSE_MAX", 0)
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


def pytest_collection_finish() -> None:
    """What was imported stays: looking through it for garbage again and again took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


# Single tests of one to four minutes. Where one of them came last the other process had nothing to do meanwhile.
LONGEST = tuple(
    str(Path(__file__).parent / part) for part in ("drills", "clinic/booking/test_many_hands.py", "journeys")
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    _refuse_mixed_files(items)
    # pytest-django's own order comes after this (what commits, after what does not), and keeps ours inside each part.
    items.sort(key=lambda item: not str(item.path).startswith(LONGEST))


def _refuse_mixed_files(items: list[pytest.Item]) -> None:
    """Rows made for all tests of a file are in the way of tests there that make their own, or commit."""
    files: dict[str, set[str]] = {}
    for item in items:
        files.setdefault(str(item.path), set()).update(_where_from(item))
    mixed = sorted(file for file, kinds in files.items() if len(kinds) > 1 and "shared" in kinds)
    if mixed:
        raise pytest.UsageError(
            f"rows_of_a_file beside the tests' own rows, in {mixed}: put them into two files."
        )


def _where_from(item: pytest.Item) -> set[str]:
    asked = set(getattr(item, "fixturenames", ()))
    if "rows_of_a_file" in asked:
        return {"shared"}
    return {"own"} if asked & {"world", "transactional_db"} else set()
