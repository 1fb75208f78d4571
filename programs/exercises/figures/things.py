"""The things around the person, as outlines. Every prop of `kinds.KINDS` has its function here."""

from __future__ import annotations

import math
from collections.abc import Callable

from programs.exercises.figures import definitions as d
from programs.exercises.figures.body import Skeleton
from programs.exercises.figures.paint import Part, across, circle, line, rectangle, taper, towards
from programs.exercises.figures.placed import Placed


def thing(drawing: d.Drawing, body: Skeleton, prop: d.Prop) -> list[Part]:
    """The parts of one prop, drawn in order."""
    drawn = SHAPES[prop.kind](Placed(drawing, body, prop))
    return [Part(paint, outline, width, is_thing=True) for paint, outline, width in drawn]


Strokes = list[tuple[str, str, float]]


def _floor(it: Placed) -> Strokes:
    return [
        ("ground", line([(it.size("from"), it.size("y") + 0.8), (it.size("to"), it.size("y") + 0.8)]), 1.6)
    ]


def _wall(it: Placed) -> Strokes:
    x, top, bottom = it.size("x"), it.size("top"), it.size("bottom")
    way = 7 if it.word("solid") == "right" else -7
    ticks = "".join(line([(x, y), (x + way, y + 7)]) for y in _steps(top + 4, bottom - 8, 14))
    return [("ground", line([(x, top), (x, bottom)]), 1.8), ("ground", ticks, 0.8)]


