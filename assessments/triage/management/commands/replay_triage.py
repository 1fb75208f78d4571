"""`manage.py replay_triage [--against NAME.vN]`: do stored results still say what they said, and what would change."""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments.triage.replaying import compare, replay, stored_results
from assessments.triage.rules import RULESETS, Ruleset, load_draft, load_ruleset
from assessments.triage.rules.reading import DRAFTS
from clinic.knowledge.files import FILE_NAME, published
from clinic.knowledge.reading import KnowledgeError

DIFFERENT = 1
NOT_A_VERSION = 2


class Command(BaseCommand):
    help = (
        "Decides every stored result again on its own versions, and exits with 1 and a list if any differs. "
        "With --against, lists instead which results another version of the rules would change, and exits with 0. "
        "Nothing is written, and no patient is named."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--against", metavar="NAME.vN", help="a published ruleset, or a draft in rulesets/drafts"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["against"]:
            self._compare(_version(options["against"]))
        elif not self._replay():
            sys.exit(DIFFERENT)

    def _replay(self) -> bool:
        """Whether every result was the same again."""
        counted = Counter(self._says(one.result, one.differs, "") for one in replay(stored_results()))
        self.stdout.write(f"{_results(counted.total())} decided again, {counted[True]} different.")
        return counted[True] == 0

    def _compare(self, ruleset: Ruleset) -> None:
        found = compare(stored_results(), ruleset)
        counted = Counter(self._says(one.result, one.differs, one.tells) for one in found)
        label = ruleset.version_label
        self.stdout.write(
            f"{_results(counted.total())} of screens {label} can decide on, {counted[True]} would change."
        )

    def _says(self, result: int, differs: tuple[str, ...], tells: str) -> bool:
        """Whether the result differs; then it is listed."""
        what = f"{tells} ({', '.join(differs)})" if tells else "; ".join(differs)
        if differs:
            self.stdout.write(f"result {result}: {what}")
        return bool(differs)


def _results(number: int) -> str:
    return f"{number} stored result" + ("" if number == 1 else "s")


def _version(label: str) -> Ruleset:
    """The published ruleset of that label, or else the draft."""
    match = FILE_NAME.match(f"{label}.toml")
    if match is None:
        raise CommandError(f"--against {label!r} is not name.vN.", returncode=NOT_A_VERSION)
    name, version = match["name"], int(match["version"])
    is_published = f"{label}.toml" in published(RULESETS)
    if not is_published and not (RULESETS / DRAFTS / f"{label}.toml").is_file():
        raise CommandError(
            f"There is no {label}.toml: neither published in {RULESETS.name}, nor in {RULESETS.name}/{DRAFTS}.",
            returncode=NOT_A_VERSION,
        )
    try:
        return load_ruleset(name, version) if is_published else load_draft(name, version)
    except KnowledgeError as error:
        raise CommandError(f"{error} {error.problem.hint}", returncode=NOT_A_VERSION) from None
