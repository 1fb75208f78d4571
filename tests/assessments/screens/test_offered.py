"""Which screens the clinic takes is a list in a file: what it may say, and what it decides."""

import pytest

from assessments.screens import actions as screens
from assessments.screens.actions import NotOffered
from assessments.screens.offered import CATALOGUE, OFFERED, offered_screens, usual_screen
from assessments.screens.reading import load_screen
from assessments.triage.rules import load_ruleset
from clinic.knowledge.reading import KnowledgeError, Problem
from programs.builder.reading import load_recipe


def test_every_offered_screen_has_all_it_takes():
    """A catalogue, rules, causes (through the recipe) and a recipe: a screen that leads nowhere is not offered."""
    for name in offered_screens():
        assert {load_screen(name).head.name, load_ruleset(name).head.name, load_recipe(name).head.name} == {
            name
        }


def test_the_usual_screen_is_the_first_and_the_one_meant_where_none_is_named(world):
    assert usual_screen() == offered_screens()[0]
    assert load_screen() == load_screen(usual_screen())
    draft = screens.start(patient=world.ana, by=world.carl, now=world.now)
    assert draft.catalogue == usual_screen()


def test_a_screen_that_is_not_offered_cannot_be_started(world):
    with pytest.raises(NotOffered):
        screens.start(patient=world.ana, by=world.carl, now=world.now, catalogue="elbow")
    assert not world.ana.screens.exists()


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ('offered = ["hamstring", "elbow"]', Problem.DANGLING),
        ('offered = ["hamstring", "hamstring"]', Problem.MALFORMED),
        ("offered = []", Problem.MALFORMED),
        ('offered = "hamstring"', Problem.MALFORMED),
        ('offerd = ["hamstring"]', Problem.MALFORMED),
        ('offered = ["hamstring"]\nusual = "hamstring"', Problem.UNKNOWN_KEY),
        ("offered = [", Problem.MALFORMED),
    ],
)
def test_a_list_that_cannot_be_meant_is_refused(tmp_path, said, problem):
    file = tmp_path / OFFERED.name
    file.write_text(said)
    with pytest.raises(KnowledgeError, match=r"offered\.toml") as refused:
        offered_screens(file, CATALOGUE)
    assert refused.value.problem is problem
