"""Exercises of the library as a page offers them: what each serves, how hard it is, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from programs.plans.choosing import Choice, Choices
from programs.plans.models import Exercise, Version


@dataclass(frozen=True, slots=True)
class Offer:
    """One exercise to choose. `why_not` is never set aside; `unwanted` is, with a reason.

    `may_come_next` after the exercise it was asked for: an easier one is offered as a choice and as a swap only.
    """

    id: str
    name: str
    facts: str
    target: str
    why_not: str
    unwanted: str
    may_come_next: bool = False

    @property
    def may(self) -> bool:
        return not self.why_not


def by_search(version: Version, words: str) -> list[Offer]:
    """What the words find; every exercise where there are none. Nothing for a version that is no draft."""
    if not version.is_draft:
        return []
    return [_offer(one) for one in Choices(version).found(words)]


def in_place_of(exercise: Exercise) -> list[Offer]:
    """What fills the slot of this exercise of a draft."""
    if not exercise.version.is_draft:
        return []
    choices = Choices(exercise.version)
    listed = choices.known(exercise.library_id)
    level = listed.level if listed else 0
    return [_offer(one, level) for one in choices.swaps(exercise)]


def _offer(choice: Choice, level: int = 0) -> Offer:
    exercise = choice.exercise
    return Offer(
        id=exercise.id,
        name=exercise.name,
        facts=_facts(choice),
        target=exercise.target,
        why_not="It is in the program already." if choice.is_listed else choice.blocked,
        unwanted=choice.unwanted,
        may_come_next=exercise.level >= level,
    )


def _facts(choice: Choice) -> str:
    """“Glutes · level 2 of 5 · 5 points · 4 min · long band”."""
    exercise = choice.exercise
    serves = f"serves {choice.points} points" if choice.points else "serves no supported cause"
    parts: Sequence[str] = (
        choice.category,
        f"level {exercise.level} of 5",
        serves,
        f"{exercise.est_minutes} min",
        ", ".join(exercise.equipment),
    )
    return " · ".join(part for part in parts if part)
