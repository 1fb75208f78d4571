"""A drawing that cannot be is refused when it is read, in words that say which exercise, which field and why."""

from __future__ import annotations

import pytest

from clinic.knowledge.reading import KnowledgeError
from programs.exercises.figures.motion import body_at
from programs.exercises.figures.placed import Placed
from programs.exercises.figures.reading import known_drawings, read_text
from programs.exercises.reading import load_library
from tests.programs.exercises.figures.not_drawn_yet import NOT_DRAWN_YET

KNOWN = {"hip_thrust": "glute", "front_plank": "core"}
FINE = """
[hip_thrust]
view = "side"
moves = "the hips go up"
props = [{ kind = "floor" }, { kind = "band", from = "hand_near", to = [300, 80] }]

  [[hip_thrust.poses]]
  name = "standing"
  anchor = { point = "heel_near", at = [150, 200] }
  neck = 10

  [[hip_thrust.poses]]
  name = "bent"
  hip = 30
  knee = 60
  ankle = 30
"""


def refused(old, new, file="glute.toml"):
    assert old in FINE
    with pytest.raises(KnowledgeError) as caught:
        read_text(FINE.replace(old, new), file, KNOWN)
    return str(caught.value)


def test_the_example_itself_is_fine():
    drawing = read_text(FINE, "glute.toml", KNOWN)["hip_thrust"]
    assert [pose.name for pose in drawing.poses] == ["standing", "bent"]
    assert drawing.poses[1].angles["knee_near"] == drawing.poses[1].angles["knee_far"] == 60


def test_a_pose_keeps_what_it_does_not_say():
    drawing = read_text(FINE.replace("  ankle = 30\n", "  ankle = 31\n"), "glute.toml", KNOWN)["hip_thrust"]
    assert drawing.poses[1].anchor == drawing.poses[0].anchor


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("knee = 60", "kne = 70", ["hip_thrust", "kne", "no such joint"]),
        ("knee = 60", "knee_left = 70", ["knee_left", "no such joint", "near, far"]),
        (
            "knee = 60",
            "knee = -20",
            ["poses bent", "knee", "-20 is outside 0 to 155", "does not bend forwards"],
        ),
        ("knee = 60", "elbow_far = -5", ["elbow_far", "does not bend backwards"]),
        ("hand_near", "fin_near", ["props band", "from", "'fin_near' is no point of the body"]),
        ("hand_near", "hand_left", ["'hand_left' is no point of the body in this view"]),
        ("heel_near", "tail", ["anchor", "'tail' is none of"]),
        ("[150, 200]", "[150, 206]", ["poses", "pose standing", "6.0 units under the floor"]),
        ("neck = 10", "hand = { at = [300, 20] }", ["hand_near is held", "further away than it reaches"]),
        ("neck = 10", "foot_near = { heel = [150, 200] }", ["anchor", "cannot carry the body", "foot_near"]),
        ('kind = "floor"', 'kind = "flor"', ["props flor", "'flor' is none of"]),
        ('kind = "floor"', 'kind = "wall"', ["props wall", "x", "is missing"]),
        ('kind = "floor"', 'kind = "floor", colour = "red"', ["colour", "is not a key"]),
        ("[300, 80]", "[[300, 80], [300, 90], [300, 100]]", ["props band", "to", "3 values for 2 poses"]),
        ("[300, 80]", '"nowhere"', ["props band", "to", "'nowhere' is no point"]),
        ('kind = "floor"', 'kind = "mat", x = "a"', ["props mat", "x", "must be a number"]),
        ('"side"', '"above"', ["view", "'above' is none of: side, front, back"]),
    ],
)
def test_what_cannot_be_is_refused(old, new, said):
    text = refused(old, new)
    assert text.startswith("glute.toml")
    for part in said:
        assert part in text


def test_a_prop_may_be_somewhere_else_in_each_pose():
    text = FINE.replace("[300, 80]", "[[300, 80], [310, 90]]")
    drawing = read_text(text, "glute.toml", KNOWN)["hip_thrust"]
    places = [Placed(drawing, body_at(drawing, 0, share), drawing.props[1]).spot("to") for share in (0, 0.5)]
    assert places == [(300, 80), (305, 85)]


def test_a_figure_for_no_exercise_is_refused():
    with pytest.raises(KnowledgeError, match=r"glute\.toml.*hip_trust.*there is no exercise of this id"):
        read_text(FINE.replace("hip_thrust", "hip_trust"), "glute.toml", KNOWN)


def test_a_figure_in_the_file_of_another_category_is_refused():
    assert "belongs into glute.toml" in refused("neck = 10", "neck = 10", file="core.toml")


def test_what_is_not_toml_is_refused_with_its_file():
    with pytest.raises(KnowledgeError, match=r"glute\.toml.*is not TOML"):
        read_text("[hip_thrust", "glute.toml", KNOWN)


def test_the_list_of_what_is_not_drawn_is_the_truth():
    """Whoever draws an exercise takes its id off the list."""
    assert set(load_library().exercises) - set(known_drawings()) == NOT_DRAWN_YET
