"""Stored results, decided again: on the versions they were decided with, or on another one to see what it would change.

Reading only. A result that its own versions no longer reproduce means that a file, the code or a row has changed
under it, and none of these may happen unseen.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from assessments.screens.answers import Answers, Refused
from assessments.triage.actions import named
from assessments.triage.causes import CAUSES_SUFFIX, CauseList, load_causes
from assessments.triage.decided import Knowledge
from assessments.triage.models import Result
from assessments.triage.rules import URGENCIES, Ruleset, load_ruleset
from clinic.knowledge.reading import KnowledgeError

AT_ONCE = 200  # rows held in memory
FIRST_CAUSES = 1  # what results name no causes file for: there was no other yet


@dataclass(frozen=True, slots=True)
class Replay:
    """A stored result beside what its own versions say today. `differs` names what is not the same; empty is well."""

    result: int
    differs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A stored result beside what another ruleset says. `differs` as in Replay; `tells` is the change in words."""

    result: int
    differs: tuple[str, ...]
    tells: str = ""


def replay(results: Iterable[Result]) -> Iterator[Replay]:
    """Decide each result again on the screen, rules and causes it names, and compare everything that was stored."""
    for result in results:
        yield Replay(result.pk, tuple(_differences(result)))


def compare(results: Iterable[Result], ruleset: Ruleset) -> Iterator[Comparison]:
    """What `ruleset` would say of each result it can decide on: those of a screen that answers to what it pins."""
    for result in results:
        definition = result.screen.definition
        if not definition.answers_to(ruleset.screen):
            continue
        answers = definition.validate(result.inputs)
        if isinstance(answers, Refused):
            yield Comparison(result.pk, ("inputs",), "its answers cannot be read; replay it first")
            continue
        knowledge = Knowledge(definition, ruleset, _causes(result))
        said = knowledge.in_words(answers, knowledge.outcome(answers))
        yield Comparison(result.pk, tuple(_decisive(result.outcome, said)), _told(result.outcome, said))


def stored_results() -> Iterator[Result]:
    """Every result, oldest first, a few at a time."""
    rows = Result.objects.select_related("screen").order_by("pk")
    return rows.iterator(chunk_size=AT_ONCE)


def _differences(result: Result) -> Iterator[str]:
    try:
        definition, ruleset = result.screen.definition, load_ruleset(*named(result.ruleset))
        knowledge = Knowledge(definition, ruleset, _causes(result))
    except KnowledgeError as error:
        yield f"cannot be decided again ({error})"
        return
    if result.screen.fingerprint != definition.fingerprint:
        yield f"{result.screen.label} is not the file it was taken with"
    if result.ruleset_fingerprint != ruleset.fingerprint:
        yield f"{result.ruleset} is not the file it was decided with"
    answers = definition.validate(result.inputs)
    if not isinstance(answers, Answers):
        yield f"inputs ({', '.join(sorted({error.item for error in answers.errors}))} refused)"
        return
    outcome = knowledge.outcome(answers)
    for column in ("klass", "urgency", "target_days"):
        if getattr(result, column) != getattr(outcome, column):
            yield f"{column} ({getattr(result, column)} stored, {getattr(outcome, column)} decided)"
    yield from _unlike(result.outcome, knowledge.in_words(answers, outcome))


def _unlike(stored: dict[str, Any], said: dict[str, Any]) -> Iterator[str]:
    """Parts of the stored outcome that would be written otherwise. What older results did not store is not compared."""
    said = json.loads(json.dumps(said))
    for part, value in stored.items():
        if said.get(part) != value:
            yield f"outcome: {part}"


def _decisive(stored: dict[str, Any], said: dict[str, Any]) -> Iterator[str]:
    for part in ("klass", "urgency", "target_days"):
        if stored[part] != said[part]:
            yield part
    for part in ("fired", "missing", "contradictions", "cautions"):
        if [one["id"] for one in stored[part]] != [one["id"] for one in said[part]]:
            yield part


def _told(stored: dict[str, Any], said: dict[str, Any]) -> str:
    """ "tightness, routine → strain_mild, within_days: more urgent"."""
    was, now = (f"{one['klass']}, {one['urgency']}" for one in (stored, said))
    if was == now:
        return f"{was} as before"
    before, after = (URGENCIES.index(one["urgency"]) for one in (stored, said))
    turn = "more urgent" if after < before else "LESS urgent" if after > before else "as urgent"
    return f"{was} → {now}: {turn}"


def _causes(result: Result) -> CauseList:
    stored = result.outcome.get("causes_from")
    name, version = named(stored) if stored else (result.screen.catalogue + CAUSES_SUFFIX, FIRST_CAUSES)
    return load_causes(name.removesuffix(CAUSES_SUFFIX), version)
