"""Audit rows stay as they were written."""

import pytest
from django.db import DatabaseError, connection, transaction

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.people import journal
from clinic.people.actors import Job


@pytest.mark.parametrize("change", ["update audit_entry set what = 'x'", "delete from audit_entry"])
def test_the_database_refuses_to(world, change):
    record(action=Entry.Action.READ, patient=world.ana, by=world.carl, what="chart")
    with pytest.raises(DatabaseError, match="audit rows stay as written"), transaction.atomic():
        connection.cursor().execute(change)
    assert Entry.objects.get().what == "chart"


def test_an_entry_names_a_job_when_nobody_did_it(world):
    record(action=Entry.Action.SENT, patient=world.ana, by=Job("reminders"))
    assert Entry.objects.get().job == "reminders"


def test_no_recorder_no_change(world, monkeypatch):
    monkeypatch.setattr(journal, "_recorder", None)
    with pytest.raises(journal.NobodyIsWatching):
        journal.write(action="changed", patient=world.ana, by=world.dee, what="channel")
