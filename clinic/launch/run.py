"""`make run`: the order of a start, and the block printed at its end."""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import json
import os
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from clinic.launch import children, environment, places
from clinic.launch.postgres import Postgres, PostgresError
from clinic.launch.supervisor import (
    Program,
    StartError,
    Stop,
    Supervisor,
    ignore_stop,
    listen_for_stop,
    python_program,
    say,
)
from clinic.launch.valkey import Valkey, ValkeyError
from clinic.launch.watchdog import Watchdog, ask_the_clinic

FIRST_PORT = 8000
SECONDS_TO_ANSWER = 90
# Workers need nothing of each other, and one that listens for the others ends itself when Valkey goes away.
ALONE = ("--without-gossip", "--without-mingle")
TROUBLES = (StartError, PostgresError, ValkeyError, places.PlaceError)


def run(root: Path) -> int:
    """Start the whole clinic and stay until someone stops it: 0 then, 1 if it could not start or go on."""
    listen_for_stop()
    try:
        mine = places.for_run(root)
        with only_one(mine.data):
            return live(root, mine)
    except Stop:
        return 0
    except TROUBLES as trouble:
        say(f"\n{trouble}")
        return 1


def prepare(root: Path) -> int:
    """Make the keys and the settings manage.py finds, so that it works before the first `make run`."""
    try:
        mine = places.for_run(root)
        if not (mine.data / "environment").exists():
            settings = environment.settings_for(mine, environment.keys_for(mine), FIRST_PORT)
            environment.write_for_manage_py(mine, settings)
    except places.PlaceError as trouble:
        say(f"\n{trouble}")
        return 1
    return 0


def live(root: Path, mine: places.Places) -> int:
    """Start, print the block, watch; whatever happens, end everything that was started."""
    started = time.monotonic()
    mark = str(mine.data)
    if left := children.end_leftovers(mark):
        say(f"Ended {left} process(es) an earlier start had left behind.")
    port = choose_port(os.environ.get("PORT", ""))
    keys = environment.with_free_port(environment.keys_for(mine), mine)
    settings = environment.settings_for(mine, keys, port)
    env = environment.process_environment({**settings, children.MARK: mark})
    supervisor = Supervisor(root, mine.logs, env)
    try:
        start_servers(supervisor, mine, keys)
        environment.write_for_manage_py(mine, settings)
        fill(supervisor)
        start_web(supervisor, port)
        wait_until_it_answers(supervisor, port)
        start_reminding(supervisor, port)
        say(block(mine.data, port, time.monotonic() - started))
        (mine.data / "run.lock").write_text(f"http://127.0.0.1:{port}/ (process {os.getpid()})")
        supervisor.watch()
    except Stop:
        say("\nStopping …")
    finally:
        ignore_stop()
        supervisor.stop()
    say("Stopped. Everything is kept in .data/; make run goes on from there.")
    return 0


