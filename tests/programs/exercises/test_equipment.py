"""What exercises need is in the patient's list, word for word; what is not in it, nobody has."""

from __future__ import annotations

import pytest

from clinic.knowledge.reading import KnowledgeError, Problem
from programs.exercises.checks import equipment_is_sound
from programs.exercises.equipment import FOLDER, load_equipment
from programs.exercises.reading import load_library
from tests.cases import broken_copy

FILE = "equipment.v1.toml"
LISTED = load_equipment()
EXERCISES = load_library().exercises
ASKED = {word for one in EXERCISES.values() for word in one.equipment}
EVERYTHING = frozenset(LISTED.kinds)


def test_the_shipped_list_is_sound():
    assert equipment_is_sound() == []


def test_every_word_of_the_library_is_in_the_list():
    assert ASKED - set(LISTED.words) == set()


def test_every_word_of_the_list_is_in_the_library():
    assert set(LISTED.words) - ASKED == set()


def test_every_kind_answers_some_word():
    assert {kind for kinds in LISTED.words.values() for kind in kinds} == EVERYTHING


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=lambda one: one.id)
def test_who_has_everything_can_do_every_exercise(exercise):
    assert LISTED.missing(exercise.equipment, EVERYTHING) == ()


def test_who_has_nothing_can_still_do_something_of_each_early_kind():
    bare = {one.category for one in EXERCISES.values() if not LISTED.missing(one.equipment, frozenset())}
    assert {"glute", "core", "dynamic_warmup", "cooldown"} <= bare


@pytest.mark.parametrize(
    ("asked", "has", "missing"),
    [
        ((), "", ()),
        (("mat", "wall"), "", ()),
        (("band",), "", ("band",)),
        (("band",), "band", ()),
        (("band",), "mini_band", ("band",)),
        (("band or cable",), "machine", ()),
        (("bench", "barbell or band"), "band", ("bench",)),
        (("bench", "barbell or band"), "bench band", ()),
        (("weight optional",), "", ()),
    ],
)
def test_one_of_the_kinds_is_enough_for_a_word(asked, has, missing):
    assert LISTED.missing(asked, frozenset(has.split())) == missing


def test_an_unknown_word_is_never_there():
    assert LISTED.missing(("anti-gravity treadmill",), EVERYTHING) == ("anti-gravity treadmill",)
    assert LISTED.would_do("anti-gravity treadmill") == ()
    assert LISTED.missing(("",), EVERYTHING) == ("",)


def test_what_would_do_is_said_in_the_lists_words():
    assert LISTED.would_do("band or cable") == ("Long band", "Gym machines (leg curl, calf, cable)")
    assert LISTED.would_do("mat") == ()


@pytest.mark.parametrize(
    ("old", "new", "problem", "key"),
    [
        ('"band" = ["band"]', '"band" = ["bend"]', Problem.DANGLING, "band"),
        ('"band" = ["band"]', '"band" = "band"', Problem.MALFORMED, "band"),
        ('label = "Pool"', 'label = "Pool", outside = true', Problem.UNKNOWN_KEY, "outside"),
        ('label = "Pool"', 'home = false', Problem.MALFORMED, "label"),
        ('label = "Bike", gym = true', 'label = "Bike", gym = "yes"', Problem.MALFORMED, "gym"),
        ("[words]", "[word]", Problem.MALFORMED, "words"),
    ],
)  # fmt: skip
def test_a_broken_list_is_refused(tmp_path, old, new, problem, key):
    folder = broken_copy(FOLDER, tmp_path, FILE, old, new)
    with pytest.raises(KnowledgeError) as caught:
        load_equipment(folder=folder)
    assert (caught.value.problem, caught.value.file, caught.value.key) == (problem, FILE, key)


def test_a_changed_or_unpublished_list_is_refused_at_the_start(tmp_path):
    copied = broken_copy(FOLDER, tmp_path, FILE, 'label = "Pool"', 'label = "Sea"', publish=False)
    assert {error.id for error in equipment_is_sound(folder=copied)} == {"exercises.E003"}
    (copied / "PUBLISHED").write_text("")
    assert {error.id for error in equipment_is_sound(folder=copied)} == {"exercises.E004"}
