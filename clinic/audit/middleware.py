"""Gives each request an id, so that an audit row, a log line and an error page can be put together."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True, slots=True)
class Here:
    """Where we are: empty outside a request."""

    request_id: str = ""
    page: str = ""
    address: str | None = None


NOWHERE = Here()
_here: ContextVar[Here] = ContextVar("here", default=NOWHERE)


def current() -> Here:
    return _here.get()


def name_page(page: str) -> None:
    """Say which page is being served; the guards do."""
    _here.set(replace(_here.get(), page=page))


class RequestIdMiddleware:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = uuid.uuid4().hex
        token = _here.set(Here(request_id=request_id, address=request.META.get("REMOTE_ADDR") or None))
        try:
            response = self.get_response(request)
        finally:
            _here.reset(token)
        response["X-Request-ID"] = request_id
        return response


class RequestIdFilter(logging.Filter):
    """Puts the request id into every log line."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current().request_id or "-"
        return True


# What clinic.people.tokens makes, as the whole of one part of an address.
SECRET = re.compile(r"(?<=/)[A-Za-z0-9_-]{43}(?=[/.?\s]|$)")


class SecretsFilter(logging.Filter):
    """Keeps the secrets of links and calendars out of the log: a refused request is logged by its address."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        hidden = SECRET.sub("…", said)
        if hidden != said:
            record.msg, record.args = hidden, ()
        return True
