"""The page behind the link in the foot of each mail: a button that stops mail to that address, and one to go back."""

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
    now, do = timezone.now(), request.POST.get("do", "stop") if request.method == "POST" else ""
    if do == "again":
        started = unsubscribe.start_again(channel=found, now=now)
        return _page(request, found, started=started, refused=not started)
    if do:
        unsubscribe.stop(channel=found, now=now)
        return _page(request, found)
    what = f"email channel {found.pk}: link that stops mail opened"
    record(action=Entry.Action.READ, patient=found.patient, by=BY_LINK, what=what)
    return _page(request, found)


def _page(
    request: HttpRequest, channel: ContactChannel, *, started: bool = False, refused: bool = False
) -> HttpResponse:
    channel.refresh_from_db()
    shown = {
        "stopped": unsubscribe.is_stopped(channel),
        "may_start": unsubscribe.may_start_again(channel, now=timezone.now()),
        "came_back": channel.stopped_at is not None,
        "started": started,
        "refused": refused,
    }
    return render(request, "desk/entrance/stop_mail.html", shown, status=409 if refused else 200)
