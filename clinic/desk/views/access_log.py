"""Who read or changed whose record, for managers."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.audit.actions import record_listed
from clinic.audit.guards import for_roles
from clinic.audit.models import Entry
from clinic.people.models import Account
from clinic.people.roles import Role
from clinic.people.search import RECORD_NUMBER

A_PAGE = 50
THIS_PAGE = "desk:access_log"


@for_roles(Role.MANAGER)
@require_safe
def access_log(request: HttpRequest, *, account: Account) -> HttpResponse:
    """Newest first; ?record=R000123 and ?account=name narrow it, ?before=id is the next page."""
    asked = {
        name: request.GET.get(name, "").replace("\x00", "").strip()[:80] for name in ("record", "account")
    }
    entries = Entry.objects.select_related("account", "patient")
    # Looking at this page writes rows too; among them nobody would find the others.
    entries = entries.filter(page=THIS_PAGE) if "readers" in request.GET else entries.exclude(page=THIS_PAGE)
    number = RECORD_NUMBER.match(asked["record"])
    if asked["record"]:
        entries = entries.filter(patient_id=int(number[1])) if number else entries.none()
    if asked["account"]:
        entries = entries.filter(account__username=asked["account"].lower())
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        entries = entries.filter(pk__lt=int(before))
    shown = list(entries.order_by("-pk")[: A_PAGE + 1])
    page, more = shown[:A_PAGE], len(shown) > A_PAGE
    record_listed(patients=[e.patient_id for e in page if e.patient_id], by=account, what="access log")
    kept = {name: text for name, text in asked.items() if text} | (
        {"readers": "1"} if "readers" in request.GET else {}
    )
    older = f"?{urlencode(kept | {'before': page[-1].pk})}" if more else ""
    told = {
        "entries": page,
        "asked": asked,
        "older": older,
        "unreadable": bool(asked["record"]) and not number,
    }
    return render(request, "desk/access_log.html", told | {"readers": "readers" in request.GET})
