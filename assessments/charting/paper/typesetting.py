"""Sets facts as an accessible PDF (tagged, PDF/UA-1), in this process and without any network.

A screen's by default; a patient's program (programs/paper/) brings a template of its own.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typst

TEMPLATE = Path(__file__).parent / "screen.typ"
NOT_SHOWN = "could not be displayed"  # what the typesetter says of a character that none of its fonts has
NAMED = "Characters that could not be printed stand in square brackets, by their name."


@cache
def _fonts() -> typst.Fonts:
    """The fonts inside the typesetter; those of the machine only where a character is in none of them."""
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True)


def typeset(
    facts: Mapping[str, Any], *, template: Path = TEMPLATE, pictures: Mapping[str, str] | None = None
) -> bytes:
    """The PDF of these facts (facts.py says their shape; `notices` is a list in every one).

    `pictures` are SVG by the name the facts call them. An accessible PDF must show every character, so one that no
    font has is written as its name: “[grinning face]”. Only what lies in the template's folder can be read by it,
    and the facts are never read as markup.
    """
    for lacking in (_nothing, _rare, _beyond_latin):
        try:
            return _compiled(_with_names(facts, lacking), template, pictures or {})
        except typst.TypstError as error:
            if NOT_SHOWN not in str(error):
                raise
    raise ValueError("the fonts lack letters that every font has")


def _compiled(facts: Mapping[str, Any], template: Path, pictures: Mapping[str, str]) -> bytes:
    made = typst.compile(
        template,
        root=template.parent,
        font_paths=_fonts(),
        sys_inputs={"facts": json.dumps(facts), "pictures": json.dumps(pictures)},
        pdf_standards=["ua-1"],
        format="pdf",
    )
    if not isinstance(made, bytes):
        raise TypeError(f"one document was asked for, {type(made).__name__} came")
    return made


def _nothing(character: str) -> bool:
    return False


def _rare(character: str) -> bool:
    """Emoji, private and unassigned characters, control characters, and scripts beyond the first plane."""
    return ord(character) > 0xFFFF or unicodedata.category(character) in {"So", "Co", "Cn", "Cc", "Cf", "Cs"}


def _beyond_latin(character: str) -> bool:
    try:
        character.encode("cp1252")
    except UnicodeEncodeError:
        return True
    return _rare(character)


def _with_names(facts: Mapping[str, Any], lacking: Callable[[str], bool]) -> dict[str, Any]:
    named: dict[str, Any] = _walked(facts, lacking)
    if named != facts:
        named["notices"] = [*named["notices"], NAMED]
    return named


def _walked(value: Any, lacking: Callable[[str], bool]) -> Any:
    if isinstance(value, str):
        return "".join(_name(one) if lacking(one) else one for one in value)
    if isinstance(value, Mapping):
        return {key: _walked(one, lacking) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_walked(one, lacking) for one in value]
    return value


def _name(character: str) -> str:
    return f"[{unicodedata.name(character, f'U+{ord(character):04X}').lower()}]"
