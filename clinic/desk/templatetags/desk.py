"""`{% load desk %}`: what the day's table asks of a cell."""

import datetime as dt
from typing import Any

from django import template
from django.utils import timezone

from clinic.audit.actions import record_listed
from clinic.desk import wait_lines
from clinic.desk.day import book_query

register = template.Library()


@register.simple_tag
def gap_query(cell: Any, day: dt.date) -> str:
    """The booking page's query for a free cell of that day."""
    return book_query(cell, day)


@register.inclusion_tag("desk/to_be_seen.html", takes_context=True)
def to_be_seen(context: dict[str, Any]) -> dict[str, Any]:
    """Those with a day by which they are to be seen, on top of the day; their names are recorded as any list's."""
    people = wait_lines.to_be_seen(now=timezone.now())
    if people:
        record_listed(
            patients=[one.patient_id for one in people], by=context["request"].user, what="to be seen"
        )
    return {"people": people, "more": len(people) == wait_lines.MOST_URGENT}
