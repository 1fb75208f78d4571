"""Which limit to relax: only where one costs something, and only what really brings something back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assessments.triage import worked_cases
from assessments.triage.causes import load_causes, weigh
from programs.builder.limits import Limits, limits_from
from programs.builder.proposal import Case, build, case_for
from programs.builder.relaxing import MOST_SHOWN, lost, suggestions
from programs.builder.sessions import DAYS
from tests.generated import region_of
from tests.programs.builder.made import MONDAY, RULES, made, recipe_of


def case_of(region: str, id: str) -> Case:
    case = next(one for one in worked_cases.load(region) if one["id"] == id)
    answers = region_of(region).answers(case["input"])
    screen = region_of(region).screen
    causes = weigh(answers, screen=screen, causes=load_causes(region))
    klass = case["expected"]["class"]
    return case_for(answers, causes=causes, screen=screen, recipe=recipe_of(region), klass=klass, rules=RULES)


FREE_RUNNER = ("hamstring", "O15")


def suggested(limits: Limits, of=FREE_RUNNER):
    case = case_of(*of)
    return {one.words: one for one in suggestions(case, limits, build(case, limits, MONDAY), MONDAY)}


def test_nobody_asked_for_anything_needs_no_suggestion():
    assert suggested(Limits()) == {}


@pytest.mark.parametrize(
    "limits",
    [
        Limits(minutes=90),
        Limits(days=frozenset(DAYS)),
        Limits(equipment=frozenset()),
        Limits(race_on=MONDAY.replace(day=15)),
    ],
    ids=["roomy", "every day", "nothing, for a program that needs nothing", "a race"],
)
def test_limits_that_cost_nothing_need_no_suggestion(limits):
    of = ("calf", "L15") if limits.equipment is not None else FREE_RUNNER
    assert suggested(limits, of) == {}


def test_two_days_side_by_side_ask_for_another_day():
    found = suggested(Limits(days=frozenset({"Mon", "Tue"})))
    assert "any day" in found
    assert found["any day"].limits.days == frozenset()
    assert any(words.startswith("one day more, on ") for words in found)


def test_few_minutes_ask_for_more():
    found = suggested(Limits(minutes=5))
    assert set(found) <= {
        "10 minutes more a day",
        "20 minutes more a day",
        "30 minutes more a day",
        "as many minutes as it takes",
    }
    assert found["as many minutes as it takes"].limits.minutes is None


def test_no_equipment_asks_for_what_would_help():
    found = suggested(Limits(equipment=frozenset()))
    assert found
    assert all(
        words.startswith("with: ") and len(one.limits.equipment or ()) == 1 for words, one in found.items()
    )


def test_a_long_run_on_a_day_that_is_not_free_asks_for_another():
    found = suggested(Limits(days=frozenset({"Mon", "Tue", "Wed", "Thu", "Fri"}), long_run="Sun"))
    assert "another day for the long run" in found


def test_a_dislike_is_only_brought_up_where_it_leaves_something_short():
    case = case_of(*FREE_RUNNER)
    picked = [one.id for one in build(case, Limits()).exercises]
    everything = frozenset(case.recipe.library.exercises)
    all_of_it = suggested(Limits(dislikes=everything))
    assert all_of_it
    assert all("after all" in words for words in all_of_it)
    assert picked


@pytest.mark.parametrize("number", range(60))
def test_each_suggestion_really_brings_something_back(number):
    """Built anew with the one change, the program goes without less, by as much as was promised."""
    one = next(made(9_000 + number))
    proposal = build(one.case, one.limits, one.starts_on)
    found = suggestions(one.case, one.limits, proposal, one.starts_on)
    assert len(found) <= MOST_SHOWN
    assert [each.gained for each in found] == sorted((each.gained for each in found), reverse=True)
    for each in found:
        again = build(one.case, each.limits, one.starts_on)
        assert lost(proposal) - lost(again) == each.gained > 0
        assert changes(one.limits, each.limits) == 1, each.words
        assert each.words.strip()


def changes(before: Limits, after: Limits) -> int:
    return sum(getattr(before, name) != getattr(after, name) for name in before.__dataclass_fields__)


def test_two_changes_are_seen():
    assert changes(Limits(), replace(Limits(), minutes=5, long_run="Mon")) == 2


@pytest.mark.parametrize("number", range(30))
def test_limits_are_kept_and_read_again(number):
    limits = next(made(number)).limits
    assert limits_from(limits.as_json()) == limits
    assert limits_from(None) == limits_from({}) == Limits()
