"""Where every point of a body lies, from its angles, its anchor and what its hands and feet are held to."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from programs.exercises.figures import definitions as d
from programs.exercises.figures.vectors import (
    Frame,
    Vector,
    between,
    dot,
    length,
    middle_joint,
    minus,
    plus,
    turned,
    unit,
)

FACING: dict[str, Vector] = {"side": (1, 0, 0), "front": (0, 0, 1), "back": (0, 0, -1)}
FIRST_SIDE: dict[str, Vector] = {"side": (0, 0, 1), "front": (-1, 0, 0), "back": (-1, 0, 0)}
DOWN: Vector = (0, 1, 0)
SLACK = 0.8

Blend = Callable[[str, "Skeleton"], "End | None"]


@dataclass(frozen=True, slots=True)
class End:
    """Where a limb ends: its ankle or wrist, the way the foot or hand points, and its underside."""

    joint: Vector
    along: Vector
    under: Vector
    out: float


@dataclass(slots=True)
class Skeleton:
    """Points by name (`knee_near`, `pelvis`), and the way each part faces; between which poses, and how far."""

    sides: tuple[str, str]
    heading: Vector
    points: dict[str, Vector]
    frames: dict[str, Frame]
    strained: list[str]
    way: tuple[int, int, float] = (0, 0, 0.0)

    def __getitem__(self, name: str) -> Vector:
        return self.points[name]


def base_frame(view: str, faces: str) -> Frame:
    """How a person stands in this view, upright."""
    forward = FACING[view]
    return Frame((-1, 0, 0) if faces == "left" else forward, FIRST_SIDE[view], DOWN)


def stand(
    drawing: d.Drawing,
    angles: Mapping[str, float],
    anchor: Callable[[Skeleton], Vector],
    ends: Blend,
) -> Skeleton:
    """The body of these angles. `anchor` tells how far to move it, `ends` where a held limb ends (None: free)."""
    body = _free(drawing, angles)
    shift = anchor(body)
    body.points = {name: plus(point, shift) for name, point in body.points.items()}
    for kind, bones in (("foot", _hold_leg), ("hand", _hold_arm)):
        for side in body.sides:
            end = ends(f"{kind}_{side}", body)
            if end is not None:
                bones(body, side, end, angles)
            if kind == "foot":
                _shape_foot(body, side, angles)
    for side in body.sides:
        _bend_toes(body, side, drawing.floor)
    return body


def _free(drawing: d.Drawing, angles: Mapping[str, float]) -> Skeleton:
    upright = base_frame(drawing.view, drawing.faces).swung(angles["turn"])
    pelvis = upright.leant(angles["lean"]).pitched(angles["torso"])
    chest = pelvis.leant(angles["bend"]).swung(angles["twist"]).pitched(angles["spine"])
    head = chest.pitched(angles["neck"])
    body = Skeleton(drawing.sides, upright.forward, {}, {"pelvis": pelvis, "chest": chest, "head": head}, [])
    points = body.points
    points["pelvis"] = (0.0, 0.0, 0.0)
    points["waist"] = plus(points["pelvis"], pelvis.down, -d.LOWER_SPINE)
    points["shoulders"] = plus(points["waist"], chest.down, -d.UPPER_SPINE)
    points["neck"] = plus(points["shoulders"], plus((0, 0, 0), chest.down, -1), 2)
    points["head"] = plus(points["neck"], head.down, -(d.NECK + d.HEAD - 3))
    points["head"] = plus(points["head"], head.forward, 1.5)
    points["back_of_head"] = plus(points["head"], head.forward, -d.HEAD + 0.5)
    points["seat"] = plus(points["pelvis"], pelvis.down, d.DEEP)
    points["buttock"] = plus(points["pelvis"], pelvis.forward, -d.DEEP)
    points["lower_back"] = plus(points["waist"], pelvis.forward, -d.DEEP + 1.5)
    points["belly"] = plus(points["pelvis"], pelvis.forward, d.DEEP - 1)
    breast = plus(points["shoulders"], chest.down, 9)
    points["upper_back"] = plus(breast, chest.forward, -d.DEEP + 0.5)
    points["chest"] = plus(breast, chest.forward, d.DEEP)
    hips = pelvis.leant(angles["drop"])
    for side, turn in zip(body.sides, (1, -1), strict=True):
        points[f"hip_{side}"] = plus(points["pelvis"], hips.side, turn * d.HIP_WIDTH)
        points[f"shoulder_{side}"] = plus(points["shoulders"], chest.side, turn * d.SHOULDER_WIDTH)
        _free_leg(body, side, pelvis if turn > 0 else pelvis.mirrored(), angles)
        _free_arm(body, side, chest if turn > 0 else chest.mirrored(), angles)
    return body


def _swung_limb(frame: Frame, flexed: float, out: float, turn: float) -> Frame:
    """A limb's own frame: flexed forwards, taken outwards, turned about its length."""
    limb = frame.pitched(-flexed)
    limb = Frame(
        limb.forward,
        turned(limb.side, plus((0, 0, 0), limb.down, -1), out),
        turned(limb.down, limb.side, out),
    )
    return limb.swung(turn)


