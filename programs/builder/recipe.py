"""What a recipe says: phases, tracks, running, ladder, guards and limits. Values only; building is in proposal.py."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from assessments.triage.rules.definitions import TriageClass
from clinic.knowledge.conditions import Condition
from clinic.knowledge.files import Head
from programs.builder.runs import Stage
from programs.builder.sessions import Split
from programs.exercises.definitions import Library

NO_PROGRAM = "none"
NO_RUNNING = "none"
NO_RUNNING_YET = "none_yet"
LADDER = "ladder"
MODIFIED = "modified"
GUARDED = "guarded"


@dataclass(frozen=True, slots=True)
class Slot:
    """`count` exercises of a category, when `tag` is given only those with it."""

    category: str
    tag: str
    count: int

    @property
    def id(self) -> str:
        """`category` or `category:tag`."""
        return f"{self.category}:{self.tag}" if self.tag else self.category


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a week's template. `strength` is the session's letter or word, empty for none.

    `moves` is what the running policy makes of `run`; the template itself has none.
    """

    day: str
    run: str
    strength: str
    hard: bool
    eccentric: bool
    high_soreness: bool
    moves: str = ""


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase. `number` is 1 to 4; `exit_when` is None for the last; minutes are per strength session.

    `speed_pain_limit` is the highest pain (0 to 10) of fast work; None where fast work has no limit of its own.
    """

    id: str
    number: int
    name: str
    level_cap: int
    easiest_first: bool
    goal: str
    typical: str
    entry: str
    exit_text: str
    exit_when: Condition | None
    pain_rule: str
    pain_evidence: str
    strength_cap_min: int
    strength_per_week: str
    slots: tuple[Slot, ...]
    week_text: str
    week: tuple[Day, ...]
    runs: Mapping[str, Mapping[str, str]]
    source: tuple[str, ...]
    speed_pain_limit: int | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """Start in `phase` when `when` holds."""

    phase: str
    when: Condition


@dataclass(frozen=True, slots=True)
class Track:
    """How a class is treated: where it starts (first true of `starts`, else `default`) and what is left out."""

    id: str
    note: str
    default: str
    starts: tuple[Start, ...]
    only_categories: tuple[str, ...] = ()
    exclude_categories: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    level_cap: int | None = None


@dataclass(frozen=True, slots=True)
class RunningPolicy:
    """For `classes`: `policy` when `when` holds (or is None), else `otherwise`."""

    classes: tuple[str, ...]
    policy: str
    when: Condition | None
    otherwise: str


@dataclass(frozen=True, slots=True)
class Caps:
    """Level caps of a person: young, or new to strength work."""

    age_under: int
    age_cap: int
    novice_when: Condition
    novice_cap: int
    novice_weeks: int
    novice_note: str


@dataclass(frozen=True, slots=True)
class Pace:
    """How many green runs a stage asks for: `greens`, and `quick_greens` for the `quick` classes."""

    greens: int
    quick_greens: int
    quick: tuple[str, ...]

    def of(self, klass: str) -> int:
        return self.quick_greens if klass in self.quick else self.greens


CAUTIOUS = Pace(greens=2, quick_greens=2, quick=())
"""The pace of a recipe that names none."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """The return-to-run ladder, the traffic lights that move along it, and how fast."""

    start_stage: int
    entry_when: Condition
    stages: tuple[Stage, ...]
    rules: Mapping[str, str]
    source: tuple[str, ...]
    pace: Pace


@dataclass(frozen=True, slots=True)
class Guard:
    """A rule that holds back a plan's growth."""

    id: str
    rule: str
    action: str
    evidence: str
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CadenceRule:
    """Steps per minute: who gets a target, and the ceiling it never passes. `steps` are percent above baseline."""

    cause: str
    fact: str
    ceiling: int
    steps: tuple[float, ...]
    rule: str
    reconcile: str
    measure: str
    evidence: str
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """A plain sentence for the patient, shown when `when` holds (None: always)."""

    id: str
    when: Condition | None
    text: str
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Category:
    """A category of exercise in the patient's words; `kind` is where in a session it is done (sessions.ORDER)."""

    title: str
    say_patient: str
    kind: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything the builder needs for one region, with the library and classes it was written for."""

    head: Head
    fingerprint: str
    ruleset: str
    classes: Mapping[str, TriageClass]
    library: Library
    categories: Mapping[str, Category]
    phases: Mapping[str, Phase]
    sessions: Split
    tracks: Mapping[str, Track]
    class_tracks: Mapping[str, Track]
    running: tuple[RunningPolicy, ...]
    runs: Mapping[str, Mapping[str, str]]
    caps: Caps
    ladder: Ladder
    guards: tuple[Guard, ...]
    cadence: CadenceRule
    limits: Mapping[str, Any]
    selection: str
    advice: tuple[Advice, ...]
    notes: Mapping[str, str]

    def week_of(self, phase: Phase, running: str) -> tuple[Day, ...]:
        """The phase's week with what the running policy makes of each run: the day's own, else the policy's."""
        own, general = phase.runs.get(running, {}), self.runs.get(running, {})
        return tuple(
            replace(day, moves=own.get(day.day) or general.get(day.run, day.run)) for day in phase.week
        )

    @property
    def label(self) -> str:
        """`name.vN+fingerprint` (12 hex digits), stored with every proposal; covers the library too."""
        return f"{self.head.name}.v{self.head.version}+{self.fingerprint[:12]}"

    def track_of(self, klass: str) -> Track:
        """The track of a class; KeyError when there is no such class."""
        program = self.classes[klass].program
        return self.class_tracks.get(klass, self.tracks[program])
