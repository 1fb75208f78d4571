"""Where in the calendar somebody is: which view, which day, which clinician; and the addresses around it."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass, replace

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from clinic.desk.wish import Wish, read_day, read_key

VIEWS = {"day": "desk:today", "week": "desk:week", "month": "desk:month"}
FIRST_YEAR, LAST_YEAR = 2000, 2100
KEYS = (
    ("T", "Today"),
    ("N", "Next day, week or month"),
    ("P", "Previous"),
    ("D W M", "Day, week, month"),
    ("G", "Go to a date"),
    ("B", "Book"),
    ("F", "Find the next free time"),
)
KEYS_IN_THE_DAY = (
    ("← ↑ ↓ →", "Through the day's times and visits"),
    ("Home End", "First and last of the column"),
    ("Enter", "Book that time; on a visit, open its steps"),
    ("V", "Pick a visit up, arrows choose a time, Enter puts it there"),
    ("+ −", "Make a visit 15 minutes longer or shorter"),
    ("U", "Undo what was done last"),
    ("Esc", "Leave it as it was"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """`only` is the id of the one clinician that is shown, None for all."""

    view: str
    day: dt.date
    today: dt.date
    only: int | None = None

    @classmethod
    def asked(cls, view: str, given: QueryDict, today: dt.date) -> Place:
        """From ?day=YYYY-MM-DD&clinician=…; an unreadable or far-off day is today, a clinician that is none is all."""
        day = read_day(given.get("day", ""))
        near = day is not None and FIRST_YEAR <= day.year < LAST_YEAR
        only = read_key(given.get("clinician", ""))
        return cls(view, day if day and near else today, today, only)

    @property
    def days(self) -> list[dt.date]:
        """The days it shows: one, Monday to Sunday, or whole weeks around the month."""
        if self.view == "day":
            return [self.day]
        if self.view == "week":
            monday = self.day - dt.timedelta(days=self.day.weekday())
            return [monday + dt.timedelta(days=offset) for offset in range(7)]
        return list(calendar.Calendar().itermonthdates(self.day.year, self.day.month))

    @property
    def is_now(self) -> bool:
        if self.view == "month":
            return (self.day.year, self.day.month) == (self.today.year, self.today.month)
        return self.today in self.days

    @property
    def before(self) -> str:
        return self.to(self._step(-1))

    @property
    def after(self) -> str:
        return self.to(self._step(1))

    @property
    def now(self) -> str:
        return self.to(self.today)

    @property
    def here(self) -> str:
        return self.to(self.day)

    @property
    def others(self) -> list[tuple[str, str, bool]]:
        """The views: name, address of the same day in it, whether it is this one."""
        return [(name, replace(self, view=name).here, name == self.view) for name in VIEWS]

    @property
    def query(self) -> str:
        """Day and clinician, for the addresses that draw this place anew."""
        asked = {"day": self.day.isoformat()}
        if self.only is not None:
            asked["clinician"] = str(self.only)
        return str(urlencode(asked))

    @property
    def book(self) -> str:
        """The booking page for the day and the clinician they look at; a day that is over is left open."""
        day = self.day.isoformat() if self.day >= self.today else ""
        return Wish(clinician="" if self.only is None else str(self.only), day=day).url

    def to(self, day: dt.date, view: str = "") -> str:
        place = replace(self, day=day, view=view or self.view)
        address = reverse(VIEWS[place.view])
        plain = place.day == self.today and place.only is None
        return address if plain else f"{address}?{place.query}"

    def _step(self, direction: int) -> dt.date:
        if self.view == "month":
            months = self.day.year * 12 + self.day.month - 1 + direction
            year, month = divmod(months, 12)
            last = calendar.monthrange(year, month + 1)[1]
            return dt.date(year, month + 1, min(self.day.day, last))
        return self.day + dt.timedelta(days=direction * (7 if self.view == "week" else 1))
