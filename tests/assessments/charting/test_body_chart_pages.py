"""The body chart on the clinician's pages: marked with no script, read in words and on the figure, never lost."""

from __future__ import annotations

import json
import re

import pytest
import time_machine
from django.urls import reverse

from assessments.screens import actions
from assessments.screens.actions import Change
from assessments.screens.models import Answer
from assessments.screens.reading import load_screen
from tests.assessments.stories import case

HEEL = {"side": "left", "region": "heel", "depth": "deep", "pain": 6}
KNEE = {"side": "right", "region": "knee_back", "depth": "not_sure", "pain": 3}
CHART = load_screen().items["pain_map"].chart


@pytest.fixture(autouse=True)
def _now(world):
    with time_machine.travel(world.now, tick=False):
        yield


@pytest.fixture
def carl(world):
    return world.signed_in(world.carl)


@pytest.fixture
def screen(world):
    return actions.start(patient=world.ana, by=world.carl, now=world.now)


def at(screen):
    return reverse("charting:screen", args=[screen.patient_id, screen.pk, "episode"])


def rows(*marks):
    return {f"pain_map-{part}": [mark[part] for mark in marks] for part in HEEL}


def marked(screen):
    return Answer.objects.get(screen=screen, item="pain_map").value


def words_in(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def test_places_are_marked_by_the_list_alone(carl, screen):
    blank = {"side": "", "region": "", "depth": "not_sure", "pain": ""}
    answer = carl.post(at(screen), {**rows(HEEL, blank, KNEE), "seen": "{}"})
    assert answer.status_code == 302
    assert marked(screen) == [HEEL, KNEE]
    html = carl.get(at(screen)).content.decode()
    assert html.count("is-marked") == 2
    assert html.count("data-mark>") == 2 + 4, "four blank ones to go on with"


def test_a_row_without_its_pain_is_asked_for_and_nothing_chosen_is_lost(carl, screen):
    answer = carl.post(at(screen), {**rows({**HEEL, "pain": ""}), "seen": "{}"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Place 1, Heel, left: choose how strong the pain is" in html
    assert 'href="#id_pain_map_0"' in html
    assert 'id="id_pain_map_0"' in html
    assert '<option value="heel" selected>' in html
    assert not Answer.objects.filter(screen=screen, item="pain_map").exists()


def test_the_script_is_told_what_is_wrong_and_the_rest_is_saved(carl, screen):
    posted = {**rows({**HEEL, "pain": "11"}), "symptomatic_now": "yes", "seen": "{}"}
    answer = json.loads(carl.post(at(screen), posted, headers={"accept": "application/json"}).content)
    assert "0 to 10" in answer["errors"]["pain_map"]
    assert "symptomatic_now" in answer["seen"]


def test_two_tabs_that_marked_are_shown_both_in_words(world, carl, screen):
    actions.save_answers(screen=screen, changes={"pain_map": Change([KNEE])}, by=world.cleo, now=world.now)
    posted = {**rows(HEEL), "seen": "{}"}
    told = json.loads(carl.post(at(screen), posted, headers={"accept": "application/json"}).content)
    assert "Back of the knee, right: 3 of 10, depth not sure" in told["clashes"]["pain_map"]
    answer = carl.post(at(screen), posted)
    shown = words_in(answer.content.decode())
    assert answer.status_code == 409
    assert "Back of the knee, right: 3 of 10, depth not sure" in shown
    assert "Heel, left: 6 of 10, deep" in shown
    assert marked(screen) == [KNEE]
    carl.post(at(screen), {**posted, "choose-pain_map": "mine", "against-pain_map": "1"})
    assert marked(screen) == [HEEL]


@pytest.mark.parametrize("page", ["charting:sign", "charting:answers"])
def test_what_is_marked_is_read_on_the_figure_and_in_words(world, carl, screen, page):
    url = reverse(page, args=[screen.patient_id, screen.pk])
    actions.load_case(screen=screen, case=case("O01"), by=world.carl, now=world.now)
    assert "body-figure" not in carl.get(url).content.decode()
    actions.save_answers(
        screen=screen, changes={"pain_map": Change([HEEL, KNEE])}, by=world.carl, now=world.now
    )
    if page == "charting:answers":
        actions.sign(screen=screen, by=world.carl, now=world.now)
    html = carl.get(url).content.decode()
    assert (
        "<li>Heel, left: 6 of 10, deep</li><li>Back of the knee, right: 3 of 10, depth not sure</li>" in html
    )
    assert 'aria-label="Back; Back of the knee, right 3 of 10; Heel, left 6 of 10"' in html
    assert html.count("is-marked") == 2
    assert "data-place" not in html, "what is read is not pressed"


def test_more_marks_cost_no_more_queries(world, carl, screen, django_assert_max_num_queries):
    everywhere = [
        {"side": side, "region": region.id, "depth": "deep", "pain": 1}
        for region in CHART.regions.values()
        for side in region.sides
    ]
    actions.save_answers(
        screen=screen, changes={"pain_map": Change(everywhere[:20])}, by=world.carl, now=world.now
    )
    with django_assert_max_num_queries(12):
        html = carl.get(at(screen)).content.decode()
    assert html.count("is-marked") == 20
    assert "Choose places from a list" not in html, "that is as many as there may be"
