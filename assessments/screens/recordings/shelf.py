"""Where the files lie: random names in fan-out folders, for the clinic's own account alone.

A file's address is never part of a URL; pages ask for a row, and the row knows the name.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

NAME = re.compile(r"[0-9a-f]{32}")
SMALL = "-small"


def keep(data: bytes, small: bytes = b"") -> str:
    """Write a file, and its small picture if it has one, under a new name. OSError leaves nothing behind."""
    name = secrets.token_hex(16)
    try:
        _write(place(name), data)
        if small:
            _write(place(name, small=True), small)
    except BaseException:
        discard(name)
        raise
    return name


def discard(name: str) -> None:
    """Take a file and its small picture away; one that is not there is no fault."""
    for small in (False, True):
        with contextlib.suppress(FileNotFoundError):
            place(name, small=small).unlink()


def place(name: str, *, small: bool = False) -> Path:
    """Where a file of this name lies. Raises ValueError for a name this module did not make."""
    if not NAME.fullmatch(name):
        raise ValueError("not a name of the shelf")
    return root() / name[:2] / name[2:4] / f"{name}{SMALL if small else ''}"


def root() -> Path:
    return Path(settings.RECORDINGS_DIR)


def names() -> Iterator[tuple[str, Path]]:
    """(name, path) of every file on the shelf, the small pictures included; strangers' files are left out."""
    for path in root().glob("??/??/*"):
        name = path.name.removesuffix(SMALL)
        if NAME.fullmatch(name):
            yield name, path


def _write(path: Path, data: bytes) -> None:
    """A whole file on the disk, readable by its owner only; it must be new."""
    root().parent.mkdir(parents=True, exist_ok=True)
    for folder in (root(), path.parent.parent, path.parent):  # `parents=True` would open those in between
        folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
