"""A refused change as the page tells it: beside what was pressed, with a link to what is missing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.urls import reverse

from programs.plans.models import Version
from programs.plans.refusals import NotDecided, NotEligible, NothingToRelease, OverTheLimit, Refusal

RELEASE = "release"
CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Refused:
    """`at` is the part of the page it belongs to: release, change, or an exercise's id; empty for the whole page."""

    words: str
    at: str | int = ""
    link: str = ""
    link_words: str = ""


NOT_TICKED = Refused(
    "Nothing was released. Tick that you have read the program, then release it.",
    RELEASE,
    "#sure",
    "Go to the tick",
)


def release_refused(refusal: Refusal, version: Version) -> Refused:
    """Why it was not released, with the way to what stands against it."""
    link, words = _missing(refusal, version)
    return Refused(str(refusal), RELEASE, link, words)


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
