"""The development mailbox: every e-mail and text the demo sent, in a page instead of an inbox. Only in development."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic.audit.guards import open_to_everyone
from clinic.desk import mail_files
from clinic.reminders import replies

WHY = "development only: made-up people's mail, and its addresses exist only in development"


@open_to_everyone(because=WHY)
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """All mail, newest first."""
    return render(request, "desk/mailbox.html", {"mails": mail_files.newest_first(_folder())})


@open_to_everyone(because=WHY)
@require_safe
def message(request: HttpRequest, *, file: str, place: int) -> HttpResponse:
    """One e-mail, with links that can be followed."""
    try:
        mail = mail_files.one(_folder(), file, place)
    except mail_files.NoSuchMail as missing:
        raise Http404 from missing
    return render(request, "desk/mailbox_message.html", {"mail": mail})


@open_to_everyone(because=WHY)
@require_POST
def answer(request: HttpRequest, *, file: str, place: int) -> HttpResponse:
    """What the patient would text back, as a gateway would tell us."""
    now = timezone.now()
    try:
        mail = mail_files.one(_folder(), file, place)
    except mail_files.NoSuchMail as missing:
        raise Http404 from missing
    if not mail.is_text:
        raise Http404
    said = request.POST.get("said", "").strip()[: replies.LONGEST]
    name = f"{file[:60]}-{now:%Y%m%d%H%M%S%f}"
    taken = replies.take_in(provider="console", provider_id=name, sender=mail.to, text=said, now=now)
    messages.success(request, f"Texted back. The clinic takes it for: {taken.get_understood_as_display()}.")
    return redirect("mailbox:message", file, place)


def _folder() -> Path:
    """Where the file-based backend writes. With another backend there is nothing to show."""
    if not settings.DEVELOPMENT_PAGES or not getattr(settings, "EMAIL_FILE_PATH", None):
        raise Http404
    return Path(settings.EMAIL_FILE_PATH)
