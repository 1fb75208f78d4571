"""Values computed from answers: side differences, symmetry, scores.

Each way of computing is one small pure function named in the catalogue; which items it is applied to is data. A
result is None (not known) as soon as anything it needs is not known.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from assessments.screens.answers import SIDES, SINGLE, Answers
from clinic.knowledge.conditions import Condition, Facts, Value

if TYPE_CHECKING:
    from assessments.screens.definitions import Item

GRAVITY = 9.81
Number: TypeAlias = float | None


@dataclass(frozen=True, slots=True)
class Score:
    """Points added when a condition holds."""

    when: Condition
    points: int


@dataclass(frozen=True, slots=True)
class Derived:
    """One computed value. `formula` says it to the reader; `how`, `of` and the conditions say it to the program.

    `short` names it to the clinician. `inputs` are the items (or derived values) it needs; `unable` is its worst value,
    taken when any input could not be tested because of pain.
    """

    id: str
    formula: str
    how: str
    of: tuple[str, ...]
    inputs: tuple[str, ...]
    short: str = ""
    unit: str = ""
    note: str = ""
    unable: Value | None = None
    yes_when: Condition | None = None
    unknown_when: Condition | None = None
    decided_by: tuple[str, ...] = ()
    otherwise: Condition | None = None
    scores: tuple[Score, ...] = ()
    options: tuple[str, ...] = ()


def derived_facts(items: Mapping[str, "Item"], derived: Mapping[str, Derived], answers: Answers) -> Facts:
    """See `Screen.derive`."""
    facts = _answered(items, answers)
    sided = {
        name: value
        for name, value in answers.exam.items()
        if not isinstance(value, SINGLE) and isinstance(value, Mapping)
    }
    for name, rule in derived.items():
        value = _value(rule, facts, sided, answers.unable)
        if value is not None:
            # Nine decimals: 100 * 1.1 / 11 must meet a threshold of 10 as it does on paper.
            facts[name] = round(value, 9) if isinstance(value, float) else value
    return facts


def _value(
    rule: Derived, facts: dict[str, Value], sided: Mapping[str, Mapping[str, float]], unable: frozenset[str]
) -> Value | None:
    if rule.unable is not None and not unable.isdisjoint(rule.inputs):
        return rule.unable
    if rule.how in BY_SIDE:
        return BY_SIDE[rule.how](sided.get(rule.of[0], {}))
    if rule.how in BY_CONDITION:
        return BY_CONDITION[rule.how](rule, facts)
    values = [facts.get(name) for name in rule.of]
    return None if any(value is None for value in values) else BY_VALUE[rule.how](*values)


def _answered(items: Mapping[str, "Item"], answers: Answers) -> dict[str, Value]:
    facts: dict[str, Value] = {}
    involved = answers.involved_side
    for name, value in (*answers.history.items(), *answers.exam.items()):
        if items[name].chart is not None:
            continue  # marks are looked at by people: no condition can name them
        if isinstance(value, SINGLE) or not isinstance(value, Mapping):
            facts[name] = value
        elif involved:
            for suffix, side in (("inv", involved), ("uninv", other_side(involved))):
                if side in value:
                    facts[f"{name}_{suffix}"] = value[side]
    if involved:
        facts["inv"] = involved
    for name in answers.unable:
        worst = items[name].unable
        if worst is not None:
            facts[name] = worst
    return facts


def other_side(side: str) -> str:
    return SIDES[1] if side == SIDES[0] else SIDES[0]


def _difference(more: float, less: float) -> Number:
    return more - less


def _symmetry(involved: float, uninvolved: float) -> Number:
    return 100 * involved / uninvolved if uninvolved else None


def _percent_of_body_weight(newton: float, kilogram: float) -> Number:
    return 100 * newton / (kilogram * GRAVITY) if kilogram else None


def _percent_above(value: float, base: float) -> Number:
    return 100 * (value - base) / base if base else None


def _last_against_previous(weeks: tuple[float, ...]) -> Number:
    """The last week against the mean of up to three weeks before it, in percent."""
    before = weeks[-4:-1]
    mean = sum(before) / len(before) if before else 0
    return 100 * (weeks[-1] - mean) / mean if mean else None


def _sum(*values: float) -> Number:
    return sum(values)


def _lower_side(sides: Mapping[str, float]) -> Number:
    return min(sides.values()) if len(sides) == len(SIDES) else None


def _side_gap(sides: Mapping[str, float]) -> Number:
    return abs(sides[SIDES[0]] - sides[SIDES[1]]) if len(sides) == len(SIDES) else None


def _decided(rule: Derived, facts: Facts) -> Value | None:
    """A yes or no by conditions: `yes_when`, or `otherwise` when nothing in `decided_by` is known."""
    if rule.unknown_when is not None and rule.unknown_when.truth(facts):
        return None
    if rule.otherwise is not None and not any(name in facts for name in rule.decided_by):
        return rule.otherwise.truth(facts)
    return rule.yes_when.truth(facts) if rule.yes_when is not None else None


def _scored(rule: Derived, facts: Facts) -> Value | None:
    truths = [(score.when.truth(facts), score.points) for score in rule.scores]
    if any(truth is None for truth, _ in truths):
        return None
    return sum(points for truth, points in truths if truth)


BY_VALUE: dict[str, Callable[..., Value | None]] = {
    "same": lambda value: value,
    "difference": _difference,
    "symmetry": _symmetry,
    "percent_of_body_weight": _percent_of_body_weight,
    "percent_above": _percent_above,
    "last_against_previous": _last_against_previous,
    "highest": max,
    "sum": _sum,
}
BY_SIDE: dict[str, Callable[[Mapping[str, float]], Value | None]] = {
    "lower_side": _lower_side,
    "side_gap": _side_gap,
}
BY_CONDITION: dict[str, Callable[[Derived, Facts], Value | None]] = {
    "involved_side": lambda _rule, facts: facts.get("inv"),
    "decided": _decided,
    "score": _scored,
}
WAYS = (*BY_VALUE, *BY_SIDE, *BY_CONDITION)
