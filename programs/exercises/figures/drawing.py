"""A drawing as SVG text: moving (start and end where nothing may move), or start and end side by side.

Colours and what moves are the style sheet's (static/css/figures.css). Without it a figure is grey and still.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from programs.exercises.figures import definitions as d
from programs.exercises.figures.body import Skeleton
from programs.exercises.figures.camera import camera
from programs.exercises.figures.motion import Moment, moments, start_and_end
from programs.exercises.figures.paint import FILLS, GREYS, Part, written
from programs.exercises.figures.person import person
from programs.exercises.figures.things import thing

GHOST = "0.3"


def scene(drawing: d.Drawing, body: Skeleton) -> list[Part]:
    """Everything there is to see, what is behind first."""
    layers: dict[str, list[Part]] = {"back": [], "middle": [], "front": []}
    for prop in drawing.props:
        layers[prop.words["layer"]] += thing(drawing, body, prop)
    parts = person(drawing, body)
    cut = next(number for number, part in enumerate(parts) if not part.is_far)
    return [*layers["back"], *parts[:cut], *layers["middle"], *parts[cut:], *layers["front"]]


def moving_svg(drawing: d.Drawing, name: str, *, moving: bool = True) -> str:
    """The figure of a page. The still group is shown until the style sheet may show the moving one."""
    start, end = (scene(drawing, body) for body in start_and_end(drawing))
    still = _ghost(start, end) if len(drawing.poses) > 1 else ""
    groups = f'<g class="figure-still">{_settled(start)}{still}{_solid(start)}</g>'
    if moving and len(drawing.poses) > 1:
        groups += f'<g class="figure-moving" display="none">{_animated(drawing)}</g>'
    return _svg(drawing.moves, name, d.WIDTH, _placed(drawing, groups), classed=True)


def pair_svg(drawing: d.Drawing, name: str, *, classed: bool = False) -> str:
    """Start and end side by side: two pictures in one, in grey unless a style sheet colours it."""
    start, end = (scene(drawing, body) for body in start_and_end(drawing))
    second = _placed(drawing, _written(end))
    between = f'<path d="M{d.WIDTH} 20v180" fill="none" stroke="#b5b5b5" stroke-width="1"/>'
    both = f'{_placed(drawing, _written(start))}{between}<g transform="translate({d.WIDTH} 0)">{second}</g>'
    text = _svg(drawing.moves, name, 2 * d.WIDTH, both, classed=classed)
    return text if classed else _without_classes(text)


def frame_svg(drawing: d.Drawing, name: str, body: Skeleton) -> str:
    """One still moment, for whoever draws."""
    return _svg(drawing.moves, name, d.WIDTH, _placed(drawing, _written(scene(drawing, body))), classed=True)


def _svg(moves: str, name: str, width: int, inside: str, *, classed: bool) -> str:
    look = ' class="figure"' if classed else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg"{look} viewBox="0 0 {width} {d.HEIGHT}" role="img">'
        f'<title>{escape(name)}: {escape(moves)}</title><g stroke-linejoin="round" stroke-linecap="round">'
        f"{inside}</g></svg>"
    )


def _placed(drawing: d.Drawing, inside: str) -> str:
    zoom, (middle_x, middle_y) = camera(drawing)
    x, y = d.WIDTH / 2 - middle_x * zoom, d.HEIGHT / 2 - middle_y * zoom
    return f'<g transform="translate({written(x)} {written(y)}) scale({zoom:.3g})">{inside}</g>'


def _path(part: Part, inside: str = "") -> str:
    near, far, filled = GREYS[part.paint]
    grey = far if part.is_far else near
    fill = FILLS.get(part.paint, grey) if filled else "none"
    look = f"figure-{part.paint}{' figure-far' if part.is_far else ''}"
    ink = f'class="{look}" fill="{fill}" stroke="{grey}" stroke-width="{written(part.width)}"'
    return (
        f'<path {ink} d="{part.outline}">{inside}</path>' if inside else f'<path {ink} d="{part.outline}"/>'
    )


def _written(parts: Sequence[Part]) -> str:
    return "".join(_path(part) for part in parts)


def _leading_things(parts: Sequence[Part]) -> int:
    return next(number for number, part in enumerate(parts) if not part.is_thing)


def _settled(parts: Sequence[Part]) -> str:
    """What stands behind everybody."""
    return _written(parts[: _leading_things(parts)])


def _solid(parts: Sequence[Part]) -> str:
    return _written(parts[_leading_things(parts) :])


def _ghost(start: Sequence[Part], end: Sequence[Part]) -> str:
    """The end, faint: the body, and the things that have moved."""
    moved = [
        now for then, now in zip(start, end, strict=True) if not now.is_thing or now.outline != then.outline
    ]
    return f'<g opacity="{GHOST}">{_written(moved)}</g>'


def _animated(drawing: d.Drawing) -> str:
    shown: list[Moment] = moments(drawing)
    scenes = [scene(drawing, moment.body) for moment in shown]
    times = ";".join(f"{moment.at:.3f}".rstrip("0").rstrip(".") for moment in shown)
    found = []
    for number, part in enumerate(scenes[0]):
        outlines = [parts[number].outline for parts in scenes]
        if len(set(outlines)) == 1:
            found.append(_path(part))
            continue
        values = ";".join(outlines)
        found.append(
            _path(
                part,
                f'<animate attributeName="d" dur="{drawing.seconds:g}s" repeatCount="indefinite" '
                f'keyTimes="{times}" values="{values}"/>',
            )
        )
    return "".join(found)


def _without_classes(text: str) -> str:
    pieces = text.split(' class="')
    return pieces[0] + "".join(piece.split('"', 1)[1] for piece in pieces[1:])
