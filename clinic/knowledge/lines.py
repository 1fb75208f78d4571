"""On which line of a TOML file each table and key stands, so that an error can lead there: tomllib does not say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import accumulate

Path = tuple[str | int, ...]

LONG_TEXT = r'"""(?:\\.|[^\\])*?"{3,5}' + r"|'''.*?'{3,5}"
SHORT_TEXT = r'"(?:\\.|[^"\\\n])*"' + r"|'[^'\n]*'"
TEXT_OR_COMMENT = re.compile(rf"(?P<gone>{LONG_TEXT}|#[^\n]*)|{SHORT_TEXT}", re.DOTALL)
NAME = r"""(?:[\w-]+|"[^"]*"|'[^']*')"""
NAMES = rf"{NAME}(?:\s*\.\s*{NAME})*"
HEADER = re.compile(rf"\s*(?P<open>\[\[?)\s*(?P<names>{NAMES})\s*\]\]?\s*$")
KEY = re.compile(rf"\s*(?P<names>{NAMES})\s*=")


def lines_of(text: str) -> dict[Path, int]:
    """Path of each table and key → its line, from 1. `text` is TOML that was parsed without an error.

    A table of a list is named by its number from 0: ("sections", 2, "items", 0, "label"). What stands within braces
    has no line of its own: look up the key that holds it.
    """
    found: dict[Path, int] = {}
    last: dict[Path, int] = {}  # list of tables → the number of its newest one
    here: Path = ()
    depth = 0  # of brackets that a value opened on a line before
    for number, line in enumerate(_without_texts(text).split("\n"), start=1):
        header = None if depth else HEADER.match(line)
        if header is not None:
            here = _opened(_names(header), last, is_list=header["open"] == "[[")
            found.setdefault(here, number)
            continue
        key = None if depth else KEY.match(line)
        if key is not None:
            for path in accumulate(((name,) for name in _names(key)), initial=here):
                found.setdefault(path, number)
        depth += sum(map(line.count, "[{")) - sum(map(line.count, "]}"))
    return found


def line_of(lines: Mapping[Path, int], path: Path) -> int:
    """The line of the path, or of the nearest table around it; 0 where nothing is known."""
    while path not in lines and path:
        path = path[:-1]
    return lines.get(path, 0)


def _without_texts(text: str) -> str:
    """The same lines, with nothing in them that only looks like TOML: long texts, comments, brackets in a text."""

    def blank(match: re.Match[str]) -> str:
        if match["gone"]:
            return "\n" * match[0].count("\n")
        return re.sub(r"[\[\]{}=.]", "_", match[0])

    return TEXT_OR_COMMENT.sub(blank, text)


def _names(match: re.Match[str]) -> list[str]:
    return [name.strip("\"' ") for name in re.findall(NAME, match["names"])]


def _opened(names: list[str], last: dict[Path, int], *, is_list: bool) -> Path:
    path: Path = ()
    for place, name in enumerate(names, start=1):
        path = (*path, name)
        if is_list and place == len(names):
            last[path] = last.get(path, -1) + 1
        if path in last:
            path = (*path, last[path])
    return path
