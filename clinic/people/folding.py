"""Names without case and accents, so that \u201czoe\u201d finds \u201cZo\u00eb\u201d.

The same folding runs in PostgreSQL (a generated column, so no writer can forget it) and in Python (for what
is typed in a search box). No extension is needed: the embedded server has neither unaccent nor pg_trgm.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db.models import Func, Value
from django.db.models.functions import Concat

# Letters that do not decompose into a base letter and an accent.
NOT_DECOMPOSED = str.maketrans("\u0142\u00f8\u0111\u0131", "lodi")


def fold(text: str) -> str:
    """Lower case, no accents: \u201c\u0141ukasz Sj\u00f8berg\u201d becomes \u201clukasz sjoberg\u201d."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).translate(NOT_DECOMPOSED)


class FoldedSearchVector(Func):
    """A tsvector of folded words. Apostrophes and hyphens part words, as they do when typed."""

    template = (
        "to_tsvector('simple'::regconfig, regexp_replace(translate(regexp_replace("
        "normalize(lower(%(expressions)s), NFKD), '[\\u0300-\\u036f]', '', 'g'),"
        " '\u0142\u00f8\u0111\u0131', 'lodi'), '[^[:alnum:]]+', ' ', 'g'))"
    )
    output_field = SearchVectorField()

    def __init__(self, *fields: str, **extra: Any) -> None:
        words: list[Any] = []
        for field in fields:
            words += [field, Value(" ")]
        super().__init__(Concat(*words), **extra)
