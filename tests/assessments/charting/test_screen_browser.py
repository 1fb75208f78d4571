"""A screen by keyboard in a real browser, saved as it goes, also when the network fails and comes back."""

from __future__ import annotations

import datetime as dt
import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import expect

from assessments.screens import actions
from assessments.screens.actions import Change
from assessments.screens.models import Answer, Screen
from assessments.screens.reading import load_screen
from clinic.people.models import Account
from tests.journeys.person import Person, Window, comes, page_faults
from tests.world import PASSWORD, TOTP_SECRET, World

RED_FLAGS = load_screen().sections[0]
SAVED = re.compile(r"Saved \d\d:\d\d")


@pytest.fixture
def world(transactional_db) -> World:
    """As everywhere, but committed, so that the server sees it."""
    return World()


@pytest.fixture
def carl(world, browser, live_server):
    """Carl at a keyboard, signed in."""
    person = Person.arrives("Carl", browser, live_server.url, Window(1280, "light")).brings(
        world.signed_in(world.carl)
    )
    yield person
    person.leaves()
    assert person.faults == []


@pytest.fixture
def screen(world) -> Screen:
    return actions.start(patient=world.ana, by=world.carl, now=world.now)


def section(screen, name):
    return f"/chart/patients/{screen.patient_id}/screens/{screen.pk}/in/{name}/"


def values(screen):
    return dict(Answer.objects.filter(screen=screen).values_list("item", "value"))


def answer(screen, by, said):
    held = dict(Answer.objects.filter(screen=screen).values_list("item", "revision"))
    changes = {item: Change(value, held.get(item, 0)) for item, value in said.items()}
    actions.save_answers(screen=screen, changes=changes, by=by, now=screen.started_at)


def saved(person):
    expect(person.page.locator("[data-saved-text]")).to_have_text(SAVED)


def test_the_red_flags_are_answered_by_keys_alone(carl, screen):
    page = carl.opens(section(screen, "red_flags")).page
    page.locator("[name=rf_bladder_bowel]").first.focus()
    asked = [item.id for item in RED_FLAGS.items if item.asked_when is None]
    for item in asked:
        page.keyboard.press("u" if item == "rf_weight_loss" else "n")
        page.keyboard.press("Enter")
    carl.is_on("Person and side")
    assert page_faults(page) == []
    assert values(screen) == {item: None if item == "rf_weight_loss" else False for item in asked}


def test_a_follow_up_opens_before_enter_passes_it_and_folds_again(carl, screen):
    page = carl.opens(section(screen, "person")).page
    worse = page.locator("[name=worse_side]").first
    expect(worse).to_be_hidden()
    page.locator("[name=side]").first.focus()
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    expect(worse).to_be_focused()
    page.locator("[name=side][value=left]").focus()
    page.keyboard.press("1")
    expect(worse).to_be_hidden()
    expect(page.get_by_text("Not needed now: Worse side if bilateral")).to_be_visible()


@pytest.mark.parametrize(("milliseconds", "is_waited_for"), [(2_000, True), (4_100, False)])
def test_enter_waits_for_a_slow_server_and_not_for_ever(carl, screen, milliseconds, is_waited_for):
    """The last question of the section is folded until the server says that it is asked."""
    carl.page.clock.install(time=screen.started_at)
    page = carl.opens(section(screen, "person")).page
    page.clock.pause_at(screen.started_at + dt.timedelta(hours=1))
    late = []
    page.route("**/in/person/", lambda route: route.continue_() if late else late.append(route))
    page.locator("[name=side]").first.focus()
    with page.expect_request("**/in/person/"):
        page.keyboard.press("3")
        page.keyboard.press("Enter")
    page.clock.run_for(milliseconds)
    late[0].continue_()
    page.clock.resume()
    if is_waited_for:
        expect(page.locator("[name=worse_side]").first).to_be_focused()
    else:
        carl.is_on("This episode")  # and what was passed by is among what triage still needs


def test_what_follows_from_two_sides_is_said_within_a_second_of_typing(carl, screen):
    page = carl.opens(section(screen, "supine")).page
    page.locator("[name=ake_deg_left]").fill("34")
    value = page.locator("[data-computed=ake_deg]")
    expect(value).to_contain_text("needs: ")
    page.locator("[name=ake_deg_right]").fill("22")
    expect(value).to_contain_text("needs: Symptomatic side", timeout=5_000)


