"""Where a prop is at one moment: its spots go with the body."""

from __future__ import annotations

from programs.exercises.figures import definitions as d
from programs.exercises.figures.body import Skeleton
from programs.exercises.figures.paint import Point, towards
from programs.exercises.figures.person import flat
from programs.exercises.figures.vectors import plus


class Placed:
    """A prop of this moment: where its spots are, and its sizes."""

    def __init__(self, drawing: d.Drawing, body: Skeleton, prop: d.Prop) -> None:
        self.prop, self._drawing, self._body = prop, drawing, body

    def size(self, name: str) -> float:
        values = self.prop.sizes[name]
        if len(values) == 1:
            return values[0]
        before, after, way = self._body.way
        return values[before] + (values[after] - values[before]) * way

    def word(self, name: str) -> str:
        return self.prop.words[name]

    def has(self, name: str) -> bool:
        return name in self.prop.spots

    def spot(self, name: str = "at") -> Point:
        places = self.prop.spots[name]
        if len(places) == 1:
            return self._flat(places[0])
        before, after, way = self._body.way
        return towards(self._flat(places[before]), self._flat(places[after]), way)

    def _flat(self, spot: d.Spot) -> Point:
        if not spot.on:
            return spot.at
        point = plus(self._body[spot.on], (*spot.at, spot.depth or 0.0))
        return flat(self._drawing.view, point)

    def ends(self) -> tuple[Point, Point]:
        return self.spot("from"), self.spot("to")
