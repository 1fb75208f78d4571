"""A refused change as the page tells it: beside what was pressed, with a link to what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.urls import reverse

from programs.plans.models import Version
from programs.plans.refusals import (
    ChangedMeanwhile,
    NeedsReason,
    NotDecided,
    NotEligible,
    NothingToRelease,
    OverTheLimit,
    Refusal,
)
from programs.prescribing.forms import ReasonForm

RELEASE = "release"
CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Asks:
    """The change again, with a field for the reason it needs: sent to `url` with the same `fields`."""

    url: str
    form: ReasonForm
    fields: Sequence[tuple[str, str]] = field(default_factory=tuple)
    label: str = "Do it with this reason"


@dataclass(frozen=True, slots=True)
class Refused:
    """`at` is the part of the page it belongs to: release, change, or an exercise's id; empty for the whole page.

    `asks` is there where a reason is enough; `typed` is what would be lost with a form that is no longer drawn;
    `changes` is what somebody else changed meanwhile, in sentences.
    """

    words: str
    at: str | int = ""
    link: str = ""
    link_words: str = ""
    asks: Asks | None = None
    typed: Sequence[tuple[str, str]] = ()
    changes: Sequence[str] = ()


NOT_TICKED = Refused(
    "Nothing was released. Tick that you have read the program, then release it.",
    RELEASE,
    "#sure",
    "Go to the tick",
)


def with_reason(
    refusal: Refusal, url: str, form: ReasonForm, *, at: str | int = "", **fields: str | Sequence[str]
) -> Refused:
    """The refusal; one that a reason overcomes brings the same change with a field for it."""
    if not isinstance(refusal, NeedsReason):
        return Refused(str(refusal), at)
    return Refused(str(refusal), at, asks=Asks(url, form, _pairs(fields)))


def typed_in(posted: Mapping[str, str], labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """What was typed into a form that is no longer drawn, to be shown with the refusal."""
    return [(label, posted[name][:200]) for name, label in labels.items() if posted.get(name, "").strip()]


DOSE = {
    "sets": "Sets",
    "reps": "Repetitions, or time",
    "hold_s": "Hold",
    "rest_s": "Rest",
    "because": "Reason",
}


def typed_dose(posted: Mapping[str, str]) -> list[tuple[str, str]]:
    """What was typed into a dose whose exercise is gone, to be shown with the refusal."""
    return typed_in(posted, DOSE)


def _pairs(fields: Mapping[str, str | Sequence[str]]) -> list[tuple[str, str]]:
    many = [(name, [value] if isinstance(value, str) else value) for name, value in fields.items()]
    return [(name, value) for name, values in many for value in values]


def release_refused(refusal: Refusal, version: Version) -> Refused:
    """Why it was not released, with the way to what stands against it."""
    if isinstance(refusal, ChangedMeanwhile):
        return changed_meanwhile(refusal, RELEASE)
    link, words = _missing(refusal, version)
    return Refused(str(refusal), RELEASE, link, words)


def changed_meanwhile(refusal: ChangedMeanwhile, at: str = "") -> Refused:
    """With each change of somebody else."""
    return Refused(str(refusal), at, changes=refusal.changes)


def placed(refused: Refused | None, version: Version) -> Refused | None:
    """The refusal, told on top where the version's state leaves out the part of the page it belongs to."""
    part_of = {RELEASE: Version.State.PROPOSED, CHANGE: Version.State.RELEASED}
    if refused and refused.at in part_of and version.state != part_of[refused.at]:
        return replace(refused, at="")
    return refused


def _missing(refusal: Refusal, version: Version) -> tuple[str, str]:
    if isinstance(refusal, NotEligible):
        return f"#exercise-{refusal.exercise_id}", "Go to the exercise"
    if isinstance(refusal, OverTheLimit):
        return "#totals", "See the minutes"
    if isinstance(refusal, NothingToRelease):
        return "#exercises", "Go to the exercises"
    if isinstance(refusal, NotDecided):
        result = version.program.decision.result
        return reverse("charting:triage", args=[version.patient_id, result.pk]), "Open the result"
    return "", ""
