"""The drawn person: limbs that taper, a trunk with chest and pelvis, a head that looks somewhere, shoes."""

from __future__ import annotations

from programs.exercises.figures import definitions as d
from programs.exercises.figures.body import Skeleton
from programs.exercises.figures.paint import Part, Point, across, line, taper, towards
from programs.exercises.figures.vectors import Frame, Vector, dot, plus

# Trunk, from the shoulders down: half its depth, half its width, how far it stands forwards.
SHOULDERS, BREAST, WAIST, HIPS, SEAT = (
    (4.0, 12.5, 0.0),
    (7.0, 11.5, 0.6),
    (6.0, 8.8, 0.4),
    (6.6, 10.0, -0.4),
    (6.2, 9.5, -1.6),
)
SHIRT_STROKE, SHORTS_STROKE = 4.0, 4.0


def flat(view: str, point: Vector) -> Point:
    """Where a point in space is in the picture: a little from the front and from above."""
    x, y, z = point
    return (x - 0.2 * z, y + 0.05 * z) if view == "side" else (x, y + 0.1 * z)


class Sight:
    """One body as the onlooker sees it."""

    def __init__(self, drawing: d.Drawing, body: Skeleton) -> None:
        self.drawing, self.body = drawing, body

    def of(self, name: str) -> Point:
        return flat(self.drawing.view, self.body[name])

    def beside(self, name: str, *steps: tuple[Vector, float]) -> Point:
        """A point so many steps away from a named one."""
        point = self.body[name]
        for way, size in steps:
            point = plus(point, way, size)
        return flat(self.drawing.view, point)


def person(drawing: d.Drawing, body: Skeleton) -> list[Part]:
    """The parts of the body, those behind first."""
    sight = Sight(drawing, body)
    first, second = body.sides
    if drawing.view == "side":
        return [
            *_arm(sight, second, far=True),
            *_leg(sight, second, far=True),
            *_head(sight),
            *_trunk(sight),
            *_leg(sight, first),
            *_arm(sight, first),
        ]
    legs = [*_leg(sight, first), *_leg(sight, second)]
    arms = [*_arm(sight, first), *_arm(sight, second)]
    trunk = [*_trunk(sight), *_head(sight)]
    return [*arms, *legs, *trunk] if drawing.arms == "behind" else [*legs, *trunk, *arms]


def _leg(sight: Sight, side: str, *, far: bool = False) -> list[Part]:
    hip, knee, ankle = (sight.of(f"{joint}_{side}") for joint in ("hip", "knee", "ankle"))
    x, y = across(knee, ankle)
    kneecap = sight.of(f"kneecap_{side}")
    back = -1.0 if (kneecap[0] - knee[0]) * x + (kneecap[1] - knee[1]) * y > 0 else 1.0
    swell = 2.9 if sight.drawing.view == "side" else 1.6
    muscle = towards(knee, ankle, 0.33)
    shank = [
        (knee[0] - x * 1.8 * back, knee[1] - y * 1.8 * back),
        (knee[0] + x * 1.8 * back, knee[1] + y * 1.8 * back),
        (muscle[0] + x * swell * back, muscle[1] + y * swell * back),
        (ankle[0], ankle[1]),
        (muscle[0] - x * 1.4 * back, muscle[1] - y * 1.4 * back),
    ]
    thigh = line(taper(towards(hip, knee, 0.2), knee, 4.2, 1.9), closed=True)
    cloth = taper(hip, towards(hip, knee, 0.52), 5.2, 4.6)
    return [
        *_shoe(sight, side, far=far),
        Part("skin", thigh + line(shank, closed=True), 6.2, far),
        Part("shorts", line(cloth, closed=True), 5, far),
    ]


def _shoe(sight: Sight, side: str, *, far: bool) -> list[Part]:
    frame = sight.body.frames[f"foot_{side}"]
    along, up = frame.forward, plus((0, 0, 0), frame.down, -1)
    if abs(sight.body.heading[2]) > 0.6:
        upper = [sight.beside(f"{point}_{side}", (up, 4.5)) for point in ("heel", "ball", "toe")]
        return [Part("shoe", line(upper), 9, far)]
    if sight.drawing.feet == "bare":
        return _bare_foot(sight, side, along, up, far=far)
    upper = [
        sight.beside(f"heel_{side}", (up, 1.6), (along, 0.6)),
        sight.beside(f"ankle_{side}", (along, -4.2), (up, 0.5)),
        sight.beside(f"ankle_{side}", (along, 3.0), (up, 0.5)),
        sight.beside(f"ball_{side}", (up, 4.6)),
        sight.beside(f"toe_{side}", (up, 2.2), (along, -1.0)),
        sight.beside(f"ball_{side}", (up, 1.2)),
    ]
    sole = [sight.beside(f"{point}_{side}", (up, 0.8)) for point in ("heel", "ball", "toe")]
    return [Part("shoe", line(upper, closed=True), 2.6, far), Part("sole", line(sole), 1.6, far)]


def _bare_foot(sight: Sight, side: str, along: Vector, up: Vector, *, far: bool) -> list[Part]:
    """A foot seen from its side: heel, instep, ball and great toe, and the arch under it."""
    foot = [
        sight.beside(f"heel_{side}", (up, 3.4), (along, -0.4)),
        sight.beside(f"ankle_{side}", (along, -3.2), (up, 1)),
        sight.beside(f"ankle_{side}", (along, 2.8), (up, 1)),
        sight.beside(f"arch_{side}", (along, 2.5), (up, 4.6)),
        sight.beside(f"ball_{side}", (up, 3)),
        sight.beside(f"ball_{side}", (up, 1.4)),
        sight.beside(f"arch_{side}", (up, 1.2)),
        sight.beside(f"heel_{side}", (up, 1.4), (along, 1.6)),
    ]
    toe = [sight.beside(f"ball_{side}", (up, 2)), sight.beside(f"toe_{side}", (up, 1.5), (along, -1.0))]
    return [Part("skin", line(foot, closed=True), 2.6, far), Part("skin", line(toe), 3.6, far)]