def test_numbers_sides_and_pain_by_keys(carl, screen):
    page = carl.opens(section(screen, "supine")).page
    page.locator("[name=ake_deg_left]").focus()
    page.keyboard.type("22")
    page.keyboard.press("Enter")
    page.keyboard.type("24")
    page.keyboard.press("Enter")
    page.keyboard.press("y")
    saved(carl)
    assert values(screen) == {"ake_deg": {"left": 22, "right": 24}, "ake_pain": True}
    carl.opens(section(screen, "episode"))
    page.locator("[name=pain_now_nprs]").first.focus()
    page.keyboard.press("7")
    page.keyboard.press("t")
    saved(carl)
    assert values(screen)["pain_now_nprs"] == 10


@pytest.mark.parametrize("how", ["Enter", "the button"])
def test_a_section_sent_while_a_save_is_on_its_way_does_not_clash_with_it(carl, screen, how):
    page = carl.opens(section(screen, "side_lying")).page  # nothing is folded here that Enter would wait for
    held = []
    page.route("**/in/side_lying/", lambda route: route.continue_() if held else held.append(route))
    page.locator("[name=hip_abd_n_left]").fill("41")
    comes(page, lambda: held)
    answer = held[0].fetch()  # the server has the 41, and this page has not heard so
    page.locator("[name=hip_abd_n_left]").fill("43")
    page.locator("[name=side_plank_s_right]").focus()
    for _ in range(2):  # an impatient hand
        if how == "Enter":
            page.keyboard.press("Enter")
        else:
            carl.presses("Save and continue")
    held[0].fulfill(response=answer)
    carl.is_on("Sitting")
    assert values(screen) == {"hip_abd_n": {"left": 43}}


def test_saved_is_not_said_while_a_later_answer_is_still_to_go(carl, screen):
    page = carl.opens(section(screen, "episode")).page
    page.evaluate(
        """() => {
          window.said = [];
          const text = document.querySelector("[data-saved-text]");
          new MutationObserver(() => said.push(text.textContent)).observe(text, { childList: true });
        }"""
    )
    sent = []
    page.route(
        "**/*", lambda route: sent.append(route) if route.request.method == "POST" else route.continue_()
    )
    page.locator("[name=pain_now_nprs]").first.focus()
    page.keyboard.press("7")
    for many in (1, 2):
        comes(page, lambda many=many: len(sent) >= many)
        if many == 1:
            page.keyboard.press("t")  # while the first is on its way
        sent[-1].continue_()
    saved(carl)
    assert values(screen)["pain_now_nprs"] == 10
    assert [words.split()[0] for words in page.evaluate("said")].count("Saved") == 1


def test_the_keys_are_listed_on_a_question_mark(carl, screen):
    page = carl.opens(section(screen, "red_flags")).page
    page.locator("[name=rf_bladder_bowel]").first.focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Yes, no, not known")


def test_a_lost_network_loses_nothing(carl, screen):
    page = carl.opens(section(screen, "person")).page
    page.context.set_offline(True)
    page.locator("[name=age_years]").fill("34")
    expect(page.locator("[data-saved-text]")).to_contain_text("No connection")
    assert values(screen) == {}
    page.context.set_offline(False)
    saved(carl)
    assert values(screen) == {"age_years": 34}
    carl.faults = [fault for fault in carl.faults if "ERR_INTERNET_DISCONNECTED" not in fault]


def test_a_refused_answer_is_named_and_the_others_are_saved(carl, screen):
    page = carl.opens(section(screen, "person")).page
    page.locator("[name=body_mass_kg]").fill("61")
    page.locator("[name=age_years]").fill("340")
    expect(page.locator("#item-age_years [data-problem]")).to_contain_text("from 8 to 100 years")
    expect(page.locator("[data-saved-text]")).to_contain_text("not saved")
    assert values(screen) == {"body_mass_kg": 61}


def test_an_answer_from_another_tab_is_not_overwritten_by_the_script(world, carl, screen):
    page = carl.opens(section(screen, "person")).page
    cleo = Account.objects.get(pk=world.cleo.pk)
    actions.save_answers(screen=screen, changes={"age_years": Change(40)}, by=cleo, now=world.now)
    page.locator("[name=age_years]").fill("34")
    expect(page.locator("#item-age_years [data-problem]")).to_contain_text("Cleo Marchetti answered this")
    assert values(screen) == {"age_years": 40}
    carl.presses("Save and continue")
    carl.sees("Two answers for Age")
    theirs = re.compile("Keep Cleo Marchetti's of .*: 40 years")
    expect(page.get_by_label(theirs)).to_be_visible()
    expect(page.get_by_label(re.compile("Take yours as it stands above: 34 years"))).to_be_visible()
    assert values(screen) == {"age_years": 40}
    page.get_by_label(re.compile("Take yours")).check()
    carl.presses("Save and continue")
    carl.is_on("This episode")
    assert values(screen) == {"age_years": 34}


