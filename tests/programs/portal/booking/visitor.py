"""Somebody on the way to a visit, by the pages' own forms."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.core import mail
from django.test import Client
from django.utils import timezone

from clinic.booking import online_requests
from clinic.booking.models import AppointmentType
from programs.portal import tasks
from programs.portal.booking import safety
from tests.places import USUAL
from tests.world import World

TOLD = {
    "legal_given_name": "Rosa",
    "legal_family_name": "Lindqvist",
    "birth_date": "3/5/1990",
    "email": "rosa@runner.example",
    "phone": "020 7946 0777",
    "agreed": "on",
}
ANA_TOLD = TOLD | {
    "legal_given_name": "Ana",
    "legal_family_name": "Silva",
    "birth_date": "14/3/1991",
    "email": "ana@runner.example",
}


def open_online(world: World, **more: Any) -> AppointmentType:
    """Carl and Cleo work, and an assessment may be booked online."""
    world.carl, world.cleo  # noqa: B018 - made before anybody asks
    AppointmentType.objects.filter(pk=world.assessment.pk).update(bookable_online=True, **more)
    return AppointmentType.objects.get(pk=world.assessment.pk)


def text(response: Any) -> str:
    return unescape(response.content.decode())


class Visitor:
    """`base` is /book/, or /my/book/ for a patient who is signed in."""

    def __init__(
        self, client: Client | None = None, base: str = "/book/", address: str = "203.0.113.7"
    ) -> None:
        self.client, self.base, self.address = client or Client(), base, address

    def get(self, page: str = "", **asked: Any) -> Any:
        return self.client.get(self.base + page, asked, REMOTE_ADDR=self.address)

    def post(self, page: str, told: dict[str, Any]) -> Any:
        return self.client.post(self.base + page, told, REMOTE_ADDR=self.address)

    def says_where(self, place: str = USUAL.screen) -> Visitor:
        assert self.post("", {"place": place}).status_code == 302
        return self

    def answers(self, said: str = "no", **other: str) -> Any:
        """Every question of the next page; the answer to the last one sent."""
        page = self.get("questions/")
        asked = names(page)
        response = self.post("questions/", {name: other.get(name, said) for name in asked})
        if response.headers.get("Location") == self.base + "questions/more/":
            asked = names(self.get("questions/more/"))
            response = self.post("questions/more/", {name: other.get(name, said) for name in asked})
        return response

    def is_cleared(self) -> Visitor:
        self.says_where()
        response = self.answers()
        if response.headers["Location"].endswith("visit/"):
            self.post("visit/", {"type": "initial-assessment"})
        return self

    def offered(self, **asked: Any) -> list[str]:
        return re.findall(r'name="start" value="([^"]+)"', text(self.get("times/", **asked)))

    def keeps(self, start: str, whom: str = "") -> Any:
        return self.post("times/", {"start": start, "with": whom})

    def has_kept(self, number: int = 0, whom: str = "") -> Visitor:
        assert self.keeps(self.offered()[number], whom).status_code == 302
        return self

    def tells(self, **other: str) -> Any:
        return self.post("you/", TOLD | other)

    def types(self, code: str) -> Any:
        return self.post("code/", {"code": code})


def names(page: Any) -> list[str]:
    return list(dict.fromkeys(re.findall(r'name="(\w+)" value="(?:yes)"', text(page))))


def the_mail_goes() -> None:
    """What the worker does every two seconds."""
    for request_id, nth in online_requests.codes_due(now=timezone.now()):
        tasks.mail_code(request_id=request_id, nth=nth)


def code_of(address: str) -> str:
    """From the newest mail to that address, once the worker has run."""
    the_mail_goes()
    newest = next(one for one in reversed(mail.outbox) if one.to == [address])
    found = re.search(r"Your code is (\d{6})", newest.body)
    assert found
    return found[1]


def emergencies() -> list[str]:
    return [item.id for item in safety.in_two_parts(USUAL.screen)[0]]


def others() -> list[str]:
    return [item.id for item in safety.in_two_parts(USUAL.screen)[1]]
