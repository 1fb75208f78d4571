"""Being signed out in mid-form and signing in again, as a person does."""

from __future__ import annotations

import datetime as dt
import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings

from tests.world import PASSWORD, TOTP_SECRET


def sign_in(client, username, at):
    """Name and password, then the code of the authenticator."""
    asked = client.post(at, {"login": username, "password": PASSWORD})
    assert "2fa" in asked["Location"], "the second factor is asked for"
    code = format_hotp_value(hotp_value(TOTP_SECRET, int(time.time()) // 30))
    return client.post(asked["Location"], {"code": code})


def owner_in(page):
    """The note on a page's form that says whose it is."""
    return page.content.decode().split('name="form_owner" value="')[1].split('"')[0]


def away_too_long(clock, role):
    """A minute more than a session of this role may be left alone."""
    idle, _ = settings.SESSION_LIMITS[role]
    clock.shift(dt.timedelta(minutes=idle + 1))
