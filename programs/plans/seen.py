"""What a page showed of a draft, said back by its forms, so that no change goes over another one unseen.

Each form says as much as its change would overwrite: the dose and what is kept ready of one exercise, the note, or the
whole draft. What somebody else (a colleague, another window) changed of it since refuses the change once, with what
stands now; the page is then drawn from that, and the same change goes through. Two who want the same do not clash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clinic.audit.models import Entry
from clinic.people.models import Account
from programs.plans.differences import State, compare
from programs.plans.models import Exercise, Version, Waiver
from programs.plans.refusals import ChangedMeanwhile

Facts = Mapping[str, Any]
LONGEST_MARK = 16
COMPARED = ("asked", "runner")  # of a proposal, as differences.py reads it; the mark stands for all the rest
ROW = ("library_id", "name", "slot", "sets", "reps", "hold_s", "rest_s", "each_side", "step", "role")
WAIVER = ("library_id", "guard", "words", "because")
BUILT_ANEW = "It was built anew, with the same exercises and doses."


def mark(*parts: Any) -> str:
    """A short mark of these values, the same for the same values and no others."""
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:LONGEST_MARK]


# --- One exercise ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SeenExercise:
    """What a page showed of one exercise: which, its dose, and what is kept ready for it."""

    library_id: str = ""
    dose: str = ""
    ready: str = ""

    def __str__(self) -> str:
        return f"{self.library_id}.{self.dose}.{self.ready}"


def seen_exercise(exercise: Exercise, ready: Iterable[Exercise]) -> SeenExercise:
    """For a page drawn from these rows."""
    kept = sorted((one.library_id, one.role) for one in ready)
    return SeenExercise(exercise.library_id, _dose(exercise), mark(kept))


def read_seen_exercise(text: str) -> SeenExercise:
    """What a form says it showed. Something unreadable counts as having shown nothing."""
    parts = text.split(".")
    return SeenExercise(*parts) if len(parts) == 3 else SeenExercise()


def _dose(exercise: Exercise) -> str:
    return mark(exercise.sets, exercise.reps, exercise.hold_s, exercise.rest_s)


def dose_must_be_as_seen(seen: SeenExercise | None, before: Exercise, after: Exercise, by: Account) -> None:
    """Raises ChangedMeanwhile, unless both windows want the same dose. None where no page was shown."""
    if seen is None or _dose(before) in {seen.dose, _dose(after)}:
        return
    who = _by_whom(before.version, by, f"{before.library_id} dose")
    raise ChangedMeanwhile(
        f"The dose of “{before.name}” was changed {who} since this page was opened. It is now: {before.dose} "
        "Yours was not saved: it is below. Save it again to put it in its place."
    )


def exercise_must_be_as_seen(seen: SeenExercise | None, exercise: Exercise, by: Account) -> None:
    """Before it leaves the draft, and what is kept ready with it. Raises ChangedMeanwhile."""
    if seen is None:
        return
    ready = list(exercise.kept_ready.all())
    now = seen_exercise(exercise, ready)
    if now == seen:
        return
    told = [f"Its dose is now: {exercise.dose}"] if now.dose != seen.dose else []
    if now.ready != seen.ready:
        told.append(f"Kept ready for it: {', '.join(one.name for one in ready) or 'nothing'}.")
    id = exercise.library_id
    who = _by_whom(exercise.version, by, f"{id} dose", rf"\w+ kept ready for {id}", r"\w+ not kept ready")
    raise ChangedMeanwhile(
        f"“{exercise.name}” was changed {who} since this page was opened. {' '.join(told)} "
        "It stays in the draft: do the same again if it should go all the same."
    )


def next_must_be_as_seen(seen: SeenExercise | None, exercise: Exercise, by: Account) -> None:
    """Before another takes the place of the one that comes next. Raises ChangedMeanwhile."""
    if seen is None:
        return
    ready = list(exercise.kept_ready.all())
    coming = [one.name for one in ready if one.role == Exercise.Role.NEXT]
    if not coming or seen_exercise(exercise, ready).ready == seen.ready:
        return
    who = _by_whom(exercise.version, by, rf"\w+ kept ready for {exercise.library_id}", r"\w+ not kept ready")
    raise ChangedMeanwhile(
        f"What is kept ready for “{exercise.name}” was changed {who} since this page was opened: “{coming[0]}” comes "
        "next. Nothing was changed: do the same again to put yours in its place."
    )


# --- The order, the note, the steps up ---------------------------------------------------------------------------


def order_must_be_as_seen(
    seen: Sequence[int] | None, before: Sequence[Exercise], order: Sequence[int], by: Account
) -> None:
    """Raises ChangedMeanwhile, unless the order asked for is there already."""
    now = [one.pk for one in before]
    if seen is None or now in (list(seen), list(order)):
        return
    who = _by_whom(before[0].version, by, "reordered")
    raise ChangedMeanwhile(
        f"The order was changed {who} since this page was opened. Nothing was moved: the list is now as it stands. "
        "Move it again if it should still go there."
    )


def note_must_be_as_seen(seen: str | None, version: Version, note: str, by: Account) -> None:
    """Raises ChangedMeanwhile. `seen` is the mark of the note the page showed."""
    if seen is None or version.note == note or mark(version.note) == seen:
        return
    what = "changed" if version.note else "taken away"
    raise ChangedMeanwhile(
        f"The note was {what} {_by_whom(version, by, 'note')} since this page was opened. Yours was not saved: it is "
        "here, with the note as it stands. Save it again to put it in its place."
    )


def seen_runs(version: Version) -> str:
    """The mark of where a version's runs start."""
    return mark(version.proposal.get("runner"))


