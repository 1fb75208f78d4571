"""The checks each journey makes of each page can fail: a page with one of every fault is seen to have them."""

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.person import Person, Window, page_faults

GOOD = """<!doctype html><html lang="en"><head><title>A page</title></head><body><main><h1>A page</h1>
<p>Words.</p><button style="min-height:40px;min-width:80px">Book</button></main></body></html>"""


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        ('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">', "axe image-alt"),
        ('<p style="color:#bbb;background:#fff">Faint words</p>', "axe color-contrast"),
        ('<input type="text" style="height:40px">', "axe label"),
        ('<div style="width:3000px">wide</div>', "scrolls sideways"),
        ('<button style="all:unset;width:12px;height:12px" aria-label="x">x</button>', "target 12×12"),
        (
            '<button style="min-height:40px;width:40px;padding:0;overflow-wrap:anywhere">Repeat it</button>',
            "the word “Repeat” of a button is broken",
        ),
        (
            '<p style="animation: a 9s infinite">x</p><style>@keyframes a{to{opacity:.9}}</style>',
            "animations run",
        ),
    ],
)
def test_a_fault_is_seen(page: Page, fault, named):
    page.set_content(GOOD)
    assert page_faults(page) == []
    page.set_content(GOOD.replace("<p>Words.</p>", fault))
    assert any(named in found for found in page_faults(page)), page_faults(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_fault_of_the_other_light_is_seen(browser: Browser, scheme):
    other = "light" if scheme == "dark" else "dark"
    person = Person.arrives("Carl", browser, "http://none.example", Window(1280, scheme))
    faint = f"@media (prefers-color-scheme: {other}) {{ p {{ color: #bbb; background: #fff }} }}"
    person.page.set_content(GOOD)
    assert person.passes("good").faults == []
    person.page.set_content(GOOD.replace("<p>Words.</p>", f"<style>{faint}</style><p>Words.</p>"))
    assert any(f"faint: {other}: axe color-contrast" in fault for fault in person.passes("faint").faults)
    assert person.page.evaluate(f"matchMedia('(prefers-color-scheme: {scheme})').matches"), "and back again"
    person.leaves()


def test_hidden_words_are_not_seen(browser: Browser):
    """Pages carry words that they show only later: whoever waits for them must not be told they are there."""
    person = Person.arrives("Carl", browser, "http://none.example", Window(1280, "light"))
    person.page.set_content(GOOD.replace("<p>Words.</p>", "<p>Words.</p><p hidden>Nothing is kept</p>"))
    person.sees("Words.")
    with pytest.raises(AssertionError):
        person.sees("Nothing is kept")
    person.leaves()
