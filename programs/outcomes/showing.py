"""Finished facts for the pages: each question over time for clinicians, and what got better for the patient."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from assessments.screens.outcomes import Change, Measure
from programs.outcomes import charts, words
from programs.outcomes.charts import Chart
from programs.outcomes.given import Given, compared_since
from programs.outcomes.judging import Point, averages, judged
from programs.outcomes.models import Activity
from programs.outcomes.reading import load_schedule
from programs.outcomes.schedule import ACTIVITIES, CHANGE, MOST_ACTIVITIES, PAIN, Asked
from programs.outcomes.words import VERDICTS, Verdict


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table beside a chart. `who` is empty for an average."""

    on_day: dt.date
    number: str
    who: str
    is_before: bool


@dataclass(frozen=True, slots=True)
class Series:
    """One question over time. `rows` are the newest first; `retired_at` is an activity's that left the list."""

    id: str
    title: str
    scale: str
    better: str
    verdict: Verdict
    course: str
    counts_from: str
    note: str
    sources: list[str]
    chart: Chart
    has_start: bool
    rows: list[Row]
    retired_at: dt.datetime | None = None


def over_time(given: Given, *, began_at: dt.datetime | None) -> list[Series]:
    """Every question with an answer. `began_at` is the present course's; answers of before are not compared."""
    since = compared_since(given, began_at)
    found: list[Series] = []
    for asked in load_schedule().asked.values():
        if asked.id == ACTIVITIES:
            found += _activities(given, asked, since)
        elif points := given.points(asked.id):
            title = asked.measure.name if asked.is_total else asked.title
            found.append(_series(asked.id, title, asked.measure, points, since, _who(given, asked.id)))
    return found


def _activities(given: Given, asked: Asked, since: dt.date | None) -> Iterator[Series]:
    listed = given.listed
    if len(listed) > 1:
        points = averages({one.pk: given.points(asked.id, one.pk) for one in listed})
        title = f"Average of the {len(listed)} activities on the list"
        if points:
            yield _series("psfs-average", title, asked.measure_of(len(listed)), points, since, {})
    for one in (*listed, *(one for one in given.activities if not one.is_listed)):
        if points := given.points(asked.id, one.pk):
            yield _of_activity(given, one, asked, points, since)


def _of_activity(
    given: Given, one: Activity, asked: Asked, points: tuple[Point, ...], since: dt.date | None
) -> Series:
    who = _who(given, asked.id, one.pk)
    return _series(
        f"{asked.id}-{one.pk}", f"“{one.words}”", asked.measure_of(1), points, since, who, one.retired_at
    )


def _series(
    id: str,
    title: str,
    measure: Measure,
    points: tuple[Point, ...],
    since: dt.date | None,
    who: dict[dt.date, str],
    retired_at: dt.datetime | None = None,
) -> Series:
    found = judged(measure, points, since=since)
    start = found.start.on_day if found.start and measure.id != CHANGE else None
    low, high = int(measure.minimum or 0), int(measure.maximum or 0)
    return Series(
        id=id,
        title=title,
        scale=f"{words.number(low, measure)} to {words.number(high, measure)}",
        better=words.BETTER[measure.better],
        verdict=VERDICTS[found.change],
        course=words.course(found, measure),
        counts_from=words.counts_from(measure),
        note=measure.note,
        sources=words.sources(measure),
        chart=charts.chart(points, low=low, high=high, no_change=found.no_change, start=start),
        has_start=start is not None,
        rows=[
            Row(
                one.on_day,
                words.number(one.number, measure),
                who.get(one.on_day, ""),
                is_before=since is not None and one.on_day < since,
            )
            for one in reversed(points)
        ],
        retired_at=retired_at,
    )


def _who(given: Given, measure: str, activity: int = 0) -> dict[dt.date, str]:
    """Day → where it was answered, who entered it at the clinic, and what it corrected."""
    found = {}
    for one in given.by_question.get((measure, activity), ()):
        where = "At home" if one.where == one.Where.HOME else f"At the clinic, {one.given_by}"
        before = ", ".join(map(str, given.corrected.get(one.pk, ())))
        found[one.on_day] = f"{where}; before that {before}" if before else where
    return found


@dataclass(frozen=True, slots=True)
class Told:
    """One question as the patient sees it: two numbers as bars, 0 to 100 wide, and what they mean."""

    title: str
    text: str
    change: Change
    start: str = ""
    now: str = ""
    start_share: str = ""
    now_share: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """What got better, and the rest. Nothing smaller than the rule's change is called better or worse."""

    better: list[Told]
    rest: list[Told]

    @property
    def is_harder(self) -> bool:
        return any(one.change is Change.WORSE for one in self.rest)


def picture(given: Given, *, began_at: dt.datetime | None) -> Picture:
    """The patient's own answers, told to them: their activities, pain, and the change they see."""
    since = compared_since(given, began_at)
    asked = load_schedule().asked
    told = [
        _told(f"“{one.words}”", asked[ACTIVITIES], 1, given.points(ACTIVITIES, one.pk), since)
        for one in given.listed[:MOST_ACTIVITIES]
    ]
    told += [
        _told(words.PLAIN_TITLES[id], asked[id], MOST_ACTIVITIES, given.points(id), since)
        for id in (PAIN, CHANGE)
    ]
    shown = [one for one in told if one is not None]
    return Picture(
        better=[one for one in shown if one.change is Change.IMPROVED],
        rest=[one for one in shown if one.change is not Change.IMPROVED],
    )


def _told(
    title: str, asked: Asked, count: int, points: tuple[Point, ...], since: dt.date | None
) -> Told | None:
    """None where nothing was answered in this course."""
    measure = asked.measure_of(count)
    found = judged(measure, points, since=since)
    if found.start is None or found.last is None:
        return None
    text = words.PLAIN[asked.id][found.change]
    if asked.id == CHANGE:
        return Told(title, text, found.change)
    return Told(title, text, found.change, *_numbers(found.start, found.last, asked))


def _numbers(start: Point, last: Point, asked: Asked) -> tuple[str, str, str, str]:
    """Start and now in words and as shares; of a single answer only the start."""
    low, high = asked.lowest, asked.highest
    first = words.number(start.number, asked.measure)
    first_share = charts.share(start.number, low=low, high=high)
    if start == last:
        return first, "", first_share, ""
    now_share = charts.share(last.number, low=low, high=high)
    return first, words.number(last.number, asked.measure), first_share, now_share
