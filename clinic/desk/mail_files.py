"""Reading the development mailbox: the files Django's file-based mail backend leaves behind.

A file holds every message of one connection, each followed by a line of 79 dashes. Files that end in .eml hold
one message.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

BETWEEN = re.compile(rb"^-{79}\r?\n?", re.MULTILINE)
LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")
NAME = re.compile(r"^[\w.-]+\.(?:log|eml)$")
MOST_FILES = 200


class NoSuchMail(LookupError):
    """No file of that name, or not so many messages in it."""


@dataclass(frozen=True, slots=True)
class Mail:
    file: str
    place: int
    subject: str
    to: str
    sender: str
    message_id: str
    sent_at: dt.datetime | None
    text: str

    @property
    def is_text(self) -> bool:
        """Whether it was a text message (clinic/reminders/gateways.py writes it)."""
        return self.file.startswith("text-") and self.to.startswith("+")

    @property
    def pieces(self) -> list[tuple[str, bool]]:
        """The text cut into (words, whether they are a link)."""
        cut, at = [], 0
        for link in LINK.finditer(self.text):
            cut += [(self.text[at : link.start()], False), (link[0], True)]
            at = link.end()
        return [*cut, (self.text[at:], False)]


def newest_first(folder: Path) -> list[Mail]:
    """All messages of the newest 200 files. A folder not made yet is an empty mailbox."""
    if not folder.is_dir():
        return []
    files = [path for path in folder.iterdir() if NAME.match(path.name)]
    newest = sorted(files, key=lambda path: path.stat().st_mtime, reverse=True)[:MOST_FILES]
    mails = [mail for path in newest for mail in reversed(_messages(path))]
    never = dt.datetime.min.replace(tzinfo=dt.UTC)
    return sorted(mails, key=lambda mail: mail.sent_at or never, reverse=True)


def one(folder: Path, file: str, place: int) -> Mail:
    """That message. Raises NoSuchMail, also for a name that would lead out of the folder."""
    path = folder / file
    if not NAME.match(file) or not path.is_file():
        raise NoSuchMail(file)
    found = _messages(path)
    if not 0 <= place < len(found):
        raise NoSuchMail(f"{file}, message {place}")
    return found[place]


def _messages(path: Path) -> list[Mail]:
    if path.suffix == ".eml":
        raw = [path.read_bytes()]
    else:
        raw = [piece for piece in BETWEEN.split(path.read_bytes()) if piece.strip()]
    return [_mail(path.name, place, piece) for place, piece in enumerate(raw)]


def _mail(file: str, place: int, raw: bytes) -> Mail:
    message = message_from_bytes(raw.lstrip(), policy=policy.default)
    return Mail(
        file=file,
        place=place,
        subject=str(message.get("Subject", "")) or "(no subject)",
        to=str(message.get("To", "")),
        sender=str(message.get("From", "")),
        message_id=str(message.get("Message-ID", "")),
        sent_at=_date(str(message.get("Date", ""))),
        text=_text(message),
    )


def _date(header: str) -> dt.datetime | None:
    try:
        sent = parsedate_to_datetime(header)
    except ValueError:
        return None
    return sent if sent.tzinfo else sent.replace(tzinfo=dt.UTC)


def _text(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain", "html"))
    try:
        return str(body.get_content()) if body else ""
    except (LookupError, UnicodeDecodeError, KeyError):  # an unknown character set or content type
        return str(body.get_payload()) if body else ""
