"""The parts that send reminders, as the launcher starts them, several of each, and started again when they are killed.

Everything is started from one thread: on Linux a child is signalled when the thread that started it ends.
"""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from clinic.launch import children, environment, places
from clinic.launch.postgres import Postgres, installed_programs
from clinic.launch.supervisor import Program, Supervisor, python_program
from clinic.launch.valkey import Valkey

ROOT = Path(__file__).resolve().parents[3]
SETTINGS = "tests.drills.reminders.settings"
EMPTY = "clinic_empty"  # migrated, with nobody in it: each run begins with a copy
CELERY = ("celery", "--app", "clinic.config.celery")
QUEUE = "celery"


class Broken(Exception):
    """The drill itself could not go on, so it has shown nothing."""


@dataclass(frozen=True)
class Size:
    """`workers` groups of processes, each standing for a machine, with `slots` senders each."""

    workers: int = 3
    slots: int = 2
    beats: int = 2

    @property
    def senders(self) -> int:
        return self.workers * self.slots


@dataclass
class DrilledClinic:
    """One clinic in a folder of its own."""

    folder: Path
    size: Size
    pauses: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.places = places.for_tests(self.folder)
        self.keys = environment.keys_for(self.places)
        self.settings = {
            "SECRET_KEY": secrets.token_urlsafe(60),
            "ALLOWED_HOSTS": "clinic.example",
            "CLINIC_BASE_URL": "https://clinic.example",
            "DATABASE_URL": environment.database_url(self.places, self.keys),
            "REDIS_URL": f"redis://:{self.keys.valkey}@127.0.0.1:{self.keys.valkey_port}/0",
            "EMAIL_URL": "smtp://127.0.0.1:1",  # nobody; each run has a recorder of its own
            "CLINIC_DATA_DIR": str(self.folder),
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "CELERY_SKIP_CHECKS": "1",  # each takes three seconds of a processor, and says the same each time
            **self.pauses,
        }
        env = environment.process_environment({**self.settings, children.MARK: str(self.folder)})
        for name in ("DEBUG", "CLINIC_EMBEDDED", "CLINIC_TESTING"):
            env.pop(name, None)
        self.postgres = Postgres(self.places, self.keys, env)
        self.valkey = Valkey(self.places, self.keys, env)
        # Its servers are not the supervisor's: it would stop with them, and here they are killed on purpose.
        self.supervisor = Supervisor(ROOT, self.places.logs, env)
        self.said = io.StringIO()
        self.recorder: subprocess.Popen[bytes] | None = None
        self.runs = 0

    # --- The mail server, which nobody kills ------------------------------------------------------------------

    def start_recorder(self) -> None:
        """A new one for each run; whoever is started from now on sends to it."""
        self.runs += 1
        self.arrivals = self.folder / f"arrived{self.runs}.jsonl"
        port_file = self.folder / f"recorder{self.runs}.port"
        self.recorder = children.start(
            python_program("tests.drills.reminders.recorder", str(self.arrivals), str(port_file)),
            log=self.places.logs / "recorder.log",
            env=dict(os.environ),
            cwd=ROOT,
        )
        deadline = time.monotonic() + 20
        while not port_file.exists():
            if self.recorder.poll() is not None or time.monotonic() > deadline:
                raise Broken("The recording mail server did not start.")
            time.sleep(0.05)
        self.supervisor.env["EMAIL_URL"] = f"smtp://127.0.0.1:{port_file.read_text()}"

    def stop_recorder(self) -> None:
        """It writes its last line, so that the recording is known to be whole."""
        if self.recorder:
            children.stop(self.recorder, grace=10)

    # --- Servers and rows -------------------------------------------------------------------------------------

    def start_servers(self) -> None:
        """PostgreSQL, which keeps when each transaction was committed; and Valkey."""
        self.postgres.start()
        with self.postgres.connect("postgres") as connection:
            connection.execute("ALTER SYSTEM SET track_commit_timestamp = on")
            # After a kill the whole folder is brought to disk, file by file: ten seconds of every recovery.
            connection.execute("ALTER SYSTEM SET recovery_init_sync_method = syncfs")
        self.postgres.stop()
        self.postgres.start()
        self.valkey.start()

    def make_tables(self, schema: Path | None) -> None:
        """By the migrations, or by what pg_dump wrote of a database that has them already."""
        if schema is None:
            self.supervisor.finish("migrate", [sys.executable, "manage.py", "migrate", "--verbosity=0"])
        else:
            psql = [str(installed_programs() / "psql"), "--quiet", "--single-transaction", "--no-psqlrc"]
            stop = ["--set", "ON_ERROR_STOP=1", "--file", str(schema)]
            done = subprocess.run(
                [*psql, *stop, "--dbname", f"{self.settings['DATABASE_URL']}"],
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise Broken(f"The tables could not be made: {done.stderr[-500:]}")
        with self.postgres.connect("postgres") as connection:
            connection.execute(sql.SQL("ALTER DATABASE clinic RENAME TO {}").format(sql.Identifier(EMPTY)))

    def begin_empty(self) -> None:
        """Nobody in the clinic, nothing in the queue."""
        with self.postgres.connect("postgres") as connection:
            connection.execute("DROP DATABASE IF EXISTS clinic WITH (FORCE)")
            connection.execute(
                sql.SQL("CREATE DATABASE clinic TEMPLATE {} OWNER clinic").format(sql.Identifier(EMPTY))
            )
        self.queue().flushall()

    def queue(self):
        """The broker, for looking into."""
        import redis

        return redis.Redis(
            port=self.keys.valkey_port, password=self.keys.valkey, socket_timeout=1, socket_connect_timeout=1
        )

    def as_owner(self) -> psycopg.Connection:
        return self.postgres.connect("clinic")

    # --- Workers and beats ------------------------------------------------------------------------------------

    @property
    def workers(self) -> list[Program]:
        return [each for each in self.supervisor.programs if each.name.startswith("worker")]

    @property
    def beats(self) -> list[Program]:
        return [each for each in self.supervisor.programs if each.name.startswith("beat")]

    def start_workers(self) -> None:
        for number in range(self.size.workers):
            name = f"worker{number}"
            how = ("--concurrency", str(self.size.slots), "--loglevel", "INFO", "--hostname", f"{name}@drill")
            # Each keeps its journal to itself, as machines do: what one had in hand no other can read.
            own = ["env", f"CLINIC_DATA_DIR={self.folder / name}"]
            argv = [*own, *python_program(*CELERY, "worker", *how)]
            self.supervisor.start(Program(name, argv, essential=False))

    def start_beats(self) -> None:
        for number in range(self.size.beats):
            timetable = str(self.folder / f"beat{number}")
            argv = python_program(*CELERY, "beat", "--schedule", timetable, "--pidfile", "")
            self.supervisor.start(Program(f"beat{number}", argv, essential=False))

    def look(self) -> None:
        """Start again what ended, as the launcher does. Killing it was our doing: the pause does not grow."""
        for program in self.supervisor.programs:
            if program.process and program.process.poll() is None:
                program.failures = 0
        with contextlib.redirect_stdout(self.said):
            self.supervisor.look()
        if self.recorder is None or self.recorder.poll() is not None:
            raise Broken("The recording mail server ended, so nobody knows what was sent.")

    def start_anew(self) -> None:
        """As the launcher does when it finds them deaf."""
        with contextlib.redirect_stdout(self.said):
            self.supervisor.start_anew(self.supervisor.programs, "Deaf")

    def stop_programs(self) -> None:
        running = [each.process for each in self.supervisor.programs if each.process]
        children.stop_all([(process, signal.SIGTERM) for process in running], grace=15)
        self.supervisor.programs.clear()

    def stop(self) -> None:
        self.stop_programs()
        self.valkey.stop()
        self.postgres.stop()
        self.stop_recorder()


@contextlib.contextmanager
def drilled(
    folder: Path, size: Size, *, schema: Path | None, pauses: dict[str, str]
) -> Iterator[DrilledClinic]:
    """A clinic with its servers up and its tables made; whatever happens, all of it has ended afterwards."""
    made = DrilledClinic(folder, size, pauses)
    try:
        made.start_servers()
        made.make_tables(schema)
        yield made
    finally:
        made.stop()
        children.end_leftovers(str(folder))
