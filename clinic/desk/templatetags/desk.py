"""`{% load desk %}`: what the day's table asks of a cell."""

import datetime as dt
from typing import Any

from django import template

from clinic.desk.day import book_query
from clinic.desk.telling import undo_of

register = template.Library()


@register.simple_tag
def gap_query(cell: Any, day: dt.date) -> str:
    """The booking page's query for a free cell of that day."""
    return book_query(cell, day)


@register.filter
def undo(message: Any) -> dict[str, int] | None:
    """Patient, appointment and change of the undo button that a notice brings, if it brings one."""
    found = undo_of(message.extra_tags)
    return dict(zip(("patient", "appointment", "change"), found, strict=True)) if found else None
