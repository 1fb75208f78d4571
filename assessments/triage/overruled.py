"""Which rules clinicians overrule, how often and why: counts alone, never whose results they were."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, OuterRef
from django.db.models.fields.json import KeyTextTransform

from assessments.triage.models import Decision

BECAUSE = dict(Decision.Because.choices)


@dataclass(slots=True)
class Tally:
    """The answers to results one rule decided. `rule` is empty where no rule decided; `label` is its class in words."""

    rule: str
    ruleset: str
    label: str
    answered: int = 0
    because: Counter[str] = field(default_factory=Counter)

    @property
    def overruled(self) -> int:
        return self.because.total()

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Each coded reason in words with how often, the most frequent first."""
        return [(BECAUSE.get(code, code), number) for code, number in self.because.most_common()]


def overruled(*, since: dt.datetime | None = None) -> list[Tally]:
    """A tally for each rule whose results were answered since then; the most often overruled first. One query.

    Only the answer that stands counts: a result overruled and agreed with after all was not overruled.
    """
    found: dict[tuple[str, str, str], Tally] = {}
    for row in _counted(since):
        key = (row["rule"] or "", row["result__ruleset"], row["label"] or row["result__klass"])
        tally = found.setdefault(key, Tally(*key))
        tally.answered += row["number"]
        if not row["agrees"]:
            tally.because[row["reason_code"]] += row["number"]
    return sorted(found.values(), key=lambda one: (-one.overruled, -one.answered, one.rule, one.ruleset))


def _counted(since: dt.datetime | None) -> Any:
    later = Decision.objects.filter(result=OuterRef("result"), pk__gt=OuterRef("pk"))
    standing = Decision.objects.exclude(Exists(later))
    if since is not None:
        standing = standing.filter(made_at__gte=since)
    return (
        standing.annotate(
            rule=KeyTextTransform("primary", "result__outcome"),
            label=KeyTextTransform("label", "result__outcome"),
        )
        .values("rule", "label", "result__ruleset", "result__klass", "agrees", "reason_code")
        .annotate(number=Count("pk"))
        .order_by()
    )
