"""Reads the schedule of measures, and proves that it says nothing a licence forbids."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

from assessments.screens.outcomes import Measure, load_outcomes
from clinic.knowledge.files import open_file
from clinic.knowledge.reading import Entry, Problem, unique
from clinic.knowledge.sources import load_sources
from programs.outcomes.schedule import ACTIVITIES, CHANGE, PAIN, TOTAL_ONLY, Asked, Schedule

SCHEDULES = Path(__file__).parent / "schedules"
WORDS = ("ask", "help", "low", "high")


@lru_cache(maxsize=8)
def load_schedule(version: int | None = None, folder: Path = SCHEDULES) -> Schedule:
    """The schedule, verified against PUBLISHED; without `version`, the newest. Raises KnowledgeError."""
    file = open_file(folder, "asked", version)
    entry, sources = file.entry, load_sources()
    outcomes = entry.text("outcomes")
    measures = load_outcomes(_version(entry, outcomes)).measures
    open_days, early_days, baseline_days = (
        _days(entry, key) for key in ("open_days", "early_days", "baseline_days")
    )
    asked: dict[str, Asked] = {}
    for row in entry.tables("asked", named_by="measure"):
        one = _asked(row, measures, sources, apart=open_days + early_days)
        unique(asked, row, "measure", one.id)
        asked[one.id] = one
    for id in (PAIN, ACTIVITIES, CHANGE):
        if id not in asked:
            raise entry.error(Problem.MALFORMED, "asked", f"says nothing of {id}, which patients are asked")
    entry.done()
    return Schedule(file.label, outcomes, open_days, early_days, baseline_days, MappingProxyType(asked))


def _version(entry: Entry, label: str) -> int:
    name, _, number = label.rpartition(".v")
    if name != "outcomes" or not number.isdigit():
        raise entry.error(Problem.MALFORMED, "outcomes", f"{label!r} is not written outcomes.vN")
    return int(number)


def _days(entry: Entry, key: str) -> int:
    days = entry.whole(key)
    if days < 1:
        raise entry.error(Problem.MALFORMED, key, f"is one day or more, not {days}")
    return days


def _asked(entry: Entry, measures: Any, sources: Collection[str], *, apart: int) -> Asked:
    id = entry.text("measure")
    entry.ids("measure", (id,), measures)
    measure: Measure = measures[id]
    _check_range(entry, measure)
    ask, help, low, high = (entry.text(key, "") for key in WORDS)
    asked = Asked(
        measure=measure,
        title=entry.text("title"),
        weeks=_weeks(entry, apart),
        ask=ask,
        help=help,
        low=low,
        high=high,
        once_begun=entry.flag("once_begun", default=False),
        one_alone=entry.number_or_none("one_alone"),
        source=entry.sources(sources),
    )
    _check_words(entry, asked)
    entry.done()
    return asked


def _check_range(entry: Entry, measure: Measure) -> None:
    ends = (measure.minimum, measure.maximum)
    if any(end is None or end != int(end) for end in ends):
        raise entry.error(
            Problem.MALFORMED, "measure", f"{measure.id} has no range of whole numbers to ask for"
        )


def _weeks(entry: Entry, apart: int) -> tuple[int, ...]:
    weeks = entry.take("weeks")
    whole = isinstance(weeks, list) and all(type(week) is int and week >= 0 for week in weeks)
    if not whole or not weeks or sorted(set(weeks)) != weeks:
        raise entry.error(
            Problem.MALFORMED, "weeks", "must hold whole weeks from 0 on, each once, soonest first"
        )
    if any((later - week) * 7 < apart for week, later in pairwise(weeks)):
        raise entry.error(
            Problem.MALFORMED, "weeks", f"must lie {apart} days apart, or one answer would be two"
        )
    return tuple(weeks)


def _check_words(entry: Entry, asked: Asked) -> None:
    """A licensed item is never shown: a measure of which only the total is kept has no question for patients."""
    said = [key for key in WORDS if getattr(asked, key)]
    if asked.is_total and said:
        raise entry.error(
            Problem.MALFORMED,
            said[0],
            f"must be left out: of a measure that is {TOTAL_ONLY!r} nothing is asked",
        )
    if not asked.is_total and len(said) != len(WORDS):
        raise entry.error(Problem.MALFORMED, "ask", f"needs {', '.join(WORDS)}: a patient reads them")
    if asked.once_begun and not asked.is_total:
        raise entry.error(Problem.MALFORMED, "once_begun", "is for questionnaires: nobody else begins one")
    if asked.one_alone is not None and (asked.id != ACTIVITIES or not asked.one_alone > 0):
        raise entry.error(Problem.MALFORMED, "one_alone", "is more than 0, and for the activities alone")
