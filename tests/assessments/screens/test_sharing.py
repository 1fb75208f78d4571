"""A screen that takes sections of another region's: the same questions in its own words, and nothing dangling."""

from __future__ import annotations

import hashlib
import shutil

import pytest

from assessments.screens.offered import CATALOGUE
from assessments.screens.reading import load_screen
from clinic.knowledge.reading import KnowledgeError

HEAD = """
name = "foot"
version = 1
title = "A screen that shares"
approved_by = "nobody"
approved_on = "not yet"
[conventions]
per_side = "value for each side"
"""
RED_FLAGS = """
[[sections]]
from = "hamstring.v2"
id = "red_flags"
without = ["lump_present", "lump_size_cm", "lump_deep_fixed"]

  [sections.words.rf_tense_severe_pain]
  label = "Rock-hard, tense foot"
  short = "Tense foot"
  ask = "Is the foot rock hard?"

  [[sections.items]]
  id = "foot_pale"
  label = "Pale foot"
  group = "red_flag"
  ask = "Is the foot pale?"
  kind = "bool"
  source = ["S124"]
"""


@pytest.fixture
def reads(tmp_path):
    """A screen of these lines, read from a folder that holds the published ones too."""

    def read(text: str):
        folder = tmp_path / "catalogue"
        shutil.copytree(CATALOGUE, folder, dirs_exist_ok=True)
        (folder / "foot.v1.toml").write_text(HEAD + text)
        printed = hashlib.sha256((HEAD + text).encode()).hexdigest()
        listed = (CATALOGUE / "PUBLISHED").read_text()
        (folder / "PUBLISHED").write_text(f"{listed}{printed}  foot.v1.toml\n")
        load_screen.cache_clear()
        return load_screen("foot", 1, folder)

    return read


def test_a_section_is_taken_as_it_stands_in_words_of_its_own(reads):
    screen, theirs = reads(RED_FLAGS), load_screen("hamstring", 2)
    taken = [
        item.id
        for item in theirs.sections[0].items
        if item.id not in {"lump_present", "lump_size_cm", "lump_deep_fixed"}
    ]
    assert [item.id for item in screen.sections[0].items] == [*taken, "foot_pale"]
    own = screen.items["rf_tense_severe_pain"]
    assert (own.label, own.short, own.ask_clinician) == (
        "Rock-hard, tense foot",
        "Tense foot",
        "Is the foot rock hard?",
    )
    assert screen.items["rf_dark_urine"] == theirs.items["rf_dark_urine"]
    assert own.core_triage, "what triage needs of it stays"
    assert not screen.answers_to("hamstring.v1"), "another region's rules were not written for it"


def test_a_change_below_changes_its_fingerprint(reads):
    assert reads(RED_FLAGS).fingerprint != reads(RED_FLAGS.replace("Tense foot", "Foot tense")).fingerprint
    own = HEAD + RED_FLAGS
    assert reads(RED_FLAGS).fingerprint not in own


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('from = "hamstring.v2"', 'from = "hamstring.v9"', "no version of another screen"),
        ('from = "hamstring.v2"', 'from = "foot.v1"', "no version of another screen"),
        ('from = "hamstring.v2"', 'from = "../../etc.v1"', "no version of another screen"),
        ('id = "red_flags"', 'id = "red_flag"', "red_flag"),
        ('"lump_present", "lump_size_cm"', '"lump_presant", "lump_size_cm"', "lump_presant"),
        ('"lump_present", "lump_size_cm", "lump_deep_fixed"', '"lump_present"', "lump_size_cm"),
        ("rf_tense_severe_pain]", "rf_tense]", "rf_tense"),
        ('short = "Tense foot"', 'shirt = "Tense foot"', "shirt"),
        ('id = "foot_pale"', 'id = "rf_dark_urine"', "rf_dark_urine"),
    ],
)
def test_what_does_not_fit_is_refused_and_named(reads, old, new, named):
    assert old in RED_FLAGS
    with pytest.raises(KnowledgeError) as refused:
        reads(RED_FLAGS.replace(old, new))
    assert named in str(refused.value)


TRAINING = """
[[sections]]
from = "hamstring.v2"
id = "training"

[[shared_values]]
from = "hamstring.v2"
names = ["{name}"]
"""


def test_a_computed_value_needs_everything_it_is_computed_from(reads):
    theirs = load_screen("hamstring", 2)
    whole = "weekly_change_pct"
    screen = reads(TRAINING.format(name=whole))
    assert screen.derived[whole] == theirs.derived[whole]
    assert whole in screen.vocabulary
    with pytest.raises(KnowledgeError, match="which this screen does not have"):
        reads(TRAINING.format(name="ake_diff"))


LOADING = """
[[sections]]
from = "hamstring.v2"
id = "loading"
without = ["nordic_screen", "fulcrum_pos"]

  [sections.words.bone_tests]
  name = "Hop test"
  how_to = "Hop on the foot."

  [sections.words.hop_pain]
  note = "Point to it."
  options = { deep_bone_groin_or_sacrum = "Deep, in a bone" }
"""


def test_a_test_and_its_options_are_said_in_words_of_its_own(reads):
    screen, theirs = reads(LOADING), load_screen("hamstring", 2)
    test, item = screen.tests["bone_tests"], screen.items["hop_pain"]
    assert (test.name, test.how_to, test.normal) == (
        "Hop test",
        "Hop on the foot.",
        theirs.tests["bone_tests"].normal,
    )
    assert [one.id for one in test.items] == ["hop_pain"], "a single field of a test can be left out"
    assert item.ask_clinician == "Hop on the foot.", "how it is done is told at the field"
    assert item.option_label("deep_bone_groin_or_sacrum") == "Deep, in a bone"
    assert item.option_label("muscle") == theirs.items["hop_pain"].option_label("muscle")
    assert (item.options, item.note) == (theirs.items["hop_pain"].options, "Point to it.")


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("words.bone_tests]", "words.bone_test]", "bone_test"),
        ('name = "Hop test"', 'label = "Hop test"', "label"),
        ('note = "Point to it."', 'name = "Point to it."', "name"),
        ("{ deep_bone_groin_or_sacrum =", "{ deep_bone =", "deep_bone"),
        ('"nordic_screen", "fulcrum_pos"', '"nordic_screen", "fulcrum"', "fulcrum"),
    ],
)
def test_words_that_fit_nothing_are_refused_and_named(reads, old, new, named):
    assert old in LOADING
    with pytest.raises(KnowledgeError) as refused:
        reads(LOADING.replace(old, new))
    assert named in str(refused.value)
