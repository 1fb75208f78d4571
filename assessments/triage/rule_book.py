"""One version of the rules as a book: every rule in words, the stories it decides, and what a draft would change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from assessments.screens.answers import Answers
from assessments.screens.reading import load_screen
from assessments.triage import worked_cases
from assessments.triage.causes import Cause, CauseFinding, CauseList, load_causes
from assessments.triage.models import Result
from assessments.triage.plain_rules import Clause, in_words
from assessments.triage.rules import RULESETS, Outcome, Rule, Ruleset, conclude, load_draft, load_ruleset
from assessments.triage.rules.reading import DRAFTS, is_ruleset
from assessments.triage.wording import Wording, sources
from clinic.knowledge.files import versions

MOST_RESULTS = 200  # of stored results a draft is tried on in one page; the command tries all
TIERS = {
    0: "Emergencies: now or today",
    1: "Referrals: within days",
    2: "What the clinic treats itself",
    3: "Only when everything above is answered and absent",
}


@dataclass(frozen=True, slots=True)
class Story:
    """A worked case with what these rules say of it."""

    id: str
    title: str
    narrative: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule with its condition in words, its sources with how each was seen, and the stories it decides."""

    rule: Rule
    label: str
    asks: Clause
    sources: list[dict[str, str]]
    stories: tuple[Story, ...]


