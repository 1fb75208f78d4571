"""Strict reading of one table: every key is asked for by name, and a key nobody asked for is an error.

A misspelt key in a clinical file must never be ignored, because what it meant to say would then silently not hold.
"""

from collections.abc import Collection, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any

from clinic.knowledge.conditions import Condition, spelled_out
from clinic.knowledge.lines import Path, line_of
from clinic.knowledge.notation import parse

REQUIRED: Any = object()


class Problem(Enum):
    """Why a knowledge file is refused. The value is the number of the system check that says so."""

    UNKNOWN_KEY = "E001"
    DANGLING = "E002"
    CHANGED = "E003"
    NOT_PUBLISHED = "E004"
    NO_SOURCE = "E005"
    MALFORMED = "E006"

    @property
    def hint(self) -> str:
        """What the person who edits the file does next."""
        return {
            Problem.UNKNOWN_KEY: "Correct the spelling of the key, or remove it.",
            Problem.DANGLING: "Name an id that exists, or add the entry it names.",
            Problem.CHANGED: "Restore the file, and put the correction in the next version.",
            Problem.NOT_PUBLISHED: "When it is approved, add the output of `sha256sum` to PUBLISHED.",
            Problem.NO_SOURCE: "Name at least one source from sources.vN.toml; S122 stands for convention.",
            Problem.MALFORMED: "Write the value as the other entries of this file do.",
        }[self]


class KnowledgeError(Exception):
    """A knowledge file that must not be used: which file, line (0: not known), entry and key, and what is wrong."""

    def __init__(
        self, problem: Problem, file: str, where: str, key: str, message: str, *, line: int = 0
    ) -> None:
        self.problem, self.file, self.where, self.key, self.message = problem, file, where, key, message
        self.line = line
        of = f"{file}, line {line}" if line else file
        place = " · ".join(part for part in (of, where, key) if part)
        super().__init__(f"{place}: {message}")


