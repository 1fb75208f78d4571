"""The kinds of props and what each may say: the one list that reading, drawing and the README go by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Kind:
    """`spots` are places (a point of the picture or the body), `sizes` numbers with what holds by itself (None: must
    be said), `words` choices, the first of which holds by itself. `layer`: behind the body, in it, or before it."""

    spots: tuple[str, ...] = ()
    sizes: Mapping[str, float | None] = field(default_factory=dict)
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    layer: str = "back"
    optional: tuple[str, ...] = ()
    outline: bool = False


LEFT_RIGHT = ("right", "left")
KINDS: dict[str, Kind] = {
    # the room
    "floor": Kind(sizes={"y": 200, "from": 8, "to": 312}),
    "wall": Kind(sizes={"x": None, "top": 20, "bottom": 200}, words={"solid": LEFT_RIGHT}),
    "slope": Kind(spots=("from", "to")),
    "water": Kind(sizes={"y": None, "from": 8, "to": 312}, layer="front"),
    "treadmill": Kind(sizes={"x": 160, "y": 200, "width": 150}),
    # furniture
    "box": Kind(sizes={"x": None, "y": None, "width": 46, "bottom": 200}),
    "step": Kind(sizes={"x": None, "y": None, "width": 60, "bottom": 200}),
    "bench": Kind(sizes={"x": None, "y": None, "width": 60, "bottom": 200}),
    "chair": Kind(sizes={"x": None, "y": None, "bottom": 200}, words={"back": ("left", "right", "none")}),
    "rail": Kind(sizes={"x": None, "y": None, "bottom": 200}),
    "pad": Kind(spots=("from", "to"), sizes={"thick": 7}),
    "frame": Kind(outline=True),
    "shape": Kind(outline=True),
    "mat": Kind(sizes={"x": None, "width": 170, "y": 200}),
    "cushion": Kind(spots=("at",), sizes={"width": 30, "height": 9}),
    "bike": Kind(spots=("at", "near", "far"), optional=("near", "far")),
    # round things
    "ball": Kind(spots=("at",), sizes={"radius": 20}),
    "roller": Kind(spots=("at",), sizes={"radius": 8}),
    "slider": Kind(spots=("at",), sizes={"width": 18}, layer="front"),
    # held or worn
    "dumbbell": Kind(spots=("at",), words={"lies": ("end_on", "level", "upright")}, layer="front"),
    "kettlebell": Kind(spots=("at",), layer="front"),
    "barbell": Kind(spots=("at",), sizes={"radius": 15}, words={"seen": ("end_on", "level")}, layer="front"),
    "backpack": Kind(spots=("from", "to")),
    "cuff": Kind(spots=("from", "to"), sizes={"share": 0.88}, layer="front"),
    "device": Kind(spots=("from", "to"), layer="front"),
    "hands": Kind(spots=("at", "from"), layer="front"),
    "phone": Kind(spots=("at",)),
    "metronome": Kind(spots=("at",)),
    # lines between two places, which go with the body
    "band": Kind(spots=("from", "to"), layer="front"),
    "mini_band": Kind(spots=("from", "to"), layer="front"),
    "strap": Kind(spots=("from", "to"), layer="front"),
    "rope": Kind(spots=("from", "to"), sizes={"sag": 40}, layer="front"),
    "stick": Kind(spots=("from", "to"), layer="front"),
    # signs
    "arrow": Kind(spots=("from", "to"), sizes={"bow": 0}, layer="front"),
    "line": Kind(spots=("from", "to")),
}
