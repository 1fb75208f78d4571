"""What somebody at the desk wants to book, as far as they got. Travels through search and registering in the
address and in hidden fields, so that a patient can be found or made half-way and nothing is asked twice."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields, replace

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from clinic.booking.taking import LONGEST as LONGEST_VISIT
from clinic.booking.taking import SHORTEST as SHORTEST_VISIT

LONGEST = 60
ANYBODY = "any"  # in place of a clinician's id


@dataclass(frozen=True, slots=True)
class Wish:
    """Each part as it was typed or picked; empty where nothing was. Checked by the booking form, not here."""

    patient: str = ""
    type: str = ""
    clinician: str = ""
    day: str = ""
    time: str = ""
    minutes: str = ""  # only where it is not the type's own
    book: str = ""  # "1" while a booking waits for its patient

    @classmethod
    def read(cls, given: QueryDict) -> Wish:
        """A length nobody touched (`usual` is what was filled in) is left to the type."""
        told = {part.name: given.get(part.name, "")[:LONGEST] for part in fields(cls)}
        if told["minutes"].strip() == given.get("usual", ""):
            told["minutes"] = ""
        return cls(**told)

    @classmethod
    def carried(cls, text: str) -> Wish:
        """From the hidden field that carried it through another form."""
        return cls.read(QueryDict(text[:1000]))

    def with_patient(self, patient_id: int) -> Wish:
        return replace(self, patient=str(patient_id), book="")

    def waiting(self) -> Wish:
        """The same without its patient, while one is found or registered."""
        return replace(self, patient="", book="1")

    @property
    def query(self) -> str:
        told = {part.name: getattr(self, part.name) for part in fields(self)}
        return str(urlencode({name: text for name, text in told.items() if text}))

    @property
    def url(self) -> str:
        """The booking page with everything picked so far."""
        return f"{reverse('desk:book')}?{self.query}" if self.query else reverse("desk:book")

    @property
    def date(self) -> dt.date | None:
        return read_day(self.day)

    @property
    def clock(self) -> dt.time | None:
        """The time of day they pressed in the calendar."""
        try:
            return dt.time.fromisoformat(self.time).replace(tzinfo=None)
        except ValueError:
            return None

    @property
    def lasting(self) -> int | None:
        """Its minutes where they are not the type's own and make a visit; None lets the type say."""
        typed = self.minutes.strip()
        if not (typed.isascii() and typed.isdecimal() and len(typed) < 5):
            return None
        return int(typed) if SHORTEST_VISIT <= int(typed) <= LONGEST_VISIT else None


def read_day(typed: str) -> dt.date | None:
    """A day as YYYY-MM-DD; None for anything else."""
    try:
        return dt.date.fromisoformat(typed)
    except ValueError:
        return None


def read_key(typed: str) -> int | None:
    """The id of a row as an address names it; None for anything else."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else None
