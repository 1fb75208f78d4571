"""What a runner tells on the phone: the run, pain between the limits, why not; and a log that comes back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from programs.plans.models import SessionLog
from tests.programs.portal.test_offline_browser import (
    DONE,
    MONDAY,
    another_page,
    arrived,
    comes_true,
    does,
    phone,
    signal,
    world,
)
from tests.programs.portal.test_player_browser import a_swap, arrives, is_at

__all__ = ["phone", "world"]


@pytest.fixture
def ana(ana_story, browser, live_server):
    a_swap(ana_story)
    snapshot = ana_story.proposed.proposal
    snapshot["pain_limit"] = 2
    ana_story.proposed.save()
    assert ana_story.released
    person = arrives(ana_story, browser, live_server.url)
    yield person
    person.leaves()
    assert person.faults == []


def logs(person, pain="1"):
    person.ticks(person.page.locator(f"[data-view=end] [name=pain_during][value='{pain}']"))
    return person.presses("Log this session")


def at_the_end(person):
    person.page.evaluate("location.hash = '9'")
    return is_at(person, "Last page")


# --- The run ----------------------------------------------------------------------------------------------------


def test_the_plan_is_one_tap_and_the_boxes_are_empty(ana):
    ana.opens(f"{MONDAY}#2").sees("Your run")
    assert [ana.page.input_value(f"#player_run_{one}") for one in ("minutes", "km")] == ["", ""]
    ana.presses("As planned (6 minutes)")
    is_at(ana, "3 of 8")
    ana.page.go_back()
    expect(ana.page.locator("#player_run_minutes")).to_have_value("6")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("km", "7,57.5", "Enter a number from 0 to 250 km. “7,57.5” was given."),
        ("km", "251", "Enter a number from 0 to 250 km. “251” was given."),
        ("minutes", "30,5", "Enter a whole number from 0 to 1440 minutes. “30,5” was given."),
    ],
)
def test_a_number_that_is_none_is_said_at_its_box(ana, field, typed, said):
    ana.opens(f"{MONDAY}#2").page.fill(f"#player_run_{field}", typed)
    ana.presses(DONE).passes("player-run-mistake")
    is_at(ana, "2 of 8")
    expect(ana.page.locator(f"#div_player_run_{field} .field-error")).to_have_text(said)
    expect(ana.page.locator(f"#player_run_{field}")).to_have_attribute("aria-invalid", "true")
    expect(ana.page.locator(f"#player_run_{field}")).to_be_focused()


@pytest.mark.parametrize("typed", ["7,5", "7.5"])
def test_a_comma_is_a_point(ana, typed):
    ana.opens(f"{MONDAY}#2").page.fill("#player_run_km", typed)
    is_at(ana.presses(DONE), "3 of 8")
    logs(at_the_end(ana))
    ana.page.wait_for_url("**/my/logged/**")
    assert str(SessionLog.objects.get().run_km) == "7.50"


def test_what_was_typed_and_not_told_is_kept_and_not_sent(ana):
    ana.opens(f"{MONDAY}#2").page.fill("#player_run_km", "7,57.5")
    is_at(ana, "2 of 8").page.reload()
    expect(ana.page.locator("#player_run_km")).to_have_value("7,57.5")
    is_at(ana.presses("I did not run"), "3 of 8")
    is_at(ana.presses(DONE), "4 of 8")
    logs(at_the_end(ana))
    ana.page.wait_for_url("**/my/logged/**")
    assert SessionLog.objects.get().run_km is None


# --- A log the clinic refused -------------------------------------------------------------------------------------

SPOILED = """async () => {
  const [one] = await portal.phone.queue();
  const kept = { ...one.kept, told: { ...one.kept.told, run: { km: "300" }, typed: { km: "300" } } };
  await portal.phone.remove(one.n);
  await portal.phone.add({ ...one.told, run_km: "300" }, one.title, "none", one.stops, kept);
}"""


def test_a_refused_log_goes_back_to_its_form_with_everything_kept(phone):
    """An older script on this phone may have let it through."""
    signal(phone, on=False)
    does(phone, MONDAY, note="On the moor")
    phone.page.evaluate(SPOILED)
    another_page(phone)
    signal(phone, on=True).opens("/my/").sees("Not stored: Enter a number from 0 to 250 km")
    phone.passes("today-correct").presses("Correct it").sees("Your run")
    expect(phone.page.locator("#div_player_run_km .field-error")).to_contain_text("from 0 to 250 km")
    expect(phone.page.locator("#player_run_km")).to_have_value("300")
    phone.page.fill("#player_run_km", "3,0")
    phone.presses(DONE)
    at_the_end(phone)
    expect(phone.page.locator("[data-view=end] [name=note]")).to_have_value("On the moor")
    phone.presses("Log this session")
    phone.page.wait_for_url("**/my/logged/**")
    [log] = arrived(1)
    assert (log.note, str(log.run_km), log.entries.filter(done=True).count()) == ("On the moor", "3.00", 7)
    comes_true(phone.opens("/my/"), "async () => (await portal.phone.queue()).length === 0")


def test_what_is_not_corrected_stays_refused(phone):
    signal(phone, on=False)
    does(phone, MONDAY)
    phone.page.evaluate(SPOILED)
    another_page(phone)
    signal(phone, on=True).opens("/my/").presses("Correct it").sees("Your run")
    phone.opens("/my/").sees("Not stored")
    assert len(phone.page.evaluate("portal.phone.queue()")) == 1
    signal(phone, on=False).opens("/my/").presses("Correct it").sees("Your run").sees("from 0 to 250 km")


def test_a_log_that_was_refused_is_never_called_logged(ana):
    is_at(ana.opens(f"{MONDAY}#1").presses(DONE), "2 of 8")
    ana.page.route(
        "**/log/send/",
        lambda route: route.fulfill(status=422, json={"refused": "That cannot be.", "at": "pain_during"}),
    )
    logs(at_the_end(ana)).sees("Not stored yet").sees("That cannot be.").passes("player-refused")
    ana.does_not_see(re.compile("Logged on this phone"))
    ana.presses("Correct it").sees("How was the whole session?")
    expect(ana.page.locator("#div_player_pain_during .field-error")).to_have_text("That cannot be.")


@pytest.mark.parametrize("is_said", [False, True])
def test_a_log_the_worker_sends_first_never_waits_for_signal(ana, is_said):
    """The browser may let the worker send it before the page does, and another page of theirs may have said so."""
    is_at(ana.opens(f"{MONDAY}#1").presses(DONE), "2 of 8")
    ana.page.evaluate(
        """isSaid => { portal.phone.askToSend = async () => {
          await portal.phone.send(portal.urls);
          if (isSaid) await portal.phone.setFact("sent", []);
        }; }""",
        is_said,
    )
    logs(at_the_end(ana))
    if is_said:
        ana.sees("Your clinic has it.").does_not_see("There is no signal").passes("player-sent")
    else:
        ana.page.wait_for_url("**/my/logged/**")
    assert len(arrived(1)) == 1


def test_a_stop_that_was_refused_still_stops(phone):
    """The clinic does not know of it: the phone keeps the stop until the log is corrected or taken away."""
    signal(phone, on=False)
    does(phone, MONDAY, pain="5")
    phone.page.evaluate(SPOILED)
    another_page(phone)
    signal(phone, on=True).opens("/my/").sees("Not stored")
    phone.opens("/my/").sees("Not stored")
    assert phone.page.evaluate("portal.phone.fact('stopped')")
    phone.presses("Correct it").sees("Your run")


# --- Pain, and what could not be done -------------------------------------------------------------------------------


def test_pain_above_the_programs_limit_is_said_at_once(ana):
    ana.opens(f"{MONDAY}#3").page.locator("[data-hurt] summary").click()
    for pain, is_too_much in ((2, False), (3, True), (4, False)):
        ana.ticks(ana.page.locator(f"[name=step_pain][value='{pain}']"))
        if is_too_much:
            ana.sees("More than 2 is too much: stop this one and leave it out today.").passes(
                "player-too-much"
            )
        else:
            expect(ana.page.locator("[data-too-much]")).to_be_hidden()
    expect(ana.page.locator("[data-player] [data-stop]")).to_be_visible()


def test_it_hurt_asks_how_much_and_whether_it_was_sudden(ana):
    ana.opens(f"{MONDAY}#3").presses("Could not do")
    expect(ana.page.locator("[data-done]")).not_to_have_class(re.compile("btn-primary"))
    ana.presses("It hurt").passes("player-why-hurt").presses("Leave it out today").sees(
        "Choose how much it hurt"
    )
    is_at(ana, "3 of 8")
    ana.ticks(ana.page.locator("[name=why_pain][value='3']"))
    ana.sees("More than 2 is too much")
    expect(ana.page.locator("[data-player] [data-stop]")).to_be_hidden()
    ana.page.locator("[data-why-sudden]").get_by_role("button", name="Yes").click()
    expect(ana.page.locator("[data-player] [data-stop]")).to_be_visible()
    expect(ana.page.locator("[data-done]")).to_be_hidden()
    ana.presses("Leave it out today")
    is_at(ana, "Last page")
    expect(ana.page.locator("[data-view=end] [value=sudden_pain]")).to_be_checked()
    logs(ana)
    ana.page.wait_for_url("**/my/logged/**")
    log = SessionLog.objects.get()
    entry = log.entries.get(exercise__library_id="hip_hinge")
    assert (log.symptoms, entry.could_not, entry.why, entry.pain) == (["sudden_pain"], True, "pain", 3)


def test_too_hard_offers_what_is_kept_ready(ana):
    ana.opens(f"{MONDAY}#3").presses("Could not do").presses("Too hard").passes("player-why-easier")
    ana.presses("Do this one: Easy hinge")
    expect(ana.page.locator("[data-title]")).to_have_text("Easy hinge")
    expect(ana.page.locator("[data-could-not].was-said")).to_have_count(0)
    ana.presses("Could not do").presses("No equipment").sees("Noted")
    ana.presses("Undo").page.locator("[data-swaps] summary").click()
    ana.presses("Back to: Hip hinge").presses("Could not do").presses("No equipment")
    ana.presses("No, leave it out today")
    is_at(ana, "4 of 8")


def test_without_another_one_it_is_noted_and_can_be_undone(ana):
    ana.opens(f"{MONDAY}#4").presses("Could not do").presses("No equipment").sees("Noted").passes(
        "player-noted"
    )
    ana.presses("Undo")
    expect(ana.page.locator("[data-could-not].was-said")).to_have_count(0)
    ana.presses("Could not do").presses("Too hard").presses("Go on")
    is_at(ana, "5 of 8").page.go_back()
    expect(ana.page.locator("[data-could-not].was-said")).to_be_visible()


def test_a_session_without_pain_is_asked_for_it_where_it_is_missing(ana):
    is_at(ana.opens(f"{MONDAY}#1").presses(DONE), "2 of 8")
    at_the_end(ana).presses("Log this session")
    asked = ana.page.locator("#div_player_pain_during")
    expect(asked.locator(".field-error")).to_contain_text("Choose how much it hurt")
    expect(asked.locator("[name=pain_during]").first).to_be_focused()
    expect(asked).to_be_in_viewport()
    ana.passes("player-pain-missing")
    ana.ticks(asked.locator("[value='0']"))
    expect(asked.locator(".field-error")).to_have_count(0)


# --- The same day twice ---------------------------------------------------------------------------------------------


def test_a_day_that_was_logged_is_asked_about_before_it_is_logged_again(ana, ana_story):
    ana_story.logs(pain_during=1)
    is_at(ana.opens(f"{MONDAY}#1").presses(DONE), "2 of 8")
    logs(at_the_end(ana), "0").sees(re.compile(r"You logged this day already \(\d\d:\d\d, pain 1\)"))
    ana.passes("player-second").presses("No, back")
    expect(ana.page.locator("[data-second]")).to_be_hidden()
    ana.presses("Log this session").presses("Yes, another one")
    ana.page.wait_for_url("**/my/logged/**")
    assert SessionLog.objects.count() == 2


def test_without_signal_the_phone_asks_by_what_waits_on_it(phone):
    signal(phone, on=False)
    does(phone, MONDAY)
    is_at(another_page(phone).opens(f"{MONDAY}#1").presses(DONE), "2 of 8")
    logs(at_the_end(phone), "2").sees("You logged this day already (").sees("pain 1)").presses(
        "Yes, another one"
    )
    phone.sees("There is no signal")
    assert len(phone.page.evaluate("portal.phone.queue()")) == 2
