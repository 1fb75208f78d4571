"""From one key pose to the next: angles are eased, never points, so that every bone keeps its length."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from programs.exercises.figures import definitions as d
from programs.exercises.figures.body import DOWN, FIRST_SIDE, End, Skeleton, stand
from programs.exercises.figures.vectors import Vector, between, minus, plus, turned, unit

NOTHING: Vector = (0, 0, 0)
FROM_ANKLE = {"heel": -d.HEEL_BACK, "ball": d.BALL_FORWARD, "toe": d.TOE_FORWARD}
STEPS = {1: 5, 2: 4}


@dataclass(frozen=True, slots=True)
class Moment:
    """A body at a share of the cycle, 0 to 1."""

    at: float
    body: Skeleton


def moments(drawing: d.Drawing) -> list[Moment]:
    """One whole cycle; the last moment is the first again."""
    nodes = _nodes(drawing)
    held = sum(drawing.poses[node].hold for node in nodes[:-1])
    weights = [drawing.poses[max(a, b) if b else a].takes for a, b in _pairs(nodes)]
    if drawing.cycle == "round":
        weights = [drawing.poses[node].takes for node in nodes[1:]]
    steps = STEPS.get(len(drawing.poses) - (drawing.cycle == "back"), 3)
    found: list[Moment] = []
    now = 0.0
    for place, node in enumerate(nodes[:-1]):
        body = body_at(drawing, place, 0.0)
        found.append(Moment(now, body))
        if drawing.poses[node].hold:
            now += drawing.poses[node].hold
            found.append(Moment(now, body))
        way = (1 - held) * weights[place] / sum(weights)
        found += [
            Moment(now + way * step / steps, body_at(drawing, place, step / steps))
            for step in range(1, steps)
        ]
        now += way
    return [*found, Moment(1.0, found[0].body)]


def start_and_end(drawing: d.Drawing) -> tuple[Skeleton, Skeleton]:
    """The first pose and the one that tells most beside it."""
    return body_at(drawing, 0, 0.0), body_at(drawing, drawing.end, 0.0)


def key_bodies(drawing: d.Drawing, shares: tuple[float, ...] = (0.0, 0.5)) -> list[Skeleton]:
    """The body at each key pose of the cycle, and so far on its way to the next."""
    return [body_at(drawing, place, share) for place in range(len(_nodes(drawing)) - 1) for share in shares]


def body_at(drawing: d.Drawing, place: int, share: float) -> Skeleton:
    """The body `share` of the way from the node at `place` of the cycle to the next."""
    nodes = _nodes(drawing)
    count = len(nodes) - 1
    around = [drawing.poses[nodes[(place + step) % count]] for step in (-1, 0, 1, 2)]
    angles = {
        name: _eased([pose.angles[name] for pose in around], around, share) for name in around[1].angles
    }
    way = _way(around, share)
    before, after = around[1], around[2]

    def shift(body: Skeleton) -> Vector:
        if before.anchor.point == after.anchor.point:
            (x, y), (to_x, to_y) = before.anchor.at, after.anchor.at
            at = (x + (to_x - x) * way, y + (to_y - y) * way)
            return _shift(drawing, body, d.Anchor(before.anchor.point, at))
        return between(_shift(drawing, body, before.anchor), _shift(drawing, body, after.anchor), way)

    def end(limb: str, body: Skeleton) -> End | None:
        return _end(drawing, body, limb, before.reaches.get(limb), after.reaches.get(limb), way, angles)

    body = stand(drawing, angles, shift, end)
    body.way = (nodes[place % count], nodes[(place + 1) % count], way)
    return body


def _nodes(drawing: d.Drawing) -> list[int]:
    there = list(range(len(drawing.poses)))
    return [*there, *there[-2::-1]] if drawing.cycle == "back" and len(there) > 1 else [*there, 0]


def _pairs(nodes: list[int]) -> list[tuple[int, int]]:
    return list(itertools.pairwise(nodes))


def _hermite(start: float, end: float, leave: float, arrive: float, share: float) -> float:
    square, cube = share**2, share**3
    return (
        (2 * cube - 3 * square + 1) * start
        + (cube - 2 * square + share) * leave
        + (3 * square - 2 * cube) * end
        + (cube - square) * arrive
    )


def _slope(before: float, here: float, after: float, pose: d.Pose) -> float:
    """How fast an angle passes a pose: it rests where the pose is held and where it turns back."""
    one, other = here - before, after - here
    if pose.hold or one * other <= 0:
        return 0.0
    return math.copysign(min(abs(one + other) / 2, 2 * abs(one), 2 * abs(other)), one)


def _eased(values: list[float], poses: list[d.Pose], share: float) -> float:
    before, start, end, after = values
    leave = _slope(before, start, end, poses[1])
    arrive = _slope(start, end, after, poses[2])
    return _hermite(start, end, leave, arrive, share)


def _way(poses: list[d.Pose], share: float) -> float:
    """The same easing for things that have a place instead of an angle."""
    leave = 0.0 if poses[1].hold or poses[0] is poses[2] else 1.0
    arrive = 0.0 if poses[2].hold or poses[1] is poses[3] else 1.0
    return _hermite(0, 1, leave, arrive, share)


def lowest(body: Skeleton) -> tuple[str, float]:
    """The point that reaches lowest, flesh included, and how low."""
    depths = {
        name: point[1] + d.FLESH.get(name.rsplit("_", 1)[0], 0.0) for name, point in body.points.items()
    }
    name = max(depths, key=lambda point: depths[point])
    return name, depths[name]


def _depth(drawing: d.Drawing, name: str) -> float:
    """How near to the onlooker a limb's end is by itself, where a drawing does not say."""
    if drawing.view != "side":
        return 0.0
    width = (
        d.SHOULDER_WIDTH
        if name.startswith(("hand", "elbow", "wrist", "fingers", "shoulder_"))
        else d.HIP_WIDTH
    )
    return {"near": width, "far": -width}.get(name.rsplit("_", 1)[-1], 0.0)


