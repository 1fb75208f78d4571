"""Screens that say some things anew to patients: all else as in the version before, and alike in every region."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assessments.screens.checks import catalogue_is_sound
from assessments.screens.offered import offered_screens
from assessments.screens.reading import CATALOGUE, load_screen
from tests.cases import broken_copy

MEDICINES = {"anticoagulant_use", "fluoroquinolone_recent"}
SAID_ANEW = {"hamstring": MEDICINES, "calf": {*MEDICINES, "inflammatory_signs"}}
VERSIONS = {"hamstring": (2, 3), "calf": (1, 2)}
"""Region → the last version of its screen that asked too hard, and the first that asks plainly."""


@pytest.mark.parametrize("name", VERSIONS)
def test_only_what_a_patient_reads_is_another(name):
    before, now = (load_screen(name, version) for version in VERSIONS[name])
    assert list(now.items) == list(before.items)
    assert {id for id in now.items if now.items[id] != before.items[id]} == SAID_ANEW[name]
    for id in SAID_ANEW[name]:
        assert replace(now.items[id], plain=before.items[id].plain) == before.items[id]
        assert now.items[id].plain.option_labels == before.items[id].plain.option_labels
    assert (now.derived, now.vocabulary, now.conventions) == (
        before.derived,
        before.vocabulary,
        before.conventions,
    )
    assert [replace(one, items=(), tests=()) for one in now.sections] == [
        replace(one, items=(), tests=()) for one in before.sections
    ]
    assert now.tests == before.tests
    assert now.extends == (before.label, *before.extends), "rules written for those hold for it"


@pytest.mark.parametrize("name", VERSIONS)
def test_the_safety_text_still_says_each_sign_and_each_number(name):
    before, now = (load_screen(name, version).safety_text for version in VERSIONS[name])
    assert now == replace(before, text=now.text)
    for kept in ("Ring the clinic now", "112 or 999", "chest pain or trouble breathing", "numb between your legs",
                 "cannot hold or pass water", "cold, white, or very swollen and hard"):  # fmt: skip
        assert kept in before.text
        assert kept in now.text
    massage = "Do not massage or roll a swollen calf."
    assert (massage in now.text) is (massage in before.text)


@pytest.mark.parametrize("name", VERSIONS)
def test_a_medicine_is_asked_for_by_the_names_it_had(name):
    before, now = (load_screen(name, version).items for version in VERSIONS[name])
    for id, names in (
        ("anticoagulant_use", ("warfarin", "apixaban", "clopidogrel", "spirin every day")),
        ("fluoroquinolone_recent", ("ciprofloxacin", "levofloxacin", "three months")),
    ):
        for items in (before, now):
            said = f"{items[id].plain.ask} {items[id].plain.help}"
            assert [one for one in names if one not in said] == []
    assert "-floxacin" in now["fluoroquinolone_recent"].plain.ask, (
        "in the question, or any antibiotic is a yes"
    )


def test_what_regions_asked_in_the_same_words_they_still_do():
    """A question another region takes over is said anew in each, and alike."""
    first, *others = offered_screens()
    usual = [load_screen(first, version).items for version in VERSIONS[first]]
    for name in set(others) & set(VERSIONS):
        old, new = (load_screen(name, version).items for version in VERSIONS[name])
        shared = {id for id in old if id in usual[0] and old[id].plain == usual[0][id].plain is not None}
        assert shared >= MEDICINES
        assert {id for id in shared if new[id].plain != usual[1][id].plain} == set()


@pytest.mark.parametrize(
    ("file", "old", "new", "id", "named"),
    [
        ("hamstring.v3.toml", "[in_plain_words.anticoagulant_use]", "[in_plain_words.anticoagulants]", "E002",
         "anticoagulants"),
        ("calf.v2.toml", "[in_plain_words.inflammatory_signs]", "[in_plain_words.calf_squeeze]", "E006",
         "only history"),
        ("calf.v2.toml", 'after_yes_in = "red_flag"', 'after_yes_in = "red_flags"', "E002", "red_flags"),
        ("hamstring.v3.toml", 'extends = "hamstring.v2"', 'extends = "hamstring.v3"', "E002", "earlier version"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_and_named(tmp_path, file, old, new, id, named):
    errors = catalogue_is_sound(folder=broken_copy(CATALOGUE, tmp_path, file, old, new))
    assert [error.id for error in errors] == [f"screens.{id}"]
    assert named in errors[0].msg
    assert file in errors[0].msg
