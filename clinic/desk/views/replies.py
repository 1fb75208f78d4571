"""Texts that patients sent and that nothing but a person understands."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic.audit.actions import record_listed
from clinic.audit.guards import for_roles
from clinic.desk import reply_list
from clinic.people.models import Account
from clinic.people.roles import DESK
from clinic.reminders.models import Incoming
from clinic.reminders.replies import mark_seen


@for_roles(*DESK)
@require_safe
def replies(request: HttpRequest, *, account: Account) -> HttpResponse:
    """Those nobody has seen yet, newest first; with ?seen=1 those of the last days that somebody has."""
    page = reply_list.page(
        seen="seen" in request.GET, before=reply_list.number(request.GET.get("before", ""))
    )
    record_listed(patients=page.patient_ids, by=account, what="texts from patients")
    return render(request, "desk/replies.html", {"page": page})


@for_roles(*DESK)
@require_POST
def reply_seen(request: HttpRequest, *, account: Account, text_id: int) -> HttpResponse:
    """Somebody has read it and done what it takes."""
    incoming = get_object_or_404(Incoming.objects.select_related("patient"), pk=text_id)
    if mark_seen(incoming=incoming, by=account, now=timezone.now()):
        messages.success(request, "Marked as seen. It stays under “Seen”.")
    else:
        messages.info(request, "Somebody had seen it already.")
    return redirect("desk:replies")
