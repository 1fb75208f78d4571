"""The day as a table: a column for each clinician and machine, a row for each quarter hour. No database, no clock.

Rows begin at every quarter hour and wherever something starts or ends, so that a visit of any length covers whole
rows. A cell stands in the row where it begins and reaches down `rows` of them. Visits that overlap (an overbooking
on purpose) stand side by side: the column has as many lanes as its fullest moment needs, and a cell of a calmer
moment reaches across all of them.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

Item = TypeVar("Item")
Span = tuple[dt.datetime, dt.datetime]
QUARTER = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Busy(Generic[Item]):
    """A stretch of a column that something holds. `kind` is visit or hold."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    item: Item
    kind: str = "visit"


@dataclass(frozen=True, slots=True)
class Patch:
    """A stretch that cannot be booked though nobody is booked: `kind` is buffer or away, `words` say why."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Column(Generic[Item]):
    """One clinician, or with `is_thing` one room or machine: it is taken or not, and has no hours."""

    key: str
    title: str
    works: Sequence[Span]
    busy: Sequence[Busy[Item]]
    patches: Sequence[Patch] = ()
    is_thing: bool = False

    @property
    def lanes(self) -> int:
        return max((len(_lanes(group)) for group in _groups(self.busy)), default=1)


@dataclass(frozen=True, slots=True)
class Cell(Generic[Item]):
    """`kind` is visit, hold, free, gone (free, but past), buffer, away, closed, idle or beside (an overbooking).

    `key` and `title` are its column's. `leads` where a stretch of free quarters, or its next hour, begins: it is
    labelled, the others on demand.
    """

    kind: str
    key: str
    title: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    rows: int
    lanes: int
    item: Item | None = None
    words: str = ""
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Row(Generic[Item]):
    """`is_now` where the present moment falls into this row."""

    starts_at: dt.datetime
    is_now: bool
    cells: list[Cell[Item]]

    @property
    def is_hour(self) -> bool:
        return self.starts_at.minute == 0

    @property
    def is_odd(self) -> bool:
        """Begun by a buffer's end or a visit of odd length, not by a quarter hour."""
        return not _is_quarter(self.starts_at)


def rows(columns: Sequence[Column[Item]], *, now: dt.datetime) -> list[Row[Item]]:
    """The table from the first thing of the day to the last; empty when nobody works and nothing is booked."""
    marks = _marks(columns)
    if not marks:
        return []
    starting: dict[dt.datetime, list[Cell[Item]]] = {mark: [] for mark in marks}
    for column in columns:
        placed = sorted(_cells(column, marks, now), key=lambda pair: (pair[1].starts_at, pair[0]))
        for _, cell in placed:
            starting[cell.starts_at].append(cell)
    return [Row(start, start <= now < end, starting[start]) for start, end in pairwise(marks)]


def _marks(columns: Iterable[Column[Item]]) -> list[dt.datetime]:
    """Where rows begin, and where the last one ends."""
    edges: set[dt.datetime] = set()
    inner: set[dt.datetime] = set()
    for column in columns:
        edges |= {edge for span in column.works for edge in span}
        edges |= {edge for busy in column.busy for edge in (busy.starts_at, busy.ends_at)}
        for patch in column.patches:
            (edges if patch.kind == "buffer" else inner).update((patch.starts_at, patch.ends_at))
    if not edges:
        return []
    mark, last = _quarter_before(min(edges)), max(edges)
    edges |= {edge for edge in inner if mark < edge < last}
    edges.add(mark)
    while (mark := mark + QUARTER) < last:
        edges.add(mark)
    return sorted(edges)


def _cells(
    column: Column[Item], marks: Sequence[dt.datetime], now: dt.datetime
) -> Iterator[tuple[int, Cell[Item]]]:
    """Each cell with the lane it stands in; the column from top to bottom without a hole."""
    lanes, at = column.lanes, marks[0]
    for group in _groups(column.busy):
        begins, ends = group[0].starts_at, max(busy.ends_at for busy in group)
        for cell in _between(column, (at, begins), marks, now):
            yield 0, cell
        side_by_side = _lanes(group)
        for place, lane in enumerate(side_by_side):
            # The last lane takes what the group leaves of the column's width.
            width = lanes - place if place == len(side_by_side) - 1 else 1
            for cell in _lane(column, lane, (begins, ends), marks, width):
                yield place, cell
        at = ends
    for cell in _between(column, (at, marks[-1]), marks, now):
        yield 0, cell


