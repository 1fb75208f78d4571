"""Morning, afternoon or any time: the part of the day somebody would take, beside the exact times they may type."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

NOON = dt.time(12)
ANY, MORNING, AFTERNOON = "", "morning", "afternoon"
PARTS = [(ANY, "Any time"), (MORNING, "Morning, finished by 12:00"), (AFTERNOON, "Afternoon, from 12:00")]

Times = tuple[dt.time | None, dt.time | None]


def part_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Time of day", required=False, choices=PARTS, initial=ANY, widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choose morning, afternoon or any time."},
    )  # fmt: skip


def refusal(told: dict[str, Any]) -> tuple[str, str] | None:
    """The field and the words where a time typed lies outside the part that was ticked; None where both can be."""
    begins, ends = told.get("from_time"), told.get("until_time")
    if begins and begins >= NOON and told.get("part") == MORNING:
        return "from_time", f"{begins:%H:%M} is not in the morning. Change one of the two."
    if ends and ends <= NOON and told.get("part") == AFTERNOON:
        return "until_time", f"{ends:%H:%M} is not in the afternoon. Change one of the two."
    return None


def narrowed(told: dict[str, Any]) -> Times:
    """Not before and finished by, of what was ticked and what was typed the narrower."""
    begins = [time for time in (told["from_time"], NOON if told["part"] == AFTERNOON else None) if time]
    ends = [time for time in (told["until_time"], NOON if told["part"] == MORNING else None) if time]
    return max(begins, default=None), min(ends, default=None)


def as_chosen(begins: dt.time | None, ends: dt.time | None) -> dict[str, Any]:
    """The part and the times as the form shows them again."""
    part = {(None, NOON): MORNING, (NOON, None): AFTERNOON}.get((begins, ends), ANY)
    times = (None, None) if part else (begins, ends)
    return {"part": part, "from_time": times[0], "until_time": times[1]}
