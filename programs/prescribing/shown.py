"""What a page showed of a draft, in a hidden field of its forms: signed, so that it comes back as it was sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core import signing

from programs.plans.models import Exercise, Version, Waiver
from programs.plans.seen import Facts, seen_draft, seen_words

SALT = "prescribing.seen.1"  # another number once seen.py says it in another shape: older pages are then read again


def as_text(facts: Facts) -> str:
    """The value of the hidden field `seen`."""
    return signing.dumps(dict(facts), salt=SALT, compress=True)


def read(texts: Sequence[str]) -> Facts:
    """What the fields `seen` of one form say together. Something unreadable counts as having shown nothing."""
    found: dict[str, Any] = {}
    for text in texts:
        try:
            found |= signing.loads(text, salt=SALT)
        except signing.BadSignature:
            continue
    return found


def draft_now(version: Version) -> Facts:
    """A draft as the database has it: its exercises and its weeks. Two queries."""
    return seen_draft(version, list(version.exercises.all()), list(version.waivers.all()))


def seen_by_release(
    version: Version, rows: Sequence[Exercise], waivers: Sequence[Waiver]
) -> tuple[str, str] | None:
    """What the page of a draft shows: its exercises and weeks, which a drag draws anew, and the words around them."""
    if not version.is_draft:
        return None
    return as_text(seen_draft(version, rows, waivers)), as_text(seen_words(version))
