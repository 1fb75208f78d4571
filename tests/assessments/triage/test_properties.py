"""What must hold whatever is answered, in every region. Random runners start from the worked cases and the probes.

Each property says how many different runners it was tried on, and fails if it met fewer. Hypothesis looks for some, the
others are made from numbers. An exception to a property is named in rests_on() with its reason, and tried on its own.
"""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Callable
from functools import wraps
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.triage.rules import INSUFFICIENT, REVIEW, URGENCIES, Finding, Outcome, Rule, load_ruleset
from clinic.knowledge.conditions import Condition, Not, Question
from tests import figures
from tests.cases import RULESET, SCREEN, case_of, triage
from tests.generated import (
    Case,
    Region,
    answered,
    answering,
    mirrored,
    other_value,
    region_of,
    regions,
    reordered,
    runner_by_chance,
    runners,
    without,
)

PROMISED, OF_EACH = 20_000, 50_000  # by all properties together each time; by each one when all are asked for
SAME_DAY = URGENCIES.index("same_day")
TRIED: dict[str, int] = {}


def holds_for(many: int, *, numbers: int = 0) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """Try a property on `many` different runners, with `numbers` beside each that choose among its answers."""

    def worn(check: Callable[..., None]) -> Callable[[], None]:
        if check.__name__.startswith("test_"):
            TRIED[check.__name__] = many

        @wraps(check)
        def tried() -> None:
            met: set[str] = set()

            def each(runner: tuple[str, Case], drawn: list[int]) -> None:
                region, case = runner
                told = f"{region} {json.dumps(case, sort_keys=True)} {drawn}"
                if len(met) == how_many or told in met:
                    return
                met.add(told)
                try:
                    check(region_of(region), case, *drawn)
                except AssertionError as error:
                    error.add_note(told)
                    raise

            how_many = figures.tried(each_time=many, promised=OF_EACH)
            some = st.lists(st.integers(0, 9_999), min_size=numbers, max_size=numbers)
            settings(max_examples=250, deadline=None)(given(runners(), some)(each))()
            for number in range(2 * how_many):  # the same one may come again: only different ones count
                rng = random.Random(f"{check.__name__} {number}")  # noqa: S311
                each(runner_by_chance(rng), [rng.randrange(10_000) for _ in range(numbers)])
                if len(met) == how_many:
                    return
            pytest.fail(f"only {len(met)} different runners were met")

        tried.check = check  # the negative controls call it
        del tried.__wrapped__  # pytest would ask for the property's own arguments as fixtures
        return tried

    return worn


def rank(outcome: Outcome) -> int:
    """0 is the most urgent."""
    return URGENCIES.index(outcome.urgency)


def one_of(found: list[Any], number: int) -> Any:
    return found[number % len(found)]


def optional(when: Condition) -> set[str]:
    """The facts a condition asks `if known`: an optional test adds weight and never blocks, so without it there is
    nothing."""
    if isinstance(when, Question):
        return {when.fact} if when.if_known or when.sign == "is no or unknown" else set()
    parts = (when.part,) if isinstance(when, Not) else when.parts
    return {fact for part in parts for fact in optional(part)}


def rests_on(region: Region, case: Case, outcome: Outcome) -> set[str]:
    """The answers without which an outcome may be calmer, and why it is no fault.

    A contradiction rests on the answers it asks again: without one of them the others agree. An optional test, and one
    that another answer stands in for, may be what a rule rests on; left out, the rule is decided without it.
    """
    names = {
        item for one in outcome.contradictions for fact in one.when.names() for item in behind(region, fact)
    }
    for rule in region.standing(case):
        facts = optional(rule.when) | {fact for fact in rule.when.names() if has_stand_in(region, fact)}
        names |= {item for fact in facts for item in behind(region, fact)}
    return names


def behind(region: Region, fact: str) -> set[str]:
    return {*region.screen.items_behind(fact), "side", "worse_side"}


def has_stand_in(region: Region, fact: str) -> bool:
    computed = region.screen.derived.get(fact)
    return computed is not None and computed.otherwise is not None


@holds_for(3_500, numbers=1)
def test_taking_an_answer_away_never_makes_anything_less_urgent(region, case, number):
    """An emergency without the sign it rests on is asked for the same day at the latest, and never waits longer."""
    part, name = one_of(answered(case), number)
    outcome, less = region.triage(case), region.triage(without(case, part, name))
    if rank(less) <= rank(outcome) or name in rests_on(region, case, outcome):
        return
    assert rank(less) <= SAME_DAY
    assert outcome.primary is not None
    assert name in {item for fact in outcome.primary.when.names() for item in behind(region, fact)}


