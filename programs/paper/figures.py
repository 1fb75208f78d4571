"""The drawing of an exercise, as paper shows it."""

from __future__ import annotations

from programs.exercises.figures import pair_svg
from programs.exercises.figures.reading import known_drawings


def figure_of(library_id: str) -> bytes | None:
    """The start and the end position as one SVG; None where there is no drawing, and then no room is left for one."""
    return pair_svg(library_id).encode() if library_id in known_drawings() else None
