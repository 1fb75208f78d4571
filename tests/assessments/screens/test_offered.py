"""Which screens the clinic takes is a list in a file: what it may say, and what it decides."""

import pytest

from assessments.screens import actions as screens
from assessments.screens import offered
from assessments.screens.actions import NotOffered
from assessments.screens.offered import CATALOGUE, OFFERED, offered_screens, place_of, usual_screen
from assessments.screens.reading import load_screen
from assessments.triage.rules import load_ruleset
from clinic.knowledge.reading import KnowledgeError, Problem
from programs.builder.reading import load_recipe
from tests.places import OTHER, USUAL, offers

ROW = """
[[offered]]
screen = "{}"
place = "{}"
say_patient = "{}"
"""
THIGH = ROW.format("hamstring", "Back of the thigh", "At the back of my thigh")


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


def test_a_draft_of_a_screen_that_is_offered_no_more_is_finished_and_no_new_one_begun(world, monkeypatch):
    offers(monkeypatch, USUAL, OTHER)
    given = {"patient": world.ana, "by": world.carl, "now": world.now, "catalogue": OTHER.screen}
    draft = screens.start(**given)
    offers(monkeypatch, USUAL)
    assert screens.start(**given) == draft
    with pytest.raises(NotOffered):
        screens.start(**{**given, "patient": world.ben})


def test_a_place_is_named_only_where_there_are_several_to_tell_apart(monkeypatch):
    offers(monkeypatch, USUAL)
    assert (offered.several(), place_of(USUAL.screen)) == (False, "")
    assert place_of(OTHER.screen) == OTHER.screen, "its old rows are told from the usual ones"
    offers(monkeypatch, USUAL, OTHER)
    assert offered.several()
    assert [place_of(one.screen) for one in (USUAL, OTHER)] == [USUAL.place, OTHER.place]
    assert offered.in_order(["elbow", OTHER.screen, USUAL.screen]) == [USUAL.screen, OTHER.screen, "elbow"]


def test_the_words_of_each_are_read(tmp_path):
    file = tmp_path / OFFERED.name
    file.write_text(THIGH)
    assert offered.places(file, CATALOGUE) == (
        offered.Offered("hamstring", "Back of the thigh", "At the back of my thigh"),
    )


@pytest.mark.parametrize(
    ("said", "problem", "named"),
    [
        (ROW.format("elbow", "Elbow", "In my elbow"), Problem.DANGLING, "line 3 · offered elbow · screen"),
        (THIGH * 2, Problem.MALFORMED, "line 8 · offered hamstring · screen: 'hamstring' is used twice"),
        ("", Problem.MALFORMED, "names no screen"),
        ("offered = []", Problem.MALFORMED, "line 1 · offered: names no screen"),
        ('offered = "hamstring"', Problem.MALFORMED, "a list of tables"),
        ('offered = ["hamstring"]', Problem.MALFORMED, "a list of tables"),
        (THIGH.replace("[[offered]]", "[[offerd]]"), Problem.UNKNOWN_KEY, "offerd: is not a key"),
        (f'usual = "hamstring"\n{THIGH}', Problem.UNKNOWN_KEY, "line 1 · usual"),
        (THIGH.replace("say_patient", "say_patients"), Problem.MALFORMED, "say_patient: is missing"),
        (f'{THIGH}side = "left"', Problem.UNKNOWN_KEY, "line 6 · offered hamstring · side"),
        (
            THIGH.replace('"Back of the thigh"', '" "'),
            Problem.MALFORMED,
            "line 4 · offered hamstring · place",
        ),
        (THIGH.replace('"Back of the thigh"', "7"), Problem.MALFORMED, "line 4 · offered hamstring · place"),
        (THIGH.replace('screen = "hamstring"', ""), Problem.MALFORMED, "screen: is missing"),
        ("[[offered]", Problem.MALFORMED, "cannot be read"),
    ],
)
def test_a_list_that_cannot_be_meant_is_refused_by_line_and_key(tmp_path, said, problem, named):
    file = tmp_path / OFFERED.name
    file.write_text(said)
    with pytest.raises(KnowledgeError, match=r"offered\.toml") as refused:
        offered_screens(file, CATALOGUE)
    assert refused.value.problem is problem
    assert named in str(refused.value)


@pytest.mark.parametrize("key", ["place", "say_patient"])
def test_two_screens_in_the_same_words_could_not_be_told_apart(tmp_path, key):
    words = {"place": "Back of the thigh", "say_patient": "At the back of my thigh"}
    other = {"place": "Elsewhere", "say_patient": "Elsewhere", key: words[key]}
    file = tmp_path / OFFERED.name
    file.write_text(THIGH + ROW.format(OTHER.screen, other["place"], other["say_patient"]))
    with pytest.raises(KnowledgeError, match=f"{key}: .* is used twice"):
        offered_screens(file, CATALOGUE)
    file.write_text(THIGH + ROW.format(OTHER.screen, "Elsewhere", "Elsewhere, at home"))
    offered.places.cache_clear()
    assert offered_screens(file, CATALOGUE)[1] == OTHER.screen
