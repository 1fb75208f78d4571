"""How near to look: the whole movement fills the picture, unless a drawing says `zoom` and `focus` itself."""

from __future__ import annotations

from collections.abc import Iterator

from programs.exercises.figures import definitions as d
from programs.exercises.figures.motion import key_bodies
from programs.exercises.figures.person import flat

MARGIN = 13.0
NEAREST = 1.5


def camera(drawing: d.Drawing) -> tuple[float, tuple[float, float]]:
    """How many times as large, and which point is in the middle."""
    xs, ys = zip(*_seen(drawing), strict=True)
    low = max(ys) + (7 if drawing.floor is not None else MARGIN)
    left, right, top = min(xs) - MARGIN, max(xs) + MARGIN, min(ys) - MARGIN
    fitting = max(0.5, min(d.WIDTH / (right - left), d.HEIGHT / (low - top), NEAREST))
    zoom = drawing.zoom or fitting
    # With air to spare, the floor stays at the lower edge.
    middle = low - d.HEIGHT / 2 / zoom if drawing.floor is not None else (top + low) / 2
    return zoom, drawing.focus or ((left + right) / 2, middle)


def _seen(drawing: d.Drawing) -> Iterator[tuple[float, float]]:
    for body in key_bodies(drawing):
        for point in body.points.values():
            yield flat(drawing.view, point)
    if drawing.floor is not None:
        yield d.WIDTH / 2, drawing.floor
    for prop in drawing.props:
        reach = max(prop.sizes.get("radius", (0.0,)))
        for spot in (spot for spots in prop.spots.values() for spot in spots if not spot.on):
            yield spot.at[0] - reach, spot.at[1] - reach
            yield spot.at[0] + reach, spot.at[1] + reach
        yield from prop.outline
        if "x" in prop.sizes and prop.kind != "mat":
            half = prop.sizes.get("width", (0.0,))[0] / 2
            height = prop.sizes.get("y", (drawing.floor or 200.0,))[0]
            for x in prop.sizes["x"]:
                yield x - half, height
                yield x + half, height
