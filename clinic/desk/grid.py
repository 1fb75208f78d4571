"""The day as a table: a column for each clinician, a row for each quarter hour. No database, no clock.

Rows begin at every quarter hour and wherever an appointment starts or ends, so that an appointment of any length
covers whole rows. A cell stands in the row where it begins and reaches down `rows` of them.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

Visit = TypeVar("Visit")
Span = tuple[dt.datetime, dt.datetime]
QUARTER = dt.timedelta(minutes=15)
HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Busy(Generic[Visit]):
    """A stretch of a column that a visit holds."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    visit: Visit


@dataclass(frozen=True, slots=True)
class Column(Generic[Visit]):
    """One clinician: when they work that day, and what is booked."""

    key: int
    works: Sequence[Span]
    busy: Sequence[Busy[Visit]]


@dataclass(frozen=True, slots=True)
class Cell(Generic[Visit]):
    """`kind` is visit, free, gone (free, but past) or closed; `key` is the column's."""

    kind: str
    key: int
    starts_at: dt.datetime
    ends_at: dt.datetime
    rows: int
    visit: Visit | None = None


@dataclass(frozen=True, slots=True)
class Row(Generic[Visit]):
    """`is_now` where the present moment falls into this row."""

    starts_at: dt.datetime
    is_now: bool
    cells: list[Cell[Visit]]


def rows(columns: Sequence[Column[Visit]], *, now: dt.datetime) -> list[Row[Visit]]:
    """The table from the first thing of the day to the last; empty when nobody works and nothing is booked."""
    marks = _marks(columns)
    if not marks:
        return []
    starting: dict[dt.datetime, list[Cell[Visit]]] = {mark: [] for mark in marks}
    for column in columns:
        for cell in _cells(column, marks, now):
            starting[cell.starts_at].append(cell)
    return [Row(start, start <= now < end, starting[start]) for start, end in pairwise(marks)]


def _marks(columns: Iterable[Column[Visit]]) -> list[dt.datetime]:
    """Where rows begin, and where the last one ends."""
    edges = {edge for column in columns for span in column.works for edge in span}
    for column in columns:
        edges |= {edge for busy in column.busy for edge in (busy.starts_at, busy.ends_at)}
    if not edges:
        return []
    mark, last = _quarter_before(min(edges)), max(edges)
    edges.add(mark)
    while (mark := mark + QUARTER) < last:
        edges.add(mark)
    return sorted(edges)


def _cells(column: Column[Visit], marks: Sequence[dt.datetime], now: dt.datetime) -> list[Cell[Visit]]:
    """The column from top to bottom without a hole."""
    cells: list[Cell[Visit]] = []
    at = marks[0]
    for busy in sorted(column.busy, key=lambda busy: busy.starts_at):
        cells += _between(column, (at, busy.starts_at), marks, now)
        cells.append(_cell("visit", column, (busy.starts_at, busy.ends_at), marks, busy.visit))
        at = busy.ends_at
    return cells + _between(column, (at, marks[-1]), marks, now)


def _between(
    column: Column[Visit], gap: Span, marks: Sequence[dt.datetime], now: dt.datetime
) -> list[Cell[Visit]]:
    """Nothing booked here: free by the hour while they work, closed else."""
    cells: list[Cell[Visit]] = []
    at, end = gap
    for opens, closes in sorted(column.works):
        first, last = max(at, opens), min(end, closes)
        if first >= last:
            continue
        if at < first:
            cells.append(_cell("closed", column, (at, first), marks))
        while first < last:
            until = min(_hour_after(first), last)
            # An hour that has begun can still be booked for what is left of it: its next quarter.
            begins = (
                first if first >= now else next((m for m in marks if first < m < until and m >= now), until)
            )
            if first < begins:
                cells.append(_cell("gone", column, (first, begins), marks))
            if begins < until:
                cells.append(_cell("free", column, (begins, until), marks))
            first = until
        at = last
    if at < end:
        cells.append(_cell("closed", column, (at, end), marks))
    return cells


def _cell(
    kind: str, column: Column[Visit], span: Span, marks: Sequence[dt.datetime], visit: Visit | None = None
) -> Cell[Visit]:
    height = bisect_left(marks, span[1]) - bisect_left(marks, span[0])
    return Cell(kind, column.key, span[0], span[1], height, visit)


def _quarter_before(moment: dt.datetime) -> dt.datetime:
    return moment - (moment - moment.replace(minute=0, second=0, microsecond=0)) % QUARTER


def _hour_after(moment: dt.datetime) -> dt.datetime:
    return moment.replace(minute=0, second=0, microsecond=0) + HOUR
