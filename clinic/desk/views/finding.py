"""“Next free”: the earliest times, in one list. A look; it writes nothing but who was named."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic.audit.actions import record_listed
from clinic.audit.guards import for_roles
from clinic.desk.finding import facts
from clinic.people.models import Account
from clinic.people.roles import DESK


@for_roles(*DESK)
@require_safe
def find_time(request: HttpRequest, *, account: Account) -> HttpResponse:
    """?type=…&who=…&weekday=…&from_time=…&until_time=…&day=…; `patient` or `moving` travels on to what is pressed."""
    shown = facts(request.GET, now=timezone.now())
    if shown["patient"]:
        record_listed(patients=[shown["patient"].pk], by=account, what="next free")
    status = 422 if shown["form"].errors else 200
    return render(request, "desk/find_time.html", shown, status=status)
