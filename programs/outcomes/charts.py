"""The geometry of a chart of one measure over time. Numbers in, places out; the template draws them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from programs.outcomes.judging import Point

WIDTH, HEIGHT = 340, 190
LEFT, RIGHT, TOP, BOTTOM = 34, 16, 12, 30
ROOM_FOR_A_DAY = 56  # what the words of one day need, sideways


@dataclass(frozen=True, slots=True)
class Mark:
    """A line across at `y` (as the template writes it) with its number."""

    y: str
    label: str


@dataclass(frozen=True, slots=True)
class Day:
    """The words of one day below the chart; `anchor` is SVG's: start, middle or end."""

    x: str
    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Dot:
    """One answer. `is_start` is the one that the others are compared with."""

    x: str
    y: str
    is_start: bool


@dataclass(frozen=True, slots=True)
class Band:
    """The values that would be no change beyond measurement error."""

    y: str
    height: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything the template draws. Coordinates are texts, so that no locale writes a comma into them."""

    marks: tuple[Mark, ...]
    days: tuple[Day, ...]
    dots: tuple[Dot, ...]
    line: str
    band: Band | None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    plot_width: int = WIDTH - LEFT - RIGHT
    words_y: int = HEIGHT - 8


def chart(
    points: Sequence[Point],
    *,
    low: int,
    high: int,
    no_change: tuple[float, float] | None,
    start: dt.date | None,
) -> Chart:
    """`points` by day, at least one, each from `low` to `high`; `no_change` is cut to that range."""
    first, last = points[0].on_day, points[-1].on_day
    dots = tuple(
        Dot(_n(_x(one.on_day, first, last)), _n(_y(one.number, low, high)), one.on_day == start)
        for one in points
    )
    return Chart(
        marks=tuple(Mark(_n(_y(at, low, high)), _signed(at, low)) for at in steps(low, high)),
        days=_days([one.on_day for one in points]),
        dots=dots,
        line=" ".join(f"{dot.x},{dot.y}" for dot in dots),
        band=_band(no_change, low, high) if no_change else None,
    )


def steps(low: int, high: int) -> tuple[int, ...]:
    """Where lines are drawn across: quarters where these are whole numbers, else halves."""
    parts = 4 if (high - low) % 4 == 0 else 2
    return tuple(low + (high - low) * part // parts for part in range(parts + 1))


def share(value: float, *, low: int, high: int) -> str:
    """How far `value` lies between the ends, 0 to 100, for a bar."""
    return _n(100 * (value - low) / (high - low))


def _band(no_change: tuple[float, float], low: int, high: int) -> Band:
    top, bottom = (_y(min(max(value, low), high), low, high) for value in reversed(no_change))
    return Band(_n(top), _n(bottom - top))


def _x(day: dt.date, first: dt.date, last: dt.date) -> float:
    """A single day stands in the middle."""
    span = (last - first).days
    along = (day - first).days / span if span else 0.5
    return LEFT + along * (WIDTH - LEFT - RIGHT)


def _y(value: float, low: int, high: int) -> float:
    return TOP + (high - value) / (high - low) * (HEIGHT - TOP - BOTTOM)


def _days(days: Sequence[dt.date]) -> tuple[Day, ...]:
    """First and last always; those between where their words have room on both sides."""
    first, last = days[0], days[-1]
    found = [Day(_n(_x(first, first, last)), _words(first), "start" if last > first else "middle")]
    taken = _x(first, first, last) + ROOM_FOR_A_DAY
    for day in days[1:-1]:
        x = _x(day, first, last)
        if x - ROOM_FOR_A_DAY / 2 >= taken and x + ROOM_FOR_A_DAY * 1.5 <= WIDTH - RIGHT:
            found.append(Day(_n(x), _words(day), "middle"))
            taken = x + ROOM_FOR_A_DAY / 2
    if last > first:
        found.append(Day(_n(_x(last, first, last)), _words(last), "end"))
    return tuple(found)


def _words(day: dt.date) -> str:
    return f"{day.day} {day:%b}"


def _signed(at: int, low: int) -> str:
    """A scale that goes below nothing says on which side a number lies."""
    return f"{at:+d}".replace("-", "\N{MINUS SIGN}") if low < 0 and at else str(at)


def _n(number: float) -> str:
    return f"{round(number, 1):g}"