@holds_for(2_800, numbers=1)
def test_taking_an_answer_away_never_makes_anything_tightness(region, case, number):
    """Nor any other calm class out of one that was not: only answers that contradicted each other may come to agree."""
    part, name = one_of(answered(case), number)
    outcome, less = region.triage(case), region.triage(without(case, part, name))
    if less.primary is None or less.is_urgent or less.klass == outcome.klass:
        return
    if outcome.klass == REVIEW and outcome.contradictions:
        assert name in rests_on(region, case, outcome)
    else:
        assert less.klass not in region.calmest
        assert outcome.primary is not None
        assert name in {item for fact in outcome.primary.when.names() for item in behind(region, fact)}


@holds_for(3_500, numbers=1)
def test_a_red_flag_never_makes_anything_less_urgent(region, case, number):
    """A yes is never calmer than a no. Only "finish the screen today" gives way to the referral it leads to: where what
    was open could lead to nothing but a referral within days."""
    flag = one_of(region.flags, number)
    denied, flagged = (answering(region, case, flag, value=value) for value in (False, True))
    before, after = region.triage(denied), region.triage(flagged)
    if before.klass == INSUFFICIENT and not region.red_flags_open(denied):
        assert rank(after) <= URGENCIES.index("within_days")
    else:
        assert rank(after) <= rank(before)


@holds_for(2_500)
def test_mirroring_the_body_mirrors_nothing_else(region, case):
    was, now = region.answers(case).involved_side, region.answers(mirrored(case)).involved_side
    assert (was, now) in {("left", "right"), ("right", "left"), ("", "")}
    assert region.triage(mirrored(case)) == region.triage(case)


@holds_for(2_700, numbers=1)
def test_an_unanswered_red_flag_never_leads_to_a_class_of_ours_or_to_a_program(region, case, number):
    flag = one_of(region.core, number)
    outcome = region.triage(without(case, region.part(flag), flag))
    assert outcome.is_urgent or outcome.klass in (INSUFFICIENT, REVIEW)
    assert outcome.program == "none"
    assert rank(outcome) <= SAME_DAY
    assert flag in outcome.missing


@holds_for(2_000, numbers=1)
def test_the_order_of_answers_changes_nothing(region, case, turn):
    assert region.triage(reordered(case, turn)) == region.triage(case)


@holds_for(2_000, numbers=2)
def test_a_result_quotes_every_fact_that_decided_it(region, case, number, other):
    """An answer that can take the deciding rule away was quoted; and what was quoted changes when the fact does."""
    outcome = region.triage(case)
    if outcome.primary is None:
        return
    name = one_of(asked_by(region, outcome.primary), number)
    changed = changed_at(region, case, name, other)
    after, facts = region.triage(changed), region.screen.derive(region.answers(changed))
    if outcome.primary not in after.fired:
        assert name in {item for one in quoted(outcome) for item in one.items}
    for one in quoted(outcome):
        if facts.get(one.fact) != one.value:
            assert (one.fact, one.value) not in {(now.fact, now.value) for now in quoted(after)}


def asked_by(region: Region, rule: Rule) -> list[str]:
    """The items a rule asks about."""
    return sorted({item for fact in rule.when.names() for item in region.screen.items_behind(fact)})


def quoted(outcome: Outcome) -> tuple[Finding, ...]:
    return (*outcome.facts_for, *outcome.facts_against, *outcome.facts_unknown)


def changed_at(region: Region, case: Case, name: str, number: int) -> Case:
    """The case with another answer to one item; a test that pain prevented was done after all."""
    part = region.part(name)
    other = other_value(region.screen.items[name], case[part].get(name), number)
    changed = answering(region, case, name, value=other)
    unable = [one for one in case.get("unable_due_to_pain", ()) if one != name]
    return {**changed, "unable_due_to_pain": unable}


@holds_for(1_000)
def test_a_calm_class_means_every_graver_rule_was_ruled_out(region, case):
    outcome = region.triage(case)
    if outcome.primary is None or outcome.is_urgent:
        return
    above = [rule.id for rule in region.standing(case) if rule.order < outcome.primary.order]
    assert above == []


def test_as_many_runners_are_tried_as_promised():
    assert sum(TRIED.values()) >= PROMISED


