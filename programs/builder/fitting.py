"""Keeps a week within the recipe's minutes: where a limit binds, the least important exercise goes first.

Least important is what serves the fewest points of supported causes; among equals what was picked last. The only
exercise of its kind outlasts one that has another beside it. Plain values: the same case gives the same week.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from assessments.triage.causes import Weighed
from programs.builder.recipe import NO_RUNNING, NO_RUNNING_YET, Phase, Recipe
from programs.builder.selection import Picked, weight
from programs.builder.sessions import BEFORE_A_RUN, DAILY, STRENGTH, Day, E, Session, Split, week
from programs.exercises.definitions import Exercise


@dataclass(frozen=True, slots=True)
class Kind:
    """A limit: its key among the recipe's limits, and the kinds of exercise whose minutes count (None: all)."""

    key: str
    label: str
    kinds: frozenset[str] | None

    def minutes(self, session: Session[E], split: Split) -> Decimal:
        """What the session takes of this kind."""
        return sum((e.minutes for e in self.counted(session, split)), Decimal(0))

    def counted(self, session: Session[E], split: Split) -> Sequence[E]:
        return session.exercises if self.kinds is None else split.of_kind(self.kinds, session.exercises)

    def longest(self, sessions: Sequence[Session[E]], split: Split) -> Session[E]:
        """The day that takes most of it, the first among equals."""
        return max(sessions, key=lambda session: self.minutes(session, split))


KINDS = (
    Kind("strength_min", "Strength in a session", STRENGTH),
    Kind("run_addons_min", "Around a run", BEFORE_A_RUN),
    Kind("daily_min", "Loosening a day", DAILY),
    Kind("total_day_min", "Longest day", None),
)


@dataclass(frozen=True, slots=True)
class _Planned:
    id: str
    category: str
    per_week: str
    minutes: Decimal
    points: int


def runs_at_all(running: str) -> bool:
    """Whether a running policy plans any run, with what belongs around it."""
    return running not in {NO_RUNNING, NO_RUNNING_YET}


def fit(
    picked: Sequence[Picked],
    *,
    phase: Phase,
    running: str,
    causes: Mapping[str, Weighed],
    limits: Mapping[str, int],
    recipe: Recipe,
    keep: Collection[str] = (),
) -> tuple[tuple[Picked, ...], Mapping[str, str]]:
    """(what fits, id → why it was left out). What `keep` names is the track's own and never goes."""
    standing = [_planned(recipe.library.exercise(one.id), causes) for one in picked]
    days = [Day(one.day, one.run, one.strength, one.hard) for one in phase.week]
    left_out: dict[str, str] = {}
    split = recipe.sessions
    for kind in KINDS:
        while True:
            sessions = week(days, standing, split, running=runs_at_all(running))
            longest = kind.longest(sessions, split)
            limit, planned = limits[kind.key], kind.minutes(longest, split)
            may_go = [e for e in kind.counted(longest, split) if e.id not in keep]
            if planned <= limit or not may_go:
                break
            gone = _least(may_go, standing)
            left_out[gone.id] = _because(kind, planned, limit, longest.day.name, gone)
            standing.remove(gone)
    return tuple(one for one in picked if one.id not in left_out), MappingProxyType(left_out)


def _planned(exercise: Exercise, causes: Mapping[str, Weighed]) -> _Planned:
    return _Planned(
        id=exercise.id,
        category=exercise.category,
        per_week=exercise.dose.per_week,
        minutes=Decimal(exercise.est_minutes),
        points=weight(exercise, causes),
    )


def _least(among: Sequence[_Planned], standing: Sequence[_Planned]) -> _Planned:
    kinds = [e.category for e in standing]
    return min(among, key=lambda e: (kinds.count(e.category) == 1, e.points, -standing.index(e)))


def _because(kind: Kind, planned: Decimal, limit: int, day: str, gone: _Planned) -> str:
    serves = f"{gone.points} points" if gone.points else "no supported cause"
    return f"{kind.label}: {planned} minutes on {day}, the limit is {limit}. It serves the least ({serves})."