def _arm(sight: Sight, side: str, *, far: bool = False) -> list[Part]:
    shoulder, elbow, wrist, fingers = (
        sight.of(f"{joint}_{side}") for joint in ("shoulder", "elbow", "wrist", "fingers")
    )
    upper = line(taper(shoulder, elbow, 1.9, 0.9), closed=True)
    fore = taper(elbow, wrist, 1.1, 0.1)
    x, y = across(wrist, fingers)
    palm = towards(wrist, fingers, 0.55)
    hand = line([wrist, (palm[0] + x, palm[1] + y), fingers, (palm[0] - x, palm[1] - y)], closed=True)
    sleeve = taper(shoulder, towards(shoulder, elbow, 0.42), 0.9, 0.6)
    return [
        Part("skin", upper + line([fore[0], wrist, fore[3]], closed=True) + hand, 5, far),
        Part("shirt", line(sleeve, closed=True), 8.4, far),
    ]


def _ring(
    sight: Sight, centre: str, frame: Frame, lower: float, shape: tuple[float, float, float]
) -> list[Point]:
    """The two edges of the trunk at one height, as the onlooker sees them."""
    deep, wide, stands = shape
    middle = plus(plus(sight.body[centre], frame.down, lower), frame.forward, stands)
    start = flat(sight.drawing.view, middle)
    x, y = across(start, flat(sight.drawing.view, plus(middle, frame.down, 5)))
    seen: Vector = (x, y, 0.0)
    half = ((deep * dot(frame.forward, seen)) ** 2 + (wide * dot(frame.side, seen)) ** 2) ** 0.5
    return [(start[0] + x * half, start[1] + y * half), (start[0] - x * half, start[1] - y * half)]


def _trunk(sight: Sight) -> list[Part]:
    pelvis, chest = sight.body.frames["pelvis"], sight.body.frames["chest"]
    first, second = (sight.body[f"hip_{side}"] for side in sight.body.sides)
    tilted = Frame(pelvis.forward, _way(second, first), pelvis.down)
    shirt = [
        _ring(sight, "shoulders", chest, 1.5, SHOULDERS),
        _ring(sight, "shoulders", chest, 11, BREAST),
        _ring(sight, "waist", pelvis, 0, WAIST),
        _ring(sight, "pelvis", tilted, -5, HIPS),
    ]
    shorts = [
        _ring(sight, "pelvis", tilted, -8, HIPS),
        _ring(sight, "pelvis", tilted, 0, SEAT),
        _ring(sight, "pelvis", tilted, 5, (4.4, 7.0, -1.2)),
    ]
    return [
        Part("shorts", line(_closed(shorts), closed=True), SHORTS_STROKE),
        Part("shirt", line(_closed(shirt), closed=True), SHIRT_STROKE),
    ]


def _way(a: Vector, b: Vector) -> Vector:
    return plus((0, 0, 0), plus(b, a, -1), 1 / (2 * d.HIP_WIDTH))


def _closed(rings: list[list[Point]]) -> list[Point]:
    return [ring[0] for ring in rings] + [ring[1] for ring in reversed(rings)]


def _head(sight: Sight) -> list[Part]:
    frame = sight.body.frames["head"]
    forward, side, up = frame.forward, frame.side, plus((0, 0, 0), frame.down, -1)

    def at(ahead: float, aside: float, above: float) -> Point:
        return sight.beside("head", (forward, ahead), (side, aside), (up, above))

    neck = Part("skin", line([sight.of("neck"), at(-1.5, 0, -6)]), 8)
    face = [at(-1.2, 0, 2.6), at(0.6, 0, 2.4), at(2.0, 0, -3.4), at(0.2, 0, -3.4)]
    looks = forward[2]
    if looks > 0.75:
        hair = [at(0, -6.8, 2.6), at(0, -4.8, 7), at(0, 0, 8.4), at(0, 4.8, 7), at(0, 6.8, 2.6), at(0, 0, 7)]
        eyes = [line([at(8, -3.2, 0), at(8, -3.0, 0)]), line([at(8, 3.2, 0), at(8, 3.0, 0)])]
    elif looks < -0.75:
        hair = [at(0, -7.2, -1), at(0, -5.5, 7), at(0, 0, 9), at(0, 5.5, 7), at(0, 7.2, -1), at(0, 0, -6)]
        eyes = []
    else:
        hair = [at(5.4, 0, 6), at(0, 0, 8), at(-5.6, 0, 5.2), at(-6.8, 0, -2), at(-3.8, 0, -1), at(0, 0, 5)]
        eyes = [line([at(6.6, 0, 0.6), at(6.7, 0, 0.4)])]
    if abs(looks) <= 0.75:
        face = [at(-1.0, 0, 2.4), at(1.6, 0, 2.4), at(4.6, 0, -1.6), at(2.2, 0, -4.4), at(0, 0, -3)]
    parts = [neck, Part("skin", line(face, closed=True), 13.6), Part("hair", line(hair, closed=True), 4.6)]
    return [*parts, *(Part("eye", eye, 1.7) for eye in eyes)]
