"""Finding an item by name: straight to it, or a list to choose from."""

from __future__ import annotations

from html import unescape

import pytest
import time_machine
from django.urls import reverse

from assessments.charting.finding import find
from assessments.charting.section_page import ScreenPage
from assessments.screens import actions
from tests.assessments.stories import DESK_WORKER, concluded
from tests.test_doors import body


@pytest.fixture(autouse=True)
def _now(world):
    with time_machine.travel(world.now, tick=False):
        yield


@pytest.fixture
def screen(world):
    return actions.start(patient=world.ana, by=world.carl, now=world.now)


@pytest.fixture
def asked(world, screen):
    carl = world.signed_in(world.carl)
    return lambda typed: carl.get(
        reverse("charting:find", args=[screen.patient_id, screen.pk]),
        {"q": typed} if typed is not None else {},
    )


def test_every_item_is_found_by_its_own_name_alone(screen, asked):
    page = ScreenPage(screen)
    assert len(set(page.item_names)) == len(page.item_names), "two items of one name could not be told apart"
    for item, name in zip((i for s in page.sections for i in s.items), page.item_names, strict=True):
        assert find(page, name) == [item]
    item = page.screen.definition.items["ake_deg"]
    assert asked(page.item_names[0].upper())["Location"].endswith(f"#item-{page.sections[0].items[0].id}")
    assert page.link(item).endswith("/in/supine/#item-ake_deg")


def test_several_are_listed_in_exam_order_with_links(screen, asked):
    shown = unescape(body(asked("pain")))
    places = [
        shown.index(f'id="{name}"') if f'id="{name}"' in shown else shown.find(name)
        for name in ("This episode",)
    ]
    assert places != [-1]
    assert shown.count("#item-") > 5
    assert "items have “pain” in their name" in shown


@pytest.mark.parametrize("typed", ["zzz", "'; --", "😀", "x" * 500, "٣", "<script>"])
def test_what_is_no_item_says_so_and_lists_them_all(screen, asked, typed):
    answer = asked(typed)
    assert answer.status_code == 200
    shown = body(answer)
    assert "No item of this screen" in shown
    assert shown.count("#item-") == len(ScreenPage(screen).item_names)
    assert "<script>”" not in shown


@pytest.mark.parametrize("typed", [None, "", "   "])
def test_nothing_typed_lists_every_item(screen, asked, typed):
    shown = body(asked(typed))
    assert shown.count("#item-") == len(ScreenPage(screen).item_names)
    assert "No item" not in shown


def test_a_signed_screen_is_read_and_not_searched(world):
    result = concluded(world, DESK_WORKER)
    answer = world.signed_in(world.carl).get(
        reverse("charting:find", args=[result.patient_id, result.screen_id])
    )
    assert answer["Location"] == reverse("charting:answers", args=[result.patient_id, result.screen_id])
