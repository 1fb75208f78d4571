"""Outcome measures: how much one must change before we may call it a change.

A smaller difference than the measure's own error is never reported as progress. Plain Python, no Django.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeAlias, cast

from assessments.screens.reading import load_screen
from clinic.knowledge.files import Head, open_file
from clinic.knowledge.reading import Entry, Problem, unique
from clinic.knowledge.sources import load_sources

OUTCOMES = Path(__file__).parent / "outcome_measures"

Better: TypeAlias = Literal["lower", "higher", "none"]
BETTER: tuple[Better, ...] = ("lower", "higher", "none")
SHIPPING = ("may ship", "own wording only", "total only")


class Change(StrEnum):
    """What may be said of two values of one measure."""

    IMPROVED = "improved"
    WORSE = "worse"
    WITHIN_ERROR = "no change beyond measurement error"
    NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Measure:
    """One outcome measure. `minimum` and `maximum` are None for an event; `mdc` and `mcid` None when not known.

    `items` says what may be shown of a questionnaire: "may ship", "own wording only", or "total only".
    """

    id: str
    name: str
    minimum: float | None
    maximum: float | None
    better: Better
    mdc: float | None
    mcid: float | None
    note: str
    when: str
    licence: str
    items: str
    source: tuple[str, ...]

    @property
    def smallest_change(self) -> float | None:
        """The larger of MDC and MCID, in the measure's own points; None when neither is known: show the trend only."""
        return max((one for one in (self.mdc, self.mcid) if one is not None), default=None)


@dataclass(frozen=True, slots=True)
class Threshold:
    """How far a test's value (an item, or a value computed from items) must move, in its own unit, either way."""

    id: str
    change: float
    note: str
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """All measures and thresholds of one file, by id."""

    head: Head
    fingerprint: str
    rule: str
    measures: Mapping[str, Measure]
    thresholds: Mapping[str, Threshold]

    @property
    def label(self) -> str:
        """`name.vN`, stored with everything that was judged by it."""
        return f"{self.head.name}.v{self.head.version}"


def changed_beyond_error(measure: Measure, before: float | None, after: float | None) -> Change:
    """Improved or worse only when the change reaches the larger of MDC and MCID.

    Not known when a value is missing, when neither MDC nor MCID is known, or when the measure has no better end.
    A rating of change, such as groc, is compared with 0. Raises ValueError for a value outside the measure's range.
    """
    for value in (before, after):
        _check_range(measure, value)
    needed = measure.smallest_change
    if before is None or after is None or needed is None or measure.better == "none":
        return Change.NOT_KNOWN
    # Nine decimals: 6.8 - 4.8 must meet a threshold of 2 as it does on paper.
    gain = round(after - before if measure.better == "higher" else before - after, 9)
    if abs(gain) < needed:
        return Change.WITHIN_ERROR
    return Change.IMPROVED if gain > 0 else Change.WORSE


def moved_beyond_error(threshold: Threshold, before: float | None, after: float | None) -> bool | None:
    """Whether a test's value moved at least as far as its threshold, either way; None when one is missing."""
    if before is None or after is None:
        return None
    return round(abs(after - before), 9) >= threshold.change


def _check_range(measure: Measure, value: float | None) -> None:
    if value is None or measure.minimum is None or measure.maximum is None:
        return
    if not math.isfinite(value) or not measure.minimum <= value <= measure.maximum:
        allowed = f"{measure.minimum:g} to {measure.maximum:g}"
        raise ValueError(
            f"{measure.name} allows {allowed}; given was {value:g}. Nothing was compared: correct the value."
        )


@lru_cache(maxsize=8)
def load_outcomes(version: int | None = None, folder: Path = OUTCOMES) -> Outcomes:
    """The outcome measures, verified against PUBLISHED; without `version`, the newest. Raises KnowledgeError."""
    file = open_file(folder, "outcomes", version)
    entry, sources = file.entry, load_sources()
    fields = _fields(entry)
    measures: dict[str, Measure] = {}
    for row in entry.tables("measures"):
        measure = _measure(row, sources)
        unique(measures, row, "id", measure.id)
        measures[measure.id] = measure
    thresholds: dict[str, Threshold] = {}
    for row in entry.tables("thresholds"):
        threshold = _threshold(row, fields, sources)
        unique(thresholds, row, "id", threshold.id)
        thresholds[threshold.id] = threshold
    outcomes = Outcomes(
        head=file.head,
        fingerprint=file.fingerprint,
        rule=entry.text("rule"),
        measures=MappingProxyType(measures),
        thresholds=MappingProxyType(thresholds),
    )
    entry.done()
    return outcomes


def _fields(entry: Entry) -> frozenset[str]:
    """What the pinned screens measure or compute: all that a threshold may name."""
    found: set[str] = set()
    for pin in entry.texts("screens"):
        name, _, number = pin.rpartition(".v")
        if not name or not number.isdigit():
            raise entry.error(Problem.MALFORMED, "screens", f"{pin!r} is not written name.vN")
        screen = load_screen(name, int(number))
        found.update(screen.items, screen.derived)
    return frozenset(found)


def _measure(entry: Entry, sources: Collection[str]) -> Measure:
    measure = Measure(
        id=entry.text("id"),
        name=entry.text("name"),
        minimum=entry.number_or_none("min"),
        maximum=entry.number_or_none("max"),
        better=cast(Better, entry.choice("better", BETTER)),
        mdc=entry.number_or_none("mdc"),
        mcid=entry.number_or_none("mcid"),
        note=entry.text("note"),
        when=entry.text("when"),
        licence=entry.text("licence"),
        items=entry.choice("items", SHIPPING),
        source=entry.sources(sources),
    )
    _check_numbers(entry, measure)
    entry.done()
    return measure


def _check_numbers(entry: Entry, measure: Measure) -> None:
    low, high = measure.minimum, measure.maximum
    if (low is None) != (high is None) or (low is not None and high is not None and low >= high):
        raise entry.error(
            Problem.MALFORMED, "min, max", "are both given, the smaller first, or both left out"
        )
    if measure.better != "none" and low is None:
        raise entry.error(Problem.MALFORMED, "min, max", "a measure with a better end needs its range")
    for key, value in (("mdc", measure.mdc), ("mcid", measure.mcid)):
        if value is not None and not (math.isfinite(value) and value > 0):
            raise entry.error(Problem.MALFORMED, key, f"is more than 0, not {value:g}")


def _threshold(entry: Entry, fields: Collection[str], sources: Collection[str]) -> Threshold:
    id = entry.text("id")
    entry.ids("id", (id,), fields)
    change = entry.number_or_none("change")
    if change is None or not (math.isfinite(change) and change > 0):
        raise entry.error(Problem.MALFORMED, "change", "is missing or not more than 0")
    threshold = Threshold(id, change, entry.text("note", ""), entry.sources(sources))
    entry.done()
    return threshold
