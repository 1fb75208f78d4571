"""A ruleset with the earlier versions of itself that it keeps: what it does not say anew, they say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from clinic.knowledge.files import KnowledgeFile, earlier_version, open_file
from clinic.knowledge.reading import Entry

SAID_ANEW = (
    "screen",
    "shared",
    "meanings",
    "core_group",
    "algorithm",
    "while_red_flags_are_open",
    "messages",
)
"""What a later version may say in the place of an earlier one. Rules and classes are only ever added to.

What the patient reads of one rule or message may be said in other words, by its id: `[say_patient_anew]`.
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """`files`: the version that is read, then what it extends, the nearest first."""

    files: tuple[KnowledgeFile, ...]

    @property
    def oldest_first(self) -> tuple[KnowledgeFile, ...]:
        return tuple(reversed(self.files))

    def saying(self, key: str) -> Entry:
        """The nearest version that says this; the version that is read where none does, so that errors name it."""
        return next((one.entry for one in self.files if one.entry.has(key)), self.files[0].entry)

    def rows(self, key: str) -> list[Entry]:
        """The tables of that name in every version, the earliest first."""
        return [row for one in self.oldest_first for row in one.entry.tables(key)]

    def done(self) -> None:
        """Raise when a key is left that nobody asked for, save what a later version said anew."""
        for place, one in enumerate(self.files):
            for key in SAID_ANEW if place else ():
                one.entry.take(key, None)
            one.entry.done()


def with_what_it_extends(file: KnowledgeFile, folder: Path) -> Kept:
    """The file with every earlier version it `extends`, which stand in `folder`. Raises KnowledgeError."""
    found = [file]
    while found[-1].entry.has("extends"):
        number = earlier_version(found[-1], folder)
        found.append(open_file(folder, file.head.name, number))
    return Kept(tuple(found))
