"""A screen whose catalogue version was removed or never published: a clear page, and nothing lost."""

from __future__ import annotations

import pytest
import time_machine
from django.urls import reverse

from assessments.screens.models import Answer, Screen
from tests.assessments.stories import DESK_WORKER, draft

GONE = 98


@pytest.fixture(autouse=True)
def _now(world):
    with time_machine.travel(world.now, tick=False):
        yield


@pytest.fixture
def carl(world):
    return world.signed_in(world.carl)


@pytest.fixture(params=["draft", "signed"])
def screen(world, request):
    """A screen as it is left when its version is taken away."""
    row = draft(world, DESK_WORKER)
    Screen.objects.filter(pk=row.pk).update(version=GONE)
    if request.param == "signed":
        Screen.objects.filter(pk=row.pk).update(signed_at=world.now, signed_by=world.carl)
    return Screen.objects.get(pk=row.pk)


def pages(screen):
    one = [screen.patient_id, screen.pk]
    yield from (reverse(f"charting:{name}", args=one) for name in ("answers", "sign", "recordings", "amend"))
    yield reverse("charting:screen", args=[*one, "person"])
    if screen.is_signed:
        yield reverse("charting:pdf", args=one)


def test_each_page_of_it_says_what_is_missing_and_shows_what_is_kept(carl, screen):
    kept = list(Answer.objects.filter(screen=screen).order_by("pk").values())
    for address in pages(screen):
        for answer in (carl.get(address), carl.post(address, {"because": "A wrong side was entered"})):
            if answer.status_code == 302:  # a signed one leads to its answers
                answer = carl.get(answer["Location"])
            if answer.status_code == 405:
                continue
            words = answer.content.decode()
            assert answer.status_code == 409, address
            assert f"hamstring.v{GONE}" in words
            assert "Nothing is lost" in words
            assert "age_years" in words
    assert list(Answer.objects.filter(screen=screen).order_by("pk").values()) == kept
    assert Screen.objects.count() == 1


def test_the_chart_still_opens(carl, screen):
    words = carl.get(reverse("charting:patient", args=[screen.patient_id])).content.decode()
    assert f"Screen hamstring.v{GONE}, whose questions are missing" in words


def test_another_screen_is_not_in_its_way(world, carl, screen):
    other = draft(world, DESK_WORKER, patient=world.ben)
    assert carl.get(reverse("charting:answers", args=[world.ben.pk, other.pk])).status_code == 200
