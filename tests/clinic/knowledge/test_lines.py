"""An error in a knowledge file names its line."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

from assessments.screens.reading import load_screen
from clinic.knowledge.files import open_draft
from clinic.knowledge.lines import line_of, lines_of
from clinic.knowledge.reading import KnowledgeError

HEAD = 'name = "x"\nversion = 1\ntitle = "t"\napproved_by = "nobody"\napproved_on = "not yet"\n'
ROOT = Path(__file__).parents[3]
FILES = sorted(path for app in ("assessments", "programs", "clinic") for path in (ROOT / app).rglob("*.toml"))


def paths_in(value, path=()):
    """Every table and key of a parsed file, as `lines_of` names them."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield (*path, key), below
            yield from paths_in(below, (*path, key))
    elif isinstance(value, list):
        for number, below in enumerate(value):
            if isinstance(below, dict):
                yield from paths_in(below, (*path, number))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_key_of_every_file_of_ours_has_its_line(path):
    text = path.read_text(encoding="utf-8")
    lines, written = lines_of(text), text.split("\n")
    wrong = [
        where
        for where, _ in paths_in(tomllib.loads(text))
        if not re.search(rf"\b{re.escape(str(where[-1]))}\b", written[line_of(lines, where) - 1])
        and where in lines
    ]
    known = [where for where, _ in paths_in(tomllib.loads(text)) if where in lines]
    assert wrong == []
    assert known


def test_what_only_looks_like_a_key_or_a_table_is_passed_over():
    text = "\n".join(
        [
            "a = '''",
            "b = 1",
            "[not_a_table]",
            "'''",
            "# c = 2",
            'd = ["[e]", "f = 3",',
            '  ["g"]',
            "]",
            "[[rows]]",
            'id = "one # two"',
            "[[rows]]",
            "id = 2",
            "[rows.below]",
            '"quoted key" = { h = 1 }',
        ]
    )
    assert lines_of(text) == {
        (): 1,
        ("a",): 1,
        ("d",): 6,
        ("rows", 0): 9,
        ("rows", 0, "id"): 10,
        ("rows", 1): 11,
        ("rows", 1, "id"): 12,
        ("rows", 1, "below"): 13,
        ("rows", 1, "below", "quoted key"): 14,
    }


def read(folder: Path) -> None:
    entry = open_draft(folder, "x", 1).entry
    for row in entry.tables("rows"):
        row.text("id")
        row.choice("kind", ["bool", "int"])
        row.done()
    entry.done()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("titel = 1\n", "x.v1.toml, line 6 · head · titel: is not a key"),
        (
            '[[rows]]\nid = "a"\nkind = "bool"\n\n[[rows]]\nid = "b"\nkind = "boole"\n',
            "line 12 · rows b · kind: 'boole'",
        ),
        ('[[rows]]\nid = "a"\n', "line 6 · rows a · kind: is missing"),
        ('[[rows]]\nid = "a"\nkind = "int"\nlabell = ""\n', "line 9 · rows a · labell: is not a key"),
        ("rows = [\n", "is not TOML: "),
        ("[[rows]]\nid = a\n", "line 7"),
    ],
)
def test_a_typo_is_led_to_by_its_line(tmp_path, body, said):
    (tmp_path / "x.v1.toml").write_text(HEAD + body, encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        read(tmp_path)
    assert said in str(caught.value)


def test_a_typo_in_a_catalogue_that_extends_another_is_led_to(tmp_path):
    folder = ROOT / "assessments/screens/catalogue"
    for name in ("hamstring.v1.toml", "PUBLISHED"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    text = (folder / "hamstring.v2.toml").read_text(encoding="utf-8").replace("\nask = ", "\naks = ", 1)
    (tmp_path / "hamstring.v2.toml").write_text(text, encoding="utf-8")
    digest = hashlib.sha256(text.encode()).hexdigest()
    listed = (tmp_path / "PUBLISHED").read_text().splitlines()
    listed = [line for line in listed if "hamstring.v2" not in line] + [f"{digest}  hamstring.v2.toml"]
    (tmp_path / "PUBLISHED").write_text("\n".join(listed))
    with pytest.raises(KnowledgeError) as caught:
        load_screen("hamstring", 2, tmp_path)
    line = text.split("\n").index(next(one for one in text.split("\n") if one.startswith("aks = "))) + 1
    assert caught.value.file == "hamstring.v2.toml"
    assert 0 < line - caught.value.line < 12, "the entry that holds it"
