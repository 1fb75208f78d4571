"""The development mailbox: every e-mail the demo sent, in a page instead of an inbox. Exists only in development."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.audit.guards import open_to_everyone
from clinic.desk import mail_files

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


def _folder() -> Path:
    """Where the file-based backend writes. With another backend there is nothing to show."""
    if not settings.DEVELOPMENT_PAGES or not getattr(settings, "EMAIL_FILE_PATH", None):
        raise Http404
    return Path(settings.EMAIL_FILE_PATH)
