"""In a real browser: a figure moves, and stands still for a person who asked for less motion, and on paper."""

from __future__ import annotations

import pytest
from django.conf import settings

from programs.exercises.figures import moving_svg
from programs.exercises.figures.reading import known_drawings

STYLES = "".join((settings.ROOT / "static/css" / name).read_text() for name in ("clinic.css", "figures.css"))
SHOWN = "(which) => getComputedStyle(document.querySelector(which)).display !== 'none'"


@pytest.mark.parametrize(
    ("motion", "medium", "moves"),
    [("no-preference", "screen", True), ("reduce", "screen", False), ("no-preference", "print", False)],
)
def test_a_figure_moves_only_where_it_may(browser, motion, medium, moves):
    page = browser.new_page(reduced_motion=motion)
    page.emulate_media(media=medium)
    page.set_content(f"<style>{STYLES}</style>{moving_svg(next(iter(known_drawings())))}")
    assert page.evaluate(SHOWN, ".figure-moving") is moves
    assert page.evaluate(SHOWN, ".figure-still") is not moves
    page.close()


def test_without_a_style_sheet_it_stands_still(browser):
    page = browser.new_page()
    page.set_content(moving_svg(next(iter(known_drawings()))))
    assert page.evaluate(SHOWN, ".figure-still")
    assert not page.evaluate(SHOWN, ".figure-moving")
    page.close()
