"""When each outcome measure is asked: values in, values out, no database and no clock.

Weeks are counted in days of the patient's own calendar, so that no change of the clocks moves a question.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from assessments.screens.outcomes import Measure

PAIN, ACTIVITIES, CHANGE = "nprs", "psfs", "groc"
MOST_ACTIVITIES = 3
TOTAL_ONLY = "total only"


@dataclass(frozen=True, slots=True)
class Asked:
    """One measure as it is asked. A licensed questionnaire (`is_total`) has no words for patients.

    `one_alone` is the smallest change of one activity, or of the average of fewer than three.
    """

    measure: Measure
    title: str
    weeks: tuple[int, ...]
    ask: str
    help: str
    low: str
    high: str
    once_begun: bool
    one_alone: float | None
    source: tuple[str, ...]

    @property
    def id(self) -> str:
        return self.measure.id

    @property
    def is_total(self) -> bool:
        """Only a total is stored, entered by a clinician: the items are under licence."""
        return self.measure.items == TOTAL_ONLY

    @property
    def lowest(self) -> int:
        return int(self.measure.minimum or 0)

    @property
    def highest(self) -> int:
        return int(self.measure.maximum or 0)

    def measure_of(self, count: int) -> Measure:
        """The measure with the change that counts for `count` activities rated together."""
        if self.one_alone is None or count >= MOST_ACTIVITIES:
            return self.measure
        return dataclasses.replace(self.measure, mdc=self.one_alone)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Every measure that is asked, by its id, and how long a question stays open."""

    label: str
    outcomes: str
    open_days: int
    early_days: int
    baseline_days: int
    asked: Mapping[str, Asked]


@dataclass(frozen=True, slots=True)
class Round:
    """One time a measure is asked: open from `opens_on`, closed on `closes_on`; answers count from `counts_from`."""

    week: int
    counts_from: dt.date
    opens_on: dt.date
    closes_on: dt.date

    @property
    def last_day(self) -> dt.date:
        return self.closes_on - dt.timedelta(days=1)

    def is_open(self, today: dt.date) -> bool:
        return self.opens_on <= today < self.closes_on

    def is_answered(self, days: Collection[dt.date]) -> bool:
        return any(self.counts_from <= day < self.closes_on for day in days)


class State(StrEnum):
    """What became of a round. Missed is a fact for the chart, never a reproach."""

    TO_COME = "to come"
    DUE = "due"
    ANSWERED = "answered"
    MISSED = "missed"


def rounds(schedule: Schedule, asked: Asked, began_on: dt.date) -> tuple[Round, ...]:
    """Every time this measure is asked of somebody whose program began on that day, soonest first."""
    return tuple(_round(schedule, began_on, week) for week in asked.weeks)


def _round(schedule: Schedule, began_on: dt.date, week: int) -> Round:
    opens_on = began_on + dt.timedelta(weeks=week)
    early = schedule.early_days if week else schedule.baseline_days
    return Round(
        week=week,
        counts_from=opens_on - dt.timedelta(days=early),
        opens_on=opens_on,
        closes_on=opens_on + dt.timedelta(days=schedule.open_days),
    )


def state(round: Round, answered: Collection[dt.date], today: dt.date) -> State:
    """`answered` are the days with an answer to this question."""
    if round.is_answered(answered):
        return State.ANSWERED
    if today < round.opens_on:
        return State.TO_COME
    return State.DUE if today < round.closes_on else State.MISSED


@dataclass(frozen=True, slots=True)
class Subject:
    """One activity that is rated: its row's id, and the day it was named."""

    id: int
    named_on: dt.date


Days = Mapping[tuple[str, int], Collection[dt.date]]  # (measure, activity or 0) → days with an answer


@dataclass(frozen=True, slots=True)
class Standing:
    """How one question stands today. `activity` is 0 where none is rated; of the activities' measure that means that
    the patient has named none yet, and what waits is to name one."""

    asked: Asked
    activity: int
    due: Round | None
    next: Round | None
    missed: tuple[Round, ...]


def standing(
    schedule: Schedule,
    *,
    began_on: dt.date,
    today: dt.date,
    answered: Days,
    activities: Iterable[Subject],
) -> tuple[Standing, ...]:
    """Every question of this course, in the order it is asked; a questionnaire nobody began is left out."""
    found = []
    subjects = list(activities)
    for asked in schedule.asked.values():
        all_rounds = rounds(schedule, asked, began_on)
        if asked.id == ACTIVITIES:
            found += _of_activities(asked, all_rounds, today, answered, subjects)
        elif not asked.once_begun or answered.get((asked.id, 0)):
            found.append(_stands(asked, 0, all_rounds, answered.get((asked.id, 0), ()), today))
    return tuple(found)


def _of_activities(
    asked: Asked, all_rounds: tuple[Round, ...], today: dt.date, answered: Days, subjects: list[Subject]
) -> list[Standing]:
    """One for each activity, from the round it was named in; without any, the naming itself."""
    if not subjects:
        # An activity that was rated in this round and taken off the list since is an answer too.
        rated = [day for (measure, _), days in answered.items() if measure == ACTIVITIES for day in days]
        return [_stands(asked, 0, all_rounds, rated, today)]
    return [
        _stands(
            asked,
            one.id,
            tuple(round for round in all_rounds if round.closes_on > one.named_on),
            answered.get((asked.id, one.id), ()),
            today,
        )
        for one in subjects
    ]


def _stands(
    asked: Asked,
    activity: int,
    all_rounds: tuple[Round, ...],
    answered: Collection[dt.date],
    today: dt.date,
) -> Standing:
    states = [(round, state(round, answered, today)) for round in all_rounds]
    return Standing(
        asked=asked,
        activity=activity,
        due=next((round for round, what in states if what is State.DUE), None),
        next=next((round for round, what in states if what is State.TO_COME), None),
        missed=tuple(round for round, what in states if what is State.MISSED),
    )


def is_open(schedule: Schedule, asked: Asked, *, began_on: dt.date, today: dt.date) -> bool:
    """Whether this measure is asked of patients now, answered or not: an answer can be given again until it closes."""
    return not asked.is_total and any(round.is_open(today) for round in rounds(schedule, asked, began_on))


def has_begun(asked: Asked, *, began_on: dt.date, today: dt.date) -> bool:
    """Whether this measure was ever asked: nobody rates a change on the day they begin."""
    return today >= began_on + dt.timedelta(weeks=asked.weeks[0])
