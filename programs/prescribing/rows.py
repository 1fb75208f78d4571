"""The exercises of a version as its page lists them: with reasons, days, sources, and what may be changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from clinic.knowledge.sources import load_sources
from programs.builder.block import Block
from programs.exercises.reading import load_library
from programs.plans.models import Exercise, Version, Waiver
from programs.prescribing import words
from programs.prescribing.forms import DoseForm
from programs.prescribing.refused import Refused


@dataclass(frozen=True, slots=True)
class Row:
    """One exercise of the version with its sources in words, and its form while the version is a draft."""

    exercise: Exercise
    number: int
    of: int
    reason: str
    sources: list[str]
    form: DoseForm | None
    refused: Refused | None
    checks: Mapping[str, str]
    days: str
    no_day: str
    ready: list[Exercise]
    waivers: list[Waiver]

    @property
    def often(self) -> str:
        return words.often(self.exercise.per_week)

    @property
    def is_first(self) -> bool:
        return self.number == 1

    @property
    def is_last(self) -> bool:
        return self.number == self.of

    @property
    def is_open(self) -> bool:
        """Drawn unfolded: a form or a change in it was refused."""
        return self.refused is not None or (self.form is not None and self.form.is_bound)


@dataclass(frozen=True, slots=True)
class Slot:
    """The exercises of one category, in the recipe's words."""

    title: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Bound:
    """A refused dose form, shown at the exercise it is of."""

    form: DoseForm | None = None
    at: int = 0


def slots(
    version: Version,
    every: Sequence[Exercise],
    block: Block[Exercise],
    waivers: Sequence[Waiver],
    bound: Bound,
    refused: Refused | None,
) -> list[Slot]:
    """The exercises in order under their categories. `every` also holds those kept ready; `block` is its weeks.

    `refused` is told at the exercise it names.
    """
    rows = _rows(version, every, block, waivers, bound, refused)
    titles = version.proposal["categories"]
    return [
        Slot(titles.get(category, category), list(found))
        for category, found in groupby(rows, key=lambda row: row.exercise.category)
    ]


def _rows(
    version: Version,
    every: Sequence[Exercise],
    block: Block[Exercise],
    waivers: Sequence[Waiver],
    bound: Bound,
    refused: Refused | None,
) -> list[Row]:
    listed = [one for one in every if one.role == Exercise.Role.LISTED]
    days, snapshot = _days(block), version.proposal
    return [
        Row(
            exercise=exercise,
            number=number,
            of=len(listed),
            reason=snapshot.get("reasons", {}).get(exercise.library_id, exercise.why),
            sources=[words.cited(id, {**_source(id), **snapshot["sources"]}) for id in exercise.sources],
            refused=refused if refused and refused.at == exercise.pk else None,
            checks=snapshot.get("checks", {}).get(exercise.library_id) or _checks(exercise),
            form=_form(version, exercise, every, bound),
            days=days.get(exercise.pk, "No day"),
            no_day=block.left_out.get(exercise.library_id, ""),
            ready=_ready(every, exercise),
            waivers=[one for one in waivers if one.library_id == exercise.library_id],
        )
        for number, exercise in enumerate(listed, start=1)
    ]


def _source(id: str) -> dict[str, str]:
    """A source that came into the version with an exercise put in later, as proposals keep theirs."""
    known = load_sources().get(id)
    return {id: f"{known.citation} ({known.kind})"} if known else {}


def _checks(exercise: Exercise) -> dict[str, str]:
    """The same for what must be so and what must not: the library's words of today."""
    one = load_library().exercises.get(exercise.library_id)
    if one is None:
        return {}
    not_with = "; ".join(one.contraindications)
    return {"only_when": words.readable(one.prerequisite), "not_with": words.readable(not_with)}


def _ready(every: Sequence[Exercise], exercise: Exercise) -> list[Exercise]:
    return [one for one in every if one.instead_of_id == exercise.pk]


def _form(version: Version, exercise: Exercise, every: Sequence[Exercise], bound: Bound) -> DoseForm | None:
    if not version.is_draft:
        return None
    if bound.form and bound.at == exercise.pk:
        return bound.form
    return DoseForm(exercise=exercise, ready=_ready(every, exercise))


def _days(block: Block[Exercise]) -> dict[int, str]:
    found: dict[int, list[str]] = {}
    for day in block.week(1).days:
        for exercise in day.all:
            found.setdefault(exercise.pk, []).append(day.name)
    return {pk: words.days_of(days) for pk, days in found.items()}
