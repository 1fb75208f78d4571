"""An address with a slip in it: what is wrong is said, and what was meant is asked about."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from clinic.people.actions import read_channels
from clinic.people.addresses import _providers, probably_meant, what_is_wrong


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("zoe.tester@gmailcom", "The dot after the @ is missing"),
        ("zoe.tester", "It has no @"),
        ("zoe@tester@gmail.com", "more than one @"),
        ("zoe tester@gmail.com", "a space"),
        ("@gmail.com", "The name before the @ is missing."),
        ("zoe@gmail..com", "cannot stand there"),
    ],
)
def test_what_is_wrong_is_named(typed, says):
    with pytest.raises(ValidationError):
        validate_email(typed)
    assert says in what_is_wrong(typed)
    assert says in read_channels(email=typed)[1]["email"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("zoe@gmial.com", "zoe@gmail.com"),
        ("zoe@gmai.com", "zoe@gmail.com"),
        ("zoe@gmaill.com", "zoe@gmail.com"),
        ("zoe@gnail.com", "zoe@gmail.com"),
        ("Zoe@Hotmial.com", "zoe@hotmail.com"),
        ("zoe@gmail.con", "zoe@gmail.com"),
        ("zoe@yahoo.co.ukk", "zoe@yahoo.co.uk"),
        ("zoe@clinic.example", ""),
        ("zoe@runner.example", ""),
        ("zoe@gmail.com", ""),
        ("zoe@mail.com", ""),
        ("zoe@ab.de", ""),
        ("zoe", ""),
    ],
)
def test_what_was_meant(typed, meant):
    assert probably_meant(typed) == meant


def test_nobody_is_asked_about_a_provider_of_the_list():
    assert [one for one in _providers() if probably_meant(f"zoe@{one}")] == []
    assert len(set(_providers())) == len(_providers())
