"""Drills in processes of their own, on servers of their own: what they kill must not be what other tests stand on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from clinic.launch.postgres import installed_programs

Held = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def schema(django_db_setup, tmp_path_factory) -> Path:
    """The tables of the test database: migrating once more would take half a minute."""
    made = tmp_path_factory.mktemp("drill") / "schema.sql"
    given = urlsplit(os.environ["DATABASE_URL"])  # its host may be a folder with a socket, in the query
    url = given._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    dump = [str(installed_programs() / "pg_dump"), "--schema-only", "--no-owner", "--file", str(made), url]
    subprocess.run(dump, check=True)
    return made


@pytest.fixture(scope="module")
def hold(schema) -> Callable[..., Held]:
    """hold("drill", "--kills", "9"): what it said and how it ended."""

    def held(*arguments: str) -> Held:
        env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        command = [
            sys.executable,
            "-m",
            "tests.drills.reminders",
            arguments[0],
            "--schema",
            str(schema),
            *arguments[1:],
        ]
        return subprocess.run(
            command, cwd=settings.ROOT, env=env, capture_output=True, text=True, check=False, timeout=400
        )

    return held
