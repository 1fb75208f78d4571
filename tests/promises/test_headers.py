"""Every answer, of every status and from every layer, tells the browser what it may not do."""

from __future__ import annotations

import types
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from tests.test_doors import METHODS, answer, pages

POLICY = {
    "default-src": "'none'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
}
EXACT = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def missing(response: HttpResponse) -> list[str]:
    """What this answer leaves to the browser's good will."""
    said = dict(
        directive.strip().split(" ", 1)
        for directive in response.headers.get("Content-Security-Policy", "").split(";")
        if " " in directive.strip()
    )
    wrong = [f"{name} is {said.get(name)!r}" for name, want in POLICY.items() if said.get(name) != want]
    wrong += [f"{name}: {value}" for name, value in said.items() if "unsafe" in value or "*" in value]
    wrong += [
        f"{name}: {response.headers.get(name)}" for name in EXACT if response.headers.get(name) != EXACT[name]
    ]
    return wrong


def test_every_page_tells_a_stranger(story):
    """Who is signed in is told the same: tests/promises/test_every_answer.py."""
    client, wrong, statuses = Client(), [], set()
    for page in pages():
        for method in METHODS:
            response = answer(client, method, page.url(story.ana))
            statuses.add(response.status_code)
            wrong += [f"{method} {page.name} {response.status_code}: {fault}" for fault in missing(response)]
    assert wrong == []
    assert {302, 405} <= statuses


@pytest.mark.parametrize(
    "address", ["/no-such-page/", "/desk", "/desk/patients/0/", "/admin/", "/accounts/login/"]
)
def test_so_do_addresses_outside_our_own_views(story, settings, address):
    settings.DEBUG = False
    for client in (Client(), story.signed_in(story.dee)):
        assert missing(client.get(address)) == []


def test_so_does_a_form_without_its_token(story):
    client = Client(enforce_csrf_checks=True)
    client.force_login(story.dee, backend="clinic.people.backends.ClinicBackend")
    response = client.post("/desk/book/")
    assert response.status_code == 403
    assert missing(response) == []
    assert "no-store" in response["Cache-Control"]


def breaks(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a fault of ours")


def refuses(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


@pytest.fixture
def broken(settings, request):
    """The clinic's own addresses, and two pages that break and refuse."""
    from clinic.config import urls

    module = types.ModuleType("broken_urls")
    module.urlpatterns = [
        path("breaks/", breaks),
        path("refuses/", refuses),
        path("", include("clinic.config.urls")),
    ]
    for name in ("handler400", "handler403", "handler404", "handler500"):
        setattr(module, name, getattr(urls, name))
    settings.ROOT_URLCONF = module


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize(("address", "status"), [("/breaks/", 500), ("/refuses/", 403)])
def test_so_does_a_page_that_breaks(story, address, status):
    client = story.signed_in(story.dee)
    client.raise_request_exception = False
    response = client.get(address)
    assert response.status_code == status
    assert missing(response) == []
    assert "no-store" in response["Cache-Control"]
    assert "a fault of ours" not in response.content.decode()


def test_static_files_carry_them_too(settings, db, client):
    """Served by WhiteNoise, before any of our views: an SVG is a page too."""
    drawing = next(Path(settings.ROOT, "static", "img").glob("*.svg"))
    response = client.get(f"/static/img/{drawing.name}")
    assert response.status_code == 200
    assert b"".join(response.streaming_content).strip().startswith(b"<")
    assert missing(response) == []
    response.close()


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Content-Security-Policy", "default-src 'none'; script-src 'self' 'unsafe-inline'"),
        ("Content-Security-Policy", ""),
        ("X-Content-Type-Options", ""),
        ("Referrer-Policy", "unsafe-url"),
        ("Cross-Origin-Opener-Policy", "unsafe-none"),
    ],
)
def test_a_weak_answer_is_seen(client, db, header, value):
    response = client.get("/accounts/login/")
    assert missing(response) == []
    response[header] = value
    assert missing(response)
