"""Why a rule holds, does not hold, or is not decided: the questions that decided it, with what was found."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from assessments.screens.definitions import Screen
from assessments.triage.rules.definitions import URGENT_TIERS, Rule, Ruleset
from clinic.knowledge.conditions import All, AtLeast, Condition, Facts, Not, Question, Truth, Value

ASKED_BY_MOST = 5  # families: a question that this many ask belongs to none of them


@dataclass(frozen=True, slots=True)
class Finding:
    """One question of a rule. `question` is in the rule's notation, `value` as found, None where not known.

    `label` names the fact in the screen's own words; `items` are the screen items behind it, for links back to the
    screen. `turned`: it stands under a not, so that a no speaks for the rule. `fits` is the other class a finding
    against speaks for, empty for the rule's own questions.
    """

    fact: str
    label: str
    question: str
    value: Value | None
    items: tuple[str, ...]
    asked: Question
    turned: bool = False
    fits: str = ""

    @property
    def is_of_a_sign(self) -> bool:
        """Whether it speaks for its rule by being there, not by being absent or small."""
        return self.asked.is_of_a_sign is not self.turned


Sorted = tuple[tuple[Finding, ...], tuple[Finding, ...], tuple[Finding, ...]]


def reasons(when: Condition, facts: Facts, screen: Screen) -> Sorted:
    """(for, against, not known): the questions of `when` that decide it, once each, in the rule's order.

    Only deciding branches count. Where one of several ways holds, the ways that do not hold speak against nothing;
    where several signs of a list had to be there, those that are absent would have been expected, and speak against it.
    Where all of several had to hold, those that do still speak for it. Under a `not`, a no speaks for the rule.
    """
    sorted_out: dict[Truth, dict[Question, Finding]] = {True: {}, False: {}, None: {}}
    for question, expected in _deciding(when, facts, expected=True):
        found = finding(question, facts, screen, turned=not expected)
        # What was never found out speaks neither way, also where a rule lets it pass.
        answer = question.truth(facts) if found.value is not None else None
        truth = None if answer is None else answer is expected
        sorted_out[truth].setdefault(question, found)
    supporting, against, unknown = (tuple(sorted_out[kind].values()) for kind in (True, False, None))
    return supporting, against, unknown


def speaking_for_others(
    rule: Rule, ruleset: Ruleset, verdicts: Mapping[str, Truth], facts: Facts, screen: Screen
) -> tuple[Finding, ...]:
    """What fits a class of another family that holds too or is not excluded, and is not already for `rule`.

    A calmer class speaks against nothing urgent.
    Left out is what is absent, and what most families ask alike (symptoms in the last week): it tells nothing apart.
    """
    family = ruleset.classes[rule.klass].family
    asked_by = ruleset.families_asking
    own = {one.fact for one in reasons(rule.when, facts, screen)[0]}
    found: dict[str, Finding] = {}
    for other in ruleset.rules:
        calmer = rule.tier in URGENT_TIERS and other.tier > rule.tier
        if verdicts[other.id] is False or calmer or ruleset.classes[other.klass].family == family:
            continue
        for one in reasons(other.when, facts, screen)[0]:
            if one.is_of_a_sign and one.fact not in own and len(asked_by[one.fact]) < ASKED_BY_MOST:
                found.setdefault(one.fact, replace(one, fits=other.klass))
    return tuple(found.values())


def _deciding(part: Condition, facts: Facts, *, expected: bool) -> Iterator[tuple[Question, bool]]:
    """(question, the answer that speaks for the rule) of each branch that decides; under a not it is a no."""
    if isinstance(part, Question):
        yield part, expected
    elif isinstance(part, Not):
        yield from _deciding(part.part, facts, expected=not expected)
    else:
        for branch in _branches(part, facts, expected=expected):
            yield from _deciding(branch, facts, expected=expected)


def _branches(part: All | AtLeast, facts: Facts, *, expected: bool) -> Iterable[Condition]:
    """The parts that decide: where any of several would do and some did, those; otherwise all of them."""
    is_choice = isinstance(part, AtLeast) is expected  # under a not, "not all" is met by any
    is_list_of_signs = isinstance(part, AtLeast) and part.number > 1
    if is_choice and is_list_of_signs and part.truth(facts) is expected:
        return (branch for branch in part.parts if branch.truth(facts) is not None)
    if is_choice and part.truth(facts) is expected:
        return (branch for branch in part.parts if branch.truth(facts) is expected)
    return part.parts


def finding(question: Question, facts: Facts, screen: Screen, *, turned: bool = False) -> Finding:
    """A question with what was found for it."""
    items = screen.items_behind(question.fact)
    return Finding(
        fact=question.fact,
        label=_label(question.fact, items, screen),
        question=str(question),
        value=facts.get(question.fact),
        items=items,
        asked=question,
        turned=turned,
    )


def _label(fact: str, items: tuple[str, ...], screen: Screen) -> str:
    """The item's own label; for a computed value its name in words and what it is computed from."""
    if fact in screen.derived:
        return f"{fact.replace('_', ' ')} ({screen.derived[fact].formula})"
    side = " (other side)" if fact.endswith("_uninv") else " (involved side)" if fact.endswith("_inv") else ""
    return screen.items[items[0]].label + side if items else fact
