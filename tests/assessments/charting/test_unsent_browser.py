"""Answers given without a network outlive a closed tab, are sent on return, and leave nothing behind at sign-out."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from assessments.screens import actions
from assessments.screens.models import Answer, Screen
from tests.assessments.charting.test_screen_browser import answer, carl, saved, section, values, world
from tests.journeys.person import page_faults

__all__ = ["carl", "world"]

KEPT = "Kept on this device, and sent when it is back"
LEFT = "() => Object.entries(localStorage).filter(([key]) => key.startsWith('unsent.')).map(([, value]) => value)"


@pytest.fixture
def screen(world) -> Screen:
    return actions.start(patient=world.ana, by=world.carl, now=world.now)


def left_on(page) -> list[dict]:
    return [json.loads(entry) for entry in page.evaluate(LEFT)]


def answers_without_network(carl, screen):
    """Age and mass typed with no network; the tab is closed, and the network comes back."""
    first = carl.opens(section(screen, "person")).page
    context = first.context
    context.set_offline(True)
    first.locator("[name=age_years]").fill("41")
    first.locator("[name=body_mass_kg]").fill("61")
    expect(first.locator("[data-saved-text]")).to_contain_text(KEPT)
    other = context.new_page()
    # The browser gives a dying tab its network back a moment too early, and one in forty sends what it kept.
    first.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('Failed to fetch')); }")
    first.close(run_before_unload=False)
    context.set_offline(False)
    carl.page = other
    carl.faults = [fault for fault in carl.faults if "ERR_INTERNET_DISCONNECTED" not in fault]
    return other


@pytest.fixture
def goes(live_server):
    return lambda page, address: page.goto(live_server.url + address)


def test_they_are_put_back_and_sent_when_the_section_is_opened_again(carl, screen, goes):
    page = answers_without_network(carl, screen)
    assert values(screen) == {}
    goes(page, section(screen, "person"))
    expect(page.locator("[name=age_years]")).to_have_value("41")
    expect(page.locator("[name=body_mass_kg]")).to_have_value("61")
    expect(page.locator("[data-saved-text]")).to_have_text(re.compile(r"Saved \d\d:\d\d"))
    assert values(screen) == {"age_years": 41, "body_mass_kg": 61}
    assert left_on(page) == []
    assert page_faults(page) == []


@pytest.mark.parametrize("where", ["chart", "day", "other section", "sign"])
def test_they_are_sent_from_whichever_page_is_opened_next(carl, screen, goes, where):
    page = answers_without_network(carl, screen)
    goes(
        page,
        {
            "chart": f"/chart/patients/{screen.patient_id}/",
            "day": "/chart/",
            "other section": section(screen, "red_flags"),
            "sign": f"/chart/patients/{screen.patient_id}/screens/{screen.pk}/sign/",
        }[where],
    )
    page.wait_for_function("() => !Object.keys(localStorage).some((key) => key.startsWith('unsent.'))")
    assert values(screen) == {"age_years": 41, "body_mass_kg": 61}
    expect(page.locator("[data-unsent]")).to_be_hidden()


def test_the_older_answer_never_wins_in_silence(world, carl, screen, goes):
    page = answers_without_network(carl, screen)
    answer(screen, world.carl, {"age_years": 35})
    goes(page, "/chart/")
    notice = page.locator("[data-unsent]")
    expect(notice).to_contain_text("35 years. Yours was not saved")
    assert values(screen) == {"age_years": 35, "body_mass_kg": 61}
    notice.get_by_role("link", name="Open it").click()
    expect(page.locator("#item-age_years [data-problem]")).to_contain_text("35 years. Yours was not saved")
    expect(page.locator("[name=age_years]")).to_have_value("41")


def test_nothing_is_readable_after_signing_out_and_it_asks_first(carl, screen, goes):
    page = answers_without_network(carl, screen)
    context = page.context
    goes(page, "/chart/patients/")
    # The server is out of reach again, so that nothing is sent meanwhile.
    goes(page, section(screen, "red_flags"))
    page.wait_for_function("() => !Object.keys(localStorage).some((key) => key.startsWith('unsent.'))")
    context.route(
        "**/in/**", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    page.locator("[name=rf_bladder_bowel]").first.check()
    expect(page.locator("[data-saved-text]")).to_contain_text(KEPT)
    assert len(left_on(page)) == 1
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.locator("[data-menu] summary").click()
    page.get_by_role("button", name="Sign out").click()
    assert "have not reached the clinic's records" in asked[0]
    assert len(left_on(page)) == 1, "whoever stays keeps them"
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/(accounts/|desk/|$|sign)"))
    assert left_on(page) == []


def test_another_account_on_the_same_device_neither_sees_nor_sends_them(
    world, carl, screen, goes, live_server
):
    page = answers_without_network(carl, screen)
    session = world.signed_in(world.cleo).cookies["sessionid"].value
    page.context.clear_cookies(name="sessionid")
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    for address in (section(screen, "person"), "/chart/"):
        goes(page, address)
        page.wait_for_timeout(500)
        assert "41" not in page.locator("main").inner_text()
        expect(page.locator("[data-unsent]")).to_be_hidden()
    goes(page, section(screen, "person"))
    expect(page.locator("[name=age_years]")).to_have_value("")
    assert values(screen) == {}
    assert len(left_on(page)) == 1, "they wait for whoever typed them"


def test_what_can_no_longer_be_saved_says_why_and_can_be_removed(world, carl, screen, goes):
    page = answers_without_network(carl, screen)
    answer(screen, world.carl, {"age_years": 35, "rf_bladder_bowel": False})
    actions.sign(screen=Screen.objects.get(pk=screen.pk), by=world.carl, now=world.now)
    goes(page, "/chart/")
    notice = page.locator("[data-unsent]")
    expect(notice).to_contain_text("signed this screen")
    expect(notice.get_by_role("link", name="Open it")).to_have_count(0)
    notice.get_by_role("button", name="Remove from this device").click()
    expect(notice).to_be_hidden()
    assert left_on(page) == []
    assert Answer.objects.get(screen=screen, item="age_years").value == 35


def test_what_is_saved_leaves_nothing_on_the_device(carl, screen):
    page = carl.opens(section(screen, "person")).page
    page.locator("[name=age_years]").fill("41")
    saved(carl)
    assert left_on(page) == []
    page.locator("[name=body_mass_kg]").fill("61")
    carl.presses("Save and continue").is_on("This episode")
    page.wait_for_function("() => !Object.keys(localStorage).some((key) => key.startsWith('unsent.'))")
    assert values(screen) == {"age_years": 41, "body_mass_kg": 61}


# --- Finding an item ----------------------------------------------------------------------------------------


def test_a_slash_finds_an_item_of_any_section_and_lands_in_its_field(carl, screen):
    page = carl.opens(section(screen, "red_flags")).page
    page.locator("[name=rf_bladder_bowel]").first.focus()
    page.keyboard.press("n")
    page.keyboard.press("/")
    expect(page.locator("#find-q")).to_be_focused()
    page.keyboard.type("body mass")
    page.keyboard.press("Enter")
    carl.is_on("Person and side")
    expect(page.locator("[name=body_mass_kg]")).to_be_focused()
    assert values(screen) == {"rf_bladder_bowel": False}, "what was being saved was not left behind"


def test_a_folded_question_is_opened_for_whoever_looks_for_it(carl, screen):
    page = carl.opens(section(screen, "person") + "#item-worse_side").page
    expect(page.locator("[name=worse_side]").first).to_be_visible()