def test_an_urgent_finding_is_said_at_once(carl, screen):
    page = carl.opens(section(screen, "red_flags")).page
    page.locator("[name=rf_saddle_numbness]").first.focus()
    page.keyboard.press("y")
    expect(page.locator("[data-urgent-text]")).to_contain_text("Cauda equina")
    assert page_faults(page) == []


def test_two_tabs_of_one_person_take_turns(carl, screen):
    """The older tab is told at once, shows both answers, and keeps what the newer one wrote when it is asked to."""
    older = carl.opens(section(screen, "person")).page
    newer = older.context.new_page()
    newer.goto(older.url)
    newer.locator("[name=body_mass_kg]").fill("61")
    expect(newer.locator("[data-saved-text]")).to_have_text(SAVED)
    older.locator("[name=body_mass_kg]").fill("64")
    expect(older.locator("#item-body_mass_kg [data-problem]")).to_contain_text("61 kg. Yours was not saved")
    carl.presses("Save and continue")
    expect(older.locator("[name=body_mass_kg]")).to_have_value("64")
    older.get_by_label(re.compile("Keep Carl Jensen's of .*: 61 kg")).check()
    carl.presses("Save and continue")
    carl.is_on("This episode")
    assert values(screen) == {"body_mass_kg": 61}
    newer.close()


def test_a_session_that_ran_out_in_mid_section_loses_nothing(world, carl, screen):
    """The script says so as soon as it is refused; after the real sign-in every field is there again, unsaved."""
    page = carl.opens(section(screen, "person")).page
    page.context.clear_cookies(name="sessionid")
    page.locator("[name=age_years]").fill("34")
    expect(page.locator("[data-saved-text]")).to_contain_text("You were signed out. What you typed is kept")
    page.locator("[name=body_mass_kg]").fill("61")
    assert values(screen) == {}
    page.get_by_role("button", name="Save and continue").click()
    page.fill("[name=login]", world.carl.username)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.fill("[name=code]", format_hotp_value(hotp_value(TOTP_SECRET, int(time.time()) // 30)))
    page.locator("main button[type=submit]").first.click()
    carl.is_on("Person and side").sees("This was not saved yet")
    expect(page.locator("[name=age_years]")).to_have_value("34")
    expect(page.locator("[name=body_mass_kg]")).to_have_value("61")
    assert values(screen) == {}
    carl.presses("Save and continue").is_on("This episode")
    assert values(screen) == {"age_years": 34, "body_mass_kg": 61}


def test_an_urgent_finding_folds_the_tests_that_provoke_while_the_page_is_open(world, carl, screen):
    page = carl.opens(section(screen, "prone")).page
    stop = page.get_by_text("Do not do this test: an urgent finding was recorded.")
    tests = page.locator("details[data-provocative]")
    expect(stop.first).to_be_hidden()
    assert tests.count() > 1
    answer(screen, world.carl, {"rf_saddle_numbness": True})  # in another tab
    page.locator("[name=palp_tender_length_cm]").fill("3")
    expect(stop).to_have_count(tests.count())
    expect(stop.first).to_be_visible()
    expect(page.locator("[data-urgent-said]")).to_contain_text("Do not do the tests that provoke pain")
    for test in tests.all():
        expect(test).not_to_have_attribute("open", "")
        test.get_by_text("Show the fields of this test anyway").click()
        expect(test.locator("input, select").first).to_be_visible()
    answer(screen, world.carl, {"rf_saddle_numbness": False})
    page.locator("[name=palp_tender_length_cm]").fill("4")
    expect(stop.first).to_be_hidden()
    expect(page.locator("[data-urgent-said]")).to_contain_text("no longer urgent")


def test_a_save_that_strays_into_another_patients_tab_is_refused_and_stays_on_the_page(world, carl, screen):
    """Two tabs on two patients; the older one's form has come to point at the newer one's screen."""
    page = carl.opens(section(screen, "person")).page
    other = actions.start(patient=world.ben, by=world.carl, now=world.now)
    second = page.context.new_page()
    second.goto(f"{page.url.split('/chart')[0]}{section(other, 'person')}")
    page.locator("[data-screen-form]").evaluate("(form, to) => form.setAttribute('action', to)", second.url)
    page.locator("[name=body_mass_kg]").fill("61")
    expect(page.locator("[data-saved-text]")).to_contain_text(
        "This page belongs to Ana Silva; nothing was saved"
    )
    expect(page.locator("[name=body_mass_kg]")).to_have_value("61")
    second.locator("[name=body_mass_kg]").fill("84")
    expect(second.locator("[data-saved-text]")).to_have_text(SAVED)
    assert values(screen) == {}
    assert values(other) == {"body_mass_kg": 84}
    second.close()
    carl.faults = [fault for fault in carl.faults if "409" not in fault]
