"""A source that cannot be asked is named before we start; half of one stops the start."""

import secrets
import sys
from types import ModuleType

import pytest

from clinic.reminders.checks import every_source_can_be_asked, every_way_out_can_be_read


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


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"SMS_URL": "twilio://SID:hush@api.twilio.com/?from=+441234567890"}, []),
        ({"SMS_URL": "twilio://SID:hush@api.twilio.com/"}, ["reminders.E004"]),
        ({"SMS_URL": "console://", "DEVELOPMENT_PAGES": False}, ["reminders.E005"]),
        ({"VAPID_PRIVATE_KEY": secrets.token_urlsafe(32)}, []),
        ({"VAPID_PRIVATE_KEY": "change-me"}, ["reminders.E006"]),
    ],
)
def test_a_way_out_that_leads_nowhere_is_named_before_anything_waits(settings, change, found):
    for name, value in change.items():
        setattr(settings, name, value)
    errors = every_way_out_can_be_read()
    assert [error.id for error in errors] == found
    assert "hush" not in str(errors)
