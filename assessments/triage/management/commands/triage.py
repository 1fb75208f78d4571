"""`manage.py triage [FILE]`: which class the findings of a case fit, with reasons, as JSON."""

from typing import Any

from assessments.screens.answers import Answers
from assessments.screens.definitions import Screen
from assessments.triage.case_command import CaseCommand, triaged


class Command(CaseCommand):
    help = (
        "Triage a case (JSON from a file or standard input); prints JSON. Decision support, not a diagnosis."
    )

    def answer(self, answers: Answers, screen: Screen, options: dict[str, Any]) -> dict[str, Any]:
        return triaged(answers, screen)[2]
