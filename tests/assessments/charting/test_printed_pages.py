"""The signed screen and its result from the browser's own print: whose it is on each page, and nothing folded away."""

from __future__ import annotations

import io
import re
import unicodedata

import pytest
from django.urls import reverse
from pypdf import PdfReader

from assessments.screens.showing import shown
from assessments.triage import actions as triage
from tests.assessments.charting.test_screen_browser import carl, world  # noqa: F401
from tests.assessments.stories import DESK_WORKER, SCIATICA, concluded


def pages_on_paper(carl, address) -> list[str]:  # noqa: F811
    """The words of each sheet, as somebody prints the page."""
    page = carl.opens(address).page
    found = PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True))).pages
    return [plain(one.extract_text()) for one in found]


def plain(words: str) -> str:
    """Without spaces, breaks and joined letters: a sheet breaks its lines, and writes “fi” as one."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", words))


@pytest.mark.parametrize("story", [DESK_WORKER, SCIATICA])
@pytest.mark.parametrize("name", ["answers", "triage"])
def test_a_record_is_printed_whole_under_its_patient(world, carl, name, story):  # noqa: F811
    result = concluded(world, story)
    triage.agree(result=result, by=world.carl, now=world.now)
    row = result.screen_id if name == "answers" else result.pk
    sheets = pages_on_paper(carl, reverse(f"charting:{name}", args=[world.ana.pk, row]))
    assert len(sheets) > 1
    for number, words in enumerate(sheets, start=1):
        for expected in (
            "Ana Silva",
            "14 Mar 1991",
            world.ana.record_number,
            f"Page {number} of {len(sheets)}",
        ):
            assert plain(expected) in words, (number, expected)
    whole = "".join(sheets)
    assert result.screen.label in whole
    if name == "answers":
        definition = result.screen.definition
        for row in result.screen.answers.all():
            said = shown(definition.items[row.item], row.value, unable=row.unable)
            assert plain(said) in whole, "it lay behind a fold"
        assert "Opentheamendment" not in whole
    else:
        for fact in [*result.outcome["for"], *result.outcome["against"], *result.outcome["unknown"]]:
            assert plain(fact["text"]) in whole, "it lay behind a fold"
        assert "Recordyourdecision" not in whole
