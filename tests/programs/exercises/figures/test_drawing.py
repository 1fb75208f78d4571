"""The SVG of every figure: well-formed, small, without styles of its own, and grey where no style sheet is."""

from __future__ import annotations

import gzip
import re
from xml.etree import ElementTree as ET

import pytest
from django.template import Context, Template

from programs.exercises import figures
from programs.exercises.figures import kinds, things
from programs.exercises.figures.drawing import moving_svg
from programs.exercises.figures.reading import known_drawings, read_text

SVG = "{http://www.w3.org/2000/svg}"
IDS = list(known_drawings())
LARGEST = 6500
NO_NUMBER = re.compile(r"\bnan\b|\dinf|\de-\d")
STILL = next(iter(IDS))

every_id = pytest.mark.parametrize("id", IDS)


def faults(text):
    root = ET.fromstring(text)  # noqa: S314 (our own text)
    found = []
    if root.get("role") != "img":
        found.append("no role")
    if not (title := root.find(f"{SVG}title")) is not None or not title.text:
        found.append("no title")
    for element in root.iter():
        if "style" in element.attrib or element.tag == f"{SVG}style" or element.get("id"):
            found.append(f"{element.tag} styles or names itself")
        found += [f"no number: {value[:40]}" for value in element.attrib.values() if NO_NUMBER.search(value)]
    return found


@every_id
def test_a_figure_is_sound(id):
    for text in (figures.moving_svg(id), figures.moving_svg(id, moving=False), figures.pair_svg(id)):
        assert faults(text) == []


@pytest.mark.parametrize("text", ['<svg role="img"/>', "<svg xmlns='http://www.w3.org/2000/svg' style='a'/>"])
def test_an_unsound_figure_is_seen(text):
    assert faults(text)


@every_id
def test_a_figure_is_small_and_moves(id):
    text = figures.moving_svg(id)
    assert len(gzip.compress(text.encode())) < LARGEST
    assert "<animate " in text
    assert "<animate " not in figures.moving_svg(id, moving=False)


@every_id
def test_every_moment_of_a_path_has_the_same_shape(id):
    """A browser can only move between paths of the same commands."""
    for animate in ET.fromstring(figures.moving_svg(id)).iter(f"{SVG}animate"):  # noqa: S314 (our own text)
        values = animate.get("values").split(";")
        assert len({"".join(letter for letter in value if letter.isalpha()) for value in values}) == 1
        assert len(values) == len(animate.get("keyTimes").split(";"))


@every_id
def test_a_pair_for_paper_needs_no_style_sheet(id):
    text = figures.pair_svg(id)
    assert "class=" not in text
    assert 'viewBox="0 0 640 220"' in text


FOOT = """[a]
view = "VIEW"
moves = "a foot turns down"
[[a.poses]]
name = "level"
[[a.poses]]
name = "down"
knee = 120
"""


def drawn(view, more=""):
    text = FOOT.replace("VIEW", view).replace("[[a", more + "\n[[a", 1)
    return moving_svg(read_text(text, "b.toml", {"a": "b"})["a"], "Foot")


def test_a_foot_seen_from_the_front_or_the_back_may_turn_down():
    assert faults(drawn("front")) == faults(drawn("back")) == []


def test_a_bare_foot_has_no_shoe():
    assert "figure-shoe" in drawn("side")
    assert "figure-shoe" not in drawn("side", 'feet = "bare"')


def test_an_exercise_without_a_drawing_shows_nothing():
    assert figures.moving_svg("nobody") == figures.pair_svg("nobody") == ""
    assert not figures.has_figure("nobody")


def test_the_tags_draw_it():
    page = Template("{% load figures %}{% figure id %}|{% figure_pair id %}").render(Context({"id": STILL}))
    moving, pair = page.split("|")
    assert moving == figures.moving_svg(STILL)
    assert 'viewBox="0 0 640 220"' in pair
    assert 'class="figure"' in pair


def test_every_kind_of_prop_can_be_drawn():
    assert set(things.SHAPES) == set(kinds.KINDS)
    rows = []
    for name, kind in kinds.KINDS.items():
        fields = [f'kind = "{name}"'] + [f"{spot} = [{60 + 20 * n}, 90]" for n, spot in enumerate(kind.spots)]
        fields += [f"{size} = 100" for size, usual in kind.sizes.items() if usual is None]
        fields += ["points = [[1, 2], [30, 40], [50, 2]]"] if kind.outline else []
        rows.append("{ " + ", ".join(fields) + " }")
    text = f'[a]\nview = "side"\nmoves = "x"\nprops = [{", ".join(rows)}]\n[[a.poses]]\nname = "a"\n'
    assert faults(moving_svg(read_text(text, "b.toml", {"a": "b"})["a"], "All")) == []
