"""The whole of what is concluded from answers: the outcome, and the words it is stored in. Plain Python, no Django.

Concluding, replaying and trying a draft all go through here, so that a stored result can be decided again.
"""

from dataclasses import dataclass
from typing import Any

from assessments.screens.answers import Answers
from assessments.screens.definitions import Screen
from assessments.triage.causes import CauseList, weigh
from assessments.triage.rules import Outcome, Ruleset, conclude, what_missing_could_change
from assessments.triage.wording import Wording


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The three files a result rests on, each in one version."""

    screen: Screen
    ruleset: Ruleset
    causes: CauseList

    def outcome(self, answers: Answers) -> Outcome:
        return conclude(answers, screen=self.screen, ruleset=self.ruleset)

    def in_words(self, answers: Answers, outcome: Outcome) -> dict[str, Any]:
        """The outcome as it is stored, with the causes, and with what each missing item could change it to."""
        changes = what_missing_could_change(answers, outcome, screen=self.screen, conclude=self.outcome)
        weighed = weigh(answers, screen=self.screen, causes=self.causes)
        words = Wording(self.screen, self.ruleset).outcome(outcome, weighed, changes)
        return {**words, "causes_from": self.causes.label}
