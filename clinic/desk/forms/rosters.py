"""A week of working hours, absences, extra days, another calendar: what is asked, and in what words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.formats import date_format

from clinic.booking import weeks
from clinic.booking.free import clinic_zone
from clinic.booking.hours import day_window, instant
from clinic.booking.importing import source_as_known
from clinic.booking.models import AbsenceKind, WorkingHours
from clinic.booking.weeks import A_WEEK, LEAST_OFTEN, WEEKDAYS, Problem, Repeating, as_typed, monday_of
from clinic.desk.forms.booking import DAY_FORMATS, NOT_A_DAY
from clinic.desk.forms.clocks import ClockField
from clinic.ui.widgets import DateInput

MOST_STRETCHES = 8  # on one weekday
FEWEST_ROWS = 2  # before and after lunch
OFFERED_EVERY = 4  # weeks; rarer ones are shown where they are there already
BAD_TIME = "That is not a time of day. Type hours and minutes, for example 08:30."


def time_field(label: str, *, required: bool = False) -> ClockField:
    return ClockField(
        label=label,
        required=required,
        widget=forms.TimeInput(attrs={"autocomplete": "off", "inputmode": "numeric"}, format="%H:%M"),
        error_messages={"required": "Type a time, for example 08:30.", "invalid": BAD_TIME},
    )


def day_field(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=DateInput(),
        input_formats=DAY_FORMATS,
        error_messages={"required": "Choose a day.", "invalid": NOT_A_DAY},
    )


@dataclass(frozen=True, slots=True)
class Row:
    """The three fields of one stretch."""

    starts: forms.BoundField
    ends: forms.BoundField
    every: forms.BoundField

    def __iter__(self) -> Iterator[forms.BoundField]:
        return iter((self.starts, self.ends, self.every))


class WeekForm(forms.Form):
    """Stretches for each weekday, from a day on. Empty rows are no stretches; there is always one more to fill in."""

    since = day_field("From this day on", help_text="Days before it stay as they were.")
    until = day_field(
        "Until",
        required=False,
        help_text="Only for a while? The hours of before hold again after this day.",
    )
    based_on = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, today: dt.date, more: int | None = None, **kwargs: Any) -> None:
        """`more` is the weekday that another row was asked for."""
        super().__init__(*args, **kwargs)
        self.today = today
        told: Mapping[str, Any] = self.data if self.is_bound else self.initial
        self.rows = [_rows_told(told, day) + (1 if day == more else 0) for day in range(7)]
        choices = _every(today, [str(told.get(name, "")) for name in told if str(name).endswith("_every")])
        for day, rows in enumerate(self.rows):
            for place in range(rows):
                self._add_row(day, place, choices)

    def _add_row(self, day: int, place: int, choices: list[tuple[str, str]]) -> None:
        which = WEEKDAYS[day] if not place else f"{WEEKDAYS[day]} ({place + 1})"
        self.fields[f"{_name(day, place)}_starts"] = time_field(f"{which} from")
        self.fields[f"{_name(day, place)}_ends"] = time_field(f"{which} to")
        self.fields[f"{_name(day, place)}_every"] = forms.ChoiceField(
            label=f"{which} how often",
            required=False,
            choices=choices,
            error_messages={"invalid_choice": "Choose one of the weeks listed."},
        )

    @classmethod
    def showing(
        cls, rows: Iterable[WorkingHours], *, since: dt.date, based_on: str, today: dt.date
    ) -> WeekForm:
        """The week as it is kept."""
        initial: dict[str, Any] = {"since": since, "based_on": based_on}
        places = [0] * 7
        for row in sorted(rows, key=lambda row: (row.weekday, row.starts, row.every_weeks)):
            name = _name(row.weekday, places[row.weekday])
            places[row.weekday] += 1
            initial |= {f"{name}_starts": row.starts, f"{name}_ends": row.ends}
            initial[f"{name}_every"] = _value(as_typed(row))
        return cls(initial=initial, today=today)

    @property
    def days(self) -> Iterator[tuple[int, str, list[Row]]]:
        """(weekday, its name, its rows) for the page."""
        for day, rows in enumerate(self.rows):
            names = [_name(day, place) for place in range(rows)]
            yield (
                day,
                WEEKDAYS[day],
                [Row(self[f"{n}_starts"], self[f"{n}_ends"], self[f"{n}_every"]) for n in names],
            )

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        for name in self._names():
            starts, ends = told.get(f"{name}_starts"), told.get(f"{name}_ends")
            if starts and not ends and f"{name}_ends" not in self.errors:
                self.add_error(f"{name}_ends", "Type when it ends, or empty both to leave this stretch out.")
            if starts and ends and ends <= starts:
                self.add_error(f"{name}_ends", weeks.ends_too_soon(ends))
            if ends and not starts and f"{name}_starts" not in self.errors:
                self.add_error(
                    f"{name}_starts", "Type when it starts, or empty both to leave this stretch out."
                )
        return told

    @property
    def week(self) -> list[Repeating]:
        """The stretches in the order of `typed_rows`, once the form is valid."""
        told = self.cleaned_data
        found = []
        for name in self.typed_rows:
            every, _, monday = (told.get(f"{name}_every") or "1").partition("@")
            found.append(
                Repeating(
                    weekday=int(name[1]),
                    starts=told[f"{name}_starts"],
                    ends=told[f"{name}_ends"],
                    every_weeks=int(every),
                    monday=dt.date.fromisoformat(monday) if monday else None,
                )
            )
        return found

    @property
    def asked(self) -> dict[str, Any]:
        """What rosters.change_week wants to know beside the week."""
        return {name: self.cleaned_data[name] for name in ("since", "until", "based_on")}

    @property
    def typed_rows(self) -> list[str]:
        return [name for name in self._names() if self.cleaned_data.get(f"{name}_starts")]

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Put each problem beside its field."""
        typed = self.typed_rows
        for problem in problems:
            self.add_error(f"{typed[problem.place]}_{problem.part}", problem.text)

    def builds_on(self, based_on: str) -> None:
        """They have now seen what holds: the next save goes over that."""
        self.data = {**{name: self.data.get(name) for name in self.data}, "based_on": based_on}

    def _names(self) -> list[str]:
        return [_name(day, place) for day, rows in enumerate(self.rows) for place in range(rows)]


