"""The page behind the link in the foot of each mail: one button that stops mail to that address."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.desk.machines import for_key_holders
from clinic.people.models import ContactChannel
from clinic.reminders import unsubscribe
from clinic.reminders.unsubscribe import BY_LINK

WHY_OPEN = "the link in a mail is the key: it stops mail to its own address, and names nobody"


@for_key_holders(part="mail_key", opens=unsubscribe.behind, because=WHY_OPEN)
def stop_mail(request: HttpRequest, *, found: ContactChannel | None) -> HttpResponse:
    """One button; mail programs that have a button of their own post without opening the page."""
    if found is None:
        return render(request, "desk/entrance/stop_mail_dead.html", status=404)
    if request.method == "POST":
        unsubscribe.stop(channel=found, now=timezone.now())
        return render(request, "desk/entrance/stop_mail.html", {"stopped": True})
    what = f"email channel {found.pk}: link that stops mail opened"
    record(action=Entry.Action.READ, patient=found.patient, by=BY_LINK, what=what)
    shown = {"stopped": unsubscribe.is_stopped(found)}
    return render(request, "desk/entrance/stop_mail.html", shown)
