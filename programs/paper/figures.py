"""The drawing of an exercise, as paper shows it."""

from __future__ import annotations

from programs.exercises.figures import pair_svg


def figure_of(library_id: str) -> bytes | None:
    """The start and the end position as one SVG; None where there is no drawing, and then no room is left for one."""
    drawn = pair_svg(library_id)
    return drawn.encode() if drawn else None
