"""A browser test that fails says what stood on every open page: the run that failed may be on another machine."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as BrowserError

MOST = 3_000  # characters of a page


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    browser = getattr(item, "funcargs", {}).get("browser")
    if report.when == "call" and report.failed and isinstance(browser, Browser):
        pages = [page for context in browser.contexts for page in context.pages]
        report.sections += [(f"{page.url} at the end", what_stands_on(page)) for page in pages]
    return report


def what_stands_on(page: Page) -> str:
    """The words that are shown, and what has the focus."""
    try:
        # First, because only this gives up on a page that hangs.
        words = page.inner_text("body", timeout=2_000)[:MOST]
        focus, state = page.evaluate("[document.activeElement?.outerHTML.slice(0, 200), document.readyState]")
        return f"{words}\n\nIn focus: {focus}\nPage: {state}"
    except BrowserError as error:
        return f"It cannot be read: {error.message}"
