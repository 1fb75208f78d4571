"""What exercises need and what a patient has. Plain Python, no Django.

The library says it in its own words (“band or cable”); the equipment list says which of the kinds a patient ticks are
enough for each word. A word the list does not know is never satisfied: an exercise is not proposed on a guess.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from clinic.knowledge.files import open_file
from clinic.knowledge.reading import Entry

FOLDER = Path(__file__).parent / "equipment_list"


@dataclass(frozen=True, slots=True)
class Kind:
    """Something a patient has or has not; `home` and `gym` are where it usually is."""

    id: str
    label: str
    home: bool
    gym: bool


@dataclass(frozen=True, slots=True)
class Equipment:
    """The kinds in the list's order. `words`: the library's word → kinds of which one is enough (none: everybody)."""

    kinds: Mapping[str, Kind]
    words: Mapping[str, tuple[str, ...]]

    def missing(self, asked: Collection[str], has: Collection[str]) -> tuple[str, ...]:
        """The words of `asked` that what the patient `has` (ids of kinds) does not answer."""
        return tuple(word for word in asked if not self._is_there(word, has))

    def _is_there(self, word: str, has: Collection[str]) -> bool:
        enough = self.words.get(word)
        return enough is not None and (not enough or any(kind in has for kind in enough))

    def would_do(self, word: str) -> tuple[str, ...]:
        """The labels of the kinds of which one would be enough for this word."""
        return tuple(self.kinds[id].label for id in self.words.get(word, ()))


@lru_cache(maxsize=4)
def load_equipment(version: int | None = None, folder: Path = FOLDER) -> Equipment:
    """The equipment list, verified; the newest without `version`. Raises KnowledgeError."""
    entry = open_file(folder, "equipment", version).entry
    kinds = {id: _kind(row, id) for id, row in entry.named_tables("kinds").items()}
    words = entry.table("words")
    found = {word: words.ids(word, words.texts(word), kinds) for word in words.keys()}  # noqa: SIM118  # an Entry
    words.done()
    entry.done()
    return Equipment(MappingProxyType(kinds), MappingProxyType(found))


def _kind(entry: Entry, id: str) -> Kind:
    kind = Kind(id, entry.text("label"), entry.flag("home", default=False), entry.flag("gym", default=False))
    entry.done()
    return kind
