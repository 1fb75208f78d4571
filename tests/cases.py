"""The worked cases and probes, and the one way tests run them through triage and the builder."""

from __future__ import annotations

import copy
import hashlib
import shutil
from pathlib import Path
from typing import Any

from assessments.screens.answers import Answers
from assessments.screens.reading import load_screen
from assessments.triage import worked_cases
from assessments.triage.causes import Causes, load_causes, weigh
from assessments.triage.rules import Outcome, conclude, load_ruleset
from programs.builder.proposal import Proposal, propose
from programs.builder.reading import load_recipe

SCREEN = load_screen()
RULESET = load_ruleset()
CAUSES = load_causes()
RECIPE = load_recipe()
CASES: dict[str, dict[str, Any]] = {case["id"]: case for case in worked_cases.load("hamstring")}
PROBES: dict[str, Any] = worked_cases.load_probes("hamstring")


def answers(case: dict[str, Any]) -> Answers:
    checked = SCREEN.validate(case)
    assert isinstance(checked, Answers), checked
    return checked


def triage(case: dict[str, Any]) -> Outcome:
    return conclude(answers(case), screen=SCREEN, ruleset=RULESET)


def causes(case: dict[str, Any]) -> Causes:
    return weigh(answers(case), screen=SCREEN, causes=CAUSES)


def program(case: dict[str, Any], klass: str | None = None) -> Proposal:
    return propose(
        answers(case), outcome=triage(case), causes=causes(case), screen=SCREEN, recipe=RECIPE, klass=klass
    )


def case_of(id: str, **changes: Any) -> dict[str, Any]:
    """A worked case's input with some answers changed (None takes an answer away)."""
    case = copy.deepcopy(CASES[id]["input"])
    for name, value in changes.items():
        case["history" if SCREEN.items[name].is_history else "exam"][name] = value
    return case


def probe_case(probe: dict[str, Any]) -> dict[str, Any]:
    return case_of(PROBES["base"], **probe["set_history"], **probe["set_exam"])


def broken_copy(folder: Path, to: Path, file: str, old: str, new: str, *, publish: bool = True) -> Path:
    """A copy of a knowledge folder with one change in one file, published again unless told not to."""
    copied = to / folder.name
    shutil.copytree(folder, copied)
    path = copied / file
    text = path.read_text()
    assert old in text, f"{old!r} is not in {file}"
    path.write_text(text.replace(old, new, 1))
    if publish:
        listed = copied / "PUBLISHED"
        was = hashlib.sha256(text.encode()).hexdigest()
        now = hashlib.sha256(path.read_bytes()).hexdigest()
        listed.write_text(listed.read_text().replace(was, now))
    return copied
