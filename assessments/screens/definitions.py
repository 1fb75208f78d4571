"""What a movement screen may ask: sections, tests, items and the values computed from them.

A screen is read from one catalogue file and never changes while the program runs. Everything a form needs to draw
an item, and everything needed to refuse an impossible answer, stands on the item.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from assessments.screens.answers import AnswerError, Answers, Refused, checked, refusal
from assessments.screens.body import MOST_MARKS, Body
from assessments.screens.derived import Derived, derived_facts
from clinic.knowledge.conditions import Condition, Facts, Value
from clinic.knowledge.files import Head

Kind: TypeAlias = Literal["bool", "enum", "multi", "int", "float", "list_float", "text", "pain_map"]
Laterality: TypeAlias = Literal["per_side", "involved", "none"]
KINDS: tuple[Kind, ...] = ("bool", "enum", "multi", "int", "float", "list_float", "text", "pain_map")
LATERALITIES: tuple[Laterality, ...] = ("per_side", "involved", "none")


@dataclass(frozen=True, slots=True)
class Item:
    """One question or measurement.

    `laterality`: per_side is answered as {"left": x, "right": y}; involved is one value for the symptomatic side;
    none is one value. `unit`, `minimum`, `maximum` and `step` belong to numbers. `unable` is the worst value, taken
    when the item could not be done because of pain (None: it then stays not known). `test` is empty for history.
    `short` names it where neither its test nor its section stands above it (empty: the label does). `asked_when`: it
    is asked only when this holds (None: always). `plain` is the question as a patient is asked it at home (None: it is
    never asked there). `chart`: where a pain map may be marked (None for every other kind); no rule reads the marks.
    """

    id: str
    label: str
    section: str
    group: str
    kind: Kind
    laterality: Laterality = "none"
    core_triage: bool = False
    provocative: bool = False
    ask_clinician: str = ""
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    options: tuple[str, ...] = ()
    option_labels: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    source: tuple[str, ...] = ()
    test: str = ""
    unable: Value | None = None
    short: str = ""
    asked_when: Condition | None = None
    plain: "PlainWords | None" = None
    chart: Body | None = None

    @property
    def is_history(self) -> bool:
        """History items live in a case's `history`; all others in its `exam`."""
        return not self.test

    @property
    def may_stay_empty(self) -> bool:
        """Own words and marks on the body chart: no rule reads them, and a section is done without them."""
        return self.kind in {"text", "pain_map"}

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """(value, label) for each option, in the catalogue's order."""
        return tuple((option, self.option_label(option)) for option in self.options)

    def option_label(self, option: str) -> str:
        return self.option_labels.get(option) or option.replace("_", " ").capitalize()

    @property
    def allowed(self) -> str:
        """What may be answered, in words: "0 to 10 NPRS, whole numbers"."""
        words = {"bool": "yes or no (true or false)", "text": "text of at most 2000 characters"}
        if self.kind in words:
            return words[self.kind]
        if self.chart is not None:
            return f"up to {MOST_MARKS} places, each with its side, region, depth and pain of 0 to 10"
        if self.kind in ("enum", "multi"):
            return ("one of: " if self.kind == "enum" else "any of: ") + ", ".join(self.options)
        span = f"{self.minimum:g} to {self.maximum:g} {self.unit}".strip()
        if self.kind == "list_float":
            return f"4 to 8 numbers, each {span}, oldest first"
        return f"{span}, whole numbers" if self.kind == "int" else span

    def refusal(self, value: object) -> AnswerError | None:
        """Why `value` cannot be this item's answer (both sides, when per side), or None when it can."""
        return refusal(self, value)


@dataclass(frozen=True, slots=True)
class PlainWords:
    """A question in a patient's words; `option_labels` replaces the clinician's words of some options."""

    ask: str
    help: str = ""
    option_labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SafetyText:
    """What a patient reads at once after a red flag: fixed words, the same for everybody.

    `after_yes_in` is the group of items whose yes it follows.
    """

    title: str
    text: str
    after_yes_in: str


