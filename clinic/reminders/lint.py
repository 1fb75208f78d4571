"""What the clinic may not write in a reminder, and why, for whoever writes it. Values in, faults out; no database.

Two things are looked for: what would fail or mislead when it is sent (an unknown word in braces, a link to elsewhere, a
visit without its time), and what nobody but the patient should read (promise P7: name, date, time and link alone).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter

from clinic.reminders.kinds import Kind

ALWAYS = ("clinic", "phone", "link")
OF_A_VISIT = ("day", "time", "when", "place")
LONGEST = {"subject": 120, "text": 2000, "short": 240}
STANDARD_AGAIN = "Put in the standard words"  # a button of the page where they are written
NAMES = {"subject": "The subject", "text": "The text", "short": "The short form"}
# What a phone or a mail program makes a link of by itself: a scheme, a name with a dot and letters after it, a number
# of four parts. A filled in name counts as letters. One letter after the dot ("e.g.", "z.B."), a time and a decimal are
# no names, and neither are these abbreviations.
LINKED = re.compile(
    r"[a-z][a-z0-9+.-]*://|\bhttps?:"
    r"|[\w}-][.。．｡](?:[^\W\d_]{2}|xn--|\{)"
    r"|(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])",
    re.IGNORECASE,
)
ABBREVIATIONS = frozenset({"n.chr", "p.ej", "p.ex", "v.chr", "z.hd"})
ADDRESS = re.compile(r"[^\s@]@[^\s@]")
AROUND = ".,;:!?()<>[]\"'“”„‘’«»"  # what may stand around a word
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field, and the way out."""

    field: str
    says: str


def faults(
    kind: Kind, words: dict[str, str], *, language: str, ours: str, own_address: str = ""
) -> list[Fault]:
    """Every fault of {"subject", "text", "short"}, in that order. `ours` is the language of our own words.

    `own_address` is the clinic's e-mail address, which may be named.
    """
    found = []
    for field, name in NAMES.items():
        text = words.get(field, "")
        said = [
            *_of_one(field, text, kind, own_address),
            *_missing(field, text, kind, foreign=language != ours),
        ]
        found += [Fault(field, f"{name} {what}") for what in said]
    return found


def _of_one(field: str, text: str, kind: Kind, own_address: str) -> Iterator[str]:
    if not text.strip():
        yield f"is empty. Write it, or press “{STANDARD_AGAIN}”."
        return
    if len(text) > LONGEST[field]:
        yield f"has {len(text):,} characters; at most {LONGEST[field]:,} are sent. Shorten it."
        return
    if field != "text" and "\n" in text:
        yield "is one line. Take the line break out."
    if CONTROL.search(text.replace("\r\n", "\n")):
        yield "holds a character that cannot be seen. Type it anew instead of pasting it."
    yield from _of_braces(text, kind)
    yield from _of_links(text, own_address)
    if said := health_words(text):
        yield (
            f"says {', '.join(f'“{word}”' for word in said)}: a message may be read by anybody who sees the phone. "
            "Leave it out; the page behind the link may say it."
        )


def _of_braces(text: str, kind: Kind) -> Iterator[str]:
    known = may_be_filled_in(kind)
    offered = ", ".join(f"{{{name}}}" for name in known)
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        yield f"has a brace without its other half. Write {offered}, or {{{{ and }}}} for a brace itself."
        return
    for _, name, form, conversion in parts:
        if name is not None and (name not in known or form or conversion):
            yield f"asks for “{{{name}}}”, which is nothing we can fill in. Use {offered}."


def _of_links(text: str, own_address: str) -> Iterator[str]:
    """One sentence for all of them: which words would be links, and what to write instead."""
    found = [
        word for word in (part.strip(AROUND) for part in text.split()) if _would_be_a_link(word, own_address)
    ]
    if found:
        named = ", ".join(f"“{word}”" for word in dict.fromkeys(found))
        yield (
            f"leads elsewhere: phones and mail programs make a link of {named}. Patients are told to trust our own "
            "link alone: write {link} or {phone}. Where a sentence ends, put a space after its full stop."
        )


def _would_be_a_link(word: str, own_address: str) -> bool:
    if word.lower() in ABBREVIATIONS or (own_address and word.lower() == own_address.lower()):
        return False
    return bool(LINKED.search(word) or ADDRESS.search(word))


def _missing(field: str, text: str, kind: Kind, *, foreign: bool) -> Iterator[str]:
    """What has to be asked for and is not. Of what cannot be read as a wording nothing is said."""
    try:
        names = filled_in(text)
    except ValueError:
        return
    if not text.strip() or len(text) > LONGEST[field]:
        return
    if kind.timed and field != "subject" and not ("when" in names or {"day", "time"} <= names):
        yield "does not say when. Write {when} where the time belongs."
    if foreign and field == "text" and "link" not in names:
        yield "does not lead to the patient’s page. Write {link} where it belongs."


def may_be_filled_in(kind: Kind) -> tuple[str, ...]:
    """The names a wording of that kind may ask for."""
    return ALWAYS + (OF_A_VISIT if kind.timed else ())


def filled_in(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def health_words(text: str) -> list[str]:
    """The words of any of our languages that tell of somebody's health, as they were written, each once."""
    found: dict[str, str] = {}
    for hit in _health().finditer(_harmless().sub(" ", text)):
        found.setdefault(hit[0].casefold(), hit[0])
    return list(found.values())


@cache
def _health() -> re.Pattern[str]:
    stems = sorted({word for language in _told().values() for word in language["words"]})
    return _any_of(
        re.escape(stem.removesuffix("-")) + (r"\w*" if stem.endswith("-") else "") for stem in stems
    )


@cache
def _harmless() -> re.Pattern[str]:
    phrases = [phrase for language in _told().values() for phrase in language["harmless"]]
    return _any_of(r"\s+".join(map(re.escape, phrase.split())) for phrase in phrases)


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)


def _told() -> dict[str, dict[str, list[str]]]:
    """{language: {"words", "harmless"}}. All are looked for: a clinic may write German under English by mistake."""
    return tomllib.loads((Path(__file__).parent / "health_words.toml").read_text(encoding="utf-8"))
