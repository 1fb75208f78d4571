"""A condition in the clinician's words: labels, options and units of the screen instead of ids and signs."""

from collections.abc import Mapping
from dataclasses import dataclass

from assessments.screens.definitions import Item, Screen
from assessments.screens.showing import unit_word
from assessments.triage.rules.definitions import TriageClass
from clinic.knowledge.conditions import All, AtLeast, Condition, Facts, Not, Question, Value
from programs.exercises.definitions import CLASS_FACT, PHASE_FACT

MUST = {
    "=": "must be",
    "!=": "must not be",
    "<": "must be below",
    "<=": "must be at most",
    ">": "must be above",
    ">=": "must be at least",
    "> fact": "must be above",
    "in": "must be one of",
}
NAMED = {CLASS_FACT: "Triage", PHASE_FACT: "Phase"}
COMPARED = {
    "difference": "difference between the sides",
    "side_gap": "difference between the sides",
    "symmetry": "involved side as a share of the other",
}
SIDED = {"_uninv": " (other side)", "_inv": " (involved side)"}
OPEN = "not known yet"


@dataclass(frozen=True, slots=True)
class Words:
    """Says conditions over one screen's facts, the triage class and the phase. `facts` are those of one person."""

    screen: Screen
    classes: Mapping[str, TriageClass]

    def unmet(self, condition: Condition, facts: Facts) -> str:
        """Every part that is not known to hold, with what was recorded; empty when the condition holds.

        "Pain now must be at most 2 of 10 (recorded: 3 of 10); not known yet: Slump test, … (must be positive)"
        """
        return "; ".join(dict.fromkeys(self._unmet(condition, facts)))

    def holds(self, condition: Condition, facts: Facts) -> str:
        """What was recorded that makes the condition hold: the true parts only; empty when none does."""
        return "; ".join(dict.fromkeys(self._holding(condition, facts)))

    def _unmet(self, condition: Condition, facts: Facts) -> list[str]:
        if condition.truth(facts):
            return []
        if isinstance(condition, Question):
            return [self._wanted(condition, facts)]
        if isinstance(condition, All):
            return [text for part in condition.parts for text in self._unmet(part, facts)]
        if isinstance(condition, AtLeast):
            return [self._choice(condition, facts)]
        return [self._excluded(condition, facts)]

    def _choice(self, condition: AtLeast, facts: Facts) -> str:
        left = [" and ".join(said) for part in condition.parts if (said := self._unmet(part, facts))]
        still = condition.number - (len(condition.parts) - len(left))
        ways = ", or ".join(left)
        return f"either {ways}" if still == 1 else f"at least {still} of: {ways}"

    def _excluded(self, condition: Not, facts: Facts) -> str:
        if condition.truth(facts) is None:
            names = ", ".join(self.label(name) for name in sorted(condition.part.unknown(facts)))
            return f"{OPEN}: {names}"
        return f"ruled out by {self.holds(condition.part, facts)}"

    def _wanted(self, test: Question, facts: Facts) -> str:
        wanted = self._must(test)
        if test.truth(facts) is None:
            missing = " and ".join(self.label(name) for name in sorted(test.unknown(facts)))
            return f"{OPEN}: {missing} ({wanted})"
        found = "not tested" if test.fact not in facts else f"recorded: {self._found(test.fact, facts)}"
        return f"{self.label(test.fact)} {wanted} ({found})"

    def _must(self, test: Question) -> str:
        if test.sign.startswith("is "):
            return "must be yes" if test.sign == "is yes" else "must be no"
        if test.sign == "> fact":
            return f"{MUST[test.sign]} {self.label(str(test.value))}"
        values = test.value if isinstance(test.value, tuple) else (test.value,)
        said = " or ".join(self.value(test.fact, one) for one in values if one is not None)
        return f"{MUST[test.sign]} {said}"

    def _holding(self, condition: Condition, facts: Facts) -> list[str]:
        if not condition.truth(facts):
            return []
        if isinstance(condition, All):
            said = [text for part in condition.parts for text in self._holding(part, facts)]
            return [" and ".join(dict.fromkeys(said))]
        if isinstance(condition, AtLeast):
            return [text for part in condition.parts for text in self._holding(part, facts)]
        return [f"{self.label(test.fact)}: {self._found(test.fact, facts)}" for test in condition.tests()]

    def _found(self, fact: str, facts: Facts) -> str:
        found = facts.get(fact)
        return OPEN if found is None else self.value(fact, found)

    def label(self, fact: str) -> str:
        """A fact's name: "Slump test, result (involved side)"; a computed value says what is compared."""
        if fact in NAMED:
            return NAMED[fact]
        item = self._item(fact)
        if item is None:
            return fact.replace("_", " ").capitalize()
        derived = self.screen.derived.get(fact)
        label = item.label.partition(" (")[0] if derived else item.label
        test = self.screen.tests[item.test].name.partition(" (")[0] if item.test else ""
        name = f"{test}, {_lowered(label)}" if test else label
        if label.lower() in test.lower():
            name = test
        if derived:
            return f"{name}, {COMPARED.get(derived.how, fact.replace('_', ' '))}"
        side = next((words for end, words in SIDED.items() if fact.endswith(end)), "")
        return name + side

    def value(self, fact: str, value: Value) -> str:
        """A value as it is read: "3 of 10", "normal", "yes", "12 deg"."""
        if fact == CLASS_FACT:
            return self.classes[str(value)].label
        if isinstance(value, bool):
            return "yes" if value else "no"
        item, derived = self._item(fact), self.screen.derived.get(fact)
        if isinstance(value, tuple):
            return ", ".join(self.value(fact, one) for one in value)
        if isinstance(value, str):
            return _lowered(item.option_label(value)) if item and item.options else value
        if derived is not None:
            return f"{value:.4g} {derived.unit}".strip()
        return f"{value:g} {unit_word(item) if item else ''}".strip()

    def _item(self, fact: str) -> Item | None:
        behind = self.screen.items_behind(fact)
        return self.screen.items[behind[0]] if behind else None


def _lowered(text: str) -> str:
    """The first letter small, unless the word is an abbreviation."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
