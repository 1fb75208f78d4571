"""The gates of a phase, each met, unmet or not known, over what the newest signed screen recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Subquery

from assessments.screens.answers import Refused
from assessments.screens.models import Answer, Screen
from clinic.knowledge.conditions import All, Condition, Facts, Question, Truth
from programs.builder.reading import load_recipe
from programs.builder.wording import Words
from programs.plans.models import Version

MET, UNMET, UNKNOWN = "met", "unmet", "unknown"
STATES: dict[Truth, str] = {True: MET, False: UNMET, None: UNKNOWN}
ICONS = {MET: "check-circle", UNMET: "cross-circle", UNKNOWN: "question"}
LABELS = {MET: "Met", UNMET: "Not met", UNKNOWN: "Not known"}


@dataclass(frozen=True, slots=True)
class Gate:
    """One thing the phase asks for before the next: `state` met, unmet or unknown, `words` with what was recorded."""

    state: str
    words: str

    @property
    def icon(self) -> str:
        return ICONS[self.state]

    @property
    def label(self) -> str:
        return LABELS[self.state]


@dataclass(frozen=True, slots=True)
class Gates:
    """Those of one phase, unmet first, and the screen they were read from (None: none is signed)."""

    screen: Screen | None
    gates: tuple[Gate, ...]

    @property
    def met(self) -> int:
        return sum(gate.state == MET for gate in self.gates)

    @property
    def all_met(self) -> bool:
        return bool(self.gates) and self.met == len(self.gates)


def gates_of(version: Version, catalogue: str) -> Gates:
    """The gates of this version's phase. `catalogue` is its screen's. One query."""
    screen = _newest(version.patient_id, catalogue)
    recipe = load_recipe(catalogue)
    phase = recipe.phases.get(version.program.phase)
    if screen is None or phase is None or phase.exit_when is None:
        return Gates(screen, ())
    definition = screen.definition
    answers = definition.validate(screen.case())
    facts: Facts = {} if isinstance(answers, Refused) else definition.derive(answers)
    words = Words(definition, recipe.classes)
    found = [_gate(part, facts, words) for part in parts_of(phase.exit_when)]
    return Gates(screen, tuple(sorted(found, key=lambda gate: [UNMET, UNKNOWN, MET].index(gate.state))))


def _newest(patient_id: int, catalogue: str) -> Screen | None:
    """The newest signed screen with its answers; None without one that answers anything."""
    signed = Screen.objects.signed().filter(patient=patient_id, catalogue=catalogue)
    newest = signed.exclude(amendments__signed_at__isnull=False).values("pk")[:1]
    answers = Answer.objects.filter(screen__in=Subquery(newest))
    found = list(answers.select_related("screen", "answered_by", "confirmed_by"))
    if not found:
        return None
    screen: Screen = found[0].screen
    screen.answered = {answer.item: answer for answer in found}
    return screen


def parts_of(condition: Condition) -> Iterator[Condition]:
    """What must hold, taken apart as far as all of it must."""
    if isinstance(condition, All):
        for part in condition.parts:
            yield from parts_of(part)
    else:
        yield condition


def _gate(condition: Condition, facts: Facts, words: Words) -> Gate:
    truth = condition.truth(facts)
    said = words.holds(condition, facts) if truth else words.unmet(condition, facts)
    # The label says that it is not known; the words need not say it once more.
    return Gate(STATES[truth], _capital((said or _names(condition, words)).removeprefix("not known yet: ")))


def _names(condition: Condition, words: Words) -> str:
    """A condition that holds because something is not there has no true part to name: its questions' names."""
    tests: list[Question] = list(condition.tests())
    return "; ".join(dict.fromkeys(words.label(test.fact) for test in tests))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
