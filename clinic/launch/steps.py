"""`make test`: every check, in the order of how fast each says no, on throw-away servers of its own."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clinic.launch import children, environment, places
from clinic.launch.browser import find_browser, node
from clinic.launch.postgres import Postgres
from clinic.launch.run import TROUBLES
from clinic.launch.supervisor import Stop, ignore_stop, listen_for_stop, say
from clinic.launch.valkey import Valkey

NO_BROWSER = 3  # the exit code that tells a missing browser from a failing test
# A process that has done its share takes over half of the other's: the browsers' tests lie side by side, and whoever
# got them all was still at work long after the other had nothing left to do.
ON_TWO_CORES = ["-n", "2", "--dist", "worksteal"]
Command = list[str]


@dataclass(frozen=True)
class Step:
    """One named check: its commands, whether they get production's settings, whether they need servers."""

    name: str
    commands: tuple[Command, ...]
    production: bool = False
    servers: bool = False


def all_steps(root: Path, pytest_arguments: list[str]) -> list[Step]:
    """The checks in order; pytest comes last, so that its closing line is the last line."""
    module = [sys.executable, "-m"]
    manage = [sys.executable, "manage.py"]
    tools = Path(sys.executable).parent  # what has no module to run: the scripts beside this Python
    pages = sorted(str(page.relative_to(root)) for page in (root / "templates").rglob("*.html"))
    deploy = [*manage, "check", "--deploy", "--fail-level", "WARNING"]
    return [
        Step("ruff", ([*module, "ruff", "format", "--check", "."], [*module, "ruff", "check", "."])),
        Step(
            "djade", ([str(tools / "djade"), "--check", "--target-version", "5.2", *pages],) if pages else ()
        ),
        Step("layers", ([str(tools / "lint-imports")],)),
        Step("deploy", (deploy,), production=True),
        Step("migrations", ([*manage, "makemigrations", "--check", "--dry-run"],), servers=True),
        Step("mypy", ([*module, "mypy"],)),
        Step("pytest", ([*module, "pytest", *(pytest_arguments or ON_TWO_CORES)],), servers=True),
    ]


def run_steps(root: Path, wishes: list[str]) -> int:
    """Run the named steps, or all: 0 when all passed, 3 when the browser is missing, else 1.

    What follows `--` goes to pytest. A step that fails does not keep the others from being run.
    """
    names, _, forwarded = partition(wishes, "--")
    steps = all_steps(root, forwarded)
    unknown = set(names) - {step.name for step in steps}
    if unknown:
        say(f"No such step: {', '.join(sorted(unknown))}. There are: {', '.join(s.name for s in steps)}.")
        return 2
    wanted = [step for step in steps if not names or step.name in names]
    listen_for_stop()
    try:
        with throw_away_servers(needed=any(step.servers for step in wanted)) as settings:
            return run_wanted(root, wanted, settings)
    except Stop:
        say("\nStopped.")
        return 130
    except TROUBLES as trouble:
        say(f"\n{trouble}")
        return 1


def partition(words: list[str], mark: str) -> tuple[list[str], bool, list[str]]:
    """What is before a mark, whether it is there, and what is after it."""
    if mark not in words:
        return words, False, []
    place = words.index(mark)
    return words[:place], True, words[place + 1 :]


def run_wanted(root: Path, steps: list[Step], settings: dict[str, str]) -> int:
    """Run steps one after the other; before pytest, a summary of the others."""
    env = environment.process_environment({**settings, "CLINIC_TESTING": "1"})
    lines: list[str] = []
    failed = False
    code = 1
    for step in steps:
        if step.name == "pytest":
            say("\n".join(["", *lines]) if lines else "")
            browser = find_browser(root)
            env |= {"CLINIC_BROWSER": browser or "", "PLAYWRIGHT_NODEJS_PATH": str(node())}
            code = code if browser else NO_BROWSER
            failed = failed or not browser
        say(f"── {step.name} ".ljust(80, "─"))
        started = time.monotonic()
        passed = run_step(root, step, env)
        failed = failed or not passed
        lines.append(f"{'passed' if passed else 'FAILED'}  {step.name:12}{time.monotonic() - started:6.1f} s")
    if steps and steps[-1].name != "pytest":
        say("\n".join(["", *lines]))
    return code if failed else 0


def run_step(root: Path, step: Step, env: dict[str, str]) -> bool:
    """Run a step's commands, all of them; True when each said yes."""
    if step.production:
        env = production_environment()
    codes = [run_command(command, root, env) for command in step.commands]
    return not any(codes)


def run_command(command: Command, root: Path, env: dict[str, str]) -> int:
    """Run one command in our terminal and give its exit code; it ends with us."""
    process = subprocess.Popen(
        command, cwd=root, env=env, preexec_fn=children.leave_with_parent(signal.SIGTERM)
    )
    try:
        return process.wait()
    except Stop:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        raise


def production_environment() -> dict[str, str]:
    """Settings as production has them, with nothing behind them: `check --deploy` asks no server."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("CLINIC_", "DJANGO_"))}
    mine.pop("DEBUG", None)
    return mine | {
        "SECRET_KEY": secrets.token_urlsafe(60),
        "ALLOWED_HOSTS": "clinic.example",
        "CLINIC_BASE_URL": "https://clinic.example",
        "CSRF_TRUSTED_ORIGINS": "https://clinic.example",
        "DATABASE_URL": f"postgres://clinic:{secrets.token_urlsafe(12)}@db.clinic.example:5432/clinic",
        "REDIS_URL": f"redis://:{secrets.token_urlsafe(12)}@redis.clinic.example:6379/0",
        "EMAIL_URL": "smtp+tls://clinic@mail.clinic.example:587",
        "DJANGO_SETTINGS_MODULE": "clinic.config.settings",
    }


@contextlib.contextmanager
def throw_away_servers(*, needed: bool) -> Iterator[dict[str, str]]:
    """Settings for a PostgreSQL and a Valkey with nothing in them, started if needed, gone afterwards.

    The demo clinic's own are never touched.
    """
    folder = Path(tempfile.mkdtemp(prefix="clinic-test-", dir=places.short_temporary_folder()))
    servers: list[Postgres | Valkey] = []
    try:
        mine = places.for_tests(folder)
        keys = environment.keys_for(mine)
        settings = environment.settings_for(mine, keys, environment.free_port())
        if needed:
            env = environment.process_environment(settings)
            servers = [Postgres(mine, keys, env, hasty=True), Valkey(mine, keys, env)]
        for server in servers:
            server.start()
        yield settings
    finally:
        ignore_stop()
        for server in reversed(servers):
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
