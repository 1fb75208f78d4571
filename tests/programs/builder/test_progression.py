"""The rules of progression: read to the letter, or refused with the file, the line and the key."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from pathlib import Path

import pytest

from clinic.knowledge.reading import KnowledgeError, Problem
from programs.builder import progression
from programs.builder.checks import progression_is_sound
from programs.builder.progression import LIGHTS, RULES, load_progression
from tests.cases import broken_copy

FILE = "progression.v1.toml"
TEXT = (RULES / FILE).read_text()


def line_of(text: str) -> int:
    return TEXT[: TEXT.index(text)].count("\n") + 1


def refused(tmp_path, old: str, new: str) -> KnowledgeError:
    folder = broken_copy(RULES, tmp_path, FILE, old, new)
    with pytest.raises(KnowledgeError) as caught:
        load_progression(folder=folder)
    return caught.value


def test_the_shipped_rules_are_sound():
    assert progression_is_sound() == []
    assert re.fullmatch(r"progression\.v1\+[0-9a-f]{12}", load_progression().label)


def test_every_light_has_words_in_both_voices_and_no_brace_is_left():
    rules = load_progression()
    assert tuple(rules.say) == tuple(rules.say_patient) == LIGHTS
    for words in (*rules.say.values(), *rules.say_patient.values()):
        assert words
        assert "{" not in words
    assert "stayed at 2 of 10" in rules.say["green"]
    assert "rest 48 hours" in rules.say["red"]


def names_read() -> set[str]:
    """Every name that is read from something (`rules.run_days`) in the code of the programs, their own module apart."""
    found: set[str] = set()
    folder = Path(progression.__file__).parents[1]
    for file in folder.rglob("*.py"):
        if file != Path(progression.__file__):
            nodes = ast.walk(ast.parse(file.read_text()))
            found |= {one.attr for one in nodes if isinstance(one, ast.Attribute)}
    return found


TABLES = ("block", "day", "spacing", "dose", "lights", "running")


@pytest.mark.parametrize("table", TABLES)
def test_nothing_is_published_that_nobody_reads(table):
    """A number that changes nothing must not look as if it did. By name: another thing of the same name hides one."""
    published = {field.name for field in fields(getattr(load_progression(), table))}
    assert published - names_read() == set()


@pytest.mark.parametrize(
    ("old", "new", "problem", "key"),
    [
        ("weeks = 4", "weeks = 4\ncolour = 3", Problem.UNKNOWN_KEY, "colour"),
        ("most_exercises = 5", "most_exercise = 5", Problem.MALFORMED, "most_exercises"),
        ("greens = 2 ", "greens = true ", Problem.MALFORMED, "greens"),
        ("greens = 2 ", "greens = 1.5 ", Problem.MALFORMED, "greens"),
        ("sore_hours = 72", 'sore_hours = "72"', Problem.MALFORMED, "sore_hours"),
        ('sore_tag = "high_soreness"', "sore_tag = 1", Problem.MALFORMED, "sore_tag"),
        ('sore_tag = "high_soreness"', 'sore_tag = ""', Problem.MALFORMED, "sore_tag"),
        ('before_runs = ["speed"', 'before_runs = [1, "speed"', Problem.MALFORMED, "before_runs"),
        ('not_the_day_after_sore = ["ladder"]', 'not_the_day_after_sore = "ladder"', Problem.MALFORMED,
         "not_the_day_after_sore"),
        ("small_km = 1.0", 'small_km = "a kilometre"', Problem.MALFORMED, "small_km"),
        ("small_km = 1.0", "small_km = true", Problem.MALFORMED, "small_km"),
        ("small_km = 1.0", "small_km = -1.0", Problem.MALFORMED, "small_km"),
        ("small_km = 1.0\n", "", Problem.MALFORMED, "small_km"),
        ("deload_every = 4", "deload_every = 0", Problem.MALFORMED, "deload_every"),
        ("back_percent = 20", "back_percent = -1", Problem.MALFORMED, "back_percent"),
        ("back_percent = 20", "back = 20", Problem.MALFORMED, "back_percent"),
        ("weeks_before = 3", "weeks_before = 0", Problem.MALFORMED, "weeks_before"),
        ("week_percent = 10", "week_percent = -10", Problem.MALFORMED, "week_percent"),
        ('[day]\nmost', '[day]\nnote = "x"\nmost', Problem.UNKNOWN_KEY, "note"),
        ('source = ["S104", "S107", "S122"]', 'source = ["S1000"]', Problem.DANGLING, "source"),
        ('source = ["S104", "S107", "S122"]', "source = []", Problem.NO_SOURCE, "source"),
        ('source = ["S39", "S40", "S41", "S122"]\n', "", Problem.NO_SOURCE, "source"),
        ("rest {rest_hours} hours", "rest {rest} hours", Problem.DANGLING, "red"),
        ("rest {rest_hours} hours", "rest {rest_hours hours", Problem.DANGLING, "red"),
        ('waiting = "Tell us', 'wait = "Tell us', Problem.MALFORMED, "waiting"),
        ('id = "sleep_well"', 'id = "sleep_well"\nwhen = "x"', Problem.UNKNOWN_KEY, "when"),
        ('title = "Sleep"\n', "", Problem.MALFORMED, "title"),
        ("[[habits]]\nid", "[habit]\nid", Problem.UNKNOWN_KEY, "habit"),
        ("[day]", "[days]", Problem.MALFORMED, "day"),
    ],
)  # fmt: skip
def test_broken_rules_are_refused(tmp_path, old, new, problem, key):
    error = refused(tmp_path, old, new)
    assert (error.problem, error.file, error.key) == (problem, FILE, key)
    assert str(error).startswith(FILE)
    assert key in str(error)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("greens = 2 ", "greens = true "),
        ("weeks_before = 3", "weeks_before = 0"),
        ("small_km = 1.0", "small_km = true"),
    ],
)
def test_the_line_is_named(tmp_path, old, new):
    assert f"{FILE}, line {line_of(old)} · " in str(refused(tmp_path, old, new))


def test_a_changed_unpublished_or_missing_file_is_refused_at_the_start(tmp_path):
    copied = broken_copy(RULES, tmp_path, FILE, "weeks = 4", "weeks = 5", publish=False)
    assert {error.id for error in progression_is_sound(folder=copied)} == {"builder.E003"}
    (copied / "PUBLISHED").write_text("")
    assert {error.id for error in progression_is_sound(folder=copied)} == {"builder.E004"}
    with pytest.raises(KnowledgeError, match=r"no progression.vN.toml"):
        load_progression(folder=tmp_path / "none")
