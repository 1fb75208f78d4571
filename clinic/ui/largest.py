"""Refuses a request by the length it says it has, before a byte of its body is read or written to a disk."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from clinic.ui import errors

GetResponse = Callable[[HttpRequest], HttpResponse]


class LargestRequestMiddleware:
    """Answers 413 to a body longer than settings.LARGEST_REQUEST.

    Views, and Django's own look for the form's token, come later: they would read it all. A request that does not
    say its length has no body here (WSGI reads none).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = request.META.get("CONTENT_LENGTH") or "0"
        if said.isascii() and said.isdigit() and len(said) < 20 and int(said) <= settings.LARGEST_REQUEST:
            return self.get_response(request)
        return errors.page(413)
