"""A recipe whose later library files only say cues anew: the same program as the version before, but for words."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace

import pytest
from hypothesis import given, settings

from assessments.screens.offered import offered_screens
from assessments.triage import worked_cases
from assessments.triage.causes import load_causes, weigh
from clinic.knowledge.files import versions
from clinic.knowledge.reading import KnowledgeError, Problem
from programs.builder.proposal import Proposal, build, propose
from programs.builder.reading import RECIPES, load_recipe
from programs.builder.recipe import Recipe
from programs.exercises.checks import library_is_sound
from programs.exercises.reading import LIBRARY, load_library
from tests.cases import broken_copy
from tests.generated import Case, region_of, runners
from tests.programs.builder.made import classes_with_a_program, made

NAME, BEFORE, NOW = "hamstring", 2, 3
SAID_ANEW = "foam_hamstring"
FILE, EARLIER = "foam_roll.v2.toml", "foam_roll.v1.toml"


def proposed(case: Case, recipe: Recipe, klass: str | None = None) -> Proposal:
    region = region_of(NAME)
    answers = region.answers(case)
    causes = weigh(answers, screen=region.screen, causes=load_causes(NAME))
    proposal = propose(
        answers, outcome=region.triage(case), causes=causes, screen=region.screen, recipe=recipe, klass=klass
    )
    return replace(proposal, recipe="")


@pytest.fixture
def both() -> tuple[Recipe, Recipe]:
    return load_recipe(NAME, BEFORE), load_recipe(NAME, NOW)


def test_only_one_cue_is_another(both):
    before, now = both
    old, new = before.library.exercises, now.library.exercises
    assert list(new) == list(old)
    assert [id for id in new if new[id] != old[id]] == [SAID_ANEW]
    assert replace(new[SAID_ANEW], cue=old[SAID_ANEW].cue) == old[SAID_ANEW]
    assert replace(now, head=before.head, fingerprint=before.fingerprint, library=before.library) == before
    assert (
        len({now.fingerprint, before.fingerprint, now.library.fingerprint, before.library.fingerprint}) == 4
    )


def test_the_cue_still_says_where_and_what_to_keep_off(both):
    for recipe in both:
        cue = recipe.library.exercise(SAID_ANEW).cue
        for kept in ("under the back of one thigh", "hands behind you", "just above the knee", "just below the",
                     "never roll over a bruise"):  # fmt: skip
            assert kept in cue


@pytest.mark.parametrize("case", worked_cases.load(NAME), ids=lambda case: case["id"])
def test_every_worked_case_is_proposed_the_same(both, case):
    before, now = (proposed(case["input"], recipe) for recipe in both)
    assert now == before


@settings(max_examples=100, deadline=None)
@given(runners().filter(lambda one: one[0] == NAME))
def test_a_runner_nobody_met_is_proposed_the_same_whatever_was_decided(runner):
    before, now = load_recipe(NAME, BEFORE), load_recipe(NAME, NOW)
    for klass in classes_with_a_program(NAME):
        assert proposed(runner[1], now, klass) == proposed(runner[1], before, klass)


def test_the_same_limits_leave_the_same_block(both):
    """And the one exercise that is said anew is among those that may be chosen."""
    met: set[str] = set()
    for number in range(40):
        for one in (one for one in made(number) if one.region.name == NAME):
            cases = [replace(one.case, recipe=recipe) for recipe in both]
            old, new = (build(case, one.limits, one.starts_on) for case in cases)
            assert replace(new, recipe=old.recipe) == old
            met |= set(new.eligible)
    assert SAID_ANEW in met


def test_the_comparison_can_say_no(both):
    """A dose is more than a word."""
    before, _ = both
    case = next(case["input"] for case in worked_cases.load(NAME) if case["id"] == "O01")
    first = proposed(case, before)
    one = before.library.exercise(first.exercises[0].id)
    heavier = {**before.library.exercises, one.id: replace(one, est_minutes=one.est_minutes + 1)}
    other = replace(before, library=replace(before.library, exercises=heavier))
    assert proposed(case, other) != first


@pytest.mark.parametrize("name", offered_screens())
def test_every_recipe_takes_the_newest_of_each_file(name):
    """What `reading_age` reads is the newest; an older file would give patients what it does not read."""
    newest = {f"{file}.v{numbers[-1]}" for file, numbers in versions(LIBRARY).items()}
    assert set(load_recipe(name).library.files) - newest == set()
    assert set(load_recipe(NAME, BEFORE).library.files) - newest == {"foam_roll.v1"}


# --- Refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new", "problem", "words"),
    [
        ('["foam_roll.v1"]', Problem.DANGLING, "is no later version of a file taken before"),
        ('["calf_roll.v2"]', Problem.DANGLING, "is no later version of a file taken before"),
        ('["foam_roll.v2", "foam_roll.v2"]', Problem.DANGLING, "is no later version of a file taken before"),
        ('["foam_roll"]', Problem.DANGLING, "is not name.vN"),
        ('["foam_roll.v9"]', Problem.MALFORMED, "cannot be read"),
        ('"foam_roll.v2"', Problem.MALFORMED, "must be a list of texts"),
    ],
)
def test_a_library_that_is_not_a_later_one_is_refused(tmp_path, new, problem, words):
    folder = broken_copy(RECIPES, tmp_path, f"{NAME}.v{NOW}.toml", '["foam_roll.v2"]', new)
    with pytest.raises(KnowledgeError) as caught:
        load_recipe(NAME, NOW, folder)
    assert caught.value.problem is problem
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("est_minutes = 2", "est_minutes = 3"),
        ('reps = "60-90 s"', 'reps = "90 s"'),
        ('phases = ["P2", "P3", "P4"]', 'phases = ["P1", "P2", "P3", "P4"]'),
        ("\n  or anticoagulant_use", ""),
        ('id = "massage_gun"', 'id = "massage_gun_two"'),
    ],
)
def test_a_later_file_that_changes_more_than_a_cue_is_refused(tmp_path, old, new):
    """Written out whole, it could: whoever wants that writes the recipe anew."""
    library = shutil.copytree(LIBRARY, tmp_path / "library")
    text = (LIBRARY / EARLIER).read_text().replace("version = 1", "version = 2", 1)
    assert old in text
    written = library / FILE
    written.write_text(text.replace(old, new, 1))
    listed = (library / "PUBLISHED").read_text().splitlines()
    digest = hashlib.sha256(written.read_bytes()).hexdigest()
    kept = [line for line in listed if not line.endswith(FILE)]
    (library / "PUBLISHED").write_text("\n".join([*kept, f"{digest}  {FILE}"]) + "\n")
    with pytest.raises(KnowledgeError, match="differs in more than how a cue is said"):
        load_recipe(NAME, NOW, library=library)


@pytest.mark.parametrize(
    ("old", "new", "id", "named"),
    [
        ("foam_hamstring =", "foam_hamstrings =", "E002", "foam_hamstrings"),
        ("[cues_anew]", "[cues_new]", "E001", "cues_new"),
        ("[cues_anew]", '[cues_anew]\nfoam_glute = ""', "E006", "is empty"),
        ("[cues_anew]", 'screens = ["hamstring.v1"]\n[cues_anew]', "E001", "screens"),
        ("[cues_anew]", '[[exercises]]\nid = "x"\n[cues_anew]', "E001", "exercises"),
        ('extends = "foam_roll.v1"', 'extends = "foam_roll.v2"', "E002", "earlier version"),
        ('extends = "foam_roll.v1"', 'extends = "calf_roll.v1"', "E002", "earlier version"),
        ('extends = "foam_roll.v1"', 'extnds = "foam_roll.v1"', "E006", "screens"),
    ],
)
def test_a_library_file_that_does_not_fit_is_refused(tmp_path, old, new, id, named):
    errors = library_is_sound(folder=broken_copy(LIBRARY, tmp_path, FILE, old, new))
    assert [error.id for error in errors] == [f"exercises.{id}"]
    assert named in errors[0].msg
    assert FILE in errors[0].msg


@pytest.mark.parametrize("file", [FILE, EARLIER])
def test_a_change_below_changes_the_fingerprint(tmp_path, file):
    folder = broken_copy(LIBRARY, tmp_path, file, "title", "title ")
    pins = ("foam_roll.v2",)
    assert load_library(pins, folder).fingerprint != load_library(pins).fingerprint
    changed = load_recipe(NAME, NOW, library=folder)
    assert changed.fingerprint != load_recipe(NAME, NOW).fingerprint


def test_a_third_file_may_extend_the_second(tmp_path):
    folder = shutil.copytree(LIBRARY, tmp_path / "library")
    text = (
        (LIBRARY / FILE)
        .read_text()
        .replace("version = 2", "version = 3")
        .replace("foam_roll.v1", "foam_roll.v2")
    )
    path = folder / "foam_roll.v3.toml"
    path.write_text(text.replace("foam_hamstring =", "foam_glute ="))
    with (folder / "PUBLISHED").open("a") as listed:
        listed.write(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n")
    found = load_library(None, folder)
    assert "foam_roll.v3" in found.files
    assert found.exercise(SAID_ANEW).cue == load_library().exercise(SAID_ANEW).cue
    assert found.exercise("foam_glute").cue == found.exercise(SAID_ANEW).cue
