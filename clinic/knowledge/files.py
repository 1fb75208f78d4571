"""Finds knowledge files, proves that they are the ones a clinician approved, and reads their approval head.

A folder of knowledge holds `name.vN.toml` files and one PUBLISHED list in the format of `sha256sum`, so that
anyone can check it without this program. A published file never changes: a correction is the next version.
"""

import hashlib
import re
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from clinic.knowledge.lines import lines_of
from clinic.knowledge.reading import Entry, KnowledgeError, Problem

FILE_NAME = re.compile(r"^(?P<name>[a-z][a-z0-9_]*)\.v(?P<version>[1-9][0-9]*)\.toml$")
NOT_YET = "not yet"


@dataclass(frozen=True, slots=True)
class Head:
    """Who stands behind a file. `approved_on` is None until a licensed therapist has signed it."""

    name: str
    version: int
    title: str
    approved_by: str
    approved_on: date | None


@dataclass(frozen=True, slots=True)
class KnowledgeFile:
    """One verified file: its head, its fingerprint (sha256 hex of the bytes) and the table still to be read."""

    path: Path
    head: Head
    fingerprint: str
    entry: Entry

    @property
    def label(self) -> str:
        """`name.vN`, as stored with every result decided on this file."""
        return f"{self.head.name}.v{self.head.version}"


def published(folder: Path) -> dict[str, str]:
    """File name → sha256 from the folder's PUBLISHED list (`<sha256>  <file name>` a line)."""
    try:
        lines = (folder / "PUBLISHED").read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise KnowledgeError(
            Problem.NOT_PUBLISHED, "PUBLISHED", "", "", f"the list cannot be read ({error.strerror})"
        ) from None
    pairs = (line.split(maxsplit=1) for line in lines if line.strip())
    return {name.lstrip("*"): digest for digest, name in pairs}


def versions(folder: Path) -> dict[str, list[int]]:
    """Name → its versions in the folder, oldest first."""
    found: dict[str, list[int]] = {}
    for path in folder.glob("*.toml"):
        match = FILE_NAME.match(path.name)
        if match is None:
            raise KnowledgeError(Problem.MALFORMED, path.name, "", "", "is not named name.vN.toml")
        found.setdefault(match["name"], []).append(int(match["version"]))
    return {name: sorted(numbers) for name, numbers in sorted(found.items())}


def check_published(folder: Path) -> None:
    """Raise unless PUBLISHED and the folder name the same files and every fingerprint agrees."""
    listed = published(folder)
    for name, numbers in versions(folder).items():
        for number in numbers:
            _verified_bytes(folder / f"{name}.v{number}.toml", listed)
    for file_name in listed:
        if not (folder / file_name).is_file():
            raise KnowledgeError(Problem.CHANGED, file_name, "", "", "is in PUBLISHED but not in the folder")


def open_file(folder: Path, name: str, version: int | None = None) -> KnowledgeFile:
    """Verify and parse one file; without `version`, its newest. Raises KnowledgeError."""
    if version is None:
        known = versions(folder).get(name)
        if not known:
            raise KnowledgeError(Problem.MALFORMED, name, "", "", f"no {name}.vN.toml in {folder.name}")
        version = known[-1]
    path = folder / f"{name}.v{version}.toml"
    return _opened(path, _verified_bytes(path, published(folder)), name, version)


def earlier_version(file: KnowledgeFile, folder: Path) -> int:
    """The version that `extends` names: an earlier one of the same file in `folder`, all of which this one keeps."""
    label = file.entry.text("extends")
    name, _, number = label.rpartition(".v")
    if name != file.head.name or not number.isdigit() or not 0 < int(number) < file.head.version:
        raise file.entry.error(
            Problem.DANGLING, "extends", f"{label!r} is not an earlier version of {file.head.name}"
        )
    if not (folder / f"{label}.toml").is_file():
        raise file.entry.error(Problem.DANGLING, "extends", f"there is no file {label}.toml")
    return int(number)


def open_draft(folder: Path, name: str, version: int) -> KnowledgeFile:
    """Parse a file nobody has approved yet, to try it out; it decides about nobody. Raises KnowledgeError."""
    path = folder / f"{name}.v{version}.toml"
    return _opened(path, _bytes(path), name, version)


def _opened(path: Path, content: bytes, name: str, version: int) -> KnowledgeFile:
    entry = Entry(_parsed(path.name, content), path.name, "head", lines=lines_of(content.decode("utf-8")))
    head = _head(entry, name, version)
    return KnowledgeFile(path, head, hashlib.sha256(content).hexdigest(), entry)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KnowledgeError(
            Problem.MALFORMED, path.name, "", "", f"cannot be read ({error.strerror})"
        ) from None


def _verified_bytes(path: Path, listed: dict[str, str]) -> bytes:
    content = _bytes(path)
    expected = listed.get(path.name)
    if expected is None:
        raise KnowledgeError(Problem.NOT_PUBLISHED, path.name, "", "", "is not in PUBLISHED")
    if hashlib.sha256(content).hexdigest() != expected:
        raise KnowledgeError(
            Problem.CHANGED,
            path.name,
            "",
            "",
            "has changed since it was published; write the next version instead",
        )
    return content


def _parsed(file_name: str, content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise KnowledgeError(Problem.MALFORMED, file_name, "", "", f"is not TOML: {error}") from None


def _head(entry: Entry, name: str, version: int) -> Head:
    head = Head(
        entry.text("name"),
        entry.whole("version"),
        entry.text("title"),
        entry.text("approved_by"),
        _approved_on(entry),
    )
    if (head.name, head.version) != (name, version):
        raise entry.error(Problem.MALFORMED, "name", f"says {head.name}.v{head.version} inside")
    return head


def _approved_on(entry: Entry) -> date | None:
    value = entry.take("approved_on")
    if isinstance(value, date):
        return value
    if value == NOT_YET:
        return None
    raise entry.error(Problem.MALFORMED, "approved_on", f'is a date or "{NOT_YET}"')
