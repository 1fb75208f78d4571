"""Where a prop is at one moment: its spots go with the body."""

from __future__ import annotations

from programs.exercises.figures import definitions as d
from programs.exercises.figures.body import Skeleton
from programs.exercises.figures.paint import Point
from programs.exercises.figures.person import flat
from programs.exercises.figures.vectors import plus


class Placed:
    """A prop of this moment: where its spots are, and its sizes."""

    def __init__(self, drawing: d.Drawing, body: Skeleton, prop: d.Prop) -> None:
        self.prop, self._drawing, self._body = prop, drawing, body

    def size(self, name: str) -> float:
        return self.prop.sizes[name]

    def word(self, name: str) -> str:
        return self.prop.words[name]

    def has(self, name: str) -> bool:
        return name in self.prop.spots

    def spot(self, name: str = "at") -> Point:
        spot = self.prop.spots[name]
        if not spot.on:
            return spot.at
        point = plus(self._body[spot.on], (*spot.at, spot.depth or 0.0))
        return flat(self._drawing.view, point)

    def ends(self) -> tuple[Point, Point]:
        return self.spot("from"), self.spot("to")
