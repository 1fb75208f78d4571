"""The limits of a week in minutes, as a page shows them: each kind's longest day beside what the recipe allows."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from programs.builder.recipe import NO_RUNNING, NO_RUNNING_YET
from programs.builder.sessions import BEFORE_A_RUN, DAILY, STRENGTH, Split


@dataclass(frozen=True, slots=True)
class Kind:
    """A limit: its key among the recipe's limits, and the kinds of exercise whose minutes count (None: all)."""

    key: str
    label: str
    kinds: frozenset[str] | None

    def minutes(self, exercises: Sequence[Any], split: Split) -> Decimal:
        """What these exercises of a day take of this kind."""
        counted = exercises if self.kinds is None else split.of_kind(self.kinds, exercises)
        return split.minutes(counted)

    def longest(self, days: Sequence[Sequence[Any]], split: Split) -> Decimal:
        """What the day takes that takes most of it."""
        return max(self.minutes(exercises, split) for exercises in days)


KINDS = (
    Kind("strength_min", "Strength in a session", STRENGTH),
    Kind("run_addons_min", "Around a run", BEFORE_A_RUN),
    Kind("daily_min", "Loosening a day", DAILY),
    Kind("total_day_min", "Longest day", None),
)


def runs_at_all(running: str) -> bool:
    """Whether a running policy plans any run, with what belongs around it."""
    return running not in {NO_RUNNING, NO_RUNNING_YET}
