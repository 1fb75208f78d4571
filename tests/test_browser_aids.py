"""What the browser tests lean on: a site that is slow on purpose, and what is told of a page when one fails."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test.testcases import QuietWSGIRequestHandler
from playwright.sync_api import TimeoutError

from tests import slow_site, what_they_saw
from tests.journeys.conftest import WINDOWS
from tests.journeys.person import Person


def answers_of_a_server(count):
    """What an application gives, asked through a server of the kind that the browser tests start."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), QuietWSGIRequestHandler)
    try:
        server.set_app(lambda environ, respond: [b"here"])
        return [server.get_app()({}, None) for _ in range(count)]
    finally:
        server.server_close()


def test_a_slow_site_answers_each_time_as_late_as_chance_has_it(monkeypatch):
    waits = []
    monkeypatch.setattr(slow_site.time, "sleep", waits.append)
    answers_of_a_server(20)
    usual = len(waits)  # none, unless these tests are run against a slow site
    with slow_site.slow_site(0.8):
        assert answers_of_a_server(20) == [[b"here"]] * 20
    late = waits[usual:]
    assert len(late) == 20 + usual
    assert all(0 <= wait <= 0.8 for wait in late) or usual
    assert any(one != other for one, other in pairwise(late))
    answers_of_a_server(20)
    assert len(waits) == 20 + 3 * usual, "and afterwards it is as quick as before"


def test_what_stands_on_a_page_is_told_with_the_focus(page):
    page.set_content("<h1>Chart</h1><p hidden>Nobody reads this</p><button id='save' autofocus>Save</button>")
    page.focus("#save")
    told = what_they_saw.what_stands_on(page)
    assert "Chart" in told
    assert "Nobody reads this" not in told
    assert 'In focus: <button id="save"' in told


def test_a_page_that_is_gone_is_told_of_too(browser):
    page = browser.new_page()
    page.close()
    assert what_they_saw.what_stands_on(page).startswith("It cannot be read: ")


@pytest.fixture
def late_script(browser):
    """Somebody at a page whose script comes only once it is let through."""
    person = Person.arrives("Carl", browser, "http://site.test", WINDOWS[0])
    held = []
    page = "<h1>Keys</h1><script defer src='/late.js'></script>"
    person.page.route("**/", lambda route: route.fulfill(content_type="text/html", body=page))
    person.page.route("**/late.js", lambda route: held.append(route))
    person.page.goto(person.site, wait_until="commit")
    yield person, held
    person.leaves()


@pytest.mark.parametrize("look", [Person.is_on, Person.sees], ids=["is on", "sees"])
def test_whoever_looks_at_a_page_has_its_scripts_too(late_script, look):
    """A key pressed before its script came was lost, and the test that pressed it failed on a slow machine only."""
    person, held = late_script
    person.page.wait_for_function("document.querySelector('h1')")
    assert person.page.evaluate("document.readyState") != "complete"
    person.page.set_default_timeout(500)
    with pytest.raises(TimeoutError, match="Timeout 500ms"):
        look(person, "Keys")
    [script] = held
    script.fulfill(content_type="text/javascript", body="window.pressed = true")
    person.page.set_default_timeout(10_000)
    look(person, "Keys")
    assert person.page.evaluate("pressed")
