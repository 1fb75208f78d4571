"""The days of a review as one drawing: sessions, pain, next mornings and runs over each other on one time line.

Only places and words; the template draws them, and clinic.css's colours stand in classes. The same days are a table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.dateformat import format as format_date

from programs.prescribing.days import Day

WIDTH, LEFT, RIGHT = 960, 84, 12
PAIN_TOP, PAIN_HEIGHT = 60, 110
LANE, GAP, BOTTOM = 56, 26, 24
MOST_PAIN = 10


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing at a place: `kind` is its class's end, `words` are read when it is pointed at."""

    x: float
    y: float
    kind: str
    words: str
    height: float = 0


@dataclass(frozen=True, slots=True)
class Lane:
    """A strip of bars: its name, where it lies, and the largest value at its top."""

    name: str
    top: float
    bottom: float
    most: str
    bars: list[Mark]


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything to be drawn. `weeks` are Mondays with their dates, `scale` the pain lines with their numbers."""

    width: int
    height: float
    left: int
    bar: float
    sessions: list[Mark]
    pain: list[Mark]
    mornings: list[Mark]
    scale: list[Mark]
    limit: float | None
    lanes: list[Lane]
    weeks: list[Mark]

    @property
    def right(self) -> int:
        return self.width - RIGHT

    @property
    def shift(self) -> float:
        """Bars are drawn around their day."""
        return -self.bar / 2

    @property
    def has_put_off(self) -> bool:
        """Whether the key has to say what such a day looks like."""
        return any(mark.kind == "put-off" for mark in self.sessions)

    @property
    def pain_line(self) -> str:
        return _points(self.pain)

    @property
    def morning_line(self) -> str:
        return _points(self.mornings)


def draw(days: Sequence[Day], *, pain_limit: int | None) -> Chart:
    """The chart of these days, oldest first; `pain_limit` is the highest pain the program accepts."""
    step = (WIDTH - LEFT - RIGHT) / max(len(days), 1)

    def x(place: int) -> float:
        return round(LEFT + step * (place + 0.5), 1)

    lanes, bottom = _lanes(days, x)
    return Chart(
        width=WIDTH,
        height=bottom + BOTTOM,
        left=LEFT,
        bar=round(min(step * 0.6, 16), 1),
        sessions=[Mark(x(at), 28, _session(day), _said(day)) for at, day in enumerate(days) if day.says],
        pain=_line(days, x, lambda day: day.pain, "pain during"),
        mornings=_line(days, x, lambda day: day.morning, "the next morning"),
        scale=[Mark(LEFT, _pain_y(value), "grid", str(value)) for value in (0, 5, MOST_PAIN)],
        limit=None if pain_limit is None else _pain_y(pain_limit),
        lanes=lanes,
        weeks=[
            Mark(round(LEFT + step * at, 1), bottom + 16, "week", _date(day.on, "j M"))
            for at, day in enumerate(days)
            if day.on.weekday() == 0
        ],
    )


def _session(day: Day) -> str:
    if day.sessions:
        return "done"
    return "put-off" if day.put_off else "missed"


def _said(day: Day) -> str:
    planned = f"planned: {day.planned}" if day.planned else "nothing planned"
    not_logged = "the patient said “not today”" if day.put_off else "not logged"
    came = f"logged, {day.done} of {day.of} exercises done" if day.sessions else not_logged
    return f"{_date(day.on, 'D j M')}: {planned}; {came}"


def _pain_y(value: int) -> float:
    return round(PAIN_TOP + PAIN_HEIGHT * (1 - value / MOST_PAIN), 1)


def _line(
    days: Sequence[Day], x: Callable[[int], float], of: Callable[[Day], int | None], name: str
) -> list[Mark]:
    return [
        Mark(x(at), _pain_y(value), name, f"{_date(day.on, 'D j M')}: {name} {value} of 10")
        for at, day in enumerate(days)
        if (value := of(day)) is not None
    ]


def _lanes(days: Sequence[Day], x: Callable[[int], float]) -> tuple[list[Lane], float]:
    """A strip for minutes and one for kilometres, each where there is one to draw; and where the drawing ends."""
    found, bottom = [], float(PAIN_TOP + PAIN_HEIGHT)
    kinds: list[tuple[str, str, Callable[[Day], float | None]]] = [
        ("Run, min", "min", lambda day: day.run_minutes),
        ("Run, km", "km", lambda day: None if day.run_km is None else float(day.run_km)),
    ]
    for name, unit, of in kinds:
        values = [(at, value) for at, day in enumerate(days) if (value := of(day))]
        if not values:
            continue
        top, most = bottom + GAP, max(value for _, value in values)
        bottom = top + LANE
        bars = [
            Mark(
                x(at),
                round(bottom - LANE * value / most, 1),
                unit,
                f"{_date(days[at].on, 'D j M')}: {value:g} {unit}",
                round(LANE * value / most, 1),
            )
            for at, value in values
        ]
        found.append(Lane(name, top, bottom, f"{most:g}", bars))
    return found, bottom


def _points(marks: Sequence[Mark]) -> str:
    return " ".join(f"{mark.x},{mark.y}" for mark in marks)


def _date(day: dt.date, form: str) -> str:
    return format_date(day, form)
