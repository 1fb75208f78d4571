"""A session on a phone, one thing at a time: with keys alone, with a clock, with the stop rule, and light to load."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from playwright.sync_api import expect

from assessments.triage.models import Symptom
from programs.builder.judging import Light, light_of
from programs.builder.progression import load_progression
from programs.plans import flags
from programs.plans.models import Exercise, SessionLog
from programs.portal.resting import rules_for_the_phone
from programs.portal.words import seconds_of
from tests.journeys.conftest import WINDOWS
from tests.journeys.person import Person
from tests.journeys.stage import nine_on_a_working_day
from tests.world import World

DONE = re.compile("^Done$")


@pytest.fixture
def world(transactional_db):
    """As everywhere, but committed, so that the server sees it, and near the browser's own clock."""
    with time_machine.travel(nine_on_a_working_day(dt.datetime.now(dt.UTC))):
        yield World(dt.datetime.now(dt.UTC))


def a_swap(story):
    """An easier exercise the clinician keeps ready for the first of Monday's."""
    hinge = story.proposed.exercises.get(library_id="hip_hinge")
    facts = {field.attname: getattr(hinge, field.attname) for field in Exercise._meta.concrete_fields}
    facts |= {"id": None, "library_id": "slider_curl", "name": "Easy hinge", "position": 90, "role": "swap"}
    return Exercise.objects.create(**facts | {"instead_of_id": hinge.pk})


def arrives(story, browser, site, window=WINDOWS[2]):
    person = Person.arrives("Ana", browser, site, window)
    person.page.clock.set_fixed_time(story.now)
    return person.brings(story.world.signed_in(story.patient.account))


@pytest.fixture(params=[WINDOWS[2], WINDOWS[1]], ids=lambda window: window.name)
def ana(ana_story, browser, live_server, request):
    a_swap(ana_story)
    assert ana_story.released
    person = arrives(ana_story, browser, live_server.url, request.param)
    yield person
    person.leaves()
    assert person.faults == []


def is_at(person, count):
    expect(person.page.locator("[data-count]")).to_have_text(count)
    return person


def test_a_session_one_thing_at_a_time(ana):
    page = ana.page
    ana.opens("/my/").passes("portal-today")
    ana.opens("/my/session/?day=Mon")
    expect(page.locator("[data-session-form]")).to_be_hidden()
    is_at(ana, "1 of 8").sees("Leg swings").passes("player-exercise")
    ana.presses(DONE)
    is_at(ana, "2 of 8").sees("Run and walk").passes("player-run").presses("As planned (6 minutes)")
    is_at(ana, "3 of 8").sees("Hip hinge").sees("Set 1 of 3")
    page.locator("[data-swaps] summary").click()
    ana.presses("Easy hinge")
    expect(page.locator("[data-title]")).to_have_text("Easy hinge")
    expect(page.locator("[data-title]")).to_be_focused()
    ana.presses("Set 1 is done").sees("Rest").passes("player-rest").presses("Skip").sees("Set 2 of 3")
    ana.presses(DONE)
    is_at(ana, "4 of 8").presses("Could not do").passes("player-why").presses("No time")
    is_at(ana, "5 of 8")
    page.go_back()
    is_at(ana, "4 of 8").sees("Side lift")
    page.go_back()
    expect(page.locator("[data-title]")).to_have_text("Easy hinge")
    page.reload()
    is_at(ana, "3 of 8")
    expect(page.locator("[data-title]")).to_have_text("Easy hinge")
    for number in (3, 4, 5, 6, 7, 8):
        is_at(ana, f"{number} of 8")
        if number == 4:
            ana.presses("Could not do").presses("No time")
        elif number == 2:
            ana.presses("As planned")
        else:
            ana.presses(DONE)
    is_at(ana, "Last page").sees("6 of 7 exercises done, 1 not possible").passes("player-end")
    ana.presses("Log this session").sees("Choose how much it hurt")
    ana.ticks(page.locator("[data-view=end] [name=pain_during][value='1']"))
    ana.presses("Log this session")
    page.wait_for_url("**/my/logged/**")
    ana.is_on("Logged").passes("portal-logged")
    log = SessionLog.objects.get()
    entries = {one.exercise.library_id: one for one in log.entries.select_related("exercise", "instead")}
    assert (entries["hip_hinge"].instead.name, entries["hip_hinge"].sets_done) == ("Easy hinge", 1)
    assert (entries["side_lift"].could_not, entries["side_lift"].why) == (True, "no_time")
    assert (log.run_minutes, log.told_at is not None) == (6, True)
    ana.opens("/my/progress/").passes("portal-progress").opens("/my/program/").passes("portal-program")


