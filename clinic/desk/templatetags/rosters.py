"""`{% load rosters %}`: how the managers' pages about hours say a stretch of days."""

from django import template

from clinic.booking.models import Absence, ExtraHours
from clinic.booking.planned import why
from clinic.desk.roster_page import span

register = template.Library()


@register.filter
def in_days(kept: Absence | ExtraHours) -> str:
    """{{ absence|in_days }}: “Mon 30 Nov 2026, 09:00 to 12:00”."""
    return span(kept)


@register.filter
def what_it_is(absence: Absence) -> str:
    """{{ absence|what_it_is }}: “Holiday: Boxing Day”."""
    return why(absence)
