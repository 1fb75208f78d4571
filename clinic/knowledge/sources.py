"""The list of sources every clinical entry points into, and how each was seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from clinic.knowledge.files import KnowledgeFile, earlier_version, open_file
from clinic.knowledge.reading import unique

FOLDER = Path(__file__).parent
# How a source was seen, and what a reader of a page is told of it.
HOW_SURE: Mapping[str, str] = MappingProxyType(
    {
        "looked up": "",
        "partly looked up, detail from memory": "Evidence: details still to be checked against the paper.",
        "from memory": "Evidence: still to be checked against the paper.",
    }
)
KINDS = tuple(HOW_SURE)


@dataclass(frozen=True, slots=True)
class Source:
    """One reference. `kind` says honestly whether it was looked up or quoted from memory; `url` may be empty."""

    id: str
    kind: str
    citation: str
    url: str
    note: str


@lru_cache(maxsize=8)
def load_sources(version: int | None = None, folder: Path = FOLDER) -> Mapping[str, Source]:
    """Source id → source. Raises KnowledgeError.

    A version that `extends` an earlier one holds only the sources it adds.
    """
    file = open_file(folder, "sources", version)
    found: dict[str, Source] = dict(_extended(file, folder))
    for name, entry in file.entry.named_tables("sources").items():
        unique(found, entry, "sources", name)
        found[name] = Source(
            name,
            entry.choice("kind", KINDS),
            entry.text("citation"),
            entry.text("url", ""),
            entry.text("note", ""),
        )
        entry.done()
    file.entry.done()
    return MappingProxyType(found)


def _extended(file: KnowledgeFile, folder: Path) -> Mapping[str, Source]:
    if not file.entry.has("extends"):
        return {}
    return load_sources(earlier_version(file, folder), folder)