def tab_to(person, selector):
    for _ in range(60):
        if person.page.evaluate("at => document.activeElement.matches(at)", selector):
            return person
        person.page.keyboard.press("Tab")
    raise AssertionError(f"no key leads to {selector}")


def test_a_session_by_keys_alone(ana):
    keys = ana.page.keyboard
    ana.opens("/my/")
    tab_to(ana, ".btn-start")
    ana.opens("/my/session/?day=Mon")
    for number in range(1, 9):
        is_at(ana, f"{number} of 8")
        if number > 1:
            expect(ana.page.locator(".player-view:not([hidden]) h2")).to_be_focused()
        tab_to(ana, "[data-as-planned]" if number == 2 else "[data-done]")
        keys.press("Enter")
    is_at(ana, "Last page")
    tab_to(ana, "[data-view=end] [name=pain_during]")
    keys.press("Space")
    tab_to(ana, "[data-view=end] .btn-primary")
    keys.press("Enter")
    ana.page.wait_for_url("**/my/logged/**")
    assert SessionLog.objects.get().entries.filter(done=True).count() == 7


def test_the_clock_holds_rests_pauses_and_speaks(ana_story, browser, live_server):
    ana_story.proposed.exercises.filter(library_id="hip_hinge").update(hold_s="2", reps="1", rest_s=2, sets=2)
    assert ana_story.released
    ana = arrives(ana_story, browser, live_server.url)
    page, said = ana.page, ana.page.locator("[data-clock-said]")
    ana.opens("/my/session/?day=Mon#3").presses("Start the clock")
    expect(said).to_have_text("Get ready, 10 seconds")
    ana.presses("Pause")
    expect(said).to_contain_text("Paused")
    left = page.locator("[data-clock-left]").inner_text()
    page.wait_for_timeout(1200)
    assert page.locator("[data-clock-left]").inner_text() == left
    ana.presses("Go on").presses("Start now")
    expect(said).to_have_text("Hold, 2 seconds", timeout=8000)
    expect(said).to_have_text("Rest, 2 seconds", timeout=8000)
    expect(said).to_have_text("Get ready. Set 2 of 2, 10 seconds", timeout=8000)
    expect(page.locator("[data-clock-pause]")).to_be_focused()
    ana.presses("Start now").sees("All 2 sets done.")
    ana.leaves()
    assert ana.faults == []


@pytest.mark.parametrize("how", ["pain of one exercise", "a warning sign"])
def test_the_stop_rule_speaks_at_once(ana, how):
    page, stop = ana.page, ana.page.locator("[data-player] [data-stop]")
    ana.opens("/my/session/?day=Mon#3")
    is_at(ana, "3 of 8")
    expect(stop).to_be_hidden()
    if how == "a warning sign":
        page.goto(f"{ana.site}/my/session/?day=Mon#9")
        ana.page.reload()
        ana.ticks(page.locator("[data-player] [name=symptoms][value=numbness]"))
    else:
        page.locator("[data-hurt] summary").click()
        ana.ticks(page.locator("[name=step_pain][value='3']"))
        expect(stop).to_be_hidden()
        ana.ticks(page.locator("[name=step_pain][value='4']"))
    expect(stop).to_be_visible()
    expect(stop).to_contain_text("Ring the clinic on")
    ana.passes("player-stop")


