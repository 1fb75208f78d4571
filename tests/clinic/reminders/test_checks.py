"""A source that cannot be asked is named before we start; half of one stops the start."""

import sys
from types import ModuleType

from clinic.reminders.checks import every_source_can_be_asked


def test_a_source_that_is_not_there_is_named(settings):
    settings.REMINDER_SOURCES = ["no.such.source"]
    (warning,) = every_source_can_be_asked()
    assert (warning.id, "no.such.source" in warning.msg) == ("reminders.W001", True)


def test_a_source_that_lacks_a_function_is_named(settings, monkeypatch):
    monkeypatch.setitem(sys.modules, "half_a_source", ModuleType("half_a_source"))
    settings.REMINDER_SOURCES = ["half_a_source"]
    assert [error.id for error in every_source_can_be_asked()] == ["reminders.E002", "reminders.E002"]


def test_a_whole_one_passes(source):
    assert every_source_can_be_asked() == []
