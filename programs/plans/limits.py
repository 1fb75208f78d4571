"""How long a session, a run's extras and a day may be, for the exercises a version has now.

The figures come with the proposal (recipe: limits, source S122). Too long is refused for strength and for the
whole day; extras around a run and the daily loosening are told, not refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from programs.builder.fitting import KINDS
from programs.plans.models import Exercise, Version
from programs.plans.refusals import NotEligible, NothingToRelease, OverTheLimit

HARD = frozenset({"strength_min", "total_day_min"})


@dataclass(frozen=True, slots=True)
class Load:
    """The longest of each kind in a week beside its limit, in minutes. `hard` limits refuse, others warn."""

    label: str
    minutes: Decimal
    limit: int
    hard: bool

    @property
    def over(self) -> bool:
        return self.minutes > self.limit


def loads(version: Version, exercises: Sequence[Exercise]) -> list[Load]:
    """The week's longest strength session, run extras, loosening and whole day, each beside its limit."""
    days = [day.all for day in version.block(exercises).weeks[0].days]
    figures, split = version.proposal["limits"], version.split
    return [
        Load(kind.label, kind.longest(days, split), figures[kind.key], hard=kind.key in HARD)
        for kind in KINDS
    ]


def check(version: Version, exercises: Sequence[Exercise]) -> None:
    """Refuse an empty program, a blocked exercise, a session over its limit.

    Raises NothingToRelease, NotEligible, OverTheLimit.
    """
    if not exercises:
        raise NothingToRelease("The program has no exercise left. Put one back, or propose again.")
    allowed = set(version.proposal["eligible"])
    for exercise in exercises:
        if exercise.library_id not in allowed:
            raise NotEligible(
                exercise.pk,
                f"“{exercise.name}” is blocked for this patient: remove it first. Nothing was changed.",
            )
    for load in loads(version, exercises):
        if load.hard and load.over:
            raise OverTheLimit(
                f"{load.label} would take {load.minutes.normalize():f} minutes; the limit is {load.limit}. "
                "Nothing was changed: take fewer sets, or remove an exercise."
            )