class Entry:
    """One TOML table being read. Ask for each key once, then call `done()`.

    `path` is where the table stands in the file, and `lines` is the file's `lines_of`: errors name the line.
    """

    def __init__(
        self,
        table: Mapping[str, Any],
        file: str,
        where: str,
        *,
        path: Path = (),
        lines: Mapping[Path, int] = MappingProxyType({}),
    ) -> None:
        self._left = dict(table)
        self.file = file
        self.where = where
        self._path, self._lines = path, lines

    def error(self, problem: Problem, key: str, message: str) -> KnowledgeError:
        line = line_of(self._lines, (*self._path, key))
        return KnowledgeError(problem, self.file, self.where, key, message, line=line)

    def _entry(self, table: Mapping[str, Any], where: str, *steps: str | int) -> "Entry":
        return Entry(table, self.file, where, path=(*self._path, *steps), lines=self._lines)

    def has(self, key: str) -> bool:
        return key in self._left

    def keys(self) -> tuple[str, ...]:
        """The keys nobody has asked for yet, in the order of the file."""
        return tuple(self._left)

    def take(self, key: str, default: Any = REQUIRED) -> Any:
        """The raw value; raises when it is missing and no default is given."""
        if key in self._left:
            return self._left.pop(key)
        if default is REQUIRED:
            raise self.error(Problem.MALFORMED, key, "is missing")
        return default

    def _typed(self, key: str, kind: type | tuple[type, ...], words: str, default: Any) -> Any:
        value = self.take(key, default)
        if value is default:
            return value
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.error(Problem.MALFORMED, key, f"must be {words}, not {value!r}")
        return value

    def text(self, key: str, default: Any = REQUIRED) -> str:
        value = self._typed(key, str, "text", default)
        if default is REQUIRED and not value.strip():
            raise self.error(Problem.MALFORMED, key, "is empty")
        return str(value).strip()

    def whole(self, key: str, default: Any = REQUIRED) -> int:
        return int(self._typed(key, int, "a whole number", default))

    def whole_or_none(self, key: str) -> int | None:
        return None if not self.has(key) else self.whole(key)

    def number_or_none(self, key: str) -> float | None:
        value: float | None = self._typed(key, (int, float), "a number", None)
        return value

    def flag(self, key: str, *, default: Any = REQUIRED) -> bool:
        return bool(self._typed(key, bool, "true or false", default))

    def texts(self, key: str, default: Any = REQUIRED) -> tuple[str, ...]:
        values = self._typed(key, list, "a list of texts", default)
        if not all(isinstance(value, str) for value in values):
            raise self.error(Problem.MALFORMED, key, "must hold only texts")
        return tuple(values)

    def choice(self, key: str, options: Collection[str], default: Any = REQUIRED) -> str:
        value = self.text(key, default)
        if value not in options:
            raise self.error(Problem.DANGLING, key, f"{value!r} is none of: {', '.join(options)}")
        return value

    def sources(self, known: Collection[str], key: str = "source") -> tuple[str, ...]:
        """At least one source, every one of them in the list of sources."""
        named = self.texts(key, ())
        if not named:
            raise self.error(Problem.NO_SOURCE, key, "names no source")
        return self.ids(key, named, known)

    def ids(self, key: str, named: tuple[str, ...], known: Collection[str]) -> tuple[str, ...]:
        """`named`, proved to be among `known`."""
        for name in named:
            if name not in known:
                raise self.error(Problem.DANGLING, key, f"{name!r} does not exist")
        return named

    def condition(
        self,
        key: str,
        vocabulary: Mapping[str, Collection[str]],
        meanings: Mapping[str, Condition] = MappingProxyType({}),
    ) -> Condition:
        """A condition in our notation, over facts (and options) that exist, or over general names in `meanings`."""
        try:
            found = spelled_out(parse(self.text(key)), meanings)
        except ValueError as error:
            raise self.error(Problem.MALFORMED, key, str(error)) from None
        for complaint in found.complaints(vocabulary):
            raise self.error(Problem.DANGLING, key, complaint)
        return found

    def condition_or_none(self, key: str, vocabulary: Mapping[str, Collection[str]]) -> Condition | None:
        return self.condition(key, vocabulary) if self.has(key) else None

    def table(self, key: str) -> "Entry":
        """One table below this one."""
        value = self._typed(key, dict, "a table", REQUIRED)
        return self._entry(value, _below(self.where, key), key)

    def table_or_empty(self, key: str) -> "Entry":
        """The same, and an empty one where the key is not there."""
        return self.table(key) if self.has(key) else self._entry({}, _below(self.where, key), key)

    def tables(self, key: str, *, named_by: str | None = "id") -> list["Entry"]:
        """A list of tables below this one; `named_by` is the key whose value names each in errors."""
        rows = self._typed(key, list, "a list of tables", ())
        entries = []
        for number, row in enumerate(rows, start=1):
            if not isinstance(row, dict):
                raise self.error(Problem.MALFORMED, key, "must be a list of tables")
            name = row.get(named_by, number) if named_by else number
            entries.append(self._entry(row, f"{key} {name}", key, number - 1))
        return entries

    def named_tables(self, key: str) -> dict[str, "Entry"]:
        """The tables below `key`, by their names, in the order of the file."""
        values = self._typed(key, dict, "a table of tables", {})
        if not all(isinstance(value, dict) for value in values.values()):
            raise self.error(Problem.MALFORMED, key, "must hold only tables")
        return {name: self._entry(value, f"{key} {name}", key, name) for name, value in values.items()}

    def said_anew(self, key: str, known: Collection[str]) -> dict[str, str]:
        """The table `key` of a later version: an id that the earlier one has → its new words; empty without one."""
        table = self.table_or_empty(key)
        said = {id: table.text(id) for id in table.ids(key, table.keys(), known)}
        table.done()
        return said

    def done(self) -> None:
        """Raise when a key is left that nobody asked for."""
        for key in self._left:
            raise self.error(Problem.UNKNOWN_KEY, key, "is not a key this entry can have")


def _below(where: str, key: str) -> str:
    return key if where == "head" else f"{where} {key}"


def unique(entries: Mapping[str, object], entry: Entry, key: str, name: str) -> None:
    """Raise when `name` is already taken."""
    if name in entries:
        raise entry.error(Problem.MALFORMED, key, f"{name!r} is used twice")
