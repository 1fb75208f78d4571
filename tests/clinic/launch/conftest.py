"""Folders for real servers: short, and passable for the account PostgreSQL runs as when we are root."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from clinic.launch import places


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="clinic-launch-", dir=places.short_temporary_folder()))
    made.chmod(0o711)
    yield made
    mark = places.short_mark(made / ".data")
    for socket_folder in Path(places.short_temporary_folder()).glob(f"clinic-*-{mark}"):
        shutil.rmtree(socket_folder)
    shutil.rmtree(made)
