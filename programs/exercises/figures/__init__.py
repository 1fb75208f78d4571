"""How each exercise is drawn: a person of joint angles, moved through key poses. Plain Python, no Django."""

from __future__ import annotations

from functools import lru_cache

from programs.exercises.figures import drawing
from programs.exercises.figures.reading import known_drawings
from programs.exercises.reading import load_library


def has_figure(exercise_id: str) -> bool:
    """Whether this exercise is drawn."""
    return exercise_id in known_drawings()


@lru_cache(maxsize=512)
def moving_svg(exercise_id: str, *, moving: bool = True) -> str:
    """The figure of an exercise for a page; empty when it is not drawn."""
    found = known_drawings().get(exercise_id)
    return drawing.moving_svg(found, _name(exercise_id), moving=moving) if found else ""


@lru_cache(maxsize=512)
def pair_svg(exercise_id: str, *, classed: bool = False) -> str:
    """Start and end side by side, for print: in grey and without classes unless `classed`; empty when not drawn."""
    found = known_drawings().get(exercise_id)
    return drawing.pair_svg(found, _name(exercise_id), classed=classed) if found else ""


def _name(exercise_id: str) -> str:
    return load_library().exercise(exercise_id).name
