"""The body chart: where pain may be marked, what a mark may say, and a mark in words.

Left is always the patient's own left, in both figures. Plain Python, no Django. The rules never read a mark.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

from clinic.knowledge.files import Head, open_file
from clinic.knowledge.reading import Entry, Problem, unique

BODY = Path(__file__).parent / "body_chart"

Point: TypeAlias = tuple[float, float]
Line: TypeAlias = tuple[Point, ...]
SIDES = ("left", "right")
MIDDLE = "middle"
DEPTHS = {"not_sure": "depth not sure", "surface": "near the surface", "deep": "deep"}
PARTS = ("side", "region", "depth", "pain")
MOST_MARKS = 20
WORST_PAIN = 10


@dataclass(frozen=True, slots=True)
class Region:
    """One region of a figure. `shape` and `at` (where its number stands) are of one half of the body: x outwards from
    the midline, y down. A region of the middle lies across the midline."""

    id: str
    label: str
    view: str
    sides: tuple[str, ...]
    shape: Line
    at: Point

    def outline(self, side: str) -> Line:
        """The shape where the reader sees it, the midline at x = 0."""
        if side == MIDDLE:
            return (*self.shape, *((-x, y) for x, y in reversed(self.shape)))
        return turned(self.shape, self.view, side)


@dataclass(frozen=True, slots=True)
class Figure:
    """One view of the body, half of it: an open contour that ends on the midline, closed parts, and inner lines."""

    id: str
    label: str
    height: float
    outline: Line
    closed: tuple[Line, ...]
    inner: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """Every figure and region of one version, by id, in the order of the list."""

    head: Head
    fingerprint: str
    figures: Mapping[str, Figure]
    regions: Mapping[str, Region]

    def refusal(self, marks: object) -> str:
        """The way out when `marks` cannot be an answer; empty when it can. It names the place by its number, from 1.

        `marks` is a list of {"side", "region", "depth", "pain"}; all four are needed, pain is a whole number 0 to 10.
        """
        if not isinstance(marks, (list, tuple)) or not marks:
            return "Give a list of places, or leave it out."
        if len(marks) > MOST_MARKS:
            return f"Mark at most {MOST_MARKS} places; {len(marks)} were given."
        taken: set[tuple[str, str]] = set()
        for number, mark in enumerate(marks, 1):
            problem = self._mark_refusal(mark)
            if problem:
                return f"Place {number}: {problem}"
            place = (mark["side"], mark["region"])
            if place in taken:
                return f"Place {number}: {self.named(*place)} is marked twice; keep one of them."
            taken.add(place)
        return ""

    def in_words(self, mark: Mapping[str, Any]) -> str:
        """“Heel, left: 6 of 10, deep”."""
        words = f"{mark['pain']:g} of {WORST_PAIN}, {DEPTHS[mark['depth']]}"
        return f"{self.named(mark['side'], mark['region'])}: {words}"

    def named(self, side: str, region: str) -> str:
        """“Heel, left”; the middle has but one side, so it is not said."""
        label = self.regions[region].label
        return label if side == MIDDLE else f"{label}, {side}"

    def _mark_refusal(self, mark: object) -> str:
        if not isinstance(mark, Mapping) or set(mark) != set(PARTS):
            return f"give {', '.join(PARTS)}, and nothing else."
        region = self.regions.get(mark["region"]) if isinstance(mark["region"], str) else None
        if region is None:
            return f"{mark['region']!r} is no region of the body chart."
        if mark["side"] not in region.sides:
            return f"{region.label} has no side {mark['side']!r}; it has {' and '.join(region.sides)}."
        if not isinstance(mark["depth"], str) or mark["depth"] not in DEPTHS:
            return f"the depth is one of {', '.join(DEPTHS)}."
        return _pain_refusal(mark["pain"])


def turned(points: Line, view: str, side: str) -> Line:
    """Half a body's points where the reader sees them: facing us, the patient's left is on our right."""
    outwards = 1 if (side == "left") == (view == "front") else -1
    return tuple((outwards * x, y) for x, y in points)


def _pain_refusal(pain: object) -> str:
    is_number = isinstance(pain, int | float) and not isinstance(pain, bool)
    if not is_number or (isinstance(pain, float) and not math.isfinite(pain)):
        return "give the pain as a number."
    if not 0 <= pain <= WORST_PAIN or pain != int(pain):  # type: ignore[operator, call-overload]
        return f"the pain is a whole number from 0 to {WORST_PAIN}."
    return ""


@lru_cache(maxsize=8)
def load_body(version: int | None = None, folder: Path = BODY) -> Body:
    """The body chart, verified against PUBLISHED; without `version`, the newest. Raises KnowledgeError."""
    file = open_file(folder, "body", version)
    figures: dict[str, Figure] = {}
    for row in file.entry.tables("figures"):
        figure = _figure(row)
        unique(figures, row, "figures", figure.id)
        figures[figure.id] = figure
    regions: dict[str, Region] = {}
    for row in file.entry.tables("regions"):
        region = _region(row, tuple(figures))
        unique(regions, row, "regions", region.id)
        regions[region.id] = region
    file.entry.done()
    return Body(file.head, file.fingerprint, MappingProxyType(figures), MappingProxyType(regions))


def _figure(entry: Entry) -> Figure:
    figure = Figure(
        id=entry.text("id"),
        label=entry.text("label"),
        height=float(entry.whole("height")),
        outline=_line(entry, "outline", entry.take("outline")),
        closed=tuple(_line(entry, "closed", one) for one in entry.take("closed")),
        inner=tuple(_line(entry, "inner", one) for one in entry.take("inner")),
    )
    entry.done()
    return figure


def _region(entry: Entry, views: tuple[str, ...]) -> Region:
    sides = entry.texts("sides")
    if sides not in (SIDES, (MIDDLE,)):
        raise entry.error(Problem.MALFORMED, "sides", 'is ["left", "right"], or ["middle"]')
    region = Region(
        id=entry.text("id"),
        label=entry.text("label"),
        view=entry.choice("view", views),
        sides=sides,
        shape=_line(entry, "shape", entry.take("shape")),
        at=_line(entry, "at", [entry.take("at")], least=1)[0],
    )
    entry.done()
    return region


def _line(entry: Entry, key: str, given: object, *, least: int = 3) -> Line:
    if not isinstance(given, list) or len(given) < least or not all(_is_point(one) for one in given):
        raise entry.error(Problem.MALFORMED, key, f"is at least {least} points [x, y], with x not below 0")
    return tuple((x, y) for x, y in given)


def _is_point(given: object) -> bool:
    if not isinstance(given, list) or len(given) != 2:
        return False
    return all(type(one) in (int, float) and math.isfinite(one) for one in given) and given[0] >= 0
