"""Every component in a real browser: no page fault, wide and narrow, light and dark, by mouse and by keys."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.person import Person, Window

PAGES = {"components": "/components/", "refused": "/components/refused/", "patient": "/components/patient/"}
WINDOWS = [Window(1280, "dark"), Window(320, "light")]  # every page passed is looked at in both lights
SMALLEST_FOR_PATIENTS = 44

# How far each pair of words and ground is apart, hovered and not, for what axe cannot hover.
CONTRAST = """(element) => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, place) => sum + c * [0.2126, 0.7152, 0.0722][place], 0);
  let ground = element;
  while ((parse(getComputedStyle(ground).backgroundColor)[3] ?? 1) === 0) ground = ground.parentElement;
  const pair = [light(parse(getComputedStyle(element).color)), light(parse(getComputedStyle(ground).backgroundColor))];
  return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
}"""


@pytest.fixture(params=WINDOWS, ids=lambda window: window.name)
def visitor(request, browser: Browser, live_server) -> Iterator[Person]:
    person = Person.arrives("a developer", browser, live_server.url, request.param)
    yield person
    person.leaves()


@pytest.fixture
def page_of_all(browser: Browser, live_server) -> Iterator[Page]:
    """All components, narrow: what a person does there is the same in every window."""
    person = Person.arrives("a developer", browser, live_server.url, Window(320, "light"))
    yield person.opens(PAGES["components"]).page
    person.leaves()


@pytest.fixture
def patient_page(browser: Browser, live_server) -> Iterator[Page]:
    person = Person.arrives("Sam", browser, live_server.url, Window(320, "light"))
    yield person.opens(PAGES["patient"]).page
    person.leaves()


def test_no_page_fault(visitor: Person):
    for name, address in PAGES.items():
        visitor.opens(address).passes(f"ui-{name}")
    assert visitor.faults == []


def test_sign_in_and_errors_look_like_the_clinic(visitor: Person):
    visitor.opens("/accounts/login/").is_on("Sign in").passes("ui-sign-in")
    visitor.types("User name or e-mail", "nobody").types("Password", "wrong").presses("Sign in")
    visitor.sees("You are not signed in").sees("do not belong together").passes("ui-sign-in-refused")
    visitor.does_not_see("Nothing was saved").does_not_see("sername")  # one word for it, and nothing untrue
    visitor.opens("/accounts/password/reset/").passes("ui-password-reset")
    visitor.opens("/no-such-page/").is_on("There is nothing here").passes("ui-404")
    assert visitor.faults == []


def test_buttons_keep_their_contrast_under_the_pointer(visitor: Person):
    page = visitor.opens(PAGES["components"]).page
    page.mouse.move(0, 0)
    for button in page.locator("section .btn:visible").all()[:6]:
        assert button.evaluate(CONTRAST) >= 4.5
        if button.is_enabled():
            button.hover()
            page.wait_for_timeout(50)
            assert button.evaluate(CONTRAST) >= 4.5, button.inner_text()


def test_a_patients_targets_fit_a_thumb(patient_page: Page):
    targets = patient_page.locator("main .btn:visible, .main-nav a, .pain-step, .check-row")
    assert targets.count() > 10
    for target in targets.all():
        box = target.bounding_box()
        assert box is not None
        if "pain-not-asked" not in (target.get_attribute("class") or ""):
            assert box["height"] >= SMALLEST_FOR_PATIENTS, target.inner_text()


def test_nothing_scrolls_sideways_at_twice_the_size(page_of_all: Page):
    # A 1280 px window at 200 % zoom is a 640 px one; there the text alone is doubled once more.
    page_of_all.set_viewport_size({"width": 640, "height": 700})
    assert page_of_all.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page_of_all.evaluate(
        "document.styleSheets[document.styleSheets.length - 1].insertRule('html { font-size: 200% }', 0)"
    )
    assert page_of_all.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_pain_is_picked_with_the_arrows(patient_page: Page):
    scale = patient_page.get_by_role("group", name="Pain while walking")
    assert scale.get_by_role("radio", checked=True).count() == 0
    scale.get_by_role("radio").first.focus()
    patient_page.keyboard.press("Space")
    for _ in range(4):
        patient_page.keyboard.press("ArrowRight")
    assert scale.get_by_role("radio", checked=True).get_attribute("value") == "4"


def test_not_asked_is_said_until_somebody_answers(page_of_all: Page):
    page = page_of_all
    question = page.get_by_role("group", name="Did you feel a pop?")
    assert question.get_by_text("Not asked yet").is_visible()
    question.get_by_role("radio", name="No", exact=True).check(force=True)
    assert not question.get_by_text("Not asked yet").is_visible()


def test_a_refusal_takes_the_focus_and_leads_to_its_field(page_of_all: Page):
    page = page_of_all
    page.goto(page.url + "refused/")
    assert page.evaluate("document.activeElement.matches('[data-error-summary]')")
    page.get_by_role("link", name="Straight leg raise").click()
    assert page.evaluate("document.activeElement.name") == "raise_angle_left"


def test_the_keys_are_listed_on_a_question_mark_but_not_while_typing(page_of_all: Page):
    page = page_of_all
    page.get_by_label("Notes").press("?")
    assert page.locator("dialog[open]").count() == 0
    page.locator("main").focus()
    page.keyboard.press("?")
    assert page.get_by_role("dialog", name="Keys on this page").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0


def test_who_the_page_is_about_stays_in_view(page_of_all: Page):
    page = page_of_all
    page.mouse.wheel(0, 3000)
    expect(page.locator("main h2").first).not_to_be_in_viewport()
    assert page.evaluate("scrollY") > 500
    box = page.get_by_role("region", name="Patient").bounding_box()
    assert box is not None
    assert box["y"] == 0


def test_the_first_key_skips_to_the_content(page_of_all: Page):
    page = page_of_all
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