def test_the_phone_and_the_clinic_judge_every_case_alike(page):
    """Every pain with every set of signs, and with every next morning, in the browser and in Python."""
    rules = load_progression()
    page.add_script_tag(path=Path(settings.ROOT, "static/js/portal/rules.js"))
    signs = [
        list(some)
        for count in range(len(Symptom) + 1)
        for some in itertools.combinations(Symptom.values, count)
    ]
    tellings = itertools.product(range(11), signs, [None], [0])
    mornings = itertools.product(range(11), [[]], range(11), [0, 3])
    cases = [
        {"pain": pain, "signs": some, "morning": morning, "usual": usual}
        for pain, some, morning, usual in (*tellings, *mornings)
    ]
    judged = page.evaluate(
        """([cases, rules]) => cases.map((one) => {
          const here = { ...rules, usual: one.usual };
          return [portal.light(one, here), portal.stops(one, here)];
        })""",
        [cases, rules_for_the_phone(rules)],
    )
    assert judged == [judged_here(case, rules) for case in cases]
    assert len(cases) == 11 * 2 ** len(Symptom) + 2 * 11 * 11


def judged_here(case, rules):
    if case["morning"] is None:
        warned = bool(case["signs"])
        stops = flags.needs_safety_text(pain_during=case["pain"], warned=warned)
        return ["stop" if warned else light_of(case["pain"], None, 0, rules.lights).value, stops]
    light = light_of(case["pain"], case["morning"], case["usual"], rules.lights)
    return [light.value, light is Light.RED]


def test_without_scripts_the_page_is_a_form(ana_story, browser, live_server):
    assert ana_story.released
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700})
    session = ana_story.world.signed_in(ana_story.patient.account).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/my/session/?day=Mon")
    expect(page.locator("[data-player]")).to_be_hidden()
    for label in page.locator("[data-session-form] .three-way-done").all():
        label.click()
    page.locator("[data-session-form] label.pain-step", has_text="0").first.click()
    page.get_by_role("button", name="Log this session").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Logged")
    context.close()


def test_both_sides_get_time_and_a_timed_dose_has_the_clock(ana_story, browser, live_server):
    hinge = ana_story.proposed.exercises.filter(library_id="hip_hinge")
    hinge.update(reps="60 s", hold_s="", sets=1, each_side=True)
    assert ana_story.released
    ana = arrives(ana_story, browser, live_server.url)
    said = ana.page.locator("[data-clock-said]")
    ana.opens("/my/session/?day=Mon#3").presses("Start the clock: 60 seconds")
    expect(said).to_have_text("Get ready. First side, 10 seconds")
    ana.presses("Start now")
    expect(said).to_have_text("Go on. First side, 60 seconds")
    ana.presses("Skip")
    expect(said).to_have_text("Get ready. Other side, 10 seconds")
    ana.leaves()
    assert ana.faults == []


def test_done_is_under_the_thumb_without_scrolling(ana):
    page = ana.page
    page.set_viewport_size({"width": 360, "height": 740})
    ana.opens("/my/session/?day=Mon#3")
    for button in ("[data-done]", "[data-could-not]"):
        expect(page.locator(button)).to_be_in_viewport(ratio=1)
    expect(page.locator(".main-nav")).to_be_hidden()
    page.screenshot(path="test-results/player-360.png")
    box = page.locator("[data-title]").bounding_box()
    assert box["y"] < 200, "the header is small"
    page.evaluate("location.hash = '9'")
    numbers = page.locator("[data-view=end] #div_player_pain_during .pain-step")
    tops = [round(one.bounding_box()["y"]) for one in numbers.all()]
    assert [tops.count(top) for top in dict.fromkeys(tops)] == [6, 5]
    worst = page.locator("[data-view=end] #div_player_pain_during .pain-words span").last.bounding_box()
    ten = numbers.last.bounding_box()
    assert worst["y"] >= ten["y"] + ten["height"]
    assert worst["x"] + worst["width"] == pytest.approx(ten["x"] + ten["width"], abs=8)


@pytest.mark.parametrize(
    ("dose", "seconds"),
    {
        "60 s": 60,
        "60–90 s": 90,
        "5-10 min very easy": 600,
        "60 s per area": 60,
        "8-10": 0,
        "2-4 x 1 min": 0,
        "last 5-10 min of an easy run": 0,
        "20 m": 0,
        "10 steps": 0,
    }.items(),
)
def test_a_dose_that_is_a_time_is_read(dose, seconds):
    assert seconds_of(dose) == seconds