@dataclass(frozen=True, slots=True)
class Test:
    """One physical test with its fields, and what a clinician should know before trusting it."""

    id: str
    name: str
    aliases: tuple[str, ...]
    regions: tuple[str, ...]
    how_to: str
    normal: str
    cutoffs: tuple["Cutoff", ...]
    reliability: str
    positive_means: str
    evidence_quality: str
    avoid_when: str
    licence_note: str
    source: tuple[str, ...]
    provocative: bool
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Cutoff:
    """A published or conventional threshold, for the reader; the rules hold their own."""

    condition: str
    meaning: str
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A group of items in exam order. A history section has items and no tests; an exam section has tests."""

    id: str
    title: str
    intro: str
    tests: tuple[Test, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Screen:
    """A whole movement screen, one version of it."""

    head: Head
    fingerprint: str
    conventions: Mapping[str, str]
    sections: tuple[Section, ...]
    derived: Mapping[str, Derived]
    items: Mapping[str, Item]
    tests: Mapping[str, Test]
    vocabulary: Mapping[str, tuple[str, ...]]
    """Every fact a condition may name → its options (empty when it has none)."""
    extends: tuple[str, ...] = ()
    """The labels of the versions whose every item and computed value this one keeps as it was, nearest first."""
    safety_text: SafetyText | None = None

    @property
    def label(self) -> str:
        """`name.vN`, stored with every signed screen."""
        return f"{self.head.name}.v{self.head.version}"

    def answers_to(self, label: str) -> bool:
        """Whether what was written for the screen `label` (rules, a recipe) holds for this one as it stands."""
        return label == self.label or label in self.extends

    def asks(self, item: Item, facts: Facts) -> bool:
        """Whether the item matters with what is known now; a condition that is not known yet does not ask."""
        return item.asked_when is None or item.asked_when.truth(facts) is True

    def warns(self, item: Item, value: object) -> bool:
        """Whether this answer is one that must not wait for the appointment: the patient reads the safety text."""
        return self.safety_text is not None and item.group == self.safety_text.after_yes_in and value is True

    @property
    def asked_at_home(self) -> tuple[Item, ...]:
        """The items a patient may answer before the visit, in exam order."""
        return tuple(item for item in self.items.values() if item.plain is not None)

    def item(self, id: str) -> Item:
        """The item; KeyError when the screen has none of that name."""
        return self.items[id]

    def validate(self, case: object) -> Answers | Refused:
        """Answers that can be trusted, or every reason why they cannot.

        `case` is {"history": {item: value}, "exam": {item: value}, "unable_due_to_pain": [exam items]}, all optional;
        a key that is absent or null is not known.
        """
        return checked(self.items, case)

    def derive(self, answers: Answers) -> Facts:
        """Every known fact: single answers by their id, per-side ones as X_inv and X_uninv, and derived values."""
        return derived_facts(self.items, self.derived, answers)

    def core_items(self, group: str) -> tuple[Item, ...]:
        """Items of a group that triage cannot do without."""
        return tuple(item for item in self.items.values() if item.group == group and item.core_triage)

    def items_behind(self, fact: str) -> tuple[str, ...]:
        """The items one must answer for a fact to be known, e.g. ake_diff → ake_deg."""
        if fact in self.derived:
            found = (item for given in self.derived[fact].inputs for item in self.items_behind(given))
            return tuple(dict.fromkeys(found))
        if fact in self.items:
            return (fact,)
        bare = fact.removesuffix("_inv") if fact.endswith("_inv") else fact.removesuffix("_uninv")
        return (bare,) if bare in self.items else ()

    def unanswered(self, fact: str, answers: Answers) -> tuple[str, ...]:
        """The items still to be answered before `fact` can be known, in exam order."""
        behind = self.items_behind(fact)
        missing = [name for name in behind if not answers.complete(self.items[name])]
        sided = any(self.items[name].laterality == "per_side" for name in behind)
        if sided and not answers.involved_side:
            missing.append("worse_side" if answers.history.get("side") == "bilateral" else "side")
        return tuple(name for name in self.items if name in missing)
