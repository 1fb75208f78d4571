"""An outcome in words and plain values, as it is stored with a result and shown on its page.

Everything the page needs is written down here, so that a result reads the same years later, whatever became of the
rules. Nothing is a percentage, and what speaks against a class stands beside what speaks for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from assessments.screens.definitions import Screen
from assessments.screens.showing import named, shown
from assessments.triage.causes import Causes, Weighed
from assessments.triage.rules import Change, Finding, Outcome, Rule, Ruleset
from clinic.knowledge.sources import load_sources

LEVELS = {
    "likely": "Fits well",
    "possible": "Fits in part",
    "unsupported": "Little fits it",
    "not_assessed": "Too little was measured",
}

# How a computed value came about, for the reader; the exact formula stands in the catalogue.
COMPUTED = {
    "difference": "difference between the sides",
    "symmetry": "involved side against the other",
    "side_gap": "gap between the sides",
    "lower_side": "the lower side",
    "highest": "the highest",
    "percent_above": "change",
    "last_against_previous": "last week against the weeks before",
    "score": "score",
}
SIDES = {"_uninv": " (other side)", "_inv": " (involved side)"}


@dataclass(frozen=True, slots=True)
class Wording:
    """Turns what the rules say into what is stored: ids become labels of this screen and this ruleset."""

    screen: Screen
    ruleset: Ruleset

    def outcome(self, outcome: Outcome, causes: Causes, changes: Iterable[Change]) -> dict[str, Any]:
        """The whole outcome as JSON; see the keys for what the page shows."""
        return {
            "klass": outcome.klass,
            "label": outcome.label,
            "urgency": outcome.urgency,
            "target_days": outcome.target_days,
            "program": outcome.program,
            "say_clinician": outcome.say_clinician,
            "say_patient": outcome.say_patient,
            "crosswalk": outcome.crosswalk,
            "is_urgent": outcome.is_urgent,
            "primary": outcome.primary.id if outcome.primary else None,
            "fired": [self.rule(rule) for rule in outcome.fired],
            "for": [self.finding(one) for one in outcome.facts_for],
            "against": [self.finding(one) for one in outcome.facts_against],
            "unknown": [self.finding(one) for one in outcome.facts_unknown],
            "missing": [self.item(name) for name in outcome.missing],
            "could_change": [self.change(one) for one in changes],
            "provisional": self.klass(outcome.provisional) if outcome.provisional else None,
            "contradictions": [
                {"id": one.id, "message": one.message, "recheck": [self.item(name) for name in one.recheck]}
                for one in outcome.contradictions
            ],
            "cautions": [{"id": one.id, "message": one.message} for one in outcome.cautions],
            "also_flagged": [self.klass(name) for name in outcome.also_flagged],
            "considerations": [self.klass(name) for name in outcome.considerations],
            "causes": [self.cause(one) for one in causes.top],
            "additional": [self.cause(one) for one in causes.additional],
            "not_assessed": [self.cause(one) for one in causes.ranked if one.level == "not_assessed"],
            "ruleset": outcome.ruleset,
            "screen": outcome.screen,
        }

    def rule(self, rule: Rule) -> dict[str, Any]:
        return {
            "id": rule.id,
            "label": self.ruleset.classes[rule.klass].label,
            "tier": rule.tier,
            "urgency": rule.urgency,
            "say_clinician": rule.say_clinician,
            "evidence": rule.evidence,
            "sources": sources(rule.source),
        }

    def finding(self, finding: Finding) -> dict[str, str]:
        """One question of the deciding rule with what was found; `rule` is the question in the rule's notation."""
        value = self.value(finding)
        label = self.label(finding)
        return {"text": label if value is None else f"{label}: {value}", "rule": finding.question}

    def label(self, finding: Finding) -> str:
        """An item by its name; a computed value by what it is computed from."""
        names = [named(self.screen, self.screen.items[name]) for name in finding.items]
        derived = self.screen.derived.get(finding.fact)
        if derived is not None:
            how = COMPUTED.get(derived.how, finding.fact.replace("_", " "))
            return f"{'; '.join(names)} ({how})"
        if not names:
            return finding.label
        side = next((words for end, words in SIDES.items() if finding.fact.endswith(end)), "")
        return f"{names[0]}{side}"

    def value(self, finding: Finding) -> str | None:
        if finding.value is None:
            return None
        derived = self.screen.derived.get(finding.fact)
        if derived is None and finding.items:
            return shown(self.screen.items[finding.items[0]], finding.value)
        if not isinstance(finding.value, bool) and isinstance(finding.value, int | float):
            return f"{finding.value:.3g} {derived.unit if derived else ''}".strip()
        if isinstance(finding.value, bool):
            return "yes" if finding.value else "no"
        return str(finding.value)

    def item(self, name: str) -> dict[str, str]:
        item = self.screen.items[name]
        return {"id": name, "label": named(self.screen, item), "section": item.section}

    def klass(self, name: str) -> dict[str, str]:
        return {"id": name, "label": self.ruleset.classes[name].label}

    def change(self, change: Change) -> dict[str, str]:
        label = self.ruleset.classes[change.klass].label
        return {
            **self.item(change.item),
            "answer": change.answer,
            "becomes": label,
            "urgency": change.urgency,
        }

    def cause(self, one: Weighed) -> dict[str, Any]:
        return {
            "id": one.cause.id,
            "name": one.cause.name,
            "level": one.level,
            "level_words": LEVELS[one.level],
            "points": one.points,
            "evidence": one.cause.evidence,
            "summary": one.cause.summary,
            "limits": one.cause.limits,
            "findings": [
                {"text": found.text, "points": found.points, "strength": found.strength}
                for found in one.findings
            ],
            "retest": [found.text for found in one.retest],
            "missing": [self.item(name) for name in one.missing],
            "sources": sources(one.cause.source),
        }


def sources(ids: Iterable[str]) -> list[dict[str, str]]:
    """Citations with how each was seen; a web address only where the source has one."""
    known = load_sources()
    return [
        {"id": one, "citation": known[one].citation, "kind": known[one].kind, "url": web(known[one].url)}
        for one in ids
    ]


def web(address: str) -> str:
    return address if address.startswith("https://") else ""
