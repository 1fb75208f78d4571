"""The body chart drawn: smooth paths for an SVG, and which place the arrow keys lead to. Pure; no Django."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from assessments.screens.body import MIDDLE, Body, Figure, Line, Point, Region, load_body, turned

HALF = 84.0  # widest half of a figure, with its margin
DIRECTIONS: Mapping[str, Point] = MappingProxyType(
    {"up": (0, -1), "down": (0, 1), "left": (-1, 0), "right": (1, 0)}
)


@dataclass(frozen=True, slots=True)
class Place:
    """One side of one region as it is drawn. `at` is where its number stands; `leads`: arrow → the next place's id."""

    id: str
    side: str
    region: str
    label: str
    path: str
    at: Point
    leads: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Drawing:
    """One figure: its contour and lines as SVG paths, its places, and whose side is on the reader's left."""

    id: str
    label: str
    view_box: str
    contour: str
    inside: str
    inner: str
    places: tuple[Place, ...]
    on_the_left: str
    on_the_right: str


@lru_cache(maxsize=8)
def drawings(version: int) -> tuple[Drawing, ...]:
    """Every figure of this version of the body chart, ready to be printed."""
    body = load_body(version)
    leads = arrows(body)
    return tuple(_drawing(body, figure, leads) for figure in body.figures.values())


def place_id(region: str, side: str) -> str:
    return f"{region}-{side}"


def arrows(body: Body) -> dict[str, dict[str, str]]:
    """Place → arrow → the nearest place that way; sideways, the figures stand next to each other."""
    centres = {
        place_id(region.id, side): _centre(body, region, side)
        for region in body.regions.values()
        for side in region.sides
    }
    return {
        one: {
            name: found
            for name, way in DIRECTIONS.items()
            if (found := _nearest(here, way, {k: v for k, v in centres.items() if k != one}))
        }
        for one, here in centres.items()
    }


def _centre(body: Body, region: Region, side: str) -> Point:
    x, y = _at(region, side)
    return (x + 2 * HALF * tuple(body.figures).index(region.view), y)


def _at(region: Region, side: str) -> Point:
    return region.at if side == MIDDLE else turned((region.at,), region.view, side)[0]


def _nearest(here: Point, way: Point, others: Mapping[str, Point]) -> str:
    """The place with the least way to go, where straying aside counts double; empty at the edge."""
    reached = {}
    for name, (x, y) in others.items():
        dx, dy = x - here[0], y - here[1]
        along, aside = dx * way[0] + dy * way[1], abs(dx * way[1]) + abs(dy * way[0])
        if along > 1 and aside <= 2 * along:
            reached[name] = along + 2 * aside
    return min(reached, key=lambda name: reached[name], default="")


def _drawing(body: Body, figure: Figure, leads: Mapping[str, Mapping[str, str]]) -> Drawing:
    regions = [region for region in body.regions.values() if region.view == figure.id]
    left_is_left = turned(((1.0, 0.0),), figure.id, "left")[0][0] < 0
    halves = [turned(figure.outline, figure.id, side) for side in ("right", "left")]
    there, back = halves[0], tuple(reversed(halves[1]))
    parts = [turned(one, figure.id, side) for side in ("left", "right") for one in figure.closed]
    lines = [turned(one, figure.id, side) for side in ("left", "right") for one in figure.inner]
    contour = f"{smooth(there)} {smooth(back, begun=True)}"
    closed = " ".join(smooth(one, closed=True) for one in parts)
    return Drawing(
        id=figure.id,
        label=figure.label,
        view_box=f"{-HALF:g} -4 {2 * HALF:g} {figure.height + 8:g}",
        contour=f"{contour} {closed}".strip(),
        inside=f"{contour} Z {closed}".strip(),
        inner=" ".join(smooth(one) for one in lines),
        places=tuple(_place(body, region, side, leads) for region in regions for side in region.sides),
        on_the_left="left" if left_is_left else "right",
        on_the_right="right" if left_is_left else "left",
    )


def _place(body: Body, region: Region, side: str, leads: Mapping[str, Mapping[str, str]]) -> Place:
    id = place_id(region.id, side)
    path = "M" + " L".join(_pair(point) for point in region.outline(side)) + " Z"
    named = body.named(side, region.id)
    return Place(id, side, region.id, named, path, _at(region, side), MappingProxyType(leads[id]))


def smooth(points: Line, *, closed: bool = False, begun: bool = False) -> str:
    """A path through every point with no corner (Catmull-Rom as cubic curves). `begun`: the pen is there already."""
    count = len(points)
    steps = range(count if closed else count - 1)
    parts = [] if begun else [f"M{_pair(points[0])}"]
    for i in steps:
        before, start, end, after = (_point(points, i + shift, closed=closed) for shift in (-1, 0, 1, 2))
        bend = [(start[k] + (end[k] - before[k]) / 6) for k in (0, 1)]
        back = [(end[k] - (after[k] - start[k]) / 6) for k in (0, 1)]
        parts.append(f"C{_pair(bend)} {_pair(back)} {_pair(end)}")
    return " ".join([*parts, "Z"] if closed else parts)


def _point(points: Line, i: int, *, closed: bool) -> Point:
    return points[i % len(points)] if closed else points[min(max(i, 0), len(points) - 1)]


def _pair(point: Iterable[float]) -> str:
    return " ".join(f"{round(number, 1):g}" for number in point)
