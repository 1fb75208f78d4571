"""A real PostgreSQL from the wheel: first start, and what it heals by itself."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from clinic.launch import environment, places
from clinic.launch.postgres import Postgres, PostgresError

# Python 3.12 warns of starting programs beside threads; pytest-xdist has one, the launcher has none.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")


@pytest.fixture
def server(folder: Path) -> Iterator[Postgres]:
    mine = places.for_tests(folder)
    made = Postgres(mine, environment.keys_for(mine), dict(os.environ))
    made.start()
    yield made
    made.stop()


def clinic_connection(server: Postgres, password: str) -> psycopg.Connection:
    return psycopg.connect(
        host=str(server.places.sockets), user="clinic", dbname="clinic", password=password, autocommit=True
    )


def count_after_restart(server: Postgres) -> int:
    server.start()
    with clinic_connection(server, server.keys.postgres_clinic) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert row
    return row[0]


def fill(server: Postgres) -> None:
    with clinic_connection(server, server.keys.postgres_clinic) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1")


def test_the_clinic_is_no_superuser_and_nobody_enters_without_the_password(server):
    with clinic_connection(server, server.keys.postgres_clinic) as connection:
        row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        assert row == (False,)
        collation = connection.execute(
            "SELECT datlocale FROM pg_database WHERE datname = 'clinic'"
        ).fetchone()
        assert collation == ("C.UTF-8",)
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        clinic_connection(server, "guess")


def test_sockets_and_files_are_private(server):
    assert server.places.sockets.stat().st_mode & 0o777 == 0o700
    assert server.places.cluster.stat().st_mode & 0o777 == 0o700
    assert (server.places.data / "keys.json").stat().st_mode & 0o777 == 0o600


def test_kill_9_is_healed_by_the_next_start(server):
    fill(server)
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    assert (server.data / "postmaster.pid").exists()
    assert count_after_restart(server) == 1


@pytest.fixture
def claimed_by_a_stranger(server: Postgres) -> Iterator[Postgres]:
    """After the machine was restarted the recorded number is often someone else's, of the same account."""
    fill(server)
    pid_file = server.data / "postmaster.pid"
    left = pid_file.read_text().splitlines()
    server.stop()
    account = server.places.account
    stranger = subprocess.Popen(
        ["sleep", "60"], user=account.uid if account else None, cwd="/", start_new_session=True
    )
    pid_file.write_text("\n".join([str(stranger.pid), *left[1:]]) + "\n")
    os.chown(pid_file, server.data.stat().st_uid, server.data.stat().st_gid)
    yield server
    stranger.kill()
    stranger.wait()


def test_a_pid_file_whose_number_belongs_to_a_stranger_is_healed(claimed_by_a_stranger):
    assert count_after_restart(claimed_by_a_stranger) == 1


def test_without_healing_postgres_refuses_a_strangers_number(claimed_by_a_stranger, monkeypatch):
    """The negative control of the test above."""
    monkeypatch.setattr(Postgres, "heal", lambda self, seconds: None)
    with pytest.raises(PostgresError, match="did not start"):
        claimed_by_a_stranger.start()


def test_a_half_made_cluster_is_never_opened(folder: Path):
    mine = places.for_tests(folder)
    draft = mine.cluster / "draft"
    draft.mkdir()
    (draft / "PG_VERSION").write_text("18")
    server = Postgres(mine, environment.keys_for(mine), dict(os.environ), hasty=True)
    try:
        server.start()
        assert server.is_alive()
    finally:
        server.stop()


def test_keys_that_do_not_fit_are_said_and_nothing_is_changed(server):
    server.stop()
    stranger = Postgres(server.places, replace(server.keys, postgres_owner="other"), server.env)
    with pytest.raises(PostgresError, match=r"keys\.json do not fit"):
        stranger.start()
    server.start()


def test_a_server_that_does_not_start_shows_its_last_words(server):
    server.stop()
    (server.data / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(PostgresError, match="no_such_setting"):
        server.start()
