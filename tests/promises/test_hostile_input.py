"""Whatever is typed or put into an address: never a fault of ours, and never markup in anybody's page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from unittest import mock
from urllib.parse import urlencode, urlsplit

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse, QueryDict
from django.test import Client

from clinic.people.belonging import PATIENT_FIELD
from clinic.people.roles import Role
from tests.test_doors import body, pages, somebody

MARKUP = '<script>alert("k9")</script>"><img src=x onerror=k9>'
HOSTILE = {
    "markup": MARKUP,
    "nul": "a\x00b",
    "huge": "9" * 5000,
    "long": "word " * 4000,
    "emoji": "👩🏽‍⚕️🏃",
    "right to left": "\u202eevil\u202c שלום",
    "other digits": "١٢٣",
    "not a number": "NaN",
    "infinite": "-Infinity",
    "exponent": "1e999",
    "sql": "'; drop table people_patient; --",
    "like": "%_\\%",
    "template": "{{ settings.SECRET_KEY }}{% debug %}",
    "nested": "[" * 20_000,
    "path": "../../../etc/passwd",
    "header": "a\r\nSet-Cookie: k9=1",
    "negative": "-1",
    "out of range": "99999999999999999999",
    "no such day": "2026-02-31",
    "last of days": "9999-12-31T23:59:59+00:00",
    "first of days": "0001-01-01",
    "empty": "",
}
LONGEST_IN_AN_ADDRESS = 5_000  # letters of one value: no server lets through an address as long as a form
WHAT_ADDRESSES_ASK = (
    "q day time type clinician patient starts_at other_time booking book state before after record account readers "
    "everyone next page look minutes usual which who weekday from_time until_time after moving"
).split()


@dataclass
class Form:
    """A form as the page shows it: where it goes, and what it holds."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class Forms(HTMLParser):
    """The posted forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "form":
            self.inside = (said.get("method") or "get").lower() == "post"
            if self.inside:
                self.found.append(Form(said.get("action") or ""))
        elif self.inside and tag in {"input", "select", "textarea", "button"} and (name := said.get("name")):
            self.found[-1].fields[name] = said.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "form"


def forms_of(client: Client, addresses: set[str]) -> dict[tuple[str, frozenset[str]], Form]:
    """Every different form on these pages: one for each shape of address and set of fields."""
    found = {}
    for address in sorted(addresses):
        response = client.get(address)
        if response.status_code == 200 and "html" in response["Content-Type"]:
            reader = Forms()
            reader.feed(body(response))
            for form in reader.found:
                form.action = urlsplit(form.action).path or address
                if "logout" not in form.action:
                    shape = "".join("0" if letter.isdigit() else letter for letter in form.action)
                    found.setdefault((shape, frozenset(form.fields)), form)
    return found


def faults(response: HttpResponse) -> list[str]:
    """What must not be in any answer."""
    wrong = [str(response.status_code)] if response.status_code >= 500 else []
    shown = body(response)
    wrong += [f"unescaped {mark}" for mark in ('<script>alert("k9")', "<img src=x") if mark in shown]
    return wrong + (["a header of theirs"] if "k9" in response.cookies else [])


def own_pages(story, role: Role) -> set[str]:
    return {page.url(story.ana) for page in pages() if role in page.door.roles}


@pytest.mark.parametrize("role", list(Role))
def test_any_form_takes_anything(story, role):
    """Each form with one bad value everywhere, and each field alone with the others as the page filled them."""
    client, wrong = story.signed_in(somebody(story, role)), []
    client.raise_request_exception = False
    found = forms_of(client, own_pages(story, role) | {"/accounts/password/change/"})
    assert found
    for form in found.values():
        # Whose record a form is of stays right: a page refuses every other one before it reads on.
        true = {name: held for name, held in form.fields.items() if name == PATIENT_FIELD}
        tries = [(name, dict.fromkeys(form.fields, bad) | true) for name, bad in HOSTILE.items()]
        kinds = list(HOSTILE.items())
        for place, one in enumerate(sorted(form.fields)):
            name, bad = kinds[place % len(kinds)]
            tries.append((f"{name} in {one}", form.fields | {one: bad}))
        for name, posted in tries:
            answered = faults(client.post(form.action, posted))
            wrong += [f"{form.action} {name}: {fault}" for fault in answered]
    assert wrong == []
    # What was stored of it is shown to everybody who may see it, and still is only text.
    for reader in Role:
        client = story.signed_in(somebody(story, reader))
        for address in sorted(own_pages(story, reader)):
            wrong += [f"{reader} {address}: {fault}" for fault in faults(client.get(address))]
    assert wrong == []


@pytest.mark.parametrize("role", list(Role))
def test_any_address_takes_anything(story, role):
    """Pages that read what stands behind the question mark are asked everything, the others one thing."""
    client, wrong = story.signed_in(somebody(story, role)), []
    client.raise_request_exception = False
    asked = {
        name: urlencode(dict.fromkeys(WHAT_ADDRESSES_ASK, bad[:LONGEST_IN_AN_ADDRESS]))
        for name, bad in HOSTILE.items()
    }
    for address in sorted(own_pages(story, role)):
        for name, bad in asked.items():
            with looked_at() as read:
                response = client.get(address, QUERY_STRING=bad)
            wrong += [f"{address} {name}: {fault}" for fault in faults(response)]
            if not read:
                break
    assert wrong == []


@contextmanager
def looked_at() -> Iterator[list[str]]:
    """The paths whose view asked for what stands behind the question mark."""
    read: list[str] = []
    ask = WSGIRequest.GET.func

    def noted(request: WSGIRequest) -> QueryDict:
        read.append(request.path)
        return ask(request)

    with mock.patch.object(WSGIRequest, "GET", property(noted)):
        yield read


@pytest.mark.parametrize(("address", "reads"), [("/desk/", True), ("/desk/patients/{ana}/", False)])
def test_a_page_that_reads_its_address_is_known(story, address, reads):
    with looked_at() as read:
        assert story.signed_in(story.dee).get(address.format(ana=story.ana.pk)).status_code == 200
    assert bool(read) == reads


@pytest.mark.parametrize("bad", sorted(HOSTILE))
def test_the_way_in_takes_anything(story, client, bad):
    client.raise_request_exception = False
    posted = dict.fromkeys(["login", "password", "email", "code", "form_owner", "next"], HOSTILE[bad])
    for address in (
        "/accounts/login/",
        "/sign-in/new",
        "/accounts/2fa/authenticate/",
        "/sign-in/" + "x" * 43,
    ):
        assert faults(client.post(address, posted)) == []
        assert faults(client.get(address, posted)) == []


def test_a_page_that_lets_markup_through_is_seen():
    response = HttpResponse(f"<p>{MARKUP}</p>", status=500)
    response.set_cookie("k9", "1")
    assert len(faults(response)) == 4
