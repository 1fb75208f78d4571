"""The clinic's starting points as clinicians read them: what each holds, who kept it, and whether it is in use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assessments.screens.offered import place_of
from programs.exercises.reading import load_library
from programs.plans.doses import Dose
from programs.plans.models import StartingPoint


@dataclass(frozen=True, slots=True)
class Shown:
    """One starting point; `exercises` are (name, dose in words). `place` is empty where there is one screen only."""

    pk: int
    name: str
    note: str
    place: str
    phase: str
    exercises: Sequence[tuple[str, str]]
    made_by: str
    made_at: dt.datetime
    retired_at: dt.datetime | None


def starting_points() -> tuple[list[Shown], list[Shown]]:
    """Those in use by name, and those retired, the last one first. One query."""
    rows = [_shown(one) for one in StartingPoint.objects.select_related("made_by")]
    in_use = [one for one in rows if one.retired_at is None]
    retired = [(one.retired_at, one) for one in rows if one.retired_at is not None]
    return in_use, [one for _, one in sorted(retired, key=lambda row: row[0], reverse=True)]


def _shown(point: StartingPoint) -> Shown:
    return Shown(
        pk=point.pk,
        name=point.name,
        note=point.note,
        place=place_of(point.catalogue),
        phase=point.phase,
        exercises=list(_exercises(point.exercises)),
        made_by=str(point.made_by),
        made_at=point.made_at,
        retired_at=point.retired_at,
    )


def _exercises(kept: Sequence[Mapping[str, Any]]) -> Iterable[tuple[str, str]]:
    """By the library of today; one that left it says so."""
    library = load_library().exercises
    for one in kept:
        exercise = library.get(one["library_id"])
        name = (
            exercise.name
            if exercise
            else f"{one['library_id'].replace('_', ' ')} (not in the library any more)"
        )
        each_side = exercise is not None and exercise.laterality == "unilateral"
        yield name, Dose(one["sets"], one["reps"], one["hold_s"], one["rest_s"], each_side).in_words()
