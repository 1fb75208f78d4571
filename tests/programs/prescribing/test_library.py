"""The exercise library: every exercise is there, searchable, and says honestly when it is not drawn."""

from __future__ import annotations

from django.urls import reverse

from programs.exercises.figures.reading import known_drawings
from programs.exercises.reading import load_library


def page(client, **asked):
    answer = client.get(reverse("prescribing:library"), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_exercise_is_there(carl):
    shown = page(carl)
    assert shown.count("<li>") >= len(load_library().exercises)
    assert shown.count('class="figure"') == len(known_drawings())
    assert shown.count("No drawing yet") == len(load_library().exercises) - len(known_drawings())
    assert "<animate" not in shown


def test_it_is_searched_and_few_figures_move(carl):
    shown = page(carl, q="Hip THRUST")
    assert "Single-leg hip thrust" in shown
    assert "Front plank" not in shown
    assert "<animate" in shown


def test_one_category_can_be_chosen(carl):
    shown = page(carl, category="core")
    assert "Side plank" in shown
    assert "Hip thrust" not in shown


def test_nothing_found_says_so(carl):
    assert "Nothing found" in page(carl, q="zebra")
    assert "Nothing found" in page(carl, category="zebra")


def test_only_clinicians_may_look(world):
    answer = world.signed_in(world.ana.account).get(reverse("prescribing:library"))
    assert answer.status_code in {403, 404}
