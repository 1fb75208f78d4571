"""What a ruleset says: classes, rules, contradictions and cautions. Values only; the deciding is in conclusion.py."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from clinic.knowledge.conditions import Condition
from clinic.knowledge.files import Head

URGENCIES = ("emergency_now", "same_day", "within_days", "routine")
"""Most urgent first."""

INSUFFICIENT = "insufficient_information"
REVIEW = "clinician_review"
EMERGENCY_TIER = 0
URGENT_TIERS = (EMERGENCY_TIER, 1)
"""Emergency and referral rules: they are accepted without waiting for anything, and lead to no program."""


def most_urgent(*urgencies: str) -> str:
    return min(urgencies, key=URGENCIES.index)


@dataclass(frozen=True, slots=True)
class TriageClass:
    """A result triage can come to. `program` names the track the builder uses; `family` groups grades of one thing."""

    id: str
    label: str
    program: str
    family: str
    crosswalk: str


@dataclass(frozen=True, slots=True)
class Rule:
    """If `when` holds, the findings fit `klass`. Tier 0 is an emergency, 1 a referral, 2 and 3 are the clinic's own."""

    id: str
    tier: int
    order: int
    klass: str
    urgency: str
    target_days: int | None
    when: Condition
    say_clinician: str
    say_patient: str
    evidence: str
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Answers that cannot both be right, and the items to ask again."""

    id: str
    when: Condition
    message: str
    recheck: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Caution:
    """Something to keep in mind; it never changes the class."""

    id: str
    when: Condition
    message: str


@dataclass(frozen=True, slots=True)
class Message:
    """What is said when no class can be given."""

    say_clinician: str
    say_patient: str


@dataclass(frozen=True, slots=True)
class Ruleset:
    """All rules for one screen, in order, with the fingerprints of every file they were read from.

    `while_open` is the least urgency of any outcome while a red flag is not ruled out; empty in rules that only said so
    of an outcome without a class.
    """

    head: Head
    fingerprint: str
    screen: str
    core_group: str
    algorithm: tuple[str, ...]
    while_open: str
    classes: Mapping[str, TriageClass]
    messages: Mapping[str, Message]
    rules: tuple[Rule, ...]
    contradictions: tuple[Contradiction, ...]
    cautions: tuple[Caution, ...]
    families_asking: Mapping[str, frozenset[str]] = field(init=False, repr=False, compare=False)
    """Fact → the families of the rules that ask for it; read off the rules once, not for every runner."""

    def __post_init__(self) -> None:
        families: defaultdict[str, set[str]] = defaultdict(set)
        for rule in self.rules:
            for question in rule.when.tests():
                families[question.fact].add(self.classes[rule.klass].family)
        asking = MappingProxyType({fact: frozenset(found) for fact, found in families.items()})
        object.__setattr__(self, "families_asking", asking)

    @property
    def version_label(self) -> str:
        """`name.vN`, the version a result names as its rules."""
        return f"{self.head.name}.v{self.head.version}"

    @property
    def label(self) -> str:
        """`name.vN+fingerprint` (first 12 hex digits), stored with every result."""
        return f"{self.version_label}+{self.fingerprint[:12]}"

    def program_of(self, klass: str) -> str:
        """The track of a class: none, protect_only, full, pht, neural, …"""
        return self.classes[klass].program
