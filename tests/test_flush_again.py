"""A flush that meets a last request is tried again; any other failure of it is told at once."""

from __future__ import annotations

import pytest
from django.core.management.base import CommandError
from django.db import DatabaseError, OperationalError
from django.test import TransactionTestCase, testcases


class Case(TransactionTestCase):
    def runTest(self) -> None: ...


def failing(monkeypatch, cause, times):
    tried = []

    def flush(*args, **given):
        tried.append(args)
        if len(tried) <= times:
            raise CommandError("it couldn't be flushed") from cause

    monkeypatch.setattr(testcases, "call_command", flush)
    return tried


def test_a_deadlock_is_tried_again(monkeypatch):
    tried = failing(monkeypatch, OperationalError("deadlock detected"), times=1)
    Case()._fixture_teardown()
    assert len(tried) == 2


@pytest.mark.parametrize(
    ("cause", "times", "tries"),
    [(OperationalError("deadlock detected"), 9, 4), (DatabaseError("the SQL was invalid"), 1, 1)],
)
def test_what_does_not_pass_is_told(monkeypatch, cause, times, tries):
    tried = failing(monkeypatch, cause, times=times)
    with pytest.raises(CommandError):
        Case()._fixture_teardown()
    assert len(tried) == tries
