"""What may keep the problem coming back: findings that fit a cause, with the evidence beside each.

Points are ordinal weights for sorting and for choosing exercises. They are never "the cause of your injury".
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeAlias

from assessments.screens.answers import Answers
from assessments.screens.definitions import Screen
from assessments.screens.offered import CATALOGUE, usual_screen
from assessments.triage.rules.reading import RULESETS, pinned_screen
from clinic.knowledge.conditions import Condition, Facts
from clinic.knowledge.files import Head, open_file
from clinic.knowledge.reading import Entry, Problem
from clinic.knowledge.sources import load_sources

Level: TypeAlias = Literal["likely", "possible", "unsupported", "not_assessed"]
SUPPORTED: tuple[Level, ...] = ("likely", "possible")
SHOWN_AT_MOST = 3
CAUSES_SUFFIX = "_causes"


@dataclass(frozen=True, slots=True)
class CauseFinding:
    """One finding that adds points to a cause, unless it was taken through pain (`confounded_when`)."""

    id: str
    when: Condition
    points: int
    text: str
    strength: str
    source: tuple[str, ...]
    confounded_when: Condition | None


@dataclass(frozen=True, slots=True)
class Cause:
    """A possible contributor. `main` causes are ranked; the others are listed as additional."""

    id: str
    name: str
    say_patient: str
    main: bool
    evidence: str
    summary: str
    limits: str
    source: tuple[str, ...]
    findings: tuple[CauseFinding, ...]


@dataclass(frozen=True, slots=True)
class CauseList:
    """All causes of one file, in order of evidence: that order breaks ties."""

    head: Head
    fingerprint: str
    likely_from: int
    possible_from: int
    causes: tuple[Cause, ...]

    @property
    def label(self) -> str:
        """`name.vN`, as stored with every result it had a part in."""
        return f"{self.head.name}.v{self.head.version}"


@dataclass(frozen=True, slots=True)
class Weighed:
    """One cause with its points. `retest` are findings not scored because of pain; `missing` items never measured."""

    cause: Cause
    level: Level
    points: int
    findings: tuple[CauseFinding, ...]
    retest: tuple[CauseFinding, ...]
    missing: tuple[str, ...]

    @property
    def is_supported(self) -> bool:
        return self.level in SUPPORTED


@dataclass(frozen=True, slots=True)
class Causes:
    """Every cause weighed, in ranking order."""

    ranked: tuple[Weighed, ...]

    @property
    def top(self) -> tuple[Weighed, ...]:
        """At most three main causes the findings fit."""
        return tuple(one for one in self.ranked if one.cause.main and one.is_supported)[:SHOWN_AT_MOST]

    @property
    def additional(self) -> tuple[Weighed, ...]:
        return tuple(one for one in self.ranked if not one.cause.main and one.is_supported)

    @property
    def supported(self) -> Mapping[str, Weighed]:
        """Cause id → every cause that is likely or possible; exercises are chosen by these."""
        return {one.cause.id: one for one in self.ranked if one.is_supported}


def weigh(answers: Answers, *, screen: Screen, causes: CauseList) -> Causes:
    """Rank all causes by the points of the findings that hold; evidence order breaks ties."""
    facts = screen.derive(answers)
    weighed = [_weigh(cause, causes, facts, answers, screen) for cause in causes.causes]
    return Causes(tuple(sorted(weighed, key=lambda one: -one.points)))


def _weigh(cause: Cause, causes: CauseList, facts: Facts, answers: Answers, screen: Screen) -> Weighed:
    retest = [
        one for one in cause.findings if one.confounded_when is not None and one.confounded_when.truth(facts)
    ]
    scored = [one for one in cause.findings if one not in retest]
    held = tuple(one for one in scored if one.when.truth(facts))
    assessed = sum(one.points for one in scored if one.when.truth(facts) is not None)
    points = sum(one.points for one in held)
    known_half = 2 * assessed >= sum(one.points for one in cause.findings)
    open_facts = {fact for one in scored for fact in one.when.unknown(facts)}
    missing = {item for fact in open_facts for item in screen.unanswered(fact, answers)}
    return Weighed(
        cause=cause,
        level=_level(points, causes, known_half=known_half),
        points=points,
        findings=held,
        retest=tuple(retest),
        missing=tuple(name for name in screen.items if name in missing),
    )


def _level(points: int, causes: CauseList, *, known_half: bool) -> Level:
    if points >= causes.likely_from:
        return "likely"
    if points >= causes.possible_from:
        return "possible"
    return "unsupported" if known_half else "not_assessed"


@lru_cache(maxsize=16)
def load_causes(
    name: str = "",
    version: int | None = None,
    folder: Path = RULESETS,
    catalogue: Path = CATALOGUE,
) -> CauseList:
    """The causes of one region, or of the usual one, checked against the screen they pin. Raises KnowledgeError."""
    file = open_file(folder, (name or usual_screen()) + CAUSES_SUFFIX, version)
    vocabulary = pinned_screen(file.entry, catalogue).vocabulary
    sources = load_sources()
    causes = CauseList(
        file.head,
        file.fingerprint,
        file.entry.whole("likely_from"),
        file.entry.whole("possible_from"),
        tuple(_cause(entry, vocabulary, sources) for entry in file.entry.tables("causes")),
    )
    if len({cause.id for cause in causes.causes}) < len(causes.causes):
        raise file.entry.error(Problem.MALFORMED, "causes", "an id is used twice")
    file.entry.done()
    return causes


def _cause(entry: Entry, vocabulary: Mapping[str, Collection[str]], sources: Collection[str]) -> Cause:
    cause = Cause(
        id=entry.text("id"),
        name=entry.text("name"),
        say_patient=entry.text("say_patient"),
        main=entry.flag("main"),
        evidence=entry.text("evidence"),
        summary=entry.text("summary"),
        limits=entry.text("limits", ""),
        source=entry.sources(sources),
        findings=tuple(_finding(row, vocabulary, sources) for row in entry.tables("findings")),
    )
    entry.done()
    return cause


def _finding(
    entry: Entry, vocabulary: Mapping[str, Collection[str]], sources: Collection[str]
) -> CauseFinding:
    finding = CauseFinding(
        id=entry.text("id"),
        when=entry.condition("when", vocabulary),
        points=entry.whole("points"),
        text=entry.text("text"),
        strength=entry.text("strength"),
        source=entry.sources(sources),
        confounded_when=entry.condition_or_none("confounded_when", vocabulary),
    )
    entry.done()
    return finding
