"""What the page of a draft says it showed, in the form that posts to an address: posts carry it, as a browser's do."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.test import Client
from django.urls import resolve, reverse

OF_THE_PROGRAM = {"release", "exercise", "note", "steps_up", "runs"}


class Forms(HTMLParser):
    """The values of the fields `seen`, by the address their form posts to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.to, self.seen = page, "", {}

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        if tag == "form":
            self.to = facts.get("action") or self.page
        if tag == "input" and facts.get("name") == "seen":
            self.seen.setdefault(self.to, []).append(facts.get("value", ""))


def seen_in(page: str, html: str, url: str) -> list[str]:
    """The fields of the form for this address, on a page as it was answered."""
    forms = Forms(page)
    forms.feed(html)
    found = forms.seen[urlsplit(url).path]
    return found if resolve(urlsplit(url).path).url_name == "release" else found[:1]


def seen_at(client: Client, url: str) -> dict[str, list[str]]:
    """The same, on the page that is opened for it now."""
    at = resolve(urlsplit(url).path)
    args = [at.kwargs["patient_id"], at.kwargs["version_id"]]
    page = reverse("prescribing:program", args=args) if at.url_name in OF_THE_PROGRAM else url
    return {"seen": seen_in(page, client.get(page).content.decode(), url)}
