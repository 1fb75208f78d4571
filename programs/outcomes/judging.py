"""What may be said of the answers to one question: where it began, where it is, and whether that is a change.

The rule is assessments.screens.outcomes': nothing smaller than the larger of MDC and MCID is called a change.
Values in, values out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assessments.screens.outcomes import Change, Measure, changed_beyond_error
from programs.outcomes.schedule import CHANGE

TOGETHER = dt.timedelta(days=7)  # answers this close are of one round, and are averaged


@dataclass(frozen=True, slots=True)
class Point:
    """One day's value. `number` is an average's where several activities are rated."""

    on_day: dt.date
    number: float


@dataclass(frozen=True, slots=True)
class Judged:
    """`start` is where this course began, 0 and no day for a rating of change; `last` the newest answer of it.

    `needed` is the smallest change that counts; None where nobody knows one.
    """

    start: Point | None
    last: Point | None
    compared_with: float | None
    needed: float | None
    change: Change

    @property
    def no_change(self) -> tuple[float, float] | None:
        """The values that would be no change beyond measurement error: (lowest, highest)."""
        if self.compared_with is None or self.needed is None:
            return None
        return self.compared_with - self.needed, self.compared_with + self.needed


def judged(measure: Measure, points: Sequence[Point], *, since: dt.date | None) -> Judged:
    """`points` by day. What was answered before `since` belongs to an earlier course and is not compared."""
    mine = [point for point in points if since is None or point.on_day >= since]
    start, last = (mine[0], mine[-1]) if mine else (None, None)
    before: float | None
    if measure.id == CHANGE:
        before, after = 0.0, last.number if last else None
    else:
        before = start.number if start else None
        after = last.number if last and len(mine) > 1 else None
    return Judged(
        start=start,
        last=last,
        compared_with=before,
        needed=measure.smallest_change,
        change=changed_beyond_error(measure, before, after),
    )


def averages(rated: Mapping[int, Sequence[Point]]) -> tuple[Point, ...]:
    """The average of several activities (id → points by day), at each day from which all were rated within a week.

    An average of other activities than before would change without anybody changing: one that was not rated in that
    week leaves the day out.
    """
    days = sorted({point.on_day for points in rated.values() for point in points})
    found = []
    for day in days:
        newest = [_newest(points, day) for points in rated.values()]
        if all(one is not None for one in newest):
            found.append(Point(day, round(sum(one.number for one in newest if one) / len(newest), 2)))
    return tuple(found)


def _newest(points: Sequence[Point], day: dt.date) -> Point | None:
    return next((one for one in reversed(points) if day - TOGETHER < one.on_day <= day), None)
