"""A recipe that extends an earlier version of itself, a slot nobody can fill, and what such mistakes are told."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace

import pytest

from clinic.knowledge.files import versions
from clinic.knowledge.reading import KnowledgeError, Problem
from programs.builder.checks import recipes_are_sound
from programs.builder.reading import RECIPES, load_recipe
from programs.builder.recipe import CAUTIOUS
from tests.cases import broken_copy
from tests.generated import regions

NAMES = [region.name for region in regions()]


def refused(tmp_path, name: str, old: str, new: str) -> KnowledgeError:
    folder = broken_copy(RECIPES, tmp_path, f"{name}.v2.toml", old, new)
    with pytest.raises(KnowledgeError) as caught:
        load_recipe(name, 2, folder)
    return caught.value


@pytest.mark.parametrize("name", NAMES)
def test_the_second_version_is_the_first_with_its_pace(name):
    first, second = load_recipe(name, 1), load_recipe(name, 2)
    assert (first.ladder.pace, second.ladder.pace.of("strain_mild")) == (CAUTIOUS, 1)
    assert second.ladder.pace.of("strain_moderate") == second.ladder.pace.of("no such class") == 2
    assert first.fingerprint != second.fingerprint
    assert second.label.startswith(f"{name}.v2+")
    assert (first.library, first.runs) == (second.library, second.runs)
    as_before = {id: replace(one, speed_pain_limit=None) for id, one in second.phases.items()}
    assert as_before == first.phases


@pytest.mark.parametrize("name", NAMES)
def test_fast_work_is_free_of_pain_from_the_phase_whose_rule_says_so(name):
    first, second = load_recipe(name, 1), load_recipe(name)
    assert {one.speed_pain_limit for one in first.phases.values()} == {None}
    assert {id: one.speed_pain_limit for id, one in second.phases.items()} == {
        "P1": None, "P2": None, "P3": 0, "P4": 0,
    }  # fmt: skip
    assert "none at speed" in first.phases["P3"].pain_rule


@pytest.mark.parametrize("name", NAMES)
def test_holds_and_trunk_work_are_a_finer_kind_of_strength_work(name):
    first, second = load_recipe(name, 1), load_recipe(name, 2)
    kinds = {id: (one.kind, second.categories[id].kind) for id, one in first.categories.items()}
    changed = {id: pair for id, pair in kinds.items() if pair[0] != pair[1]}
    assert set(changed.values()) == {("strength", "hold"), ("strength", "trunk")}
    assert changed["core"] == ("strength", "trunk")
    assert second.sessions.kinds == {id: one.kind for id, one in second.categories.items()}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("old", "new", "problem", "key", "words"),
    [
        ('.v1"', '.v2"', Problem.DANGLING, "extends", "is not an earlier version of"),
        ('.v1"', '.v3"', Problem.DANGLING, "extends", "is not an earlier version of"),
        ('.v1"', '.v0"', Problem.DANGLING, "extends", "is not an earlier version of"),
        ('extends = "', 'extends = "other_', Problem.DANGLING, "extends", "is not an earlier version of"),
        ('quick = ["strain_mild"]', 'quick = ["strain_mild", "strain_tiny"]', Problem.DANGLING, "quick",
         "'strain_tiny' does not exist"),
        ("quick_greens = 1", "quick_greens = 3", Problem.MALFORMED, "quick_greens", "is 1 to greens"),
        ("quick_greens = 1", "quick_greens = 0", Problem.MALFORMED, "quick_greens", "is 1 to greens"),
        ("greens = 2\n", "", Problem.MALFORMED, "greens", "is missing"),
        ("greens = 2\n", "greens = 2\nreds = 1\n", Problem.UNKNOWN_KEY, "reds", "is not a key"),
        ("[pace]", 'selection = "other"\n[pace]', Problem.UNKNOWN_KEY, "selection", "is not a key"),
        ('source = ["S107", "S122"]', "source = []", Problem.NO_SOURCE, "source", "names no source"),
        ("P3 = 0", "P5 = 0", Problem.DANGLING, "speed_pain_limits", "'P5' does not exist"),
        ("P3 = 0", "P3 = 11", Problem.MALFORMED, "P3", "is 0 to 10"),
        ("P3 = 0", "P3 = -1", Problem.MALFORMED, "P3", "is 0 to 10"),
        ("[kinds_anew]", '[kinds_anew]\ngait_cue = "hold"', Problem.DANGLING, "kinds_anew",
         "'gait_cue' does not exist"),
        ('core = "trunk"', 'core = "loading"', Problem.DANGLING, "core", "'loading' is none of"),
        ("[pace]", "[paces]", Problem.MALFORMED, "pace", "is missing"),
    ],
)  # fmt: skip
def test_a_broken_extension_is_refused(tmp_path, name, old, new, problem, key, words):
    error = refused(tmp_path, name, old, new)
    assert (error.problem, error.file, error.key) == (problem, f"{name}.v2.toml", key)
    assert words in error.message


def test_an_earlier_version_that_is_gone_is_named(tmp_path):
    name = NAMES[0]
    folder = shutil.copytree(RECIPES, tmp_path / "recipes")
    (folder / f"{name}.v1.toml").unlink()
    with pytest.raises(KnowledgeError, match=rf"{name}\.v2\.toml.*there is no file {name}\.v1\.toml"):
        load_recipe(name, 2, folder)


def test_a_change_of_the_earlier_version_is_refused_in_the_later_one_too(tmp_path):
    name = NAMES[0]
    folder = broken_copy(RECIPES, tmp_path, f"{name}.v1.toml", "number = 1", "number = 1 ", publish=False)
    with pytest.raises(KnowledgeError, match="has changed since it was published"):
        load_recipe(name, 2, folder)


def test_a_third_version_may_extend_the_second(tmp_path):
    name = NAMES[0]
    folder = shutil.copytree(RECIPES, tmp_path / "recipes")
    text = (folder / f"{name}.v2.toml").read_text()
    later = text.replace("version = 2", "version = 3").replace(f"{name}.v1", f"{name}.v2")
    path = folder / f"{name}.v3.toml"
    path.write_text(later.replace("quick_greens = 1", "quick_greens = 2"))
    with (folder / "PUBLISHED").open("a") as listed:
        listed.write(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n")
    assert load_recipe(name, None, folder).ladder.pace.quick_greens == 2
    assert versions(folder)[name] == [1, 2, 3]
    assert recipes_are_sound(folder=folder) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_slot_of_a_category_no_exercise_has_is_refused(tmp_path, name):
    folder = broken_copy(
        RECIPES, tmp_path, f"{name}.v1.toml", '{ category = "glute", count', '{ category = "gluteus", count'
    )
    with pytest.raises(KnowledgeError) as caught:
        load_recipe(name, 1, folder)
    assert re_said(caught.value) == (f"{name}.v1.toml", "category", True)
    assert "'gluteus' is none of: " in str(caught.value)


def re_said(error: KnowledgeError) -> tuple[str, str, bool]:
    return error.file, error.key, error.line > 0
