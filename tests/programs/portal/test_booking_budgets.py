"""What patients' pages of the calendar cost in queries: the same on a day of 20 and of 320 visits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.booking import links
from clinic.booking.models import Appointment
from tests.clinic.booking.full_days import EIGHT, HALF_HOUR, fill
from tests.programs.portal.booking.visitor import Visitor, open_online

pytestmark = pytest.mark.usefixtures("clock")
ANY_PAGE = 12  # house.md
DAY = {"from": "2026-03-05"}


@pytest.fixture
def pages(world) -> dict[str, Callable[[], Any]]:
    """Name → how it is asked for."""
    assert world.follow_up  # its fixture would close what is opened next
    open_online(world)
    visit = world.booked(starts_at=EIGHT + HALF_HOUR)
    rosa = Visitor().is_cleared()
    ana = Visitor(world.signed_in(world.ana.account), "/my/book/").is_cleared()
    mine, forwarded = world.signed_in(world.ana.account), Client()
    own = reverse("portal:appointment", args=[visit.pk])
    linked = reverse("portal:visit", args=[links.make_link(appointment=visit, now=world.now)])
    return {
        "times, for anybody": lambda: rosa.get("times/", **DAY),
        "times, with one": lambda: rosa.get("times/", **DAY | {"with": str(visit.clinician_id)}),
        "times, signed in": lambda: ana.get("times/", **DAY),
        "own visit": lambda: mine.get(own),
        "own visit, moving": lambda: mine.get(own + "move/?who=anybody"),
        "own visits": lambda: mine.get(reverse("portal:appointments")),
        "visit by link": lambda: forwarded.get(linked),
        "visit by link, moving": lambda: forwarded.get(linked + "move/?who=anybody"),
    }


def costs(pages: dict[str, Callable[[], Any]]) -> dict[str, int]:
    found = {}
    for name, ask in pages.items():
        with CaptureQueriesContext(connection) as caught:
            assert ask().status_code == 200, name
        found[name] = len(caught)
    return found


def test_no_page_costs_more_than_it_may_nor_more_when_the_day_is_full(world, pages):
    fill(world, 20)
    costs(pages)  # the first look of a session
    few = costs(pages)
    fill(world, 320, of=20)
    assert Appointment.objects.count() == 321
    many = costs(pages)
    assert many == few
    assert {name: cost for name, cost in many.items() if cost > ANY_PAGE} == {}
