"""Adding and removing photos and videos of a screen, and sweeping up what a crash left on the disk."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from django.core.files.base import File
from django.db import transaction

from assessments.screens.actions import AlreadySigned
from assessments.screens.models import Recording, Screen
from assessments.screens.recordings import shelf
from assessments.screens.recordings.photos import painted_anew
from assessments.screens.recordings.refusals import (
    LARGEST,
    MOST_A_SCREEN,
    Empty,
    NoRoom,
    NotAccepted,
    TooLarge,
    TooMany,
)
from assessments.screens.recordings.videos import video_type
from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.people.models import Account

OLD_ENOUGH = dt.timedelta(hours=1)
"""A younger file without a row may belong to an upload that is still being written down."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a recording shows: a test of the screen, or a section as a whole when `test` is empty."""

    section: str
    test: str = ""


@dataclass(frozen=True, slots=True)
class _Kept:
    """What will lie on the shelf, decided by what was in the file and by nothing its sender said of it."""

    kind: str
    content_type: str
    data: bytes
    small: bytes = b""


@dataclass(frozen=True, slots=True)
class Swept:
    """Files without a row that were taken away, and stored names of rows whose file is gone."""

    removed: int
    missing: tuple[str, ...]


def add(
    *, screen: Screen, subject: Subject, file: File[bytes], caption: str, by: Account, now: dt.datetime
) -> Recording:
    """Keep a photo or video with a draft. The same file sent twice is kept once.

    Raises NotKept (each kind names the file, the limit and the way out) or AlreadySigned; then nothing was stored.
    """
    label = file.name or ""
    kept = _looked_at(label, file)
    try:
        name = shelf.keep(kept.data, kept.small)
    except OSError as error:
        raise NoRoom(label) from error
    try:
        row = _write_down(screen, subject, kept, name, label, caption, by, now)
    except BaseException:
        shelf.discard(name)
        raise
    if row.stored_name != name:
        shelf.discard(name)
    return row


@transaction.atomic
def remove(*, recording: Recording, because: str, by: Account, now: dt.datetime) -> Recording:
    """Take a recording out of a draft. Its row stays and says who removed it, when and why. Safe to repeat.

    Raises AlreadySigned: what a signed screen shows stays with it.
    """
    screen = _locked(recording.screen)
    recording = screen.recordings.select_for_update().get(pk=recording.pk)
    if recording.removed_at is None:
        recording.removed_at, recording.removed_by, recording.removed_because = now, by, because
        recording.save(update_fields=["removed_at", "removed_by", "removed_because"])
        what = f"recording {recording.pk} of screen {screen.pk} removed"
        record(action=Entry.Action.CHANGED, patient=screen.patient, by=by, what=what)
    return recording


def sweep(*, now: dt.datetime) -> Swept:
    """Take away files no row knows, left by a crash between the disk and the database. Says which rows lack theirs."""
    known = set(Recording.objects.values_list("stored_name", flat=True))
    seen, removed = set(), 0
    for name, path in list(shelf.names()):
        if name in known:
            seen.add(name)
        elif now.timestamp() - path.stat().st_mtime > OLD_ENOUGH.total_seconds():
            path.unlink(missing_ok=True)
            removed += 1
    return Swept(removed, tuple(sorted(known - seen)))


def _looked_at(label: str, file: File[bytes]) -> _Kept:
    if file.size > LARGEST:
        raise TooLarge(label, file.size)
    data = file.read()
    if not data:
        raise Empty(label)
    try:
        return _Kept("video", video_type(label, data), data)
    except NotAccepted:
        photo = painted_anew(label, data)
        return _Kept("photo", "image/jpeg", photo.data, photo.small)


@transaction.atomic
def _write_down(
    screen: Screen,
    subject: Subject,
    kept: _Kept,
    name: str,
    label: str,
    caption: str,
    by: Account,
    now: dt.datetime,
) -> Recording:
    screen = _locked(screen)
    sha256 = hashlib.sha256(kept.data).hexdigest()
    standing = list(screen.recordings.filter(removed_at__isnull=True))
    for one in standing:
        if (one.sha256, one.section, one.test) == (sha256, subject.section, subject.test):
            return one
    if len(standing) >= MOST_A_SCREEN:
        raise TooMany(label)
    row = Recording.objects.create(
        screen=screen,
        section=subject.section,
        test=subject.test,
        kind=kept.kind,
        stored_name=name,
        content_type=kept.content_type,
        bytes=len(kept.data),
        sha256=sha256,
        caption=caption,
        added_at=now,
        added_by=by,
    )
    what = f"recording {row.pk} of screen {screen.pk}"
    record(action=Entry.Action.CREATED, patient=screen.patient, by=by, what=what)
    return row


def _locked(screen: Screen) -> Screen:
    """The screen under a row lock, so that uploads and a signature take turns; refuses a signed one."""
    locked = Screen.objects.select_for_update(of=("self",)).select_related("patient").get(pk=screen.pk)
    if locked.is_signed:
        raise AlreadySigned(locked)
    return locked
