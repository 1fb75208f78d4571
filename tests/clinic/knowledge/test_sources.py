"""How sure a source is, as a page says it."""

from __future__ import annotations

from assessments.triage.wording import sources
from clinic.knowledge.sources import HOW_SURE, load_sources


def test_a_page_says_how_sure_a_source_is_and_not_how_we_came_by_it():
    told = {source["kind"]: source["sure"] for source in sources(load_sources())}
    assert set(told) == set(HOW_SURE), "every kind is in use, so every word below is read by somebody"
    assert told["looked up"] == ""
    assert all("memory" not in sure for sure in told.values())
    assert "still to be checked against the paper" in told["from memory"]