def _name(day: int, place: int) -> str:
    return f"d{day}_{place}"


def _rows_told(told: Mapping[str, Any], day: int) -> int:
    """As many rows as something is typed in, one more, and two at least."""
    filled = [
        place
        for place in range(MOST_STRETCHES)
        if told.get(f"{_name(day, place)}_starts") or told.get(f"{_name(day, place)}_ends")
    ]
    sent = sum(f"{_name(day, place)}_starts" in told for place in range(MOST_STRETCHES))
    return min(MOST_STRETCHES, max(FEWEST_ROWS, sent, max(filled, default=-1) + 1))


def _value(one: Repeating) -> str:
    return "1" if one.every_weeks == 1 or one.monday is None else f"{one.every_weeks}@{one.monday}"


def _every(today: dt.date, told: Iterable[str]) -> list[tuple[str, str]]:
    """Every week; every other, this week or next; and so on. A value in use is offered under its nearest weeks."""
    monday = monday_of(today)
    found = {"1": "every week"}
    for every in range(2, OFFERED_EVERY + 1):
        for ahead in range(every):
            first = monday + A_WEEK * ahead
            found[f"{every}@{first}"] = _weeks_in_words(every, first)
    for value in told:
        number, at, day = value.partition("@")
        if value not in found and at and number.isdecimal() and 2 <= int(number[:3]) <= LEAST_OFTEN:
            try:
                anchor = monday_of(dt.date.fromisoformat(day))
                nearest = Repeating(0, dt.time(), dt.time(1), int(number), anchor).first_on(monday)
                found[value] = _weeks_in_words(int(number), nearest)
            except (ValueError, OverflowError):
                continue
    return list(found.items())