def runs_must_be_as_seen(seen: str | None, version: Version, by: Account) -> None:
    """Raises ChangedMeanwhile."""
    if seen is None or seen == seen_runs(version):
        return
    raise ChangedMeanwhile(
        f"Where the runs start was changed {_by_whom(version, by, 'runs start from .*')} since this page was opened. "
        "Yours was not saved: it is here, and the weeks above are as they stand. Save it again to put it in its place."
    )


def steps_must_be_as_seen(
    seen: bool | None,  # noqa: FBT001  # a value that is compared, not a switch
    version: Version,
    by: Account,
    *,
    allowed: bool,
) -> None:
    """Raises ChangedMeanwhile."""
    if seen is None or version.steps_up_alone in (seen, allowed):
        return
    now = "may take over by itself" if version.steps_up_alone else "waits for you"
    who = _by_whom(version, by, "steps up alone allowed", "steps up alone not allowed")
    raise ChangedMeanwhile(
        f"This was changed {who} since this page was opened: what is kept ready as the next one {now}. "
        "Nothing was saved: save it again if it should be otherwise."
    )


# --- The whole draft ---------------------------------------------------------------------------------------------


def seen_draft(version: Version, rows: Sequence[Exercise], waivers: Sequence[Waiver]) -> dict[str, Any]:
    """Everything of a draft but its note and steps up, as plain values. `rows` are all its exercises, in order."""
    return {
        "mark": _mark_of(version, rows, waivers),
        "rows": _rows(rows),
        "waivers": [[getattr(one, name) for name in WAIVER] for one in waivers],
        "proposal": {name: version.proposal.get(name) for name in COMPARED},
    }


def seen_words(version: Version) -> dict[str, Any]:
    """The rest: its note, and whether steps up happen by themselves."""
    return {"note": version.note, "steps_up_alone": version.steps_up_alone}


def draft_must_be_as_seen(seen: Facts | None, version: Version, by: Account, done: str) -> None:
    """Raises ChangedMeanwhile with each change in words. `seen` is what `seen_draft` said; None: no page was shown.

    What is given of `seen_words` is compared as well. `done` says what was not done and what to do, as a sentence.
    """
    if seen is None:
        return
    rows, waivers = list(version.exercises.all()), list(version.waivers.all())
    same = seen.get("mark") == _mark_of(version, rows, waivers)
    if same and all(seen[name] == now for name, now in seen_words(version).items() if name in seen):
        return
    changes = _changes(seen, State(version, rows, waivers)) if "mark" in seen else ()
    who = _by_whom(version, by)
    raise ChangedMeanwhile(f"This draft was changed {who} since this page was opened. {done}", changes)


def release_must_be_as_seen(seen: Facts | None, version: Version, by: Account) -> None:
    """The same before a release, for which the page says everything. Raises ChangedMeanwhile."""
    whole = seen is None or seen_words(version).keys() <= seen.keys()
    done = "Nothing was released: the page now shows the draft as it is. Read it, then release it again."
    draft_must_be_as_seen(seen if whole else {}, version, by, done)


def _mark_of(version: Version, rows: Sequence[Exercise], waivers: Sequence[Waiver]) -> str:
    kept = [[getattr(one, name) for name in WAIVER] for one in waivers]
    return mark(version.pk, version.starts_on, version.proposal, _rows(rows), kept)


def _rows(rows: Sequence[Exercise]) -> list[list[Any]]:
    """Each exercise with its place among them, and that of the one it is kept ready for."""
    place: dict[int | None, int] = {one.pk: number for number, one in enumerate(rows)}
    return [[*(getattr(one, name) for name in ROW), place.get(one.instead_of_id)] for one in rows]


def _changes(seen: Facts, now: State) -> tuple[str, ...]:
    version = now.version
    older = Version(
        pk=version.pk,
        proposal=version.proposal | seen["proposal"],
        note=seen.get("note", version.note),
        steps_up_alone=seen.get("steps_up_alone", version.steps_up_alone),
    )
    rows = [
        Exercise(pk=number, instead_of_id=of, **dict(zip(ROW, values, strict=True)))
        for number, (*values, of) in enumerate(seen["rows"])
    ]
    waivers = [Waiver(**dict(zip(WAIVER, values, strict=True))) for values in seen["waivers"]]
    told = tuple(one.words for one in compare(State(older, rows, waivers), now))
    return told or (BUILT_ANEW,)


def _by_whom(version: Version, by: Account, *whats: str) -> str:
    """Who changed it last, as the audit trail knows: “by Cleo Marchetti”, or “in another window” for one's own.

    `whats` are patterns of what the trail says after the version; none for any change of it.
    """
    entries = Entry.objects.filter(patient=version.patient_id, action=Entry.Action.CHANGED)
    pattern = rf"^{version}: ({'|'.join(whats)})$" if whats else rf"^{version}\M"
    last = entries.filter(what__regex=pattern).select_related("account").first()
    if last is None or last.account is None:
        return "in another window or by a colleague"
    return "in another window" if last.account == by else f"by {last.account}"