def _free_leg(body: Skeleton, side: str, frame: Frame, angles: Mapping[str, float]) -> None:
    thigh = _swung_limb(frame, *(angles[f"{joint}_{side}"] for joint in ("hip", "hip_out", "hip_turn")))
    knee = plus(body[f"hip_{side}"], thigh.down, d.THIGH)
    shank = thigh.pitched(angles[f"knee_{side}"])
    inwards = angles[f"knee_in_{side}"]
    shank = Frame(
        shank.forward,
        turned(shank.side, plus((0, 0, 0), shank.down, -1), inwards),
        turned(shank.down, shank.side, inwards),
    )
    ankle = plus(knee, shank.down, d.SHANK)
    foot = shank.pitched(-angles[f"ankle_{side}"])
    _put_leg(body, side, knee, End(ankle, foot.forward, foot.down, 0))


def _put_leg(body: Skeleton, side: str, knee: Vector, end: End) -> None:
    points, ankle = body.points, end.joint
    sole = plus(ankle, end.under, d.ANKLE_HEIGHT)
    hip = points[f"hip_{side}"]
    points[f"knee_{side}"], points[f"ankle_{side}"] = knee, ankle
    points[f"heel_{side}"] = plus(sole, end.along, -d.HEEL_BACK)
    points[f"ball_{side}"] = plus(sole, end.along, d.BALL_FORWARD)
    points[f"toe_{side}"] = plus(sole, end.along, d.TOE_FORWARD)
    points[f"foot_{side}"] = plus(sole, end.along, 4)
    points[f"shin_{side}"] = plus(knee, minus(ankle, knee), 0.5)
    points[f"thigh_{side}"] = plus(hip, minus(knee, hip), 0.5)
    bisector = unit(plus(unit(minus(knee, hip)), unit(minus(knee, ankle))))
    bent = length(plus(unit(minus(knee, hip)), unit(minus(knee, ankle)))) > 0.2
    points[f"kneecap_{side}"] = plus(knee, bisector if bent else unit(minus(knee, hip)), 4.5)
    body.frames[f"foot_{side}"] = Frame(end.along, (0, 0, 0), end.under)


def _free_arm(body: Skeleton, side: str, frame: Frame, angles: Mapping[str, float]) -> None:
    joints = ("shoulder", "shoulder_out", "shoulder_turn")
    upper = _swung_limb(frame, *(angles[f"{joint}_{side}"] for joint in joints))
    elbow = plus(body[f"shoulder_{side}"], upper.down, d.UPPER_ARM)
    fore = upper.pitched(-angles[f"elbow_{side}"])
    wrist = plus(elbow, fore.down, d.FOREARM)
    hand = fore.pitched(-angles[f"wrist_{side}"])
    _put_arm(body, side, elbow, End(wrist, hand.down, hand.forward, 0))


