"""How long a session, a run's extras and a day may be, for the exercises a version has now.

The figures come with the proposal (recipe: limits, source S122). Too long is refused for strength and for the
whole day; extras around a run and the daily loosening are told, not refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from programs.builder.fitting import KINDS, Kind
from programs.builder.limits import FEWEST_MINUTES, MOST_MINUTES, Limits
from programs.builder.sessions import DAYS
from programs.plans.blocks import asked_of
from programs.plans.models import Exercise, Version
from programs.plans.refusals import NotEligible, NothingToRelease, OverTheLimit, WrongLimit

WHOLE_DAY = "total_day_min"
HARD = frozenset({"strength_min", WHOLE_DAY})


@dataclass(frozen=True, slots=True)
class Load:
    """The longest of each kind in a week beside its limit, in minutes. `hard` limits refuse, others warn.

    The limit is the patient's `own` where they have less than the recipe allows: a reason lets a day be longer.
    """

    label: str
    minutes: Decimal
    limit: int
    hard: bool
    own: bool = False

    @property
    def over(self) -> bool:
        return self.minutes > self.limit


def loads(version: Version, exercises: Sequence[Exercise]) -> list[Load]:
    """The week's longest strength session, run extras, loosening and whole day, each beside its limit."""
    days = [day.all for day in version.block(exercises).weeks[0].days]
    split = version.split
    return [_load(kind, kind.longest(days, split), version) for kind in KINDS]


def _load(kind: Kind, minutes: Decimal, version: Version) -> Load:
    limit, asked = version.proposal["limits"][kind.key], asked_of(version.proposal).minutes
    if kind.key == WHOLE_DAY and asked is not None and asked < limit:
        return Load(kind.label, minutes, asked, hard=False, own=True)
    return Load(kind.label, minutes, limit, hard=kind.key in HARD)


def check(version: Version, exercises: Sequence[Exercise], *, ready: Sequence[Exercise] = ()) -> None:
    """Refuse an empty program, a blocked exercise (also one kept `ready`), a session over its limit.

    A version with a block is held to its guards instead of the last (checking.broken). Raises NothingToRelease,
    NotEligible, OverTheLimit.
    """
    if not exercises:
        raise NothingToRelease("The program has no exercise left. Put one back, or propose again.")
    allowed = set(version.proposal["eligible"])
    for exercise in (*exercises, *ready):
        if exercise.library_id not in allowed:
            raise NotEligible(
                exercise.pk,
                f"“{exercise.name}” is blocked for this patient: remove it first. Nothing was changed.",
            )
    if "runner" in version.proposal:
        return
    for load in loads(version, exercises):
        if load.hard and load.over:
            raise OverTheLimit(
                f"{load.label} would take {load.minutes.normalize():f} minutes; the limit is {load.limit}. "
                "Nothing was changed: take fewer sets, or remove an exercise."
            )


def must_be_limits(asked: Limits) -> None:
    """A patient's limits as people have them. Raises WrongLimit, with the field."""
    strange = sorted(asked.days - set(DAYS))
    if strange:
        raise WrongLimit("days", f"Choose weekdays. “{strange[0]}” was given. Nothing was changed.")
    if asked.minutes is not None and not FEWEST_MINUTES <= asked.minutes <= MOST_MINUTES:
        raise WrongLimit(
            "minutes",
            f"Enter {FEWEST_MINUTES} to {MOST_MINUTES} minutes a day. {asked.minutes} was given. "
            "Nothing was changed.",
        )
    if asked.long_run and asked.long_run not in (asked.days or DAYS):
        raise WrongLimit(
            "long_run",
            f"The long run needs one of the patient’s own days. “{asked.long_run}” was given. Nothing was changed.",
        )
