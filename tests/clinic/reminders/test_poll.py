"""The poll reads one small index and nothing else, however many reminders were ever sent."""

from __future__ import annotations

import json

import pytest
from django.db import connection

from clinic.reminders.models import Reminder, State
from tests.world import NOW, World

pytestmark = pytest.mark.django_db(transaction=True)  # only what is committed can be vacuumed


@pytest.fixture
def full():
    """An outbox of twenty thousand that went out and fifty that wait, as a clinic's is: vacuumed now and then.

    Other tests' rows, rolled back, swell whichever index they were in, and the planner believes sizes.
    """
    world = World(now=NOW)
    now, rows = world.now, []
    for number in range(20_050):
        sent = {"state": State.SENT, "sent_at": now, "sent_to": "a@b.example"} if number >= 50 else {}
        rows.append(
            Reminder(
                source="s", kind="k", subject_id=number, patient=world.ana,
                about_at=now, due_at=now, try_at=now, ring_at=now, **sent,
            )
        )  # fmt: skip
    Reminder.objects.bulk_create(rows, batch_size=5000)
    with connection.cursor() as cursor:
        cursor.execute("REINDEX TABLE reminders_reminder")
        cursor.execute("VACUUM ANALYZE reminders_reminder")
    return world


def plan(found) -> dict:
    return json.loads(found.explain(format="json", analyze=True))[0]["Plan"]


def nodes(root: dict):
    yield root
    for below in root.get("Plans", []):
        yield from nodes(below)


def test_the_poll_reads_its_index_alone(full):
    scans = [
        node
        for node in nodes(plan(Reminder.objects.to_ring_for(full.now)[:100]))
        if "Scan" in node["Node Type"]
    ]
    assert [(scan["Node Type"], scan["Index Name"]) for scan in scans] == [
        ("Index Only Scan", "reminders_to_ring_for")
    ]
    assert scans[0]["Actual Rows"] == 50


def test_control_another_column_would_send_it_to_the_table(full):
    found = Reminder.objects.to_ring_for(full.now).filter(attempts__gte=0)[:100]
    assert all(node["Node Type"] != "Index Only Scan" for node in nodes(plan(found)))
