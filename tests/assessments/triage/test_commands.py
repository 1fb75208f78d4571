"""`triage` and `propose` as a shell sees them: JSON in, JSON out, exit code 2 for what is no case."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from assessments.screens.offered import usual_screen
from tests.cases import CASES

# No database mark: a query would fail these tests.


@pytest.fixture
def run(monkeypatch):
    def run(command: str, given: str | bytes, *args: str):
        content = given if isinstance(given, bytes) else given.encode()
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(content)))
        out = io.StringIO()
        code = 0
        try:
            call_command(command, *args, stdout=out)
        except SystemExit as stop:
            code = stop.code
        return code, json.loads(out.getvalue())

    return run


TRIAGE_KEYS = {
    "class",
    "urgency",
    "fired",
    "missing",
    "provisional",
    "contradictions",
    "cautions",
    "causes",
    "ruleset",
}
PROPOSE_KEYS = TRIAGE_KEYS | {"track", "phase", "running", "exercises", "eligible", "blocked"}


@pytest.mark.parametrize("id", CASES)
def test_triage_answers_with_the_agreed_shape(run, id):
    code, answer = run("triage", json.dumps(CASES[id]["input"]))
    assert (code, answer["class"]) == (0, CASES[id]["expected"]["class"])
    assert set(answer) == TRIAGE_KEYS
    assert {"id", "level", "points"} == set(answer["causes"][0])


def test_propose_answers_with_the_agreed_shape(run):
    code, answer = run("propose", json.dumps(CASES["O07"]["input"]))
    assert (code, answer["track"], answer["phase"], answer["running"]) == (0, "full", "P1", "ladder")
    assert set(answer) == PROPOSE_KEYS
    assert {"id", "slot", "why"} == set(answer["exercises"][0])
    assert not set(answer["eligible"]) & set(answer["blocked"])
    assert all(answer["blocked"].values())


def test_a_list_is_answered_with_a_list(run):
    code, answer = run("propose", json.dumps([case["input"] for case in CASES.values()]))
    assert (code, [one["class"] for one in answer]) == (0, [c["expected"]["class"] for c in CASES.values()])
    assert run("triage", "[]") == (0, [])


def test_a_file_is_read(run, tmp_path):
    (tmp_path / "case.json").write_text(json.dumps(CASES["O16"]["input"]))
    assert run("triage", "", str(tmp_path / "case.json"))[1]["urgency"] == "emergency_now"


def test_the_usual_screen_is_meant_where_none_is_named(run):
    given = json.dumps(CASES["O01"]["input"])
    assert run("triage", given) == run("triage", given, "--screen", usual_screen())


def test_a_screen_that_is_not_offered_is_refused(run):
    with pytest.raises(CommandError, match="invalid choice: 'elbow'"):
        run("propose", "{}", "--screen", "elbow")


def test_the_clinician_may_decide_on_another_class(run):
    given = json.dumps(CASES["O19"]["input"])
    assert run("propose", given)[1]["track"] == "none"
    assert run("propose", given, "--class", "strain_mild")[1]["track"] == "full"
    assert run("propose", given, "--class", "strain_tiny")[0] == 2


def test_an_impossible_answer_is_refused_by_name(run):
    code, answer = run("triage", json.dumps([{}, {"history": {"pain_now_nprs": 12}}]))
    (error,) = answer["errors"]
    assert (code, error["case"], error["item"], error["given"]) == (2, 1, "pain_now_nprs", "12")
    assert "0 to 10" in error["allowed"]
    assert "pain_now_nprs" in answer["error"]


@pytest.mark.parametrize(
    "given",
    [
        "",
        "{",
        "nonsense",
        b"\xff\xfe",
        "[" * 100_000,
        "3",
        '"text"',
        "null",
        '{"history": {"side": "left", "side": "right"}}',
        '{"history": {"body_mass_kg": NaN}}',
        '{"history": {"body_mass_kg": 1e999}}',
        json.dumps(CASES["O01"]),
    ],
)
@pytest.mark.parametrize("command", ["triage", "propose"])
def test_what_is_no_case_is_refused_in_json(run, command, given):
    code, answer = run(command, given)
    assert code == 2
    assert answer["error"]


LONG = "9" * 5000
NAMED = [
    ('{"history": {"age_years": 340}}', "age_years", "8 to 100 years", "340"),
    ('{"history": {"age_years": true}}', "age_years", "8 to 100 years", "true"),
    (f'{{"history": {{"age_years": {LONG}}}}}', "age_years", "8 to 100 years", "Infinity"),
    (f'{{"history": {{"age_years": -{LONG}}}}}', "age_years", "8 to 100 years", "-Infinity"),
    ('{"history": {"body_mass_kg": NaN}}', "body_mass_kg", "30 to 200 kg", "NaN"),
    ('{"history": {"pop_felt": "true"}}', "pop_felt", "yes or no", '"true"'),
    ('{"history": {"no_such": 1}}', "no_such", "items of this screen", "no_such"),
    ('{"history": []}', "history", "items with their answers", "[]"),
    ('{"exam": {"ake_deg": 20}}', "ake_deg", "left and right, each 0 to 90 deg", "20"),
    ('{"exam": {"ake_deg": {"left": 20, "rigth": 3}}}', "ake_deg", "left and right", "rigth"),
    ('{"exam": {"ake_pain": {"left": true}}}', "ake_pain", "yes or no", "left"),
    ('{"history": {"ake_deg": {"left": 1}}}', "ake_deg", "a place in exam", "a place in history"),
    ('{"unable_due_to_pain": ["zzz"]}', "zzz", "only exam items", "zzz"),
    ('{"unable_due_to_pain": "ake_deg"}', "unable_due_to_pain", "a list of exam items", "ake_deg"),
]


@pytest.mark.parametrize(("given", "item", "allowed", "was_given"), NAMED, ids=lambda text: text[:40])
@pytest.mark.parametrize("command", ["triage", "propose"])
def test_each_refusal_names_the_item_its_range_and_what_was_given(
    run, command, given, item, allowed, was_given
):
    code, answer = run(command, given)
    (error,) = answer["errors"]
    assert (code, error["item"]) == (2, item)
    assert allowed in error["allowed"]
    assert was_given in error["given"]
    assert item in answer["error"]


def test_a_dash_means_standard_input(run):
    assert run("triage", json.dumps(CASES["O16"]["input"]), "-")[1]["class"] == "rf_cauda_equina"


def test_a_file_that_is_not_there_is_refused(run):
    assert run("triage", "", "no-such-file.json")[0] == 2
