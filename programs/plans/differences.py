"""What is different between two versions, in words a clinician reads. Compared from their rows alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from programs.builder.judging import RUN
from programs.builder.limits import Limits, limits_from
from programs.exercises.equipment import load_equipment
from programs.plans.checking import DOSE, RUNS, WISH
from programs.plans.models import Exercise, Version, Waiver

Role = Exercise.Role
SET_ASIDE = {
    WISH: "the patient’s limits",
    RUNS: "what was told of their runs",
    DOSE: "the most a dose may grow",
}


class Kind(StrEnum):
    """What a change is about, in the order changes are told."""

    ADDED = "added"
    REMOVED = "removed"
    SWAPPED = "swapped"
    DOSE = "dose"
    ORDER = "order"
    READY = "kept_ready"
    WAIVED = "waived"
    LIMITS = "limits"
    RUNS = "runs"
    STEPS = "steps_up"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference; `words` is a whole sentence."""

    kind: Kind
    words: str


@dataclass(frozen=True, slots=True)
class State:
    """Everything of a version that is compared."""

    version: Version
    exercises: Sequence[Exercise]
    waivers: Sequence[Waiver]

    @property
    def listed(self) -> list[Exercise]:
        return [one for one in self.exercises if one.role == Role.LISTED]


def difference(older: Version, newer: Version) -> tuple[Change, ...]:
    """What the newer version changes. Four queries; empty where both say the same."""
    return compare(_state(older), _state(newer))


def _state(version: Version) -> State:
    return State(version, list(version.exercises.all()), list(version.waivers.all()))


def compare(older: State, newer: State) -> tuple[Change, ...]:
    """The same for rows that were read before."""
    return (
        *_exercises(older.listed, newer.listed),
        *_doses(older.listed, newer.listed),
        *_order(older.listed, newer.listed),
        *_ready(older, newer),
        *_waivers(older, newer),
        *_limits(older.version, newer.version),
        *_runs(older.version.proposal, newer.version.proposal),
        *_words(older.version, newer.version),
    )


# --- Exercises ---------------------------------------------------------------------------------------------


def _by_id(rows: Sequence[Exercise]) -> dict[str, Exercise]:
    return {one.library_id: one for one in rows}


def _exercises(older: Sequence[Exercise], newer: Sequence[Exercise]) -> Iterator[Change]:
    was, now = _by_id(older), _by_id(newer)
    added = [one for one in newer if one.library_id not in was]
    removed = [one for one in older if one.library_id not in now]
    into: dict[str, list[Exercise]] = defaultdict(list)
    for one in added:
        into[one.slot].append(one)
    swapped = [(one, into[one.slot].pop(0)) for one in removed if into[one.slot]]
    gone = {one.library_id for one, _ in swapped}
    come = {one.library_id for _, one in swapped}
    for one in added:
        if one.library_id not in come:
            yield Change(Kind.ADDED, f"“{one.name}” added: {one.dose}.".replace("..", "."))
    for one in removed:
        if one.library_id not in gone:
            yield Change(Kind.REMOVED, f"“{one.name}” removed.")
    for one, other in swapped:
        yield Change(Kind.SWAPPED, f"“{one.name}” swapped for “{other.name}”.")


def _doses(older: Sequence[Exercise], newer: Sequence[Exercise]) -> Iterator[Change]:
    was = _by_id(older)
    for one in newer:
        before = was.get(one.library_id)
        if before is None:
            continue
        if before.dose != one.dose:
            yield Change(
                Kind.DOSE, f"“{one.name}”: from {_mid(before.dose)} to {_mid(one.dose)}.".replace("..", ".")
            )
        elif before.step != one.step:
            yield Change(Kind.DOSE, f"“{one.name}”: {_steps(one.step - before.step)}.")


def _steps(steps: int) -> str:
    many = "step" if abs(steps) == 1 else "steps"
    return f"starts {abs(steps)} {many} {'further on' if steps > 0 else 'further back'}"


def _mid(dose: str) -> str:
    """A dose within a sentence: “3 sets of 8. Rest 60 seconds between sets.” without the last full stop."""
    return f"“{dose.rstrip('.')}”"


def _order(older: Sequence[Exercise], newer: Sequence[Exercise]) -> Iterator[Change]:
    was, now = _by_id(older), _by_id(newer)
    before = [one.library_id for one in older if one.library_id in now]
    after = [one.library_id for one in newer if one.library_id in was]
    if before != after:
        names = ", ".join(now[id].name for id in after)
        yield Change(Kind.ORDER, f"The order changed. It is now: {names}.")


