"""A series as finished facts: a line for each date with what can be chosen for it, and what was chosen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.formats import date_format

from clinic.booking.agenda import Slot
from clinic.booking.free import clinic_zone
from clinic.booking.models import Appointment
from clinic.booking.patterns import When
from clinic.booking.planning import Ask, Row
from clinic.people.models import Clinician

OUT = "out"
DAYS_OFF = dt.timedelta(days=8)  # an alternative lies nearer


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a date: what the radio sends and what it says."""

    value: str
    words: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One date. `name` is its radios'; `why` is what is in the way; `note` is worth knowing; `wanted` is how it was."""

    name: str
    day: str
    wanted: str
    why: str
    note: str
    choices: list[Choice]
    undecided: bool


@dataclass(frozen=True, slots=True)
class Date:
    """One date before anything was chosen. `stays`: the visit that is there now, where one is to be moved."""

    name: str
    when: When
    lasts: dt.timedelta
    clinician: Clinician | None
    stays: Appointment | None = None


@dataclass(slots=True)
class Picks:
    """What was chosen for each date, as far as it can be read."""

    sent: Mapping[str, str]
    people: Mapping[str, Clinician]
    undecided: list[str] = field(default_factory=list)

    def ask(self, date: Date) -> Ask:
        """The date as it was chosen, or as it was wanted."""
        sent = self.sent.get(date.name, "")
        if sent == OUT:
            return Ask(date.when, date.lasts, date.clinician, left_out=True)
        slot = self.slot(date, sent)
        if slot is None:
            self.undecided.append(date.name)
            return Ask(date.when, date.lasts, date.clinician)
        local = timezone.localtime(slot.starts_at, clinic_zone())
        return Ask(When(local.date(), local.time(), slot.starts_at), date.lasts, slot.clinician)

    def slot(self, date: Date, sent: str) -> Slot | None:
        """A clinician and a time near the date, as our own radios send them."""
        key, _, text = sent.partition("@")
        try:
            person, start = self.people.get(key), dt.datetime.fromisoformat(text)
        except ValueError:
            return None
        if person is None or timezone.is_naive(start) or abs(start - date.when.at) > DAYS_OFF:
            return None
        return Slot(person, start.astimezone(dt.UTC), start.astimezone(dt.UTC) + date.lasts)


def value(slot: Slot) -> str:
    return f"{slot.clinician.pk}@{slot.starts_at.isoformat()}"


def lines(
    dates: Sequence[Date],
    rows: Iterable[Row],
    *,
    undecided: Iterable[str] = (),
    take_all: bool = False,
    out: str = "Leave it out",
) -> list[Line]:
    """`take_all`: every date that clashes is answered by its alternative, or by leaving it out where it has none."""
    open_ones = set(undecided)
    return [
        Line(
            name=date.name,
            day=date_format(date.when.day, "D j M Y"),
            wanted=f"{date.when.wall:%H:%M}",
            why=row.why,
            note=_note(date),
            choices=_choices(row, date, take_all=take_all, out=out),
            undecided=row.clashes and not row.ask.left_out and not take_all and date.name in open_ones,
        )
        for date, row in zip(dates, rows, strict=True)
    ]


def _choices(row: Row, date: Date, *, take_all: bool, out: str) -> list[Choice]:
    found = []
    if row.slot:
        found.append(Choice(value(row.slot), spoken(row.slot, date), not row.ask.left_out))
    elif row.instead:
        words = f"{spoken(row.instead, date)} instead"
        found.append(Choice(value(row.instead), words, take_all and not row.ask.left_out))
    without = take_all and row.clashes and row.instead is None
    return [*found, Choice(OUT, out, row.ask.left_out or without)]


def spoken(slot: Slot, date: Date) -> str:
    """“09:00 with Carl Jensen”, with its day where that is another one."""
    local = timezone.localtime(slot.starts_at, clinic_zone())
    day = "" if local.date() == date.when.day else f"{date_format(local, 'D j M')}, "
    return f"{day}{local:%H:%M} with {slot.clinician}"


def _note(date: Date) -> str:
    if date.stays is not None:
        local = timezone.localtime(date.stays.starts_at, clinic_zone())
        return f"Now {date_format(local, 'D j M')}, {local:%H:%M} with {date.stays.clinician}"
    if date.when.twice:
        return f"The clocks show {date.when.wall:%H:%M} twice on that day; the first is meant."
    return ""


def holders(rows: Iterable[Row]) -> list[int]:
    """Whose names the report shows."""
    return [row.holder.patient_id for row in rows if row.holder]
