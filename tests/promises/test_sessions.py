"""Sessions end by themselves, belong to one sign-in, and die with the account; guessing is slowed down."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from clinic.people.roles import Role
from tests.test_doors import somebody
from tests.world import PASSWORD, TOTP_SECRET

HOME = {Role.FRONT_DESK: "/desk/", Role.CLINICIAN: "/chart/", Role.MANAGER: "/desk/", Role.PATIENT: "/my/"}
IDLE = {Role.PATIENT: 30}
ABSOLUTE = {Role.PATIENT: 24}


def is_in(client: Client, role: Role) -> bool:
    return client.get(HOME[role]).status_code == 200


def sign_in(client: Client, password: str = PASSWORD, **about) -> int:
    return client.post("/accounts/login/", {"login": "dee", "password": password}, **about).status_code


@pytest.mark.parametrize("role", list(Role))
def test_a_session_left_alone_ends(world, role):
    minutes = IDLE.get(role, 15)
    with time_machine.travel(world.now, tick=False) as clock:
        client = world.signed_in(somebody(world, role))
        assert is_in(client, role)
        clock.shift(dt.timedelta(minutes=minutes - 1))
        assert is_in(client, role)
        clock.shift(dt.timedelta(minutes=minutes + 1))
        assert not is_in(client, role)
        assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("role", list(Role))
def test_a_session_in_use_ends_too(world, role):
    hours = ABSOLUTE.get(role, 12)
    with time_machine.travel(world.now, tick=False) as clock:
        client = world.signed_in(somebody(world, role))
        for _ in range(hours * 6):
            assert is_in(client, role)
            clock.shift(dt.timedelta(minutes=10))
        clock.shift(dt.timedelta(minutes=1))
        assert not is_in(client, role)


def test_signing_in_gives_a_new_session_id(world):
    client = Client()
    client.get("/accounts/login/")
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies["sessionid"] = planted = session.session_key
    world.dee  # noqa: B018 - made by its first mention
    assert sign_in(client) == 302
    code = format_hotp_value(hotp_value(TOTP_SECRET, int(timezone.now().timestamp()) // 30))
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert client.session.session_key != planted
    assert is_in(client, Role.FRONT_DESK)
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert not is_in(thief, Role.FRONT_DESK)


@pytest.mark.parametrize("role", list(Role))
def test_closing_an_account_ends_its_sessions_at_the_next_click(world, role):
    account = somebody(world, role)
    clients = [world.signed_in(account), world.signed_in(account)]
    assert all(is_in(client, role) for client in clients)
    account.is_active = False
    account.save(update_fields=["is_active"])
    assert not any(is_in(client, role) for client in clients)


def test_signing_out_ends_the_session_on_the_server(world):
    client = world.signed_in(world.dee)
    stolen = client.cookies["sessionid"].value
    client.post("/accounts/logout/")
    thief = Client()
    thief.cookies["sessionid"] = stolen
    assert not is_in(thief, Role.FRONT_DESK)


def test_a_password_alone_opens_no_record(world):
    client = Client()
    world.dee  # noqa: B018 - made by its first mention
    assert sign_in(client) == 302
    assert not is_in(client, Role.FRONT_DESK)


@pytest.mark.parametrize("forged", [False, True])
def test_the_sixth_wrong_password_waits(world, forged):
    """A new address in X-Forwarded-For each time changes nothing: nobody vouches for it."""
    client = Client()
    world.dee  # noqa: B018 - made by its first mention
    for attempt in range(5):
        about = {"headers": {"X-Forwarded-For": f"203.0.113.{attempt}"}} if forged else {}
        assert sign_in(client, "a wrong pass phrase", **about) == 200
    about = {"headers": {"X-Forwarded-For": "203.0.113.99"}} if forged else {}
    answer = client.post("/accounts/login/", {"login": "dee", "password": PASSWORD}, **about)
    assert answer.status_code != 302, "the right password counts no more than a guess while it waits"
    assert b"Too many" in answer.content
    assert not is_in(client, Role.FRONT_DESK)


def test_waiting_ends(world):
    client = Client()
    world.dee  # noqa: B018 - made by its first mention
    with time_machine.travel(world.now, tick=False) as clock:
        for _ in range(6):
            sign_in(client, "a wrong pass phrase")
        assert sign_in(client) != 302
        clock.shift(dt.timedelta(minutes=11))
        assert sign_in(client) == 302


def test_one_address_cannot_try_many_accounts(world, settings):
    client = Client()
    answers = [
        client.post(
            "/accounts/login/",
            {"login": f"nobody{number}", "password": "x" * 12},
            headers={"X-Forwarded-For": f"203.0.113.{number}"},
        )
        for number in range(51)
    ]
    assert answers[49].status_code == 200
    assert answers[50].status_code == 429


@pytest.mark.parametrize(
    "password", ["short", "elevenchars", "password1234", "qwertyuiop12", "123456789012", "dee.hartley99"]
)
def test_a_weak_password_is_refused(world, password):
    with pytest.raises(ValidationError):
        validate_password(password, world.dee)


@pytest.mark.parametrize(
    "password",
    ["twelve chars", "x7" * 40, "correct horse battery staple", "пароль из слов", "👩🏽‍⚕️ runs far 🏃 away"],
)
def test_a_long_password_needs_nothing_else(world, password):
    validate_password(password, world.dee)
    world.dee.set_password(password)
    assert world.dee.check_password(password)


def test_passwords_can_be_pasted(client, db):
    shown = client.get("/accounts/login/").content.decode()
    assert 'autocomplete="current-password"' in shown
    assert "onpaste" not in shown
    assert 'name="password"' in shown
    assert "maxlength" not in shown.split('name="password"')[1].split(">")[0]
