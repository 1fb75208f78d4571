"""The little geometry of three dimensions a drawn body needs. x to the right, y down, z towards the onlooker."""

from __future__ import annotations

import math
from dataclasses import dataclass

Vector = tuple[float, float, float]


def plus(a: Vector, b: Vector, times: float = 1.0) -> Vector:
    """`a` and `times` `b`."""
    return (a[0] + b[0] * times, a[1] + b[1] * times, a[2] + b[2] * times)


def minus(a: Vector, b: Vector) -> Vector:
    return plus(a, b, -1.0)


def dot(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def length(a: Vector) -> float:
    return math.sqrt(dot(a, a))


def unit(a: Vector) -> Vector:
    """The same direction, one long; the null vector stays."""
    size = length(a)
    return plus((0.0, 0.0, 0.0), a, 1 / size) if size > 1e-9 else a


def between(a: Vector, b: Vector, share: float) -> Vector:
    return plus(a, minus(b, a), share)


def turned(a: Vector, towards: Vector, degrees: float) -> Vector:
    """Unit `a` turned by `degrees` towards `towards`, a unit vector at a right angle to it."""
    angle = math.radians(degrees)
    return plus(plus((0.0, 0.0, 0.0), a, math.cos(angle)), towards, math.sin(angle))


@dataclass(frozen=True, slots=True)
class Frame:
    """The way a part of the body faces: forwards, to a side, and down along it; three unit vectors."""

    forward: Vector
    side: Vector
    down: Vector

    def pitched(self, degrees: float) -> Frame:
        """Bent forwards: what is up goes forwards."""
        return Frame(
            turned(self.forward, self.down, degrees),
            self.side,
            turned(self.down, plus((0, 0, 0), self.forward, -1), degrees),
        )

    def leant(self, degrees: float) -> Frame:
        """Leant away from `side`: what is up goes to the other side."""
        return Frame(
            self.forward,
            turned(self.side, plus((0, 0, 0), self.down, -1), degrees),
            turned(self.down, self.side, degrees),
        )

    def swung(self, degrees: float) -> Frame:
        """Turned about its own length: what is in front goes towards `side`."""
        return Frame(
            turned(self.forward, self.side, degrees),
            turned(self.side, plus((0, 0, 0), self.forward, -1), degrees),
            self.down,
        )

    def mirrored(self) -> Frame:
        """The same for a limb of the other side: `side` is always outwards."""
        return Frame(self.forward, plus((0, 0, 0), self.side, -1), self.down)


def middle_joint(
    root: Vector, end: Vector, upper: float, lower: float, towards: Vector
) -> tuple[Vector, Vector]:
    """Where the knee or elbow of two bones lies, bent `towards`, and the end as far as the bones reach."""
    span = min(max(length(minus(end, root)), abs(upper - lower) + 0.5), upper + lower - 1e-3)
    along = unit(minus(end, root))
    across = unit(plus(towards, along, -dot(towards, along)))
    share = (upper * upper + span * span - lower * lower) / (2 * span)
    height = math.sqrt(max(upper * upper - share * share, 0.0))
    return plus(plus(root, along, share), across, height), plus(root, along, span)
