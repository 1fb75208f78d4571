"""A table somebody downloads opens as a table: nothing in it is run, and nothing in it is changed."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest

from clinic.ui.spreadsheet import RUNS, cell, lines

EVIL = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    '=HYPERLINK("x")',
    "-",
    "+44 7946 000123",
    "=cmd|' /C calc'!A0",
    "\uff1d1+1",
    "-5 minutes",
]


def read(header, rows, **how):
    text = b"".join(lines(header, rows)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), **how))


@pytest.mark.parametrize("text", EVIL)
def test_a_text_that_a_spreadsheet_would_run_is_made_a_text(text):
    assert cell(text) == f"'{text}"
    written = read(["Who"], [[text]])[1][0]
    assert written == f"'{text}"
    assert not RUNS.match(written)


@pytest.mark.parametrize("text", EVIL)
def test_the_control_every_one_of_them_would_run(text):
    assert text.lstrip()[0] in "=+-@\uff1d" or text[0] in "\t\r\n"


@pytest.mark.parametrize("value", [-5, -2.5, Decimal("-0.75"), 0, 12])
def test_numbers_stay_numbers_also_below_nought(value):
    assert cell(value) == value
    assert b"".join(lines(["N"], [[value]])).decode("utf-8-sig").splitlines()[1] == str(value)


@pytest.mark.parametrize("text", ["-5", "-12.25", "2026-03-02", "Ana Silva", "a=b", "O'Neil", "3-4"])
def test_what_is_harmless_is_left_alone(text):
    assert cell(text) == text


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_what_is_not_known_is_empty_and_not_nought(value):
    assert cell(value) == ""


@pytest.mark.parametrize(
    "name", ["Nowak; =1+1", "Nowak, Ben", 'The "old" one', "two\nlines", "Łukasz Şahin 李"]
)
@pytest.mark.parametrize("split", [",", ";"])
def test_a_name_splits_nothing(name, split):
    """Read by a spreadsheet that splits at semicolons, a quoted text is still one cell."""
    rows = read(["Who", "N"], [[name, 1]])
    assert rows == [["Who", "N"], [name, "1"]]
    assert read(["Who"], [[name]], delimiter=split)[1] == [name]


def test_the_file_begins_with_its_mark_and_comes_in_pieces():
    pieces = lines(["A"], iter([[1], [2]]))
    assert next(pieces) == b'\xef\xbb\xbf"A"\r\n'
    assert list(pieces) == [b"1\r\n", b"2\r\n"]
