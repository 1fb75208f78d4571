"""An outcome in words and plain values, as it is stored with a result and shown on its page.

Everything the page needs is written down here, so that a result reads the same years later, whatever became of the
rules. Nothing is a percentage, and what speaks against a class stands beside what speaks for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from assessments.screens.definitions import Screen
from assessments.screens.showing import named, shown, unit_word
from assessments.triage.causes import Causes, Weighed
from assessments.triage.rules import REVIEW, Change, Finding, Outcome, Rule, Ruleset
from clinic.knowledge.sources import HOW_SURE, load_sources

LEVELS = {
    "likely": "Fits well",
    "possible": "Fits in part",
    "unsupported": "Little fits it",
    "not_assessed": "Too little was measured",
}

THRESHOLDS = {"<=": "at most", "<": "under", ">=": "at least", ">": "over"}
FIRST_ASKED = "red_flags"  # asked of everybody: an absent one weighs least among the reasons
EXPECTED = "Would be expected with this, and is not there"
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
            "for": [self.finding(one) for one in self.by_weight(outcome.facts_for)],
            "against": [self.against(one) for one in self.by_weight(outcome.facts_against)],
            "unknown": [self.finding(one) for one in outcome.facts_unknown],
            "missing": [self.item(name) for name in outcome.missing],
            "could_change": [self.change(one) for one in changes if one.klass != REVIEW],
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

    def by_weight(self, findings: Iterable[Finding]) -> list[Finding]:
        """What decided most first: signs that are there, then what was measured, then what is absent."""
        return sorted(findings, key=self.weight)

    def weight(self, finding: Finding) -> int:
        """Smaller weighs more. Only for the order of a list; every finding is shown."""
        if any(self.screen.items[name].section == FIRST_ASKED for name in finding.items):
            return 0 if finding.is_of_a_sign else 3
        if finding.is_of_a_sign:
            return 0
        return 2 if isinstance(finding.value, bool) else 1

    def finding(self, finding: Finding) -> dict[str, str]:
        """One deciding question: what was found in words, what the rule asks in words, and in the rule's notation."""
        value = self.value(finding)
        label = self.label(finding)
        return {
            "text": label if value is None else f"{label}: {value}",
            "asks": self.asks(finding),
            "rule": finding.question,
            "detail": "",
        }

    def against(self, finding: Finding) -> dict[str, str]:
        """The same, with why it speaks against: it speaks for another class, or was to be expected and is absent."""
        instead = f"Speaks for “{self.ruleset.classes[finding.fits].label}” instead" if finding.fits else ""
        return {**self.finding(finding), "detail": instead or EXPECTED}

    def label(self, finding: Finding) -> str:
        """An item or a computed value by its short name."""
        derived = self.screen.derived.get(finding.fact)
        if derived is not None:
            return derived.short
        if not finding.items:
            return finding.label
        side = next((words for end, words in SIDES.items() if finding.fact.endswith(end)), "")
        return f"{named(self.screen, self.screen.items[finding.items[0]])}{side}"

    def value(self, finding: Finding) -> str | None:
        if finding.value is None:
            return None
        derived = self.screen.derived.get(finding.fact)
        if derived is None and finding.items:
            return shown(self.screen.items[finding.items[0]], finding.value)
        if isinstance(finding.value, bool):
            return "yes" if finding.value else "no"
        if isinstance(finding.value, int | float):
            return f"{finding.value:.3g} {unit_word(derived) if derived else ''}".strip()
        return str(finding.value)

    def asks(self, finding: Finding) -> str:
        """“at most 3”, “one of: buttock, thigh”; empty where what was found says it already."""
        words = self._asked(finding)
        return f"not {words}" if words and finding.turned else words

    def _asked(self, finding: Finding) -> str:
        asked = finding.asked
        if asked.sign in THRESHOLDS:
            return f"{THRESHOLDS[asked.sign]} {asked.value:g}"
        if asked.sign == "> fact":
            return f"more than {str(asked.value).replace('_', ' ')}"
        if asked.sign == "!=":
            return f"anything but {self.option(finding, asked.value)}"
        if asked.sign == "in" and isinstance(asked.value, tuple):
            return f"one of: {', '.join(self.option(finding, one) for one in asked.value)}"
        return ""

    def option(self, finding: Finding, value: object) -> str:
        if finding.items and isinstance(value, str):
            return self.screen.items[finding.items[0]].option_label(value).lower()
        return str(value)

    def item(self, name: str) -> dict[str, str]:
        item = self.screen.items[name]
        return {"id": name, "label": named(self.screen, item), "section": item.section}

    def klass(self, name: str) -> dict[str, str]:
        return {"id": name, "label": self.ruleset.classes[name].label}

    def change(self, change: Change) -> dict[str, str]:
        """What an answer would lead to; of a measurement only samples were tried, so no number is named."""
        label = self.ruleset.classes[change.klass].label
        return {
            **self.item(change.item),
            "answer": "" if self.screen.items[change.item].unit else change.answer,
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
        {
            "id": one,
            "citation": known[one].citation,
            "kind": known[one].kind,
            "sure": HOW_SURE[known[one].kind],
            "url": web(known[one].url),
        }
        for one in ids
    ]


def web(address: str) -> str:
    return address if address.startswith("https://") else ""
