"""What production refuses to start with, and that it says how to mend it."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from clinic.config.environment import HOW_TO_SET, Start, production_refusals, refuse_failing_checks, required
from clinic.people.models import Account

ROOT = Path(__file__).resolve().parents[3]
GOOD_KEY = "x8Yp2vLq9sKd4mWz7nRt6bGh1jFc3kQa5eUo0iTy8xCv2bNm4pLs"
GOOD = Start(
    debug=False,
    secret_key=GOOD_KEY,
    allowed_hosts=["clinic.example.org"],
    base_url="https://clinic.example.org",
    embedded=False,
)
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "SECRET_KEY": GOOD_KEY,
    "DATABASE_URL": os.environ["DATABASE_URL"],
    "REDIS_URL": os.environ["REDIS_URL"],
    "ALLOWED_HOSTS": "clinic.example.org",
    "CLINIC_BASE_URL": "https://clinic.example.org",
    "EMAIL_URL": "smtp+tls://user:pw@mail.example.org:587",
    "PYTHONWARNINGS": "error",
}


def manage(*words: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in {**ENVIRONMENT, **changes}.items() if value is not None}
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


CALLS_A_WORKER = """
import threading
{door}
from clinic.reminders.tasks import send_test
asking = threading.Thread(target=lambda: print(send_test.app.conf.broker_url))
asking.start()
asking.join()
"""


def broker_known_to(door: str) -> str:
    """The broker a page would call a worker through, in a thread of a process that begins at that door."""
    code = CALLS_A_WORKER.format(door=door)
    begun = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**ENVIRONMENT, "DJANGO_SETTINGS_MODULE": "clinic.config.settings", "PYTHONWARNINGS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert begun.returncode == 0, begun.stderr
    return begun.stdout.strip()


def test_a_page_calls_a_worker_through_our_broker():
    assert broker_known_to("import clinic.config.wsgi") == ENVIRONMENT["REDIS_URL"]


def test_control_without_the_app_it_would_look_for_another():
    assert broker_known_to("import django; django.setup()") == "None"


def test_a_good_start_is_let_through():
    assert production_refusals(GOOD) == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"debug": True}, "DEBUG"),
        ({"secret_key": "change-me-" + GOOD_KEY}, "SECRET_KEY"),
        ({"secret_key": "short"}, "SECRET_KEY"),
        ({"allowed_hosts": ["*"]}, "ALLOWED_HOSTS"),
        ({"base_url": "http://clinic.example.org"}, "CLINIC_BASE_URL"),
        ({"embedded": True}, "CLINIC_EMBEDDED"),
    ],
)
def test_production_refuses(change, named):
    refusals = production_refusals(replace(GOOD, **change))
    assert len(refusals) == 1
    assert named in refusals[0]


@pytest.mark.parametrize("name", sorted(HOW_TO_SET))
def test_a_missing_variable_says_how_to_set_it(name):
    with pytest.raises(ImproperlyConfigured, match="is not set") as refusal:
        required({}, name)
    assert HOW_TO_SET[name] in str(refusal.value)


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS", "EMAIL_URL"])
def test_manage_stops_without(name):
    stopped = manage("check", **{name: None})
    assert stopped.returncode != 0
    assert f"{name} is not set" in stopped.stderr


def test_manage_stops_on_the_embedded_servers():
    stopped = manage("check", CLINIC_EMBEDDED="1")
    assert stopped.returncode != 0
    assert "CLINIC_EMBEDDED" in stopped.stderr


def test_manage_starts_with_everything_in_place():
    started = manage("check")
    assert started.returncode == 0, started.stderr


def test_production_refuses_demo_accounts(world, settings):
    settings.DEBUG = False
    refuse_failing_checks()
    world.carl.is_demo = True
    world.carl.save(update_fields=["is_demo"])
    with pytest.raises(ImproperlyConfigured, match="demo accounts \\(carl\\)"):
        refuse_failing_checks()


def test_a_new_database_holds_nobody_yet(world, settings, monkeypatch):
    """`migrate` asks before there is a single table; so does a start beside it."""
    settings.DEBUG = False
    world.carl.is_demo = True
    world.carl.save(update_fields=["is_demo"])
    monkeypatch.setattr(Account._meta, "db_table", "not_made_yet")
    refuse_failing_checks()
