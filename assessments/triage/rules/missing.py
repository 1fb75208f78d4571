"""What is still to be asked, and what the answer could change."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from assessments.screens.answers import SIDES, Answer, Answers
from assessments.screens.definitions import Item, Screen
from assessments.triage.rules.definitions import Rule
from assessments.triage.rules.outcome import Outcome
from clinic.knowledge.conditions import Facts


@dataclass(frozen=True, slots=True)
class Change:
    """If `item` were answered with `answer`, the class would become `klass` with `urgency`."""

    item: str
    answer: str
    klass: str
    urgency: str


def items_to_ask(rules: Iterable[Rule], facts: Facts, answers: Answers, screen: Screen) -> set[str]:
    """The unanswered items behind the facts that keep `rules` undecided."""
    facts_open = {fact for rule in rules for fact in rule.when.unknown(facts)}
    return {item for fact in facts_open for item in screen.unanswered(fact, answers)}


def what_missing_could_change(
    answers: Answers, outcome: Outcome, *, screen: Screen, conclude: Callable[[Answers], Outcome]
) -> tuple[Change, ...]:
    """For each missing item, the classes its possible answers lead to, one row per class, taken one item at a time.

    Classes that stay as they are are left out: an item without a row matters only together with another.
    """
    changes: dict[tuple[str, str], Change] = {}
    for name in outcome.missing:
        for value in _possible(screen.items[name]):
            new = conclude(_with(answers, screen.items[name], value))
            if new.klass != outcome.klass:
                shown = _shown(screen.items[name], value)
                changes.setdefault((name, new.klass), Change(name, shown, new.klass, new.urgency))
    return tuple(changes.values())


def _possible(item: Item) -> Iterator[Answer]:
    """Every option; for numbers the ends and the middle of the range, on both sides alike and opposed."""
    if item.kind == "bool":
        single: tuple[Answer, ...] = (True, False)
    elif item.kind == "enum":
        single = item.options
    elif item.minimum is not None and item.maximum is not None and item.kind in ("int", "float"):
        single = (item.minimum, item.maximum, (item.minimum + item.maximum) // 2)
    else:
        return
    for value in single:
        if item.laterality != "per_side":
            yield value
            continue
        for other in single:
            yield MappingProxyType(dict(zip(SIDES, (value, other), strict=True)))


def _with(answers: Answers, item: Item, value: Answer) -> Answers:
    if item.is_history:
        return replace(answers, history=MappingProxyType({**answers.history, item.id: value}))
    return replace(answers, exam=MappingProxyType({**answers.exam, item.id: value}))


def _shown(item: Item, value: Answer) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{side} {_shown(item, one)}" for side, one in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return item.option_label(value) if isinstance(value, str) else f"{value:g} {item.unit}".strip()
