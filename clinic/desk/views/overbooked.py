"""Visits that were put on top of others on purpose, for managers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.audit.actions import record_listed
from clinic.audit.guards import for_roles
from clinic.desk.overbookings import overbookings
from clinic.desk.wish import read_key
from clinic.people.models import Account
from clinic.people.roles import Role


@for_roles(Role.MANAGER)
@require_safe
def overbooked(request: HttpRequest, *, account: Account) -> HttpResponse:
    """Newest first; ?before=id is the next page."""
    page = overbookings(before=read_key(request.GET.get("before", "")))
    record_listed(patients=page.patient_ids, by=account, what="overbooked visits")
    return render(request, "desk/overbooked.html", {"rows": page.rows, "older": page.older})
