"""What a sender had in hand: a line on disk that outlives a kill -9, so that nobody has to wait for its lease to end.

Each sender has a file of its own and holds a lock on it, which the system lets go of when it dies. A file nobody holds
therefore tells of the dead, and whoever finds it puts the row right: one that was only claimed is free at once and was
surely not sent, one that was taken by the server is sent, and of one that was being handed over nobody can say.
The database is not asked between those steps, so this costs a sender nothing worth measuring. Without the
folder all is still true, only later: at the end of the lease. Lines hold ids and moments, never a name or an address.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import json
import logging
import os
import threading
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from django.conf import settings

log = logging.getLogger(__name__)


class Step(StrEnum):
    CLAIMED = "claimed"
    HANDING = "handing"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Entry:
    """How far a sender came with one reminder. `lease_until` says which claim of it, in ISO form."""

    step: Step
    reminder_id: int
    lease_until: str
    at: str
    provider: str = ""
    provider_id: str = ""

    @property
    def lease(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.lease_until)

    @property
    def moment(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.at)


class Journal:
    """One sender's own file. `note` is one write; `clear` empties it once the database knows."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = folder / f"{uuid.uuid4().hex}.journal"
        # Locked before it has its name: nobody may take it for a dead sender's in between.
        fresh = self.path.with_suffix(".new")
        self._file = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_APPEND, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fresh.rename(self.path)

    def note(self, entry: Entry) -> None:
        os.write(self._file, json.dumps(asdict(entry)).encode() + b"\n")

    def last(self) -> Entry | None:
        """What is not cleared: after a database that was away for long, this sender's own unfinished business."""
        return _last_of(os.pread(self._file, LONGEST, 0))

    def clear(self) -> None:
        os.ftruncate(self._file, 0)

    def close(self) -> None:
        """Let go; a file with nothing in it goes as well."""
        if self.last() is None:
            self.path.unlink(missing_ok=True)
        os.close(self._file)


class NoJournal:
    """Where the folder cannot be written: the lease alone decides."""

    def note(self, entry: Entry) -> None: ...

    def last(self) -> Entry | None:
        return None

    def clear(self) -> None: ...


LONGEST = 4096  # bytes: three lines of one reminder, many times over
_mine = threading.local()


def folder() -> Path:
    return Path(settings.CLINIC_DATA_DIR) / "senders"


def mine() -> Journal | NoJournal:
    """This thread's own, made at its first use and made anew after a fork."""
    where = folder()
    if getattr(_mine, "made_for", None) != (os.getpid(), where):
        try:
            _mine.journal = Journal(where)
        except OSError:
            log.exception(
                "senders keep no journal: what a killed one had in hand waits for the end of its lease"
            )
            _mine.journal = NoJournal()
        _mine.made_for = (os.getpid(), where)
    journal: Journal | NoJournal = _mine.journal
    return journal


@contextlib.contextmanager
def _held(path: Path) -> Iterator[int | None]:
    """A file whose sender is dead, held so that nobody else puts it right as well; None when it is not ours to take."""
    try:
        file = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        yield None
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield file
    except BlockingIOError:
        yield None
    finally:
        os.close(file)


def of_the_dead() -> Iterator[Entry]:
    """What each dead sender had in hand. A file goes only after its entry was dealt with without an error."""
    for path in sorted(folder().glob("*.journal")):
        with _held(path) as file:
            if file is None:
                continue
            entry = _last_of(os.pread(file, LONGEST, 0))
            if entry is not None:
                yield entry
            path.unlink(missing_ok=True)


def _last_of(written: bytes) -> Entry | None:
    """The last whole line; half a line is a step that was never begun."""
    lines = written.split(b"\n")[:-1]
    if not lines:
        return None
    try:
        told = json.loads(lines[-1])
        return Entry(**{**told, "step": Step(told["step"])})
    except (ValueError, TypeError, KeyError):
        log.error("a sender's journal cannot be read: what it had in hand waits for the end of its lease")
        return None