def _weeks_in_words(every: int, first: dt.date) -> str:
    """“every 2nd week: 30 Nov, 14 Dec …”"""
    nth = {2: "2nd", 3: "3rd"}.get(every, f"{every}th")
    days = " and ".join(date_format(day, "j M") for day in (first, first + A_WEEK * every))
    return f"every {nth} week: {days} …"


class TimeAwayForm(forms.Form):
    """Whole days, or part of one: empty times mean from the first minute of the first day to the last of the last."""

    first_day = day_field("First day")
    last_day = day_field("Last day", required=False, help_text="Empty: only the first day.")
    starts = time_field("From")
    ends = time_field("To")
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Staff see it. No health details.",
        error_messages={"max_length": "At most 120 letters; this has %(show_value)s."},
    )

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        first = told.get("first_day")
        if first is None or "last_day" in self.errors or "starts" in self.errors or "ends" in self.errors:
            return told
        last, zone = told.get("last_day") or first, clinic_zone()
        try:
            told["starts_at"] = (
                instant(first, told["starts"], zone) if told["starts"] else day_window(first, zone)[0]
            )
            told["ends_at"] = (
                instant(last, told["ends"], zone, last=True) if told["ends"] else day_window(last, zone)[1]
            )
        except (OverflowError, ValueError):
            self.add_error("first_day", "That day is out of reach. Check the year.")
        return told

    @property
    def asked(self) -> dict[str, Any]:
        """What rosters.add_absence wants to know, once the form is valid."""
        return {name: self.cleaned_data[name] for name in ("starts_at", "ends_at", "note")}


class AbsenceForm(TimeAwayForm):
    """One person's."""

    kind = forms.ChoiceField(
        label="What is it",
        choices=[
            (kind.value, kind.label)
            for kind in AbsenceKind
            if kind not in {AbsenceKind.HOLIDAY, AbsenceKind.ELSEWHERE}
        ],
    )
    field_order = ["kind"]

    @property
    def noun(self) -> str:
        """As the button that saves it all the same calls it."""
        return "leave" if self["kind"].value() == AbsenceKind.LEAVE else "absence"

    @property
    def asked(self) -> dict[str, Any]:
        return super().asked | {"kind": self.cleaned_data["kind"]}


class HolidayForm(TimeAwayForm):
    """The whole clinic's."""

    field_order = ["note"]
    noun = "holiday"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].label = "Name"
        self.fields["note"].help_text = "For example Boxing Day"

    @property
    def asked(self) -> dict[str, Any]:
        return super().asked | {"kind": AbsenceKind.HOLIDAY}


class ExtraHoursForm(forms.Form):
    """Hours on one day only."""

    on_day = day_field("Day")
    starts = time_field("From", required=True)
    ends = time_field("To", required=True)


class CalendarFileForm(forms.Form):
    """The .ics file another calendar exported, and what the manager calls that calendar.

    `known` are the names of those that are here: after `is_valid()` the same name is spelt as it was.
    """

    source = forms.CharField(
        label="Which calendar is it?",
        max_length=60,
        help_text="For example Hospital rota. A calendar of the same name is replaced; another name adds one. "
        "Staff see the name.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "known-calendars"}),
        error_messages={
            "required": "Give the calendar a name, so that a newer file of it replaces this one and no other.",
            "max_length": "At most 60 letters; this has %(show_value)s.",
        },
    )
    file = forms.FileField(
        label="Calendar file (.ics)",
        help_text="At most 1 MB and 2,000 events. Only the times are kept, never what they are about.",
        widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"}),
        error_messages={
            "required": "Choose the .ics file that the other calendar exported.",
            "empty": "This file is empty. Export it again.",
        },
    )

    def __init__(self, *args: Any, known: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = list(known)

    def clean_source(self) -> str:
        return source_as_known(self.cleaned_data["source"], self.known)
