"""A knowledge file is believed only when it is exactly what was published, and says who stands behind it."""

from __future__ import annotations

import hashlib

import pytest

from clinic.knowledge.files import check_published, open_file, published, versions
from clinic.knowledge.reading import KnowledgeError, Problem

HEAD = 'name = "x"\nversion = 1\ntitle = "T"\napproved_by = "draft"\napproved_on = "not yet"\n'


def write(folder, text=HEAD, name="x.v1.toml", *, listed=True):
    (folder / name).write_text(text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    with (folder / "PUBLISHED").open("a") as published_list:
        published_list.write(f"{digest}  {name}\n" if listed else "")


def refused(call, problem):
    with pytest.raises(KnowledgeError) as caught:
        call()
    assert caught.value.problem is problem
    return str(caught.value)


def test_a_draft_says_that_nobody_has_signed_it(tmp_path):
    write(tmp_path)
    head = open_file(tmp_path, "x").head
    assert (head.approved_by, head.approved_on) == ("draft", None)


def test_the_newest_version_is_read_unless_one_is_named(tmp_path):
    write(tmp_path)
    write(tmp_path, HEAD.replace("version = 1", "version = 10"), "x.v10.toml")
    assert versions(tmp_path) == {"x": [1, 10]}
    assert open_file(tmp_path, "x").label == "x.v10"
    assert open_file(tmp_path, "x", 1).label == "x.v1"


def test_the_list_is_in_the_format_of_sha256sum(tmp_path):
    write(tmp_path)
    assert set(published(tmp_path)) == {"x.v1.toml"}


def test_a_changed_file_is_refused(tmp_path):
    write(tmp_path)
    (tmp_path / "x.v1.toml").write_text(HEAD + "# a comment is a change too\n")
    assert "x.v1.toml" in refused(lambda: open_file(tmp_path, "x"), Problem.CHANGED)


def test_a_file_nobody_published_is_refused(tmp_path):
    write(tmp_path, listed=False)
    refused(lambda: open_file(tmp_path, "x"), Problem.NOT_PUBLISHED)
    refused(lambda: check_published(tmp_path), Problem.NOT_PUBLISHED)


def test_a_published_file_that_is_gone_is_noticed(tmp_path):
    write(tmp_path)
    (tmp_path / "x.v1.toml").unlink()
    refused(lambda: check_published(tmp_path), Problem.CHANGED)


@pytest.mark.parametrize(
    "text",
    [
        "name = ",
        HEAD.replace('"x"', '"y"'),
        HEAD.replace('"not yet"', '"soon"'),
        HEAD.replace("title", "titel"),
    ],
)
def test_a_head_that_is_not_honest_is_refused(tmp_path, text):
    write(tmp_path, text)
    refused(lambda: open_file(tmp_path, "x"), Problem.MALFORMED)


def test_an_unknown_key_is_refused_by_name(tmp_path):
    write(tmp_path, HEAD + 'colour = "red"\n')
    assert "colour" in refused(open_file(tmp_path, "x").entry.done, Problem.UNKNOWN_KEY)


def test_a_folder_without_a_list_is_refused(tmp_path):
    (tmp_path / "x.v1.toml").write_text(HEAD)
    refused(lambda: open_file(tmp_path, "x"), Problem.NOT_PUBLISHED)
