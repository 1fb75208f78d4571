"""A provider's pace is kept by all senders together, and nobody pays for it with a try."""

from __future__ import annotations

import datetime as dt
import uuid
from types import SimpleNamespace

import pytest
from django.core import mail
from redis.exceptions import RedisError

from clinic.reminders import actions, limits
from clinic.reminders.limits import wait_for_room
from clinic.reminders.models import Reminder, State

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def waiting(world, source, settings, monkeypatch):
    """Five that are due, and a provider that takes two a minute. The count is this test's alone."""
    settings.MOST_A_MINUTE = {"email": 2}
    settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": uuid.uuid4().hex}}
    source.nags(world.ana, now=world.now, many=5)
    actions.collect(now=world.now)
    return list(Reminder.objects.order_by("pk").values_list("pk", flat=True))


def try_all(now):
    due = Reminder.objects.filter(state=State.DUE, try_at__lte=now).order_by("pk")
    actions.send_batch(list(due.values_list("pk", flat=True)), clock=lambda: now)


def test_what_is_over_it_waits_for_its_own_minute_and_costs_no_try(waiting, world):
    try_all(world.now)
    assert len(mail.outbox) == 2
    left = Reminder.objects.filter(state=State.DUE).order_by("pk")
    assert [row.attempts for row in left] == [0, 0, 0]
    assert [(row.try_at - world.now) / MINUTE for row in left] == [1, 1, 2]
    assert left[0].because == "The provider takes 2 a minute; this one waits for its turn."
    for minute in (1, 2):
        try_all(world.now + minute * MINUTE)
        assert len(mail.outbox) == min(5, 2 * (minute + 1))


def test_without_the_cache_nothing_is_held_up(waiting, world, monkeypatch):
    def away(*known, **more):
        raise RedisError

    monkeypatch.setattr(limits, "cache", SimpleNamespace(add=away))
    try_all(world.now)
    assert len(mail.outbox) == 5


def test_without_a_limit_nobody_counts(waiting, world, settings):
    settings.MOST_A_MINUTE = {}
    try_all(world.now)
    assert len(mail.outbox) == 5


@pytest.mark.parametrize("way", ["email", "text"])
def test_the_ways_are_counted_apart(way, settings, world):
    settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": uuid.uuid4().hex}}
    settings.MOST_A_MINUTE = {way: 1}
    other = {"email": "text", "text": "email"}[way]
    assert wait_for_room(way, world.now) is None
    assert wait_for_room(way, world.now) is not None
    assert wait_for_room(other, world.now) is None
