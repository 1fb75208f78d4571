"""A real browser in which somebody is signed in already."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from clinic.people.models import Account


@pytest.fixture
def at_a_browser(world, browser: Browser, live_server) -> Iterator[Callable[..., Page]]:
    """at_a_browser(account) is a new page of theirs; options go to the browser's context."""
    opened: list[BrowserContext] = []

    def open_one(account: Account, **options: object) -> Page:
        context = browser.new_context(locale="en-GB", timezone_id="Europe/London", **options)
        opened.append(context)
        cookie = world.signed_in(account).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        return context.new_page()

    yield open_one
    for context in opened:
        context.close()
