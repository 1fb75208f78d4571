"""Red flags written once for every region: general names, what each region means by them, and versions that extend."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assessments.triage.checks import rulesets_are_sound
from assessments.triage.rules import RULESETS, load_draft, load_ruleset
from assessments.triage.rules.definitions import URGENT_TIERS
from tests.cases import broken_copy
from tests.generated import Region, regions

SHARED = "red_flags.v2.toml"
EXTENDS = "hamstring.v3.toml"
SECOND = "calf.v1.toml"


def test_every_region_has_the_same_red_flags():
    """The rules of the shared file stand in each region's, with the same words, order and urgency."""
    first, *others = ({rule.id: rule for rule in region.ruleset.rules} for region in regions())
    assert others, "with one region nothing is shared"
    for theirs in others:
        both = set(first) & set(theirs)
        assert len(both) == 17
        for id in both:
            assert replace(theirs[id], when=first[id].when) == first[id]
            assert first[id].tier in URGENT_TIERS


def test_the_version_that_shares_them_decides_as_the_one_before():
    """Rule for rule the same condition, class, urgency and order: only words differ, and only in what is shared."""
    before, now = (load_ruleset("hamstring", version) for version in (2, 3))
    shared = {rule.id for rule in load_ruleset("calf", 1).rules}
    for old, new in zip(before.rules, now.rules, strict=True):
        assert replace(new, say_clinician=old.say_clinician, say_patient=old.say_patient) == old
        assert (new.say_clinician, new.say_patient) == (
            old.say_clinician,
            old.say_patient,
        ) or old.id in shared
    assert (now.classes, now.messages, now.contradictions) == (
        before.classes,
        before.messages,
        before.contradictions,
    )
    assert (now.cautions, now.algorithm, now.core_group) == (
        before.cautions,
        before.algorithm,
        before.core_group,
    )
    assert (now.while_open, now.screen) == (before.while_open, before.screen)
    assert now.fingerprint != before.fingerprint


@pytest.mark.parametrize("region", regions(), ids=lambda region: region.name)
def test_shared_words_name_no_region(region: Region):
    """What one region's file says to patients of another would be about the wrong place."""
    own = {"thigh", "hamstring", "calf", "shin", "achilles", "heel"}
    for rule in region.ruleset.rules:
        if rule.id in {one.id for other in regions() if other is not region for one in other.ruleset.rules}:
            said = f"{rule.say_clinician} {rule.say_patient}".lower()
            assert not [word for word in own if word in said], rule.id


@pytest.mark.parametrize(
    ("file", "old", "new", "id", "named"),
    [
        (SECOND, 'local_swelling = "rf_leg_swelling"', "", "E002", "visibly swollen"),
        (SECOND, "local_swelling =", "locl_swelling =", "E002", "locl_swelling"),
        (SECOND, '"rf_leg_swelling"\n', '"rf_leg_sweling"\n', "E002", "rf_leg_sweling"),
        (SECOND, '"rf_leg_swelling"\n', '"rf_leg_swelling and"\n', "E006", "local_swelling"),
        (SHARED, "local_swelling = ", "rf_dark_urine = ", "E002", "local_swelling"),
        (SHARED, "or local_swelling or", "or local_swelling = x or", "E006", "a yes or a no"),
        (SHARED, "or local_swelling or", "or local_swelling is yes if known or", "E006", "a yes or a no"),
        (SHARED, "or local_swelling or", "or locl_swelling or", "E002", "locl_swelling"),
        (EXTENDS, 'extends = "hamstring.v2"', 'extends = "hamstring.v3"', "E002", "earlier version"),
        (EXTENDS, 'extends = "hamstring.v2"', 'extends = "calf.v1"', "E002", "earlier version"),
        (EXTENDS, 'extends = "hamstring.v2"', 'extnds = "hamstring.v2"', "E002", "screen"),
        (
            EXTENDS,
            "[meanings]",
            '[classes.tightness]\nlabel = "x"\nprogram = "none"\n[meanings]',
            "E006",
            "twice",
        ),
    ],
)
def test_what_does_not_fit_is_refused_and_named(tmp_path, file, old, new, id, named):
    errors = rulesets_are_sound(folder=broken_copy(RULESETS, tmp_path, file, old, new))
    assert errors
    assert {error.id for error in errors} <= {f"triage.{id}", "triage.E006"}
    assert any(named in error.msg for error in errors), [error.msg for error in errors]


def test_a_general_name_that_is_also_a_fact_is_refused(tmp_path):
    """It would mean two things."""
    folder = broken_copy(RULESETS, tmp_path, SHARED, "local_swelling = ", "rf_leg_swelling = ")
    text = (folder / SECOND).read_text().replace("local_swelling = ", "rf_leg_swelling = ", 1)
    again = broken_copy(folder, tmp_path / "again", SECOND, (folder / SECOND).read_text(), text)
    assert any("is also a fact" in error.msg for error in rulesets_are_sound(folder=again))


def test_a_change_below_changes_the_fingerprint(tmp_path):
    """What a version extends decides with it, so nothing under it can change unseen."""
    for number, (file, old) in enumerate(
        [("hamstring.v2.toml", "Tightness without"), (SHARED, "Possible fracture")]
    ):
        folder = broken_copy(RULESETS, tmp_path / str(number), file, old, f"{old} ")
        assert load_ruleset("hamstring", 3, folder).fingerprint != load_ruleset("hamstring", 3).fingerprint


DRAFT = """
name = "hamstring"
version = 5
title = "One caution more"
approved_by = "nobody"
approved_on = "not yet"
extends = "hamstring.v4"

[[cautions]]
id = "K99"
when = "age_years >= 60"
message = "Over sixty."
"""


def test_a_draft_may_hold_only_what_it_adds(tmp_path):
    """The next version of rules that extend others is written in a few lines, and tried as any draft is."""
    folder = broken_copy(RULESETS, tmp_path, EXTENDS, "version = 3", "version = 3 ")
    (folder / "drafts" / "hamstring.v5.toml").write_text(DRAFT)
    draft, now = load_draft("hamstring", 5, folder), load_ruleset("hamstring", 4, folder)
    assert draft.rules == now.rules
    assert [one.id for one in draft.cautions] == [*(one.id for one in now.cautions), "K99"]
    assert (draft.screen, draft.messages, draft.while_open) == (now.screen, now.messages, now.while_open)
