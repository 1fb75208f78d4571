"""Tight, strain, or see someone else: findings + ruleset → outcome with reasons. Plain Python, no Django.

screen, ruleset = load_screen(), load_ruleset()
answers = screen.validate(case)
outcome = conclude(answers, screen=screen, ruleset=ruleset)
"""

from assessments.triage.rules.conclusion import conclude
from assessments.triage.rules.definitions import INSUFFICIENT, REVIEW, URGENCIES, URGENT_TIERS, Rule, Ruleset
from assessments.triage.rules.missing import Change, what_missing_could_change
from assessments.triage.rules.outcome import Outcome
from assessments.triage.rules.reading import RULESETS, load_draft, load_ruleset
from assessments.triage.rules.reasons import Finding

__all__ = [
    "INSUFFICIENT",
    "REVIEW",
    "RULESETS",
    "URGENCIES",
    "URGENT_TIERS",
    "Change",
    "Finding",
    "Outcome",
    "Rule",
    "Ruleset",
    "conclude",
    "load_draft",
    "load_ruleset",
    "what_missing_could_change",
]
