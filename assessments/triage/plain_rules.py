"""What a rule asks, in words: for the rule book, where nobody reads notation."""

from __future__ import annotations

from dataclasses import dataclass

from assessments.screens.showing import unit_word
from assessments.triage.rules import Finding
from assessments.triage.rules.reasons import finding
from assessments.triage.wording import THRESHOLDS, Wording
from clinic.knowledge.conditions import All, AtLeast, Condition, Question

ALL = "All of these:"
ALL_IN_TURN = "All of these, each asked only once those above it are known:"
ANY = "At least one of these:"
NOT = "Not this:"
IF_KNOWN = " (counts only where it was tested)"


@dataclass(frozen=True, slots=True)
class Clause:
    """One line; with `parts`, the line says how many of them must hold."""

    text: str
    parts: tuple[Clause, ...] = ()


def in_words(when: Condition, words: Wording) -> Clause:
    """A condition as lines of plain words, nested as it is."""
    if isinstance(when, Question):
        return Clause(_asked(when, words))
    if isinstance(when, All):
        return Clause(ALL_IN_TURN if when.staged else ALL, _parts(when.parts, words))
    if isinstance(when, AtLeast):
        title = ANY if when.number == 1 else f"At least {when.number} of these {len(when.parts)}:"
        return Clause(title, _parts(when.parts, words))
    return Clause(NOT, (in_words(when.part, words),))


def _parts(parts: tuple[Condition, ...], words: Wording) -> tuple[Clause, ...]:
    return tuple(in_words(part, words) for part in parts)


def _asked(question: Question, words: Wording) -> str:
    """“Active knee extension deficit: at least 20 deg”."""
    about = finding(question, {}, words.screen)
    return f"{words.label(about)}: {_answer(about, words)}{IF_KNOWN if question.if_known else ''}"


def _answer(about: Finding, words: Wording) -> str:
    sign, value = about.asked.sign, about.asked.value
    if sign.startswith("is "):
        return {"is yes": "yes", "is no": "no"}.get(sign, "no, or not known")
    if sign in THRESHOLDS:
        return f"{THRESHOLDS[sign]} {value:g} {_unit(about, words)}".strip()
    if sign == "> fact":
        other = finding(Question(str(value), "is yes"), {}, words.screen)
        return f"more than “{words.label(other)}”"
    if sign == "in" and isinstance(value, tuple):
        return " or ".join(words.option(about, one) for one in value)
    return f"anything but {words.option(about, value)}" if sign == "!=" else words.option(about, value)


def _unit(about: Finding, words: Wording) -> str:
    measured = words.screen.derived.get(about.fact)
    if measured is None and about.items:
        return unit_word(words.screen.items[about.items[0]])
    return unit_word(measured) if measured else ""
