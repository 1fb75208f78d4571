"""`{% load desk %}`: what the day's table asks of a cell, and a notice of what it can take back."""

import datetime as dt
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from clinic.desk.day import book_query
from clinic.desk.telling import undo_of

register = template.Library()
GAP = '<a {} href="{}?{}" data-book-gap>Book {}<span class="visually-hidden"> with {}</span></a>'
LEADS, FOLLOWS = SafeString('class="leads"'), SafeString('tabindex="-1"')


@register.simple_tag
def gap(cell: Any, day: dt.date) -> SafeString:
    """The link of a free quarter hour to the booking page. Drawn here, since a day has hundreds of them.

    Without a script Tab goes to the first of each hour only; the others are a click, and the booking page has all.
    """
    time = f"{timezone.localtime(cell.starts_at):%H:%M}"
    how = LEADS if cell.leads else FOLLOWS
    return format_html(GAP, how, reverse("desk:book"), book_query(cell, day), time, cell.title)


@register.filter
def undo(message: Any) -> dict[str, int] | None:
    """Patient, appointment and change of the undo button that a notice brings, if it brings one."""
    found = undo_of(message.extra_tags)
    return dict(zip(("patient", "appointment", "change"), found, strict=True)) if found else None