def _groups(busy: Iterable[Busy[Item]]) -> list[list[Busy[Item]]]:
    """Those that overlap, directly or through another, together; in order."""
    groups: list[list[Busy[Item]]] = []
    until: dt.datetime | None = None
    for one in sorted(busy, key=lambda one: (one.starts_at, one.ends_at)):
        if until is None or one.starts_at >= until:
            groups.append([one])
            until = one.ends_at
        else:
            groups[-1].append(one)
            until = max(until, one.ends_at)
    return groups


def _lanes(group: Iterable[Busy[Item]]) -> list[list[Busy[Item]]]:
    """Each into the first lane that is free by then."""
    lanes: list[list[Busy[Item]]] = []
    for one in group:
        lane = next((lane for lane in lanes if lane[-1].ends_at <= one.starts_at), None)
        if lane is None:
            lanes.append([one])
        else:
            lane.append(one)
    return lanes


def _lane(
    column: Column[Item], lane: Sequence[Busy[Item]], whole: Span, marks: Sequence[dt.datetime], width: int
) -> Iterator[Cell[Item]]:
    at = whole[0]
    for one in lane:
        if at < one.starts_at:
            yield _cell("beside", column, (at, one.starts_at), marks, width)
        yield _cell(one.kind, column, (one.starts_at, one.ends_at), marks, width, item=one.item)
        at = one.ends_at
    if at < whole[1]:
        yield _cell("beside", column, (at, whole[1]), marks, width)


def _between(
    column: Column[Item], gap: Span, marks: Sequence[dt.datetime], now: dt.datetime
) -> Iterator[Cell[Item]]:
    """Nobody booked here: free by the quarter while they work; of the rest neighbours of a kind are one cell."""
    start, end = gap
    cuts = [mark for mark in marks if start <= mark <= end]
    runs: list[tuple[str, str, dt.datetime, dt.datetime]] = []
    for begins, ends in pairwise(cuts):
        kind, words = _kind(column, begins, now)
        same = bool(runs) and runs[-1][:2] == (kind, words)
        # A row that another column's visit cuts off is no slot of its own.
        if same and not (kind == "free" and _is_quarter(begins)):
            runs[-1] = (kind, words, runs[-1][2], ends)
        else:
            runs.append((kind, words, begins, ends))
    led = False
    for kind, words, begins, ends in runs:
        # What a buffer or an odd length leaves before the next quarter can be booked, and is not offered first.
        leads = kind == "free" and _is_quarter(begins) and (not led or begins.minute == 0)
        yield _cell(kind, column, (begins, ends), marks, column.lanes, words=words, leads=leads)
        led = kind == "free" and (led or leads)


def _kind(column: Column[Item], moment: dt.datetime, now: dt.datetime) -> tuple[str, str]:
    """What a row that begins at that moment is, and why it cannot be booked."""
    patches = [patch for patch in column.patches if patch.starts_at <= moment < patch.ends_at]
    buffer = next((patch for patch in patches if patch.kind == "buffer"), None)
    if buffer:
        return buffer.kind, buffer.words
    if column.is_thing:
        return "idle", ""
    if not any(opens <= moment < closes for opens, closes in column.works):
        return "closed", ""
    if patches:
        return patches[0].kind, patches[0].words
    return ("free", "") if moment >= now else ("gone", "")


def _cell(
    kind: str,
    column: Column[Item],
    span: Span,
    marks: Sequence[dt.datetime],
    lanes: int,
    *,
    item: Item | None = None,
    words: str = "",
    leads: bool = False,
) -> Cell[Item]:
    height = bisect_left(marks, span[1]) - bisect_left(marks, span[0])
    return Cell(kind, column.key, column.title, span[0], span[1], height, lanes, item, words, leads)


def _is_quarter(moment: dt.datetime) -> bool:
    return _quarter_before(moment) == moment


def _quarter_before(moment: dt.datetime) -> dt.datetime:
    return moment - (moment - moment.replace(minute=0, second=0, microsecond=0)) % QUARTER
