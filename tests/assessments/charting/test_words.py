"""What the clinician's pages may not say: no verdict, no promise, no probability (promises 6.2).

Knowledge has its own words and its own approval; what is shown of it is held to the same list, and what a source is
called is left as its authors called it.
"""

import re
from pathlib import Path

import pytest

from assessments.screens.offered import offered_screens
from assessments.triage.causes import load_causes
from assessments.triage.rules import load_ruleset

ROOT = Path(__file__).resolve().parents[3]
FORBIDDEN = [
    r"diagnos\w*",
    r"detects?\b",
    r"rul(?:es|ed) out\b",
    r"confirms\b|(?:to|can|may|will) confirm\b",  # a person confirms an answer by a button; no test confirms an injury
    r"\bsafe\b",
    r"\bcleared\b",
    r"no red flags?\b",
    r"\bAI\b",
    r"prescribe[sd]?\b",  # “the prescriber” of a medicine is a person
    r"\d ?% (?:probab|likel|chance)\w*",
    r"nothing wrong",
    r"not a medical device",
    r"clinically validated|certified|HIPAA",
    r"you have (?:a|an|the)\b",
]
TEMPLATES = sorted((ROOT / "templates" / "charting").rglob("*.html"))
CODE = sorted((ROOT / "assessments" / "charting").rglob("*.py")) + [
    ROOT / "assessments" / "triage" / name
    for name in ("wording.py", "actions.py", "models.py", "reminders.py")
]


def said(text: str) -> list[str]:
    return [found[0] for pattern in FORBIDDEN for found in re.finditer(pattern, text, re.IGNORECASE)]


def shown(template: str) -> str:
    """A template without its tags: what is printed."""
    return re.sub(r"\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", " ", template, flags=re.DOTALL)


def quoted(source: str) -> str:
    """The sentences of a module: strings with a space in them, without docstrings and comments."""
    without = re.sub(r'"""[\s\S]*?"""|^\s*#.*$|  # .*$', "", source, flags=re.MULTILINE)
    return "\n".join(text for text in re.findall(r'"([^"\n]*)"', without) if " " in text)


def test_there_is_something_to_look_at():
    assert TEMPLATES
    assert all(path.is_file() for path in CODE)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_page_says(path):
    assert said(shown(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.name)
def test_no_module_says(path):
    assert said(quoted(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("region", offered_screens())
def test_no_rule_or_caution_shown_to_a_clinician_says(region):
    ruleset = load_ruleset(region)
    texts = {rule.id: rule.say_clinician for rule in ruleset.rules}
    texts |= {one.id: one.message for one in (*ruleset.contradictions, *ruleset.cautions)}
    texts |= {one.id: one.label for one in ruleset.classes.values()}
    assert {id: found for id, text in texts.items() if (found := said(text))} == {}


@pytest.mark.parametrize("region", offered_screens())
def test_no_cause_says(region):
    texts = {cause.id: f"{cause.name} {cause.limits}" for cause in load_causes(region).causes}
    assert {id: found for id, text in texts.items() if (found := said(text))} == {}


@pytest.mark.parametrize(
    "sentence",
    [
        "The diagnosis is a strain",
        "This rules out a tear",
        "It is safe to run",
        "Cleared for sport",
        "No red flags",
        "AI recommends rest",
        "87 % probability of a strain",
        "You have a strain",
    ],
)
def test_a_forbidden_word_is_seen(sentence):
    assert said(sentence)
    assert said(shown(f"<p>{{% if x %}}{sentence}{{% endif %}}</p>"))
    assert said(quoted(f'words = "{sentence}"'))


@pytest.mark.parametrize("region", offered_screens())
def test_no_rule_tells_a_patient_what_they_have(region):
    """“Your signs fit …”: the clinician decides, and the text says no more than the findings do."""
    told = {rule.id: rule.say_patient for rule in load_ruleset(region).rules}
    assert all(told.values())
    assert {
        id: text
        for id, text in told.items()
        if re.search(r"\byou have (?:a|an|the|no|mild|moderate|severe)\b", text, re.IGNORECASE)
    } == {}
