"""How sure a source is, as a page says it."""

from __future__ import annotations

import pytest

from assessments.triage.wording import sources
from clinic.knowledge.reading import KnowledgeError
from clinic.knowledge.sources import FOLDER, HOW_SURE, load_sources
from tests.cases import broken_copy


def test_a_page_says_how_sure_a_source_is_and_not_how_we_came_by_it():
    told = {source["kind"]: source["sure"] for source in sources(load_sources())}
    assert set(told) == set(HOW_SURE), "every kind is in use, so every word below is read by somebody"
    assert told["looked up"] == ""
    assert all("memory" not in sure for sure in told.values())
    assert "still to be checked against the paper" in told["from memory"]


def test_a_later_list_keeps_every_source_of_the_one_before():
    first, second = load_sources(1), load_sources(2)
    assert load_sources() == second
    assert {**second, **first} == second
    assert len(second) > len(first)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("[sources.S126]", "[sources.S00]", "'S00' is used twice"),
        ('extends = "sources.v1"', 'extends = "sources.v2"', "not an earlier version"),
        ('extends = "sources.v1"', 'extends = "papers.v1"', "not an earlier version"),
        ('extends = "sources.v1"', 'extnds = "sources.v1"', "extnds"),
    ],
)
def test_a_list_that_cannot_be_meant_is_refused(tmp_path, old, new, named):
    folder = broken_copy(FOLDER, tmp_path, "sources.v2.toml", old, new)
    with pytest.raises(KnowledgeError, match=named):
        load_sources(2, folder)


def test_a_list_that_extends_one_that_is_gone_is_refused(tmp_path):
    folder = broken_copy(FOLDER, tmp_path, "sources.v2.toml", "[sources.S126]", "[sources.S999]")
    (folder / "sources.v1.toml").unlink()
    with pytest.raises(KnowledgeError, match=r"there is no file sources\.v1\.toml"):
        load_sources(2, folder)
