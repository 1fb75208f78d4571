"""Utilisation, no-shows, waits and cancellations, as a page and as a file for a spreadsheet."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic.audit.actions import record
from clinic.audit.guards import for_roles
from clinic.audit.models import Entry
from clinic.booking.numbers import count
from clinic.desk import numbers_page
from clinic.people.models import Account
from clinic.people.roles import DESK
from clinic.ui.spreadsheet import lines


@for_roles(*DESK)
@require_safe
def numbers(request: HttpRequest, *, account: Account) -> HttpResponse:
    """?first= and ?last= name the days; without them it is the last eight weeks. They name no patient."""
    now = timezone.now()
    form, days = numbers_page.asked(request.GET, now=now)
    shown = numbers_page.facts(form, days, now=now)
    return render(request, "desk/numbers.html", shown, status=200 if days else 422)


@for_roles(*DESK)
@require_safe
def numbers_csv(request: HttpRequest, *, account: Account) -> HttpResponse:
    """The same by clinician and week. A range that cannot be read answers with the page that says why."""
    now = timezone.now()
    form, days = numbers_page.asked(request.GET, now=now)
    if days is None:
        return render(request, "desk/numbers.html", {"form": form}, status=422)
    found = count(days, now=now)
    what = f"export of numbers, {days.first} to {days.last}"
    record(action=Entry.Action.SENT, patient=None, by=account, what=what)
    pieces = lines(numbers_page.COLUMNS, numbers_page.download(found))
    answer = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="numbers-{days.first}-to-{days.last}.csv"'
    return cast(HttpResponse, answer)  # the same to whoever sends it
