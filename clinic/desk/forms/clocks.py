"""A time of day as people type it: 14, 9.30, 930, 14:20, 2 pm. What cannot be read is refused, never guessed at."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms

NOT_A_CLOCK = "That is not a time of day. Type hours and minutes, for example 14:20."
TYPED = re.compile(
    r"(?P<hours>\d{1,2})"
    r"(?:\s*[:.h ]\s*(?P<minutes>\d\d)(?::00)?|(?P<run_on>\d\d)|\s*h)?"  # 9:30, 9.30, 9h30, 9 30; 930; 9h
    r"\s*(?P<half>[ap]\.?\s?m\.?)?",
    re.ASCII | re.IGNORECASE,
)


def read_clock(typed: str) -> dt.time | None:
    """None where it is no time of day. Hours alone are whole hours: “14” is two in the afternoon."""
    found = TYPED.fullmatch(typed.strip())
    if found is None:
        return None
    hours = int(found["hours"])
    if found["half"]:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if found["half"].lower().startswith("p") else 0)
    minutes = int(found["minutes"] or found["run_on"] or 0)
    return dt.time(hours, minutes) if hours < 24 and minutes < 60 else None


class ClockField(forms.TimeField):
    """A time of day. A refusal keeps what was typed, as every form does."""

    default_error_messages = {"invalid": NOT_A_CLOCK}

    def to_python(self, value: Any) -> dt.time | None:
        if value is None or isinstance(value, dt.time):
            return value
        typed = str(value).strip()
        if not typed:
            return None
        if (read := read_clock(typed)) is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return read