def _steps(start: float, end: float, step: float) -> list[float]:
    return [start + step * number for number in range(int((end - start) // step) + 1)]


def _slope(it: Placed) -> Strokes:
    (x, y), (to_x, to_y) = it.ends()
    return [("ground", line([(x, y), (to_x, to_y), (to_x, 214), (x, 214)], closed=True), 1.4)]


def _water(it: Placed) -> Strokes:
    y, start, end = it.size("y"), it.size("from"), it.size("to")
    waves = [(x, y + (2.2 if number % 2 else -2.2)) for number, x in enumerate(_steps(start, end, 9))]
    return [("water", line(waves), 1.8), ("water", line([(x + 12, py + 14) for x, py in waves[:-3]]), 1)]


def _treadmill(it: Placed) -> Strokes:
    x, y, half = it.size("x"), it.size("y"), it.size("width") / 2
    post = [(x + half - 8, y + 2), (x + half + 4, y - 82), (x + half - 18, y - 86)]
    return [("edge", line(post), 3), ("thing", rectangle(x - half, y + 0.8, half * 2, 9), 1.4)]


def _box(it: Placed) -> Strokes:
    x, y, width = it.size("x"), it.size("y"), it.size("width")
    return [("thing", rectangle(x - width / 2, y + 0.7, width, it.size("bottom") - y - 0.7), 1.4)]


def _bench(it: Placed) -> Strokes:
    x, y, half, low = it.size("x"), it.size("y"), it.size("width") / 2, it.size("bottom")
    legs = line([(x - half + 7, y + 8), (x - half + 7, low)]) + line(
        [(x + half - 7, y + 8), (x + half - 7, low)]
    )
    return [("edge", legs, 2.6), ("thing", rectangle(x - half, y + 1, half * 2, 8), 2)]


def _chair(it: Placed) -> Strokes:
    x, y, low = it.size("x"), it.size("y"), it.size("bottom")
    legs = line([(x - 17, y + 5), (x - 18, low)]) + line([(x + 17, y + 5), (x + 18, low)])
    strokes = [("edge", legs, 2.4)]
    if it.word("back") != "none":
        way = -1 if it.word("back") == "left" else 1
        strokes.append(("edge", line([(x + 18 * way, y + 3), (x + 23 * way, y - 46)]), 3.4))
    return [*strokes, ("thing", rectangle(x - 19, y + 1, 38, 5), 1.6)]


def _rail(it: Placed) -> Strokes:
    x, y, low = it.size("x"), it.size("y"), it.size("bottom")
    return [("edge", line([(x, low), (x, y)]), 3), ("edge", line([(x - 7, y), (x + 7, y)]), 4.4)]


def _pad(it: Placed) -> Strokes:
    a, b = it.ends()
    half = it.size("thick") / 2
    return [("thing", line(taper(a, b, half, half), closed=True), 2)]


def _frame(it: Placed) -> Strokes:
    return [("edge", line(it.prop.outline), 3)]


def _shape(it: Placed) -> Strokes:
    return [("thing", line(it.prop.outline, closed=True), 1.5)]


def _mat(it: Placed) -> Strokes:
    width, y = it.size("width"), it.size("y")
    return [("mat", line([(it.size("x") - width / 2, y + 2), (it.size("x") + width / 2, y + 2)]), 3.6)]


def _cushion(it: Placed) -> Strokes:
    x, y = it.spot()
    half, high = it.size("width") / 2, it.size("height")
    return [("thing", rectangle(x - half, y + 2, half * 2, high - 3), 4)]


def _bike(it: Placed) -> Strokes:
    """`at` is the crank's middle; the saddle is 20 behind and 62 above it, the handlebar 48 before and 80 above.

    `near` and `far` are the feet its pedals are under.
    """
    x, y = it.spot()
    saddle, head = (x - 20, y - 62), (x + 40, y - 66)
    body = (
        line([(x - 30, y + 27), (x + 50, y + 27)])
        + line([(x, y), saddle])
        + line([(x, y), head, (x + 46, y + 26)])
    )
    cranks = [("edge", line([(x, y), it.spot(foot)]), 2.6) for foot in ("far", "near") if it.has(foot)]
    return [
        ("edge", body, 3),
        *cranks,
        ("edge", line([head, (x + 40, y - 78), (x + 50, y - 80)]), 3),
        ("thing", circle((x + 36, y - 2), 21), 2),
        ("edge", line([(x - 30, y - 62), (x - 10, y - 62)]), 5),
        ("thing", circle((x, y), 7), 2),
    ]


def _ball(it: Placed) -> Strokes:
    return [("thing", circle(it.spot(), it.size("radius")), 1.6)]


def _roller(it: Placed) -> Strokes:
    r = it.size("radius")
    return [("thing", circle(it.spot(), r), 1.8), ("thing", circle(it.spot(), r * 0.4), 1.2)]


def _slider(it: Placed) -> Strokes:
    x, y = it.spot()
    half = it.size("width") / 2
    return [("band", line([(x - half, y + 0.6), (x + half, y + 0.6)]), 3.4)]


def _dumbbell(it: Placed) -> Strokes:
    x, y = it.spot()
    if it.word("lies") == "end_on":
        return [("weight", circle((x, y), 6), 1.4), ("thing", circle((x, y), 1.6), 1)]
    bars = [(-9.0, 0.0), (9.0, 0.0)] if it.word("lies") == "level" else [(0.0, -9.0), (0.0, 9.0)]
    (ax, ay), (bx, by) = bars
    heads = "".join(circle((x + px, y + py), 4.6) for px, py in bars)
    return [("edge", line([(x + ax, y + ay), (x + bx, y + by)]), 2.6), ("weight", heads, 1.2)]


def _kettlebell(it: Placed) -> Strokes:
    x, y = it.spot()
    handle = line([(x - 4.5, y + 7), (x - 4.5, y), (x + 4.5, y), (x + 4.5, y + 7)])
    return [("edge", handle, 2.4), ("weight", circle((x, y + 12), 7.6), 1.4)]


def _barbell(it: Placed) -> Strokes:
    (x, y), r = it.spot(), it.size("radius")
    if it.word("seen") == "end_on":
        return [("weight", circle((x, y), r), 1.6), ("thing", circle((x, y), 2.4), 1.2)]
    plates = "".join(rectangle(x + way * 52 - 3, y - r, 6, 2 * r) for way in (-1, 1))
    return [("edge", line([(x - 64, y), (x + 64, y)]), 2.4), ("weight", plates, 1.4)]


def _backpack(it: Placed) -> Strokes:
    return [("weight", line(taper(*it.ends(), 5, 6), closed=True), 4)]


def _cuff(it: Placed) -> Strokes:
    a, b = it.ends()
    share = it.size("share")
    return [("weight", line([towards(a, b, share - 0.06), towards(a, b, share + 0.06)]), 10)]


def _device(it: Placed) -> Strokes:
    """From the hand to the skin it touches."""
    a, b = it.ends()
    x, y = across(a, b)
    grip = line([a, (a[0] - x * 11, a[1] - y * 11)])
    return [
        ("edge", grip, 4.4),
        ("weight", line([a, towards(a, b, 0.6)]), 6),
        ("weight", circle(b, 2.6), 1.2),
    ]


def _hands(it: Placed) -> Strokes:
    """A partner's: they press on `at`, their arms come from `from`."""
    at, start = it.spot(), it.spot("from")
    return [("thing", line(taper(start, at, 3.4, 2), closed=True), 3), ("thing", circle(at, 4), 1.6)]


def _phone(it: Placed) -> Strokes:
    x, y = it.spot()
    stand = line([(x, y + 9), (x, 200)]) + line([(x - 10, 200), (x, y + 40), (x + 10, 200)])
    body = ("weight", rectangle(x - 4.5, y - 9, 9, 18), 1.6)
    return [("edge", stand, 1.8), body, ("thing", circle((x, y - 4), 1.6), 1)]


def _metronome(it: Placed) -> Strokes:
    x, y = it.spot()
    body = [(x - 6, y - 22), (x + 6, y - 22), (x + 12, y), (x - 12, y)]
    return [("thing", line(body, closed=True), 1.8), ("edge", line([(x, y - 5), (x + 9, y - 26)]), 2)]


def _between(width: float, paint: str = "band") -> Callable[[Placed], Strokes]:
    return lambda it: [(paint, line(it.ends()), width)]


def _rope(it: Placed) -> Strokes:
    a, b = it.ends()
    sag = it.size("sag")
    dots = [
        (
            a[0] + (b[0] - a[0]) * step / 8,
            a[1] + (b[1] - a[1]) * step / 8 + sag * math.sin(math.pi * step / 8),
        )
        for step in range(9)
    ]
    return [("band", line(dots), 1.6)]


def _arrow(it: Placed) -> Strokes:
    a, b = it.ends()
    x, y = across(a, b)
    bow = it.size("bow")
    way = [
        (
            a[0] + (b[0] - a[0]) * step / 6 + x * bow * math.sin(math.pi * step / 6),
            a[1] + (b[1] - a[1]) * step / 6 + y * bow * math.sin(math.pi * step / 6),
        )
        for step in range(7)
    ]
    angle = math.atan2(way[6][1] - way[5][1], way[6][0] - way[5][0])
    head = [(b[0] - 7 * math.cos(angle + turn), b[1] - 7 * math.sin(angle + turn)) for turn in (0.5, -0.5)]
    return [("sign", line(way) + line([head[0], b, head[1]]), 2)]


SHAPES: dict[str, Callable[[Placed], Strokes]] = {
    "floor": _floor,
    "wall": _wall,
    "slope": _slope,
    "water": _water,
    "treadmill": _treadmill,
    "box": _box,
    "step": _box,
    "bench": _bench,
    "chair": _chair,
    "rail": _rail,
    "pad": _pad,
    "frame": _frame,
    "shape": _shape,
    "mat": _mat,
    "cushion": _cushion,
    "bike": _bike,
    "ball": _ball,
    "roller": _roller,
    "slider": _slider,
    "dumbbell": _dumbbell,
    "kettlebell": _kettlebell,
    "barbell": _barbell,
    "backpack": _backpack,
    "cuff": _cuff,
    "device": _device,
    "hands": _hands,
    "phone": _phone,
    "metronome": _metronome,
    "band": _between(2.4),
    "mini_band": _between(4.4),
    "strap": _between(3),
    "rope": _rope,
    "stick": _between(2.6, "edge"),
    "arrow": _arrow,
    "line": _between(2, "ground"),
}
