"""What a patient answered at home, on the clinician's pages: whose answer it is, and whether it was confirmed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.dateformat import format as format_date

from assessments.screens.definitions import Item
from assessments.screens.models import Answer

ALL = "all"


@dataclass(frozen=True, slots=True)
class FromHome:
    """The mark beside a field. `item` is what “Confirm” confirms; it waits while `is_confirmed` is false."""

    item: str
    words: str
    is_confirmed: bool


def mark(answer: Answer | None) -> FromHome | None:
    """None for what a clinician answered, and for what nobody did."""
    if answer is None or answer.said_by != Answer.SaidBy.PATIENT:
        return None
    words = f"From the patient, {_day(answer.answered_at)}"
    if answer.confirmed_at is not None:
        words += f"; confirmed by {answer.confirmed_by}, {_day(answer.confirmed_at)}"
    return FromHome(answer.item, words, answer.is_confirmed)


def in_short(answer: Answer) -> str:
    """What stands behind an answer that is read in a list; empty for a clinician's."""
    if answer.said_by != Answer.SaidBy.PATIENT:
        return ""
    return " (from the patient)" if answer.is_confirmed else " (from the patient, not confirmed)"


def to_confirm(posted: str, items: Iterable[Item]) -> list[str]:
    """The items a pressed “Confirm” means: one of the section, or all of it."""
    names = [item.id for item in items]
    return names if posted == ALL else [name for name in names if name == posted]


def _day(moment: dt.datetime) -> str:
    return format_date(timezone.localtime(moment), "j M Y")
