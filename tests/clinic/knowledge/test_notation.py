"""Conditions: what they mean, and that what is written is what is read."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.knowledge.conditions import All, AtLeast, Not, Question, spelled_out
from clinic.knowledge.notation import NotationError, parse
from tests.cases import CAUSES, RECIPE, RULESET

A, B, C = Question("a", "is yes"), Question("b", "is yes"), Question("c", "is yes")


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("a", A),
        ("a is yes", A),
        ("a is no", Question("a", "is no")),
        ("a is no or unknown", Question("a", "is no or unknown")),
        ("a is yes if known", Question("a", "is yes", if_known=True)),
        ("a >= 0.4 if known", Question("a", ">=", 0.4, if_known=True)),
        ("a = -3", Question("a", "=", -3)),
        ("a in [x, y]", Question("a", "in", ("x", "y"))),
        ("a > fact b", Question("a", "> fact", "b")),
        ("a or b and c", AtLeast(1, (A, All((B, C))))),
        ("(a or b) and c", All((AtLeast(1, (A, B)), C))),
        ("a and then b and then c", All((A, B, C), staged=True)),
        ("not (a or b)", Not(AtLeast(1, (A, B)))),
        ("at least 2 of (a, b or c, c)", AtLeast(2, (A, AtLeast(1, (B, C)), C))),
    ],
)
def test_a_condition_is_read_as_written(text, meaning):
    assert parse(text) == meaning


@pytest.mark.parametrize(
    "text",
    [
        "",
        "and",
        "a and",
        "a b",
        "a = ",
        "a < x",
        "a & b",
        "(a",
        "a)",
        "at least 3 of (a, b)",
        "a in []",
        "not a",
        "at least 0 of (a)",
        "a and b and then c",
        "a and then b and c",
        "a in [1",
        "a = = b",
        "a if known",
    ],
)
def test_a_condition_that_could_be_misread_is_refused(text):
    with pytest.raises(NotationError):
        parse(text)


def leaf() -> st.SearchStrategy[Question]:
    fact = st.sampled_from(["onset", "pain", "age_years"])
    compare = st.builds(
        Question, fact, st.sampled_from(["<", "<=", ">", ">=", "=", "!="]), st.integers(-9, 99), st.booleans()
    )
    words = st.builds(Question, fact, st.just("in"), st.just(("sudden", "none")), st.booleans())
    yes_no = st.builds(Question, fact, st.sampled_from(["is yes", "is no"]), st.none(), st.booleans())
    return st.one_of(compare, words, yes_no)


def tree() -> st.SearchStrategy:
    def nodes(inner):
        several = st.lists(inner, min_size=2, max_size=4).map(tuple)
        return st.one_of(
            st.builds(All, several, st.booleans()),
            st.builds(AtLeast, st.sampled_from([1, 2]), several),
            st.builds(Not, inner),
        )

    return st.recursive(leaf(), nodes, max_leaves=12)


@settings(max_examples=300, deadline=None)
@given(tree())
def test_whatever_is_written_is_read_back_the_same(condition):
    assert parse(str(condition)) == condition


def shipped():
    yield from (rule.when for rule in RULESET.rules)
    yield from (finding.when for cause in CAUSES.causes for finding in cause.findings)
    for exercise in RECIPE.library.exercises.values():
        yield from (one for one in (exercise.require, exercise.block_if) if one is not None)


def test_every_shipped_condition_survives_writing_and_reading():
    assert [str(one) for one in shipped() if parse(str(one)) != one] == []


# Kleene's tables, written out: rows a, columns b.
VALUES = (True, False, None)
AND = {(True, True): True, (True, None): None, (None, True): None, (None, None): None}
OR = {(False, False): False, (False, None): None, (None, False): None, (None, None): None}


def facts(*pairs):
    return {name: value for name, value in pairs if value is not None}


@pytest.mark.parametrize(("a", "b"), list(itertools.product(VALUES, VALUES)))
def test_and_or_and_not_follow_three_valued_logic(a, b):
    known = facts(("a", a), ("b", b))
    assert parse("a and b").truth(known) is AND.get((a, b), False)
    assert parse("a or b").truth(known) is OR.get((a, b), True)
    assert parse("not (a)").truth(known) is (None if a is None else not a)


@pytest.mark.parametrize(
    ("known", "truth"),
    [
        ({"a": True, "b": True}, True),
        ({"a": False, "b": False}, False),
        ({"a": True}, None),
        ({"a": False}, None),
    ],
)
def test_at_least_waits_only_while_it_can_still_be_decided_either_way(known, truth):
    assert parse("at least 2 of (a, b, c)").truth(known) is truth


@pytest.mark.parametrize("text", ["a != none", "a = x", "a is no", "a", "a in [x]", "a > 1", "a > fact b"])
def test_not_known_is_never_an_answer(text):
    assert parse(text).truth({}) is None


def test_the_fail_safe_forms_decide_without_the_fact():
    assert parse("a is no or unknown").truth({}) is True
    assert parse("a is no or unknown").truth({"a": True}) is False
    assert parse("a >= 1 if known").truth({}) is False


def test_a_staged_condition_asks_for_one_thing_at_a_time():
    assert parse("a and then b").unknown({}) == {"a"}
    assert parse("a and b").unknown({}) == {"a", "b"}
    assert parse("a and then b").unknown({"a": True}) == {"b"}
    assert parse("a and then b").unknown({"a": False}) == frozenset()


def test_a_condition_names_what_does_not_exist():
    vocabulary = {"onset": ("sudden", "gradual")}
    assert parse("onset = slow").complaints(vocabulary) == ["onset has no option 'slow'"]
    assert parse("onset = sudden and popp").complaints(vocabulary) == ["there is no fact 'popp'"]


MEANS = {"swollen": parse("a or b = large"), "sore": parse("c >= 3 and a")}


@pytest.mark.parametrize(
    ("general", "in_facts"),
    [
        ("swollen", "a or b = large"),
        ("swollen is no", "not (a or b = large)"),
        ("not (swollen)", "not (a or b = large)"),
        ("c and then (d or swollen or e)", "c and then (d or a or b = large or e)"),
        ("at least 2 of (swollen, sore, d)", "at least 2 of (a or b = large, c >= 3 and a, d)"),
        ("a and d", "a and d"),
    ],
)
def test_a_general_name_is_spelled_out_in_facts(general, in_facts):
    assert spelled_out(parse(general), MEANS) == parse(in_facts)


@pytest.mark.parametrize(
    "text",
    [
        "swollen = large",
        "swollen >= 2",
        "swollen is yes if known",
        "swollen is no or unknown",
        "a > fact swollen",
    ],
)
def test_a_general_name_is_a_yes_or_a_no(text):
    with pytest.raises(ValueError, match="is a yes or a no"):
        spelled_out(parse(text), {**MEANS, "a": parse("d")} if "fact" in text else MEANS)
