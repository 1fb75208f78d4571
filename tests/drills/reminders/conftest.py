"""Drills in processes of their own, on servers of their own: what they kill must not be what other tests stand on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from clinic.launch import children
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


class Begun:
    """A drill at work, what it says kept in files."""

    def __init__(self, folder: Path, schema: Path, arguments: Sequence[str]) -> None:
        env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        drill, *more = arguments
        command = [sys.executable, "-m", "tests.drills.reminders", drill, "--schema", str(schema), *more]
        self.said = [folder / "stdout", folder / "stderr"]
        with self.said[0].open("w") as out, self.said[1].open("w") as err:
            self.process = subprocess.Popen(
                command,
                cwd=settings.ROOT,
                env=env,
                stdout=out,
                stderr=err,
                preexec_fn=children.leave_with_parent(signal.SIGTERM),
            )

    def held(self) -> Held:
        code = self.process.wait(400)
        return Held(self.process.args, code, *(file.read_text() for file in self.said))


@pytest.fixture(scope="module")
def begun(schema, tmp_path_factory) -> Iterator[Callable[[pytest.Item], Begun]]:
    """begun(test): its drill, at work since the first of its share was asked for.

    A drill is mostly waiting, and each has servers of its own: together they take as long as the longest.
    """
    started: dict[str, Begun] = {}

    def begin(test: pytest.Item) -> Begun:
        for each in _share(test):
            if each.name not in started:
                drill = each.callspec.params["held"]  # type: ignore[attr-defined]  # of a function with parameters
                started[each.name] = Begun(tmp_path_factory.mktemp("held"), schema, drill)
        return started[test.name]

    yield begin
    for each in started.values():
        if each.process.poll() is None:
            each.process.terminate()
            each.process.wait(60)


def _share(test: pytest.Item) -> list[pytest.Item]:
    """The drills that come to this process: what is in the first share of all tests comes to the first."""
    items = test.session.items
    first = items[: len(items) // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))]
    return [item for item in first if item.path == test.path] if test in first else [test]


@pytest.fixture
def held(request, begun) -> Held:
    """What this test's drill said and how it ended."""
    return begun(request.node).held()


def drilled(*arguments: str) -> pytest.MarkDecorator:
    """@drilled("drill", "--kills", "9"): what the test judges."""
    return pytest.mark.parametrize("held", [arguments], ids=[arguments[0]], indirect=True)