@dataclass(frozen=True, slots=True)
class Noted:
    """A contradiction or a caution. `recheck` are the items to ask again, in words."""

    id: str
    message: str
    asks: Clause
    recheck: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Weight:
    """A finding that adds points to a cause. `unless`: it is not counted then, and tested again later."""

    finding: CauseFinding
    asks: Clause
    unless: Clause | None
    sources: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Contributor:
    """A cause with its findings, and with sources that none of its findings names."""

    cause: Cause
    weights: tuple[Weight, ...]
    sources: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Class:
    """A class a result can come to: whether exercises follow, and the ids of the rules that lead to it."""

    label: str
    track: str
    crosswalk: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """Everything one version says. `undecided` are the stories no rule decides."""

    ruleset: Ruleset
    chapters: tuple[tuple[str, tuple[Entry, ...]], ...]
    contradictions: tuple[Noted, ...]
    cautions: tuple[Noted, ...]
    undecided: tuple[Story, ...]
    causes: CauseList
    contributors: tuple[Contributor, ...]
    classes: tuple[Class, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """What a draft changes: (title, before, after) of each story, and of stored results counts alone."""

    label: str
    stories: tuple[tuple[str, str, str], ...]
    tried: int
    changed: tuple[tuple[str, str, int], ...]


@lru_cache(maxsize=8)
def rule_book(name: str, version: int, folder: Path = RULESETS) -> Book:
    """The book of one published version. Raises KnowledgeError."""
    ruleset = load_ruleset(name, version, folder)
    words = Wording(_screen(ruleset), ruleset)
    stories = tuple(_told(ruleset))
    entries = tuple(_entry(rule, words, stories) for rule in ruleset.rules)
    chapters = (
        (title, tuple(one for one in entries if one.rule.tier == tier)) for tier, title in TIERS.items()
    )
    causes = load_causes(name)
    return Book(
        ruleset=ruleset,
        chapters=tuple((title, found) for title, found in chapters if found),
        contradictions=tuple(
            Noted(one.id, one.message, in_words(one.when, words), _names(one.recheck, words))
            for one in ruleset.contradictions
        ),
        cautions=tuple(Noted(one.id, one.message, in_words(one.when, words)) for one in ruleset.cautions),
        undecided=tuple(one for one in stories if one.outcome.primary is None),
        causes=causes,
        contributors=tuple(_contributor(one, words) for one in causes.causes),
        classes=tuple(_class(one.id, ruleset) for one in ruleset.classes.values()),
    )


def books(folder: Path = RULESETS) -> list[tuple[str, int]]:
    """(name, version) of every published ruleset, each region's newest first."""
    return [
        (name, number)
        for name, numbers in versions(folder).items()
        if is_ruleset(folder, name, numbers[-1])
        for number in reversed(numbers)
    ]


def drafts(name: str, folder: Path = RULESETS) -> list[int]:
    """Versions of these rules that wait in the drafts folder."""
    return versions(folder / DRAFTS).get(name, [])


def try_draft(draft: Ruleset, results: Iterable[Result]) -> Trial:
    """What `draft` would say otherwise than today's rules of the stories, and than was said of stored results."""
    today = {story.id: story for story in _told(load_ruleset(draft.head.name))}
    stories = ((story.title, _says(today[story.id].outcome), _says(story.outcome)) for story in _told(draft))
    counted: Counter[tuple[str, str]] = Counter()
    tried = 0
    for result in results:
        definition = result.screen.definition
        answers = definition.validate(result.inputs)
        if not definition.answers_to(draft.screen) or not isinstance(answers, Answers):
            continue
        tried += 1
        after = _says(conclude(answers, screen=definition, ruleset=draft))
        before = _words(result.outcome["label"], result.urgency, result.target_days)
        if before != after:
            counted[before, after] += 1
    changed = tuple((before, after, number) for (before, after), number in counted.most_common())
    return Trial(draft.version_label, tuple(row for row in stories if row[1] != row[2]), tried, changed)


def newest_results() -> Iterator[Result]:
    """The stored results a draft is tried on in a page, newest first."""
    return iter(Result.objects.select_related("screen").order_by("-pk")[:MOST_RESULTS])


def draft_ruleset(name: str, version: int) -> Ruleset:
    """A draft, for trying only. Raises KnowledgeError."""
    return load_draft(name, version)


def _screen(ruleset: Ruleset) -> Any:
    name, _, version = ruleset.screen.rpartition(".v")
    return load_screen(name, int(version))


def _entry(rule: Rule, words: Wording, stories: tuple[Story, ...]) -> Entry:
    return Entry(
        rule=rule,
        label=words.ruleset.classes[rule.klass].label,
        asks=in_words(rule.when, words),
        sources=sources(rule.source),
        stories=tuple(one for one in stories if one.outcome.primary and one.outcome.primary.id == rule.id),
    )


def _contributor(cause: Cause, words: Wording) -> Contributor:
    weights = tuple(
        Weight(
            one,
            in_words(one.when, words),
            in_words(one.confounded_when, words) if one.confounded_when else None,
            sources(one.source),
        )
        for one in cause.findings
    )
    return Contributor(cause, weights, sources(cause.source))


def _class(id: str, ruleset: Ruleset) -> Class:
    track = ruleset.program_of(id)
    rules = tuple(rule.id for rule in ruleset.rules if rule.klass == id)
    return Class(
        ruleset.classes[id].label, "" if track == "none" else track, ruleset.classes[id].crosswalk, rules
    )


def _names(recheck: Iterable[str], words: Wording) -> tuple[str, ...]:
    screen = words.screen
    return tuple(
        words.item(name)["label"] if name in screen.items else screen.tests[name].name for name in recheck
    )


def _told(ruleset: Ruleset) -> Iterator[Story]:
    """The region's worked cases, decided by these rules; a region without any has no stories."""
    screen = _screen(ruleset)
    for case in worked_cases.load(ruleset.head.name) if worked_cases.has(ruleset.head.name) else ():
        answers = screen.validate(case["input"])
        if isinstance(answers, Answers):
            outcome = conclude(answers, screen=screen, ruleset=ruleset)
            yield Story(case["id"], case["title"], case.get("narrative", ""), outcome)


def _says(outcome: Outcome) -> str:
    return _words(outcome.label, outcome.urgency, outcome.target_days)


def _words(label: str, urgency: str, target_days: int | None) -> str:
    """“Tightness without signs of strain (routine, within 14 days)”."""
    by = "" if target_days is None else f", within {target_days} day{'' if target_days == 1 else 's'}"
    return f"{label} ({urgency.replace('_', ' ')}{by})"
