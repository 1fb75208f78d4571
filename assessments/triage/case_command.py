"""A command that reads cases as JSON and answers in JSON, and nothing but JSON, on standard output."""

import json
import sys
from abc import abstractmethod
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from assessments.screens.answers import Answers, Refused
from assessments.screens.definitions import Screen
from assessments.screens.offered import offered_screens, usual_screen
from assessments.screens.reading import load_screen
from assessments.triage.causes import Causes, load_causes, weigh
from assessments.triage.rules import Outcome, conclude, load_ruleset

REFUSED = 2
LONGEST_NUMBER = 400  # digits: beyond what a float can hold
SHAPE = (
    'A case is {"history": {…}, "exam": {…}, "unable_due_to_pain": […]}; several cases are a list of them.'
)


class BadInput(Exception):
    """Input that is not a case: the JSON to answer with."""

    def __init__(self, error: str, errors: list[dict[str, Any]] | None = None) -> None:
        self.answer = {"error": error, "errors": errors or []}
        super().__init__(error)


class CaseCommand(BaseCommand):
    """One case in, one answer out; a list in, a list out. Needs no database. Refused input exits with 2."""

    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", nargs="?", help="a JSON file; without it (or with -), standard input is read"
        )
        parser.add_argument(
            "--screen",
            choices=offered_screens(),
            default=usual_screen(),
            help="the screen the case answers (%(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            given = _read(options["file"])
            answer = self._answer_all(given, options)
        except BadInput as refusal:
            self.stdout.write(json.dumps(refusal.answer, indent=2, ensure_ascii=False))
            sys.exit(REFUSED)
        self.stdout.write(json.dumps(answer, indent=2, ensure_ascii=False))

    def _answer_all(self, given: Any, options: dict[str, Any]) -> Any:
        screen = load_screen(options["screen"])
        if not isinstance(given, list):
            return self.answer(_checked(screen, given, None), screen, options)
        checked = [_checked(screen, case, number) for number, case in enumerate(given)]
        return [self.answer(answers, screen, options) for answers in checked]

    @abstractmethod
    def answer(self, answers: Answers, screen: Screen, options: dict[str, Any]) -> dict[str, Any]:
        """What is said about one case."""


def triaged(answers: Answers, screen: Screen) -> tuple[Outcome, Causes, dict[str, Any]]:
    """The outcome, the causes, and both as the commands print them."""
    outcome = conclude(answers, screen=screen, ruleset=load_ruleset(screen.head.name))
    causes = weigh(answers, screen=screen, causes=load_causes(screen.head.name))
    shown = {
        "class": outcome.klass,
        "urgency": outcome.urgency,
        "fired": [rule.id for rule in outcome.fired],
        "missing": list(outcome.missing),
        "provisional": outcome.provisional,
        "contradictions": [one.id for one in outcome.contradictions],
        "cautions": [one.id for one in outcome.cautions],
        "causes": [{"id": one.cause.id, "level": one.level, "points": one.points} for one in causes.ranked],
        "ruleset": outcome.ruleset,
    }
    return outcome, causes, shown


def _read(file: str | None) -> Any:
    try:
        content = Path(file).read_bytes() if file and file != "-" else sys.stdin.buffer.read()
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}. Name a file with a case in it.") from None
    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=_no_key_twice, parse_int=_whole)
    except UnicodeDecodeError:
        raise BadInput("The input is not UTF-8 text. Save it as UTF-8.") from None
    except (ValueError, RecursionError) as error:
        raise BadInput(f"The input is not JSON: {error}. {SHAPE}") from None


def _whole(digits: str) -> int | float:
    """A number too long to be one of ours becomes infinite, so that its item refuses it by name."""
    return int(digits) if len(digits) < LONGEST_NUMBER else float(digits)


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two answers to one question would leave it to chance which one decides."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise BadInput(f"{key!r} is given twice. Keep the answer that is right.")
        found[key] = value
    return found


def _checked(screen: Screen, case: Any, number: int | None) -> Answers:
    checked = screen.validate(case)
    if not isinstance(checked, Refused):
        return checked
    place = {} if number is None else {"case": number}
    errors = [{**place, **error.as_dict()} for error in checked.errors]
    more = f" So are {len(errors) - 1} more: see errors." if len(errors) > 1 else ""
    raise BadInput(f"Nothing was decided. Refused: {checked.errors[0].message}{more}", errors)
