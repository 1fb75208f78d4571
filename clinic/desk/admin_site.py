"""The managers' settings pages: Django's admin behind our own guard, sign-in and second factor."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver

from clinic.audit.guards import for_roles
from clinic.people.models import Account
from clinic.people.roles import Role


class ClinicAdmin(AdminSite):
    """Every page of it wears the managers' guard, its own sign-in page included, so there is one way in."""

    site_header = "Settings"
    site_title = "Settings"
    index_title = "What managers keep"
    enable_nav_sidebar = False

    def get_urls(self) -> list[URLPattern | URLResolver]:
        urls = super().get_urls()
        guard_all(urls)
        return urls


def guard_all(urls: Iterable[URLPattern | URLResolver]) -> None:
    """Put the guard around each page, however deep it lies."""
    for entry in urls:
        if isinstance(entry, URLResolver):
            guard_all(entry.url_patterns)
        else:
            entry.callback = guarded(entry.callback)


def guarded(page: Any) -> Any:
    """For managers with a second factor; Django's own check of staff follows inside."""
    if hasattr(page, "door"):
        return page

    @for_roles(Role.MANAGER)
    def opened(request: HttpRequest, *, account: Account, **named: Any) -> HttpResponse:
        _ = account  # Django's pages ask request.user themselves
        answer: HttpResponse = page(request, **named)
        return answer

    return opened
