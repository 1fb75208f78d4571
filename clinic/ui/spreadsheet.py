"""Tables as CSV that a spreadsheet opens as what they are: text stays text, numbers are numbers, nothing is run.

A cell that begins with = + - @ or a tab is a formula to a spreadsheet, whoever typed it. Such texts get an apostrophe
in front; numbers are written as numbers, the negative ones too. UTF-8 with its mark, so that no letter is misread;
every text is in quotes, so that commas, semicolons and line ends in it split nothing, whatever the reader splits at.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

Cell = str | int | float | Decimal | None
MARK = "\ufeff"
# Also as full-width letters, which some programs take for the same.
RUNS = re.compile(r"^[\t\r\n]|^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
NUMBER = re.compile(r"-?[0-9]{1,15}([.][0-9]{1,15})?")


def cell(value: Cell) -> str | int | float | Decimal:
    """What is written for a value. Nothing known is an empty cell, never a nought."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, int | float | Decimal):
        return value
    text = str(value).replace("\x00", "")
    return f"'{text}" if RUNS.match(text) and not NUMBER.fullmatch(text) else text


def lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The file piece by piece, for an answer that is sent while it is made."""
    page = io.StringIO(newline="")
    writer = csv.writer(page, quoting=csv.QUOTE_NONNUMERIC)
    page.write(MARK)
    writer.writerow([cell(value) for value in header])
    yield _taken(page)
    for row in rows:
        writer.writerow([cell(value) for value in row])
        yield _taken(page)


def _taken(page: io.StringIO) -> bytes:
    text = page.getvalue()
    page.seek(0)
    page.truncate()
    return text.encode()
