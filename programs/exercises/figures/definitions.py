"""What a drawing says: key poses of a body in joint angles, what holds it in place, and the things around it.

Lengths are those of an adult of 160 units; the picture is 320 by 220 of the same units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

WIDTH, HEIGHT = 320, 220
SIDES = {"side": ("near", "far"), "front": ("left", "right"), "back": ("left", "right")}
"""View → its two sides. Left and right are those of the picture while the person stands."""

TRUNK: dict[str, tuple[float, float]] = {
    "torso": (-180, 180),
    "lean": (-180, 180),
    "turn": (-180, 180),
    "spine": (-35, 75),
    "bend": (-45, 45),
    "twist": (-70, 70),
    "drop": (-25, 25),
    "neck": (-60, 65),
}
LIMB: dict[str, tuple[float, float]] = {
    "hip": (-35, 140),
    "hip_out": (-40, 65),
    "hip_turn": (-60, 70),
    "knee": (0, 155),
    "knee_in": (-25, 25),
    "ankle": (-60, 45),
    "toes": (-30, 80),
    "arch": (0, 40),
    "shoulder": (-70, 190),
    "shoulder_out": (-60, 185),
    "shoulder_turn": (-95, 95),
    "elbow": (0, 155),
    "wrist": (-90, 90),
}
WHY = {
    "knee": "a knee does not bend forwards",
    "elbow": "an elbow does not bend backwards",
    "hip": "a hip does not go further",
    "ankle": "an ankle does not go further",
}

THIGH, SHANK = 39.5, 39.0
UPPER_ARM, FOREARM, HAND = 29.0, 24.0, 10.0
GRIP = 5.0
LOWER_SPINE, UPPER_SPINE, NECK = 19.0, 28.0, 8.0
HEAD = 10.6
HIP_WIDTH, SHOULDER_WIDTH = 7.5, 15.0
"""Half of each: from the middle to a joint."""
ANKLE_HEIGHT, HEEL_BACK, BALL_FORWARD, TOE_FORWARD = 6.5, 6.0, 12.0, 18.5
DEEP = 9.0
"""From the middle of the trunk to its surface."""

CENTRE_POINTS = (
    "pelvis waist shoulders neck head back_of_head seat buttock upper_back lower_back chest belly".split()
)
LIMB_POINTS = (
    "hip knee ankle heel ball toe foot shin thigh kneecap shoulder elbow wrist hand fingers forearm".split()
)
FLESH = {"knee": 4.5, "elbow": 3.0, "wrist": 2.0, "fingers": 1.5, "head": HEAD - 0.5, "hip": 7.0}
"""How far the body reaches around a point; a point not named here is on its surface."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place: a point of the body with an offset, or of the picture when `on` is empty. `depth` is towards you."""

    on: str
    at: tuple[float, float]
    depth: float | None


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a limb's end is held. `touch` is grip or palm of a hand; heel, ball or toe of a foot.

    `tilt` turns the foot (heel up) or the palm's fingers (up) from level; `out` turns the knee or elbow outwards.
    """

    touch: str
    spot: Spot
    tilt: float
    out: float
    backwards: bool


@dataclass(frozen=True, slots=True)
class Anchor:
    """The point of the body that is where `at` says; the whole body hangs on it."""

    point: str
    at: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Pose:
    """One key position: every angle in degrees, by its full name. `hold` is a share of the cycle, `takes` a weight."""

    name: str
    angles: Mapping[str, float]
    anchor: Anchor
    reaches: Mapping[str, Reach]
    hold: float
    takes: float


@dataclass(frozen=True, slots=True)
class Prop:
    """A thing. `spots` are its places by the name of the field, `sizes` its numbers, `words` its texts.

    Places and numbers are one for the whole drawing, or one for each pose.
    """

    kind: str
    spots: Mapping[str, tuple[Spot, ...]]
    sizes: Mapping[str, tuple[float, ...]]
    words: Mapping[str, str]
    outline: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """One exercise drawn. `moves` says in words what moves; `cycle` is back (there and back) or round; `end` is
    the pose that stands beside the first where nothing may move."""

    exercise: str
    view: str
    faces: str
    moves: str
    seconds: float
    cycle: str
    zoom: float | None
    focus: tuple[float, float] | None
    arms: str
    end: int
    props: tuple[Prop, ...]
    poses: tuple[Pose, ...]
    feet: str = "shoes"

    @property
    def sides(self) -> tuple[str, str]:
        return SIDES[self.view]

    @property
    def floor(self) -> float | None:
        """How low a body may reach; None without a floor."""
        return next((prop.sizes["y"][0] for prop in self.props if prop.kind == "floor"), None)


class FigureError(ValueError):
    """A body that cannot be: which field of the pose, and why."""

    def __init__(self, key: str, message: str) -> None:
        self.key, self.message = key, message
        super().__init__(f"{key}: {message}")
