"""The numbers of the desk as finished facts: a line for each week and each clinician, two charts, and the download."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode

from clinic.booking.free import clinic_zone
from clinic.booking.numbers import Numbers, count
from clinic.booking.opening import Days
from clinic.booking.tallies import Quarters, Tally, Waits
from clinic.desk.forms.numbers import DaysForm, last_weeks
from clinic.ui.bars import bar_chart
from clinic.ui.spreadsheet import Cell

NOT_KNOWN = "not known"
HEADINGS = [
    "Open hours",
    "Booked hours",
    "Utilisation",
    "Visits",
    "Online",
    "No-shows",
    "Cancelled",
    "Filled again",
    "Overbooked",
    "First assessments",
    "Days from booking",
    "Days from registering",
]
COLUMNS = [
    "Week beginning",
    "Clinician",
    "Open minutes",
    "Booked minutes",
    "Utilisation %",
    "Visits booked",
    "Booked by the desk",
    "Booked online",
    "Visits whose time has come",
    "No-shows",
    "Cancelled",
    "Cancelled and filled again",
    "Overbooked",
    "First assessments",
    *(
        f"Days from {what}: {part}"
        for what in ("booking", "registering")
        for part in ("25 %", "50 %", "75 %")
    ),
]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: what it is about, and its cells in the order of HEADINGS."""

    name: str
    cells: list[tuple[str, str]]

    @classmethod
    def of(cls, name: str, tally: Tally, waits: Waits) -> Line:
        shown = [
            f"{tally.open_hours:,.1f}" if tally.open else "none",
            f"{tally.used_hours:,.1f}",
            percent(tally.utilisation),
            f"{tally.booked:,}",
            f"{tally.online:,}",
            _with_share(tally.no_shows, tally.no_show_share),
            f"{tally.cancelled:,}",
            _with_share(tally.filled, tally.filled_share),
            f"{tally.overbooked:,}",
            f"{waits.people:,}",
            quarters(waits.booked),
            quarters(waits.registered),
        ]
        return cls(name, list(zip(HEADINGS, shown, strict=True)))


def asked(given: QueryDict, *, now: dt.datetime) -> tuple[DaysForm, Days | None]:
    """The form as it is drawn, and the days it names: the last eight weeks while nobody chose; None when unreadable."""
    zone = clinic_zone()
    if "first" not in given and "last" not in given:
        days = last_weeks(timezone.localdate(now, zone), zone)
        return DaysForm(initial={"first": days.first, "last": days.last}), days
    form = DaysForm(given)
    return form, form.days(zone) if form.is_valid() else None


def facts(form: DaysForm, days: Days | None, *, now: dt.datetime) -> dict[str, Any]:
    """Everything the page shows."""
    if days is None:
        return {"form": form}
    found = count(days, now=now)
    weeks = [(_week(week), week) for week in found.weeks]
    whole = Line.of("All of them", found.tally(), found.wait())
    return {
        "form": form,
        "days": days,
        "headings": HEADINGS,
        "whole": whole,
        "is_empty": not found.clinicians,
        "by_week": [Line.of(words, found.tally(week=week), found.wait(week=week)) for words, week in weeks],
        "by_clinician": [
            Line.of(str(person), found.tally(clinician=person.pk), found.wait(clinician=person.pk))
            for person in found.clinicians
        ],
        "used_chart": bar_chart(
            [(words, _hundredths(found.tally(week=week).utilisation)) for words, week in weeks], unit=" %"
        ),
        "wait_chart": bar_chart([(words, _middle(found.wait(week=week))) for words, week in weeks]),
        "used_words": percent(found.tally().utilisation),
        "wait_words": quarters(found.wait().booked),
        "csv_query": urlencode({"first": days.first.isoformat(), "last": days.last.isoformat()}),
    }


def download(found: Numbers) -> Iterator[list[Cell]]:
    """A row for each clinician and week in which something was open or booked. No patient is named."""
    for week in found.weeks:
        for person in found.clinicians:
            key = (person.pk, week)
            if key not in found.tallies and key not in found.waits:
                continue
            tally, waits = (
                found.tally(clinician=person.pk, week=week),
                found.wait(clinician=person.pk, week=week),
            )
            share = tally.utilisation
            yield [
                week.isoformat(),
                str(person),
                tally.open,
                tally.used,
                None if share is None else round(100 * share, 1),
                tally.booked,
                tally.desk,
                tally.online,
                tally.due,
                tally.no_shows,
                tally.cancelled,
                tally.filled,
                tally.overbooked,
                waits.people,
                *_three(waits.booked),
                *_three(waits.registered),
            ]


def percent(share: float | None) -> str:
    return NOT_KNOWN if share is None else f"{100 * share:.0f} %"


def quarters(days: Quarters | None) -> str:
    """“4.5 (2 to 9)”: the middle, and between what the middle half lies."""
    return NOT_KNOWN if days is None else f"{days.middle:.1f} ({days.low:.1f} to {days.high:.1f})"


def _with_share(number: int, share: float | None) -> str:
    return f"{number:,}" if share is None else f"{number:,} ({100 * share:.0f} %)"


def _week(week: dt.date) -> str:
    return date_format(week, "j M y")


def _hundredths(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _middle(waits: Waits) -> float | None:
    return waits.booked.middle if waits.booked else None


def _three(days: Quarters | None) -> list[Cell]:
    return [None] * 3 if days is None else [round(part, 1) for part in days]
