"""`manage.py propose [FILE]`: the program proposed for a case, with a reason for every exercise, as JSON."""

from typing import Any

from django.core.management.base import CommandParser

from assessments.screens.answers import Answers
from assessments.screens.definitions import Screen
from assessments.triage.case_command import BadInput, CaseCommand, triaged
from programs.builder.proposal import propose
from programs.builder.reading import load_recipe


class Command(CaseCommand):
    help = "Propose a program for a case (JSON from a file or standard input); prints JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--class", dest="klass", help="the class a clinician decided on instead of triage's"
        )

    def answer(self, answers: Answers, screen: Screen, options: dict[str, Any]) -> dict[str, Any]:
        outcome, causes, shown = triaged(answers, screen)
        try:
            proposal = propose(
                answers,
                outcome=outcome,
                causes=causes,
                screen=screen,
                recipe=load_recipe(screen.head.name),
                klass=options["klass"],
            )
        except ValueError as error:
            raise BadInput(str(error)) from None
        return {
            **shown,
            "track": proposal.track,
            "phase": proposal.phase,
            "running": proposal.running,
            "exercises": [{"id": one.id, "slot": one.slot, "why": one.why} for one in proposal.exercises],
            "eligible": list(proposal.eligible),
            "blocked": dict(proposal.blocked),
        }
