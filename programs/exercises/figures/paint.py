"""Strokes and surfaces: what a part of the picture is painted with, and how its outline is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]

# Paint → grey near the onlooker, grey of the far side, whether it is filled. Colours are the style sheet's.
GREYS: dict[str, tuple[str, str, bool]] = {
    "skin": ("#a3a3a3", "#cfcfcf", True),
    "shirt": ("#626262", "#9a9a9a", True),
    "shorts": ("#3d3d3d", "#858585", True),
    "shoe": ("#2a2a2a", "#8c8c8c", True),
    "sole": ("#e4e4e4", "#f2f2f2", False),
    "hair": ("#333333", "#333333", True),
    "eye": ("#222222", "#222222", False),
    "thing": ("#6a6a6a", "#6a6a6a", True),
    "weight": ("#555555", "#555555", True),
    "edge": ("#777777", "#777777", False),
    "ground": ("#9a9a9a", "#9a9a9a", False),
    "mat": ("#c4c4c4", "#c4c4c4", False),
    "water": ("#8a8a8a", "#8a8a8a", False),
    "band": ("#4a4a4a", "#4a4a4a", False),
    "sign": ("#555555", "#555555", False),
}
FILLS = {"thing": "#f0f0f0", "weight": "#8a8a8a"}


@dataclass(frozen=True, slots=True)
class Part:
    """One stroke or surface: `outline` is the path's data. `thing` tells a prop from the body."""

    paint: str
    outline: str
    width: float
    is_far: bool = False
    is_thing: bool = False


def written(number: float) -> str:
    """A number in as few letters as will do."""
    text = f"{number:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def line(points: Sequence[Point], *, closed: bool = False) -> str:
    """A path through these points, written as steps from one to the next."""
    whole = [(round(x, 1), round(y, 1)) for x, y in points]
    (x, y), said = whole[0], ""
    for to_x, to_y in whole[1:]:
        said += f" {written(to_x - x)} {written(to_y - y)}"
        x, y = to_x, to_y
    return f"M{written(whole[0][0])} {written(whole[0][1])}l{said.strip()}{'z' if closed else ''}"


def circle(centre: Point, radius: float) -> str:
    r = written(radius)
    return (
        f"M{written(centre[0] - radius)} {written(centre[1])}"
        f"a{r} {r} 0 1 0 {written(2 * radius)} 0a{r} {r} 0 1 0 {written(-2 * radius)} 0z"
    )


def rectangle(x: float, y: float, width: float, height: float) -> str:
    return line([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], closed=True)


def across(a: Point, b: Point) -> Point:
    """The unit vector at a right angle to the way from `a` to `b`."""
    x, y = b[0] - a[0], b[1] - a[1]
    size = (x * x + y * y) ** 0.5
    return (-y / size, x / size) if size > 0.3 else (1.0, 0.0)


def taper(a: Point, b: Point, at_a: float, at_b: float) -> list[Point]:
    """A limb from `a` to `b`: half as wide as said at each end, its roundness left to the stroke."""
    x, y = across(a, b)
    return [
        (a[0] + x * at_a, a[1] + y * at_a),
        (b[0] + x * at_b, b[1] + y * at_b),
        (b[0] - x * at_b, b[1] - y * at_b),
        (a[0] - x * at_a, a[1] - y * at_a),
    ]


def towards(a: Point, b: Point, share: float) -> Point:
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)
