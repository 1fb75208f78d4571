"""`triage` and `propose` as another program runs them, with no database and no queue to reach."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cases import CASES

ROOT = Path(__file__).resolve().parents[3]
NOWHERE = {
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": "only-for-this-test",
    "DEBUG": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}
WRONG = [
    {"history": {"pain_now_nprs": 12}},
    {"history": {"pain_now_nprs": "three"}},
    {"history": {"no_such_item": 1}},
    {"exam": {"ake_deg": 20}},
    {"history": {"bruising": "enormous"}},
]


def run(command: str, given: str, *args: str) -> tuple[int, object]:
    done = subprocess.run(
        [sys.executable, "manage.py", command, *args],
        input=given,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **NOWHERE},
        timeout=60,
        check=False,
    )
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize("command", ["triage", "propose"])
def test_cases_are_answered_in_order(command):
    code, answer = run(command, json.dumps([CASES["O01"]["input"], CASES["O18"]["input"]]))
    assert code == 0
    assert [one["class"] for one in answer] == ["tightness", "insufficient_information"]
    assert [one["provisional"] for one in answer] == [None, "strain_mild"]
    assert answer[1]["missing"]


@pytest.mark.parametrize("case", WRONG, ids=str)
def test_a_fault_names_the_item_what_is_allowed_and_what_was_given(case):
    code, answer = run("triage", json.dumps([{}, case]))
    assert code == 2
    (asked,) = case.values()
    (error,) = answer["errors"]
    assert [error["item"]] == list(asked)
    assert error["case"] == 1
    assert error["allowed"]
    assert error["given"]


@pytest.mark.parametrize("given", ["", "{", "3"])
def test_what_is_no_case_is_refused(given):
    code, answer = run("propose", given)
    assert code == 2
    assert answer["error"]


def test_a_file_that_is_not_there_is_refused():
    code, answer = run("triage", "", "no-such-file.json")
    assert code == 2
    assert "no-such-file.json" in answer["error"]
