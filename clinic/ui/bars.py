"""The geometry of a chart of bars: numbers in, places out; components/bar_chart.html draws it beside its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720, 220
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 12, 30
ROOM_FOR_WORDS = 64  # what the words below a bar need, sideways
STEPS = (0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000)


@dataclass(frozen=True, slots=True)
class Bar:
    """One value. Without a height it is not known: its place is marked, and no bar of nought is drawn."""

    x: str
    y: str
    width: str
    height: str
    known: bool


@dataclass(frozen=True, slots=True)
class Words:
    """A number beside a line across, or the words below a bar."""

    x: str
    y: str
    text: str


@dataclass(frozen=True, slots=True)
class BarChart:
    """Everything the template draws. Coordinates are texts, so that no locale writes a comma into them."""

    bars: tuple[Bar, ...]
    marks: tuple[Words, ...]
    below: tuple[Words, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    floor: int = HEIGHT - BOTTOM


def bar_chart(values: Sequence[tuple[str, float | None]], *, unit: str = "") -> BarChart:
    """A bar for each (words below it, number from 0 up); None is not known. The scale begins at nought."""
    top, step = _scale(max((number for _, number in values if number is not None), default=0))
    room = (WIDTH - LEFT - RIGHT) / max(len(values), 1)
    width = max(room * 0.7, 1)
    bars, below, free_from = [], [], 0.0
    for place, (words, number) in enumerate(values):
        middle = LEFT + room * (place + 0.5)
        y = _y(number or 0, top)
        bars.append(
            Bar(_n(middle - width / 2), _n(y), _n(width), _n(HEIGHT - BOTTOM - y), number is not None)
        )
        if middle - ROOM_FOR_WORDS / 2 >= free_from:
            below.append(Words(_n(middle), _n(HEIGHT - 8), words))
            free_from = middle + ROOM_FOR_WORDS / 2
    marks = [
        Words(_n(LEFT - 6), _n(_y(step * n, top)), f"{step * n:g}{unit}")
        for n in range(round(top / step) + 1)
    ]
    return BarChart(tuple(bars), tuple(marks), tuple(below))


def _scale(largest: float) -> tuple[float, float]:
    """Where the scale ends, and how far apart its lines are: at most five of them above nought."""
    step = next((step for step in STEPS if step * 5 >= largest), largest / 5)
    lines = max(1, -(-largest // step))
    return lines * step, step


def _y(number: float, top: float) -> float:
    return HEIGHT - BOTTOM - number / top * (HEIGHT - TOP - BOTTOM)


def _n(number: float) -> str:
    return f"{round(number, 1):g}"