@pytest.mark.parametrize("region", regions(), ids=lambda region: region.name)
def test_every_rule_decides_at_least_one_case_or_probe(region):
    decided = {region.triage(case).primary for case in region.starts}
    assert [rule.id for rule in region.ruleset.rules if rule not in decided] == []


# What a property does not hold for, and that it is as small as rests_on() says.


def test_without_an_answer_that_contradicted_the_others_agree():
    """Pain now above the worst pain: without the one, nothing is left to doubt, and nothing else rested on it."""
    doubted = case_of("O01", pain_now_nprs=9)
    assert (triage(doubted).klass, triage(doubted).urgency) == (REVIEW, "within_days")
    assert triage(case_of("O01", pain_now_nprs=None)).klass == "tightness"


def test_an_optional_test_adds_weight_and_never_blocks():
    cramped = {"exertional_cramp_relief_rest": True, "pedal_pulses": "normal", "onset": "sudden"}
    measured = triage(case_of("O02", **cramped, abi_post_drop=0.5))
    assert measured.klass == "exertional_vascular"
    assert triage(case_of("O02", **cramped)).klass == "strain_mild"


# Negative controls: each property fails for rules, or for reading them, that break it.


class Lenient(Region):
    """Takes what was not asked for a no."""

    def triage(self, case: Case) -> Outcome:
        said = {
            name: False for name, item in self.screen.items.items() if item.kind == "bool" and item.is_history
        }
        return super().triage({**case, "history": {**said, **case["history"]}})


class OneSided(Region):
    """Always looks at the left leg."""

    def triage(self, case: Case) -> Outcome:
        return super().triage({**case, "history": {**case["history"], "side": "left"}})


class Forgetful(Region):
    """Does not read the last answer."""

    def triage(self, case: Case) -> Outcome:
        return super().triage({**case, "history": dict(list(case["history"].items())[:-1])})


class Silent(Region):
    """Says what, and not why."""

    def triage(self, case: Case) -> Outcome:
        return dataclasses.replace(super().triage(case), facts_for=())


def broken(kind: type[Region], **changed: Any) -> Region:
    return kind("broken", SCREEN, changed.get("ruleset", RULESET), ())


def place(case: Case, name: str) -> int:
    return [one for _, one in answered(case)].index(name)


NUMB = case_of("O01", rf_saddle_numbness=True)
NOT_ASKED = case_of("O01", rf_unable_weight_bear=False, rf_fever_unwell=None)
USUAL = region_of(RULESET.head.name)
POP = asked_by(USUAL, triage(case_of("O01")).primary).index("pop_felt")
FLAGS = list(USUAL.flags)


@pytest.mark.parametrize(
    ("property_", "region", "case", "more"),
    [
        (
            test_taking_an_answer_away_never_makes_anything_less_urgent,
            broken(Lenient),
            NUMB,
            [place(NUMB, "rf_saddle_numbness")],
        ),
        (
            test_taking_an_answer_away_never_makes_anything_tightness,
            broken(Lenient),
            NUMB,
            [place(NUMB, "rf_saddle_numbness")],
        ),
        (
            test_a_red_flag_never_makes_anything_less_urgent,  # what step 7b of the second version mended
            broken(Region, ruleset=load_ruleset(RULESET.head.name, 1)),
            NOT_ASKED,
            [FLAGS.index("rf_unable_weight_bear")],
        ),
        (test_mirroring_the_body_mirrors_nothing_else, broken(OneSided), case_of("O07"), []),
        (
            test_an_unanswered_red_flag_never_leads_to_a_class_of_ours_or_to_a_program,
            broken(Lenient),
            case_of("O01"),
            [0],
        ),
        (test_the_order_of_answers_changes_nothing, broken(Forgetful), case_of("O01"), [30]),
        (test_a_result_quotes_every_fact_that_decided_it, broken(Silent), case_of("O01"), [POP, 0]),
    ],
    ids=lambda given: getattr(given, "__name__", ""),
)
def test_each_property_can_fail(property_, region, case, more):
    with pytest.raises(AssertionError):
        property_.check(region, case, *more)


def test_fewer_runners_than_promised_fail(monkeypatch):
    """Negative control of the counting: a generator that always draws the same runner of each region."""
    same = holds_for(50)(lambda region, case: None)
    monkeypatch.setattr("tests.assessments.triage.test_properties.json.dumps", lambda *_, **__: "the same")
    with pytest.raises(pytest.fail.Exception, match=f"only {len(regions())} different"):
        same()
