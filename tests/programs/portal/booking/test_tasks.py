"""The worker's part: a code is mailed once, and what was typed is forgotten."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from clinic.booking.models import OnlineRequest
from programs.portal import tasks
from tests.programs.portal.booking.visitor import TOLD, Visitor, code_of, open_online, text

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def rosa(world):
    """A code is due to her."""
    open_online(world)
    rosa = Visitor().is_cleared().has_kept()
    rosa.tells()
    return rosa


@pytest.fixture
def called(monkeypatch):
    """Which workers were called, instead of Celery."""
    found = []
    monkeypatch.setattr(tasks.mail_code, "delay", lambda **which: found.append(which))
    return found


def test_a_worker_is_called_for_each_code_that_is_due(rosa, called):
    request = OnlineRequest.objects.get()
    tasks.mail_codes()
    assert called == [{"request_id": request.pk, "nth": 1}]
    tasks.mail_code(**called[0])
    tasks.mail_codes()
    assert len(called) == 1


def test_two_copies_of_the_task_are_one_mail(rosa, called):
    tasks.mail_codes(), tasks.mail_codes()
    for which in called:
        tasks.mail_code(**which)
    assert (len(called), len(mail.outbox)) == (2, 1)


def test_a_mail_server_that_is_away_costs_no_code(rosa, monkeypatch):
    def away(self):
        raise ConnectionRefusedError

    with monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "open", away)
        request = OnlineRequest.objects.get()
        tasks.mail_code(request_id=request.pk, nth=1)
    request.refresh_from_db()
    assert (request.codes_sent, mail.outbox) == (0, [])
    assert "A new code is on its way" in text(rosa.post("code/", {"again": "yes"}))
    assert rosa.types(code_of(TOLD["email"])).headers["Location"] == "/book/booked/"


def test_what_was_typed_is_forgotten_after_a_day(rosa, clock):
    tasks.forget_requests()
    assert OnlineRequest.objects.exists()
    clock.shift(dt.timedelta(hours=25))
    tasks.forget_requests()
    assert not OnlineRequest.objects.exists()
    assert rosa.get("code/").status_code == 302
