"""`manage.py reading_age`: how old a reader must be for what patients read, kind by kind, and what is too hard."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from programs.portal.patient_texts import by_kind
from programs.portal.plainness import OLDEST, Judged, Kind, judge

TOO_HARD = 1


class Command(BaseCommand):
    help = (
        "Prints the reading age (Flesch-Kincaid) of everything a patient reads, by kind, and lists the texts above "
        f"{OLDEST} and the short ones with hard words; exits with 1 when a kind or a text is above its limit "
        "(programs/portal/plainness.py says which). Needs no database."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        kinds = [judge(name, texts) for name, texts in by_kind().items()]
        self._table(kinds)
        for kind in kinds:
            self._list(kind)
        hard = [kind.name for kind in kinds if not kind.is_plain]
        self.stdout.write("")
        self.stdout.write(f"Too hard: {', '.join(hard)}." if hard else "All plain enough.")
        if hard:
            sys.exit(TOO_HARD)

    def _table(self, kinds: list[Kind]) -> None:
        """SMOG is a second opinion on the whole kind, where it has the thirty sentences that needs."""
        row = "{:<26}{:>6}{:>7}{:>7}{:>7}{:>7}{:>10}{:>7}"
        head = ("kind", "texts", "short", "mean", "worst", f"> {OLDEST}", "too hard", "SMOG")
        self.stdout.write(row.format(*head))
        for kind in kinds:
            short = len(kind.judged) - len(kind.ages)
            smog = "–" if kind.smog is None else f"{kind.smog:.1f}"
            older = sum(age > OLDEST for age in kind.ages)
            facts = (
                len(kind.judged),
                short,
                f"{kind.mean:.1f}",
                f"{kind.worst:.1f}",
                older,
                len(kind.too_hard),
                smog,
            )
            self.stdout.write(row.format(kind.name, *facts))

    def _list(self, kind: Kind) -> None:
        if kind.above:
            self.stdout.write(f"\n{kind.name}")
        for one in kind.above:
            self.stdout.write(f"  {_line(one)}")


def _line(one: Judged) -> str:
    says = ", ".join(one.hard) if one.age is None else f"{one.age:.1f}"
    marks = [word for word, holds in (("too hard", one.is_too_hard), ("published", one.text.fixed)) if holds]
    return f"{says:<6} {one.text.id} [{', '.join(marks)}] {' '.join(one.text.text.split())}".replace(
        " []", ""
    )
