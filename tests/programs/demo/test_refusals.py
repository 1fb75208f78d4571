"""The demo clinic is never put where real people are."""

import pytest
from django.core.management import CommandError, call_command

from clinic.people.models import Account


def test_it_refuses_over_people_who_are_there(world):
    assert world.ana
    with pytest.raises(CommandError, match="holds people already"):
        call_command("demo")


def test_it_refuses_in_production(db, settings):
    settings.DEVELOPMENT_PAGES = False
    with pytest.raises(CommandError, match="never put into production"):
        call_command("demo")
    assert not Account.objects.exists()
