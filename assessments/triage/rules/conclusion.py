"""Findings + ruleset → outcome with its reasons. The algorithm stands, step by step, in the ruleset's own file.

Three things hold whatever the rules say: a missing answer never counts as no; a calmer class is given only when every
graver one is ruled out; an urgent finding never waits for a missing one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from assessments.screens.answers import Answers
from assessments.screens.definitions import Screen
from assessments.triage.rules.definitions import (
    EMERGENCY_TIER,
    INSUFFICIENT,
    REVIEW,
    URGENT_TIERS,
    Rule,
    Ruleset,
    most_urgent,
)
from assessments.triage.rules.missing import items_to_ask
from assessments.triage.rules.outcome import Outcome
from assessments.triage.rules.reasons import reasons, speaking_for_others
from clinic.knowledge.conditions import Facts, Truth


@dataclass(frozen=True, slots=True)
class _Decision:
    klass: str
    urgency: str
    primary: Rule | None
    provisional: Rule | None
    open_rules: tuple[Rule, ...]
    """Rules not decided that stand in the way of a class, or could still make an urgent one graver."""


def conclude(answers: Answers, *, screen: Screen, ruleset: Ruleset) -> Outcome:
    """Triage checked answers. Pure: the same answers, screen and ruleset give the same outcome, in under 5 ms."""
    facts = screen.derive(answers)
    verdicts = {rule.id: rule.when.truth(facts) for rule in ruleset.rules}
    contradictions = tuple(one for one in ruleset.contradictions if one.when.truth(facts))
    unasked = tuple(item.id for item in screen.core_items(ruleset.core_group) if answers.get(item.id) is None)
    decision = _decide(
        ruleset.rules, verdicts, contradicted=bool(contradictions), red_flags_open=bool(unasked)
    )
    fired = tuple(rule for rule in ruleset.rules if verdicts[rule.id])
    explained = decision.primary or decision.provisional
    found = reasons(explained.when, facts, screen) if explained else ((), (), ())
    others = speaking_for_others(explained, ruleset, verdicts, facts, screen) if explained else ()
    flagged = _also_flagged(decision, fired, ruleset)
    message = decision.primary or ruleset.messages[decision.klass]
    return Outcome(
        klass=decision.klass,
        label=ruleset.classes[decision.klass].label,
        urgency=most_urgent(
            decision.urgency,
            *(rule.urgency for rule in fired),
            *_while_open(decision, ruleset, red_flags_open=bool(unasked)),
        ),
        target_days=decision.primary.target_days if decision.primary else None,
        program=ruleset.program_of(decision.klass),
        say_clinician=message.say_clinician,
        say_patient=message.say_patient,
        primary=decision.primary,
        fired=fired,
        facts_for=found[0],
        facts_against=(*found[1], *others),
        facts_unknown=found[2],
        missing=_missing(decision, unasked, facts, answers, screen),
        provisional=decision.provisional.klass if decision.provisional else None,
        contradictions=contradictions,
        cautions=tuple(one for one in ruleset.cautions if one.when.truth(facts)),
        also_flagged=flagged,
        considerations=_considerations(decision, ruleset, verdicts, flagged),
        crosswalk=ruleset.classes[decision.klass].crosswalk,
        ruleset=ruleset.label,
        screen=screen.label,
    )


def _decide(
    rules: tuple[Rule, ...], verdicts: Mapping[str, Truth], *, contradicted: bool, red_flags_open: bool
) -> _Decision:
    urgent = next((rule for rule in rules if rule.tier in URGENT_TIERS and verdicts[rule.id]), None)
    if urgent is not None:  # steps 2 and 3: what is missing never delays an urgent class
        graver = tuple(rule for rule in rules if rule.tier in URGENT_TIERS and verdicts[rule.id] is None)
        return _Decision(urgent.klass, urgent.urgency, urgent, None, graver)
    accepted = next((rule for rule in rules if verdicts[rule.id]), None)
    above = tuple(rule for rule in rules if accepted is None or rule.order < accepted.order)
    open_rules = tuple(rule for rule in above if verdicts[rule.id] is None)
    if contradicted:  # step 4
        return _Decision(REVIEW, "within_days", None, None, open_rules)
    if open_rules or red_flags_open:  # steps 4b, 5, 6 and 7
        grave = red_flags_open or any(rule.tier in URGENT_TIERS for rule in open_rules)
        return _Decision(INSUFFICIENT, "same_day" if grave else "within_days", None, accepted, open_rules)
    if accepted is None:  # step 6: everything was asked, and nothing fits
        return _Decision(REVIEW, "within_days", None, None, ())
    return _Decision(accepted.klass, accepted.urgency, accepted, None, ())


def _while_open(decision: _Decision, ruleset: Ruleset, *, red_flags_open: bool) -> tuple[str, ...]:
    """The urgency that a red flag not ruled out lends to any outcome, also to a review or a referral within days."""
    is_open = red_flags_open or any(rule.tier == EMERGENCY_TIER for rule in decision.open_rules)
    return (ruleset.while_open,) if is_open and ruleset.while_open else ()


def _missing(
    decision: _Decision, unasked: tuple[str, ...], facts: Facts, answers: Answers, screen: Screen
) -> tuple[str, ...]:
    """Items to ask, in exam order. After an emergency only history; after any urgent class nothing provocative."""
    names = {*unasked, *items_to_ask(decision.open_rules, facts, answers, screen)}
    urgent = decision.primary is not None
    emergency = urgent and decision.urgency == "emergency_now"
    return tuple(
        item.id
        for item in screen.items.values()
        if item.id in names and not (urgent and item.provocative) and not (emergency and not item.is_history)
    )


def _also_flagged(decision: _Decision, fired: tuple[Rule, ...], ruleset: Ruleset) -> tuple[str, ...]:
    """Other classes the findings fit, one per family, the gravest of each."""
    if decision.primary is None:
        return ()
    families = {ruleset.classes[decision.klass].family: ""}
    for rule in fired:
        families.setdefault(ruleset.classes[rule.klass].family, rule.klass)
    return tuple(klass for klass in families.values() if klass)


def _considerations(
    decision: _Decision, ruleset: Ruleset, verdicts: Mapping[str, Truth], flagged: tuple[str, ...]
) -> tuple[str, ...]:
    """Classes that hold or are not decided, and would matter beside the one given.

    Beside an urgent class no calmer one, beside a grade no lesser one of its family, and none that is flagged already.
    """
    given = decision.primary
    possible = [rule for rule in ruleset.rules if verdicts[rule.id] is not False]
    if given is not None:
        urgent = given.tier in URGENT_TIERS
        possible = [one for one in possible if not (urgent and one.tier not in URGENT_TIERS)]
        possible = [one for one in possible if not _is_lesser(one, given, ruleset)]
    named = dict.fromkeys(rule.klass for rule in possible)
    return tuple(klass for klass in named if klass != decision.klass and klass not in flagged)


def _is_lesser(rule: Rule, given: Rule, ruleset: Ruleset) -> bool:
    family = ruleset.classes[given.klass].family
    return ruleset.classes[rule.klass].family == family and rule.order > given.order
