"""`{% load desk %}`: what the day's table asks of a cell."""

import datetime as dt
from typing import Any

from django import template

from clinic.desk.day import book_query

register = template.Library()


@register.simple_tag
def gap_query(cell: Any, day: dt.date) -> str:
    """The booking page's query for a free cell of that day."""
    return book_query(cell, day)
