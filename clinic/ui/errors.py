"""The pages shown when something is refused or breaks. They ask nothing of the database or the session."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

STATUSES = (400, 403, 404, 409, 413, 429)


def page(status: int) -> HttpResponse:
    """The page of a status, e.g. page(409). Raises TemplateDoesNotExist for a status without one."""
    return HttpResponse(render_to_string(f"{status}.html"), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(404)


def server_error(request: HttpRequest) -> HttpResponse:
    return page(500)
