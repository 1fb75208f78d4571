"""The drawing of an exercise, as paper shows it."""

from __future__ import annotations


def figure_of(library_id: str) -> bytes | None:
    """The start and the end position as one SVG; None where there is no drawing, and then no room is left for one.

    The drawings come with `programs.exercises.figures.pair_svg`; until then there are none.
    """
    _ = library_id
    return None
