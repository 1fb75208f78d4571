"""E-mail addresses as people type them: what is wrong with one, and what was probably meant. No database."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

SHORTEST = 7  # letters of a provider, as gmx.net: below, one slip leads from anything to anything


def what_is_wrong(typed: str) -> str:
    """What an address that was refused lacks, as one sentence. `typed` is not an address."""
    name, at, host = typed.partition("@")
    if not at:
        return "It has no @ in it."
    if "@" in host:
        return "It has more than one @."
    if any(letter.isspace() for letter in typed):
        return "It has a space in it."
    if not name:
        return "The name before the @ is missing."
    if "." not in host.strip("."):
        return "The dot after the @ is missing, as in gmail.com."
    return "It holds a letter or a dot that cannot stand there."


def probably_meant(address: str) -> str:
    """The same address at the common provider that its own is one slip away from; empty where there is none."""
    name, at, host = address.strip().lower().rpartition("@")
    if not at or len(host) < SHORTEST - 1 or host in _providers():
        return ""
    near = [one for one in _providers() if len(one) >= SHORTEST and _one_slip(host, one)]
    return f"{name}@{near[0]}" if near else ""


def _one_slip(one: str, other: str) -> bool:
    """One letter too few, too many or wrong, or two that changed places."""
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1:
        return False
    same = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    one, other = one[same:], other[same:]
    if len(one) < len(other):
        return one == other[1:]
    return one[1:] == other[1:] or (one[:2] == other[:2][::-1] and one[2:] == other[2:])


@cache
def _providers() -> tuple[str, ...]:
    """Those of the file, in its order."""
    told = tomllib.loads((Path(__file__).parent / "mail_providers.toml").read_text(encoding="utf-8"))
    return tuple(told["domains"])