@contextlib.contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Hold the clinic's lock. The system lets go of it when we die, so a stale one cannot exist."""
    with (data / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            where = lock.read() or "it is still starting"
            raise StartError(
                f"This checkout's clinic is already running: {where}.\n"
                "Nothing was changed. Use that one, or stop it with Ctrl-C in its terminal first."
            ) from None
        lock.truncate(0)
        yield
        lock.truncate(0)


def choose_port(asked: str) -> int:
    """The port asked for, or the first free one from 8000 on."""
    if not asked:
        return next(port for port in range(FIRST_PORT, 65536) if environment.is_free(port))
    if not asked.isdecimal() or not 1 <= int(asked) <= 65535:
        raise StartError(f"PORT is a number from 1 to 65535, not {asked!r}. Try: PORT=8001 make run")
    if not environment.is_free(int(asked)):
        raise StartError(
            f"Port {asked} is taken by another program (or needs root). Nothing was started.\n"
            "Choose another, for example PORT=8001 make run, or leave PORT out to get the next free one."
        )
    return int(asked)


def start_servers(supervisor: Supervisor, mine: places.Places, keys: environment.Keys) -> None:
    """PostgreSQL and Valkey, each ready before we go on."""
    for name, server in (
        ("PostgreSQL", Postgres(mine, keys, supervisor.env)),
        ("Valkey", Valkey(mine, keys, supervisor.env)),
    ):
        supervisor.servers[name] = server
        say(f"Starting {name} …")
        server.start()


def fill(supervisor: Supervisor) -> None:
    """Bring the tables up to date, and the demo clinic's people in if there are none."""
    say("Bringing the database up to date …")
    supervisor.finish("migrate", [sys.executable, "manage.py", "migrate", "--noinput", "--verbosity=1"])
    if any(supervisor.root.glob("*/*/management/commands/demo.py")):
        say("Looking after the demo clinic …")  # migrate has just run the checks
        supervisor.finish("demo", [sys.executable, "manage.py", "demo", "--if-empty", "--skip-checks"])


def start_web(supervisor: Supervisor, port: int) -> None:
    """The web server, which somebody is waiting for: it has the processors to itself until it answers."""
    address = ("--host", "127.0.0.1", "--port", str(port))
    # Two processes of two threads: one process of four is three times slower (decisions/2026-11-granian.md).
    size = ("--workers", "2", "--blocking-threads", "2", "--backpressure", "128", "--respawn-failed-workers")
    say("Starting the web server …")
    web = python_program("granian", "--interface", "wsgi", *address, *size, "clinic.config.wsgi:application")
    supervisor.start(Program("web", web, essential=True))


def start_reminding(supervisor: Supervisor, port: int) -> None:
    """Worker and beat, and whoever notices when they no longer hear."""
    celery = ("celery", "--app", "clinic.config.celery")
    timetable = supervisor.logs.parent / "beat-schedule"
    worker = python_program(*celery, "worker", *ALONE, "--concurrency", "2", "--loglevel", "INFO")
    beat = python_program(*celery, "beat", "--schedule", str(timetable), "--pidfile", "")
    say("Starting the worker and beat …")
    programs = [Program("worker", worker, essential=False), Program("beat", beat, essential=False)]
    for program in programs:
        supervisor.start(program)
    deaf = "Reminders are late and nobody takes them"
    watchdog = Watchdog(partial(ask_the_clinic, port), partial(supervisor.start_anew, programs, deaf))
    supervisor.also_look = watchdog.look


def wait_until_it_answers(supervisor: Supervisor, port: int) -> None:
    """Ask /healthz until it says yes; an essential process that ends meanwhile ends the waiting."""
    deadline = time.monotonic() + SECONDS_TO_ANSWER
    while not is_healthy(port):
        supervisor.look()
        if time.monotonic() > deadline:
            log = supervisor.log("web")
            raise StartError(
                f"The web server did not answer within {SECONDS_TO_ANSWER} seconds. What was saved is kept.\n"
                f"Its last words:\n{children.tail(log)}\nThe whole story is in {log}."
            )
        time.sleep(0.1)


def is_healthy(port: int) -> bool:
    """Whether the clinic at this port can be used: pages, database and cache.

    Reminders may still be catching up after a break; /healthz without the question says so.
    """
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        line.request("GET", "/healthz?for=start")
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def block(data: Path, port: int, seconds: float) -> str:
    """What a person needs to begin: the address, a name and a password for each role, codes and mail."""
    address = f"http://127.0.0.1:{port}/"
    lines = ["", f"The clinic is open: {address}   (up in {seconds:.1f} s; Ctrl-C closes it)", ""]
    accounts = demo_accounts(data / "demo-accounts.json")
    widths = [max((len(row[column]) for row in accounts), default=0) for column in range(3)]
    for role, name, password, note in accounts:
        padded = (text.ljust(width) for text, width in zip((role, name, password), widths, strict=True))
        lines.append(f"  {'   '.join(padded)}   {note}".rstrip())
    lines += [
        *([""] if accounts else []),
        f"  Second-factor codes for these people: {address}demo/",
        f"  E-mail the clinic has sent:           {address}mailbox/",
        f"  What each process says:               {data / 'logs'}",
    ]
    return "\n".join(lines)


def demo_accounts(path: Path) -> list[tuple[str, str, str, str]]:
    """The people one may sign in as, as the demo command wrote them: role, name, password, note."""
    try:
        rows = json.loads(path.read_text())
    except (OSError, ValueError):
        return []
    return [(str(row["role"]), str(row["name"]), str(row["password"]), _about(row)) for row in rows]


def _about(row: dict[str, object]) -> str:
    """“Noor Bakker, started today”."""
    return ", ".join(str(row[name]) for name in ("person", "note") if row.get(name))
