"""Which harder exercise kept ready has taken over from an easier one, and which wait for the clinician. Plain values.

A step up is taken over only where the version allows it, the week keeps its guards with it, and no more than a few come
new in seven days. A step back needs nobody: what went badly once hands over to the easier one again, and from then on
the clinician decides.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic

from programs.builder.days import E
from programs.builder.judging import Standings

A_WEEK = dt.timedelta(days=7)
THE_DAY_AFTER = dt.timedelta(days=1)  # a session is good only once its next morning was


@dataclass(frozen=True, slots=True)
class StepsUp(Generic[E]):
    """`taken_over`: the listed exercise's library id → the harder one done in its place.

    `waiting` are the listed ones that are ready for more and need the clinician: nothing harder is kept ready, it may
    not take over alone, it would break a guard, or it went badly before.
    """

    taken_over: Mapping[str, E] = field(default_factory=dict)
    waiting: tuple[E, ...] = ()


def steps_up(
    listed: Sequence[E],
    harder: Mapping[str, E],
    standings: Standings,
    *,
    allowed: bool,
    day: dt.date,
    most_a_week: int,
    fits: Callable[[Mapping[str, E]], bool],
) -> StepsUp[E]:
    """Who has stepped up by `day`. `harder` gives for a listed id what comes next; `fits` asks the week's guards."""
    taken_over: dict[str, E] = {}
    waiting: list[E] = []
    starts: list[dt.date] = []  # the days on which something new came, in their order
    for since, exercise in _ready(listed, standings):
        other = harder.get(exercise.library_id)
        if other is None or not allowed or most_a_week < 1:
            waiting.append(exercise)
            continue
        starts_on = since + THE_DAY_AFTER
        if len(starts) >= most_a_week:
            starts_on = max(starts_on, starts[-most_a_week] + A_WEEK)
        went_badly = standings.step(other.library_id) < 0
        if not went_badly and not fits({**taken_over, exercise.library_id: other}):
            waiting.append(exercise)
            continue
        starts.append(starts_on)
        if went_badly:
            waiting.append(exercise)
        elif starts_on <= day:
            taken_over[exercise.library_id] = other
    return StepsUp(taken_over, tuple(one for one in listed if one in waiting))


def _ready(listed: Sequence[E], standings: Standings) -> list[tuple[dt.date, E]]:
    """Those ready for more, the longest ready first."""
    found = []
    for place, one in enumerate(listed):
        standing = standings.of.get(one.library_id)
        if standing is not None and standing.ready and standing.ready_on is not None:
            found.append((standing.ready_on, place, one))
    return [(since, one) for since, _, one in sorted(found, key=lambda each: each[:2])]