def _ready(older: State, newer: State) -> Iterator[Change]:
    was, now = _kept(older.exercises), _kept(newer.exercises)
    for key, words in now.items():
        if key not in was:
            yield Change(Kind.READY, f"{words}.")
    still = {one.library_id for one in newer.listed}
    for key, words in was.items():
        if key not in now and key[0] in still:
            yield Change(Kind.READY, f"No longer: {words}.")


def _kept(rows: Sequence[Exercise]) -> dict[tuple[str, str, str], str]:
    """(of which, which, as what) → in words, for everything kept ready."""
    listed = {one.pk: one for one in rows if one.role == Role.LISTED}
    found = {}
    for one in rows:
        if one.role != Role.LISTED and one.instead_of_id in listed:
            of = listed[one.instead_of_id]
            words = "comes next after" if one.role == Role.NEXT else "may be chosen instead of"
            found[(of.library_id, one.library_id, one.role)] = f"“{one.name}” {words} “{of.name}”"
    return found


def _waivers(older: State, newer: State) -> Iterator[Change]:
    names = {one.library_id: one.name for one in (*older.exercises, *newer.exercises)} | {RUN: "Runs"}
    was = {(one.library_id, one.guard): one for one in older.waivers}
    now = {(one.library_id, one.guard): one for one in newer.waivers}
    for key, one in now.items():
        if key not in was or was[key].because != one.because:
            what = SET_ASIDE.get(one.guard, "a guard of the week")
            name = names.get(one.library_id, one.library_id)
            yield Change(
                Kind.WAIVED, f"“{name}”: {what} set aside ({one.words.rstrip('.')}), because: {one.because}"
            )
    for key, one in was.items():
        if key not in now:
            name = names.get(one.library_id, one.library_id)
            yield Change(Kind.WAIVED, f"“{name}”: nothing is set aside any more.")


# --- Everything else ---------------------------------------------------------------------------------------


def _limits(older: Version, newer: Version) -> Iterator[Change]:
    before, after = (_asked(limits_from(one.proposal.get("asked"))) for one in (older, newer))
    for label, now in after.items():
        if before[label] != now:
            yield Change(Kind.LIMITS, f"{label}: from {before[label]} to {now}.")


def _asked(asked: Limits) -> Mapping[str, str]:
    kinds = load_equipment().kinds
    owned = None if asked.equipment is None else sorted(asked.equipment)
    named = [kinds[id].label if id in kinds else id for id in owned or ()]
    return {
        "Days": ", ".join(asked.as_json()["days"]) or "any day",
        "Minutes a day": str(asked.minutes) if asked.minutes is not None else "no limit",
        "Equipment": "not asked" if owned is None else ", ".join(named) or "none",
        "Long run": asked.long_run or "any day",
        "Race": f"{asked.race_on:%Y-%m-%d}" if asked.race_on else "none",
        "Rather not": ", ".join(id.replace("_", " ") for id in sorted(asked.dislikes)) or "nothing",
    }


def _runs(older: Mapping[str, Any], newer: Mapping[str, Any]) -> Iterator[Change]:
    was, now = older.get("runner") or {}, newer.get("runner") or {}
    if was.get("first") != now.get("first"):
        yield Change(Kind.RUNS, f"Runs start from stage {now.get('first')}, before from {was.get('first')}.")
    elif was.get("set_at") != now.get("set_at") and now.get("first") is not None:
        yield Change(Kind.RUNS, f"Runs start again from stage {now['first']}, whatever was reached.")
    if was.get("weeks_km") != now.get("weeks_km") or was.get("longest_km") != now.get("longest_km"):
        yield Change(Kind.RUNS, f"Runs start from {_km(now)}, before from {_km(was)}.")


def _km(runner: Mapping[str, Any]) -> str:
    weeks = runner.get("weeks_km") or ()
    if not weeks:
        return "time, as no distance is known"
    longest = runner.get("longest_km")
    known = f", the longest run {longest:g} km" if longest else ""
    return f"{weeks[-1]:g} km in the last week{known}"


def _words(older: Version, newer: Version) -> Iterator[Change]:
    if older.steps_up_alone != newer.steps_up_alone:
        may = "may take over alone" if newer.steps_up_alone else "wait for the therapist"
        yield Change(Kind.STEPS, f"Harder exercises kept ready {may}.")
    if older.note != newer.note:
        now = f"is now: {newer.note}" if newer.note else "was taken away."
        yield Change(Kind.NOTE, f"The note to the patient {now}")
