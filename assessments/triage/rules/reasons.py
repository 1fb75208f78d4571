"""Why a rule holds, does not hold, or is not decided: its single questions with what was found."""

from dataclasses import dataclass

from assessments.screens.definitions import Screen
from clinic.knowledge.conditions import Condition, Facts, Question, Value


@dataclass(frozen=True, slots=True)
class Finding:
    """One question of a rule. `question` is in the rule's notation, `label` in the clinician's words, `value` as found.

    `items` are the screen items behind it, for links back to the screen.
    """

    fact: str
    label: str
    question: str
    value: Value | None
    items: tuple[str, ...]


def reasons(
    when: Condition, facts: Facts, screen: Screen
) -> tuple[tuple[Finding, ...], tuple[Finding, ...], tuple[Finding, ...]]:
    """(for, against, not known): every question of `when`, once, sorted by its answer."""
    sorted_out: dict[bool | None, list[Finding]] = {True: [], False: [], None: []}
    for test in dict.fromkeys(when.tests()):
        sorted_out[test.truth(facts)].append(_finding(test, facts, screen))
    return tuple(sorted_out[True]), tuple(sorted_out[False]), tuple(sorted_out[None])


def _finding(test: Question, facts: Facts, screen: Screen) -> Finding:
    items = screen.items_behind(test.fact)
    return Finding(test.fact, _label(test.fact, items, screen), str(test), facts.get(test.fact), items)


def _label(fact: str, items: tuple[str, ...], screen: Screen) -> str:
    """The item's own label; for a computed value its name in words and what it is computed from."""
    if fact in screen.derived:
        return f"{fact.replace('_', ' ')} ({screen.derived[fact].formula})"
    side = " (other side)" if fact.endswith("_uninv") else " (involved side)" if fact.endswith("_inv") else ""
    return screen.items[items[0]].label + side if items else fact