def _put_arm(body: Skeleton, side: str, elbow: Vector, end: End) -> None:
    points = body.points
    points[f"elbow_{side}"], points[f"wrist_{side}"] = elbow, end.joint
    points[f"hand_{side}"] = plus(end.joint, end.along, d.GRIP)
    points[f"fingers_{side}"] = plus(end.joint, end.along, d.HAND)
    points[f"forearm_{side}"] = plus(elbow, minus(end.joint, elbow), 0.5)
    body.frames[f"hand_{side}"] = Frame(end.under, (0, 0, 0), end.along)


def _flexing(frame: Frame, along: Vector, out: float) -> Vector:
    """The direction a knee points in when a leg goes `along`; turned outwards by `out`."""
    angle = math.degrees(math.atan2(dot(along, frame.forward), dot(along, frame.down)))
    flexing = turned(frame.forward, plus((0, 0, 0), frame.down, -1), angle)
    return turned(flexing, frame.side, out)


def _hold_leg(body: Skeleton, side: str, end: End, angles: Mapping[str, float]) -> None:
    frame = body.frames["pelvis"] if side == body.sides[0] else body.frames["pelvis"].mirrored()
    hip = body[f"hip_{side}"]
    _note_strain(body, f"foot_{side}", length(minus(end.joint, hip)) - d.THIGH - d.SHANK)
    towards = _flexing(frame, unit(minus(end.joint, hip)), end.out + angles[f"hip_turn_{side}"])
    knee, ankle = middle_joint(hip, end.joint, d.THIGH, d.SHANK, towards)
    _put_leg(body, side, knee, End(ankle, end.along, end.under, 0))


def _hold_arm(body: Skeleton, side: str, end: End, angles: Mapping[str, float]) -> None:
    frame = body.frames["chest"] if side == body.sides[0] else body.frames["chest"].mirrored()
    shoulder = body[f"shoulder_{side}"]
    is_grip = end.along == (0, 0, 0)
    lower = d.FOREARM + (d.GRIP if is_grip else 0)
    _note_strain(body, f"hand_{side}", length(minus(end.joint, shoulder)) - d.UPPER_ARM - lower)
    along = unit(minus(end.joint, shoulder))
    towards = _flexing(frame, along, -end.out)
    elbow, wrist = middle_joint(shoulder, end.joint, d.UPPER_ARM, lower, plus((0, 0, 0), towards, -1))
    if is_grip:
        straight = unit(minus(wrist, elbow))
        wrist = plus(elbow, straight, d.FOREARM)
        end = End(wrist, straight, towards, 0)
    _put_arm(body, side, elbow, End(wrist, end.along, end.under, 0))


def _note_strain(body: Skeleton, limb: str, excess: float) -> None:
    if excess > SLACK:
        body.strained.append(f"{limb} is held {excess:.1f} units further away than it reaches")


def _shape_foot(body: Skeleton, side: str, angles: Mapping[str, float]) -> None:
    """Toes bent up from the ball of the foot, and where the arch is under it: a bare foot shows both."""
    foot, heel, ball = body.frames[f"foot_{side}"], body[f"heel_{side}"], body[f"ball_{side}"]
    up = plus((0, 0, 0), foot.down, -1)
    toes = turned(foot.forward, up, angles[f"toes_{side}"])
    body.points[f"toe_{side}"] = plus(ball, toes, d.TOE_FORWARD - d.BALL_FORWARD)
    body.points[f"arch_{side}"] = plus(between(heel, ball, 0.5), up, 0.6 + angles[f"arch_{side}"] * 0.1)


def _bend_toes(body: Skeleton, side: str, floor: float | None) -> None:
    """Toes that would go into the floor lie on it instead, when the ball of the foot stands there."""
    ball, toe = body[f"ball_{side}"], body[f"toe_{side}"]
    if floor is None or toe[1] <= floor or ball[1] > floor + SLACK:
        return
    size = length(minus(toe, ball))
    rise = min(max(floor - ball[1], 0.0), size)
    flat = unit((toe[0] - ball[0], 0.0, toe[2] - ball[2]))
    if length(flat) < 0.5:
        flat = body.heading
    body.points[f"toe_{side}"] = plus((ball[0], ball[1] + rise, ball[2]), flat, math.sqrt(size**2 - rise**2))