def _shift(drawing: d.Drawing, body: Skeleton, anchor: d.Anchor) -> Vector:
    x, y = anchor.at
    if anchor.point == "lowest":
        return (x - body["pelvis"][0], y - lowest(body)[1], 0.0)
    return minus((x, y, _depth(drawing, anchor.point)), body[anchor.point])


def place_of(drawing: d.Drawing, body: Skeleton, spot: d.Spot, name: str = "") -> Vector:
    """Where a spot is now."""
    if spot.on:
        return plus(body[spot.on], (*spot.at, spot.depth or 0.0))
    return (*spot.at, _depth(drawing, name) if spot.depth is None else spot.depth)


def _resolved(
    drawing: d.Drawing, body: Skeleton, limb: str, reach: d.Reach, angles: Mapping[str, float]
) -> End:
    """Where the ankle or wrist of a held limb must be."""
    kind, side = limb.split("_")
    spot = place_of(drawing, body, reach.spot, limb)
    ahead = body.heading
    if reach.backwards:
        ahead = plus(NOTHING, ahead, -1)
    if kind == "hand":
        if reach.touch == "grip":
            return End(spot, NOTHING, NOTHING, reach.out)
        along = turned(ahead, (0, -1, 0), reach.tilt)
        under = turned(DOWN, ahead, reach.tilt)
        return End(plus(plus(spot, along, -d.GRIP), under, -2), along, under, reach.out)
    outwards = plus(NOTHING, FIRST_SIDE[drawing.view], 1 if side == body.sides[0] else -1)
    ahead = unit(turned(ahead, outwards, angles[f"hip_turn_{side}"]))
    along = turned(ahead, DOWN, reach.tilt)
    under = turned(DOWN, plus(NOTHING, ahead, -1), reach.tilt)
    ankle = plus(plus(spot, along, -FROM_ANKLE[reach.touch]), under, -d.ANKLE_HEIGHT)
    return End(ankle, along, under, reach.out)


def _end(
    drawing: d.Drawing,
    body: Skeleton,
    limb: str,
    one: d.Reach | None,
    other: d.Reach | None,
    way: float,
    angles: Mapping[str, float],
) -> End | None:
    if one is None and other is None:
        return None
    if (
        one
        and other
        and (one.touch, one.spot.on, one.backwards) == (other.touch, other.spot.on, other.backwards)
    ):
        return _resolved(drawing, body, limb, _mixed(one, other, way), angles)
    first, second = (
        _resolved(drawing, body, limb, reach, angles) if reach else _as_it_is(body, limb)
        for reach in (one, other)
    )
    if first.along == NOTHING or second.along == NOTHING:
        first, second = _gripping(first), _gripping(second)
    return End(
        between(first.joint, second.joint, way),
        unit(between(first.along, second.along, way)),
        unit(between(first.under, second.under, way)),
        first.out + (second.out - first.out) * way,
    )


def _mixed(one: d.Reach, other: d.Reach, way: float) -> d.Reach:
    def mix(a: float, b: float) -> float:
        return a + (b - a) * way

    at = (mix(one.spot.at[0], other.spot.at[0]), mix(one.spot.at[1], other.spot.at[1]))
    depth = one.spot.depth
    if depth is not None and other.spot.depth is not None:
        depth = mix(depth, other.spot.depth)
    spot = replace(one.spot, at=at, depth=depth)
    return replace(one, spot=spot, tilt=mix(one.tilt, other.tilt), out=mix(one.out, other.out))


def _as_it_is(body: Skeleton, limb: str) -> End:
    kind, side = limb.split("_")
    frame = body.frames[limb]
    if kind == "hand":
        return End(body[f"wrist_{side}"], frame.down, frame.forward, 0)
    return End(body[f"ankle_{side}"], frame.forward, frame.down, 0)


def _gripping(end: End) -> End:
    return end if end.along == NOTHING else End(plus(end.joint, end.along, d.GRIP), NOTHING, NOTHING, end.out)
