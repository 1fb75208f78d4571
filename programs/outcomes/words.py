"""What people read about a change: clinicians the rule's own words, patients plain ones, without blame."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from assessments.screens.outcomes import Change, Measure
from clinic.knowledge.sources import HOW_SURE, load_sources
from programs.outcomes.judging import Judged, Point
from programs.outcomes.schedule import ACTIVITIES, CHANGE, PAIN


@dataclass(frozen=True, slots=True)
class Verdict:
    """`label` is the rule's word; `tone` and `icon` pick the look, which never says more than the word."""

    label: str
    tone: str
    icon: str


VERDICTS = {
    Change.IMPROVED: Verdict("Improved", "success", "check"),
    Change.WORSE: Verdict("Worse", "warning", "warning"),
    Change.WITHIN_ERROR: Verdict("No change beyond measurement error", "plain", "minus-circle"),
    Change.NOT_KNOWN: Verdict("Not known", "muted", "question"),
}
BETTER = {"lower": "Lower is better", "higher": "Higher is better", "none": ""}

IT_HELPS = "That can happen. It helps your therapist to know."
UPS_AND_DOWNS = "About the same as at the start. Small ups and downs are normal."
FIRST = "This is where you begin. Later you see here how it goes."
# What a patient reads, by measure. Everything else is a clinician's to explain.
PLAIN = {
    PAIN: {
        Change.IMPROVED: "Less pain than at the start.",
        Change.WORSE: f"More pain than at the start. {IT_HELPS}",
        Change.WITHIN_ERROR: UPS_AND_DOWNS,
        Change.NOT_KNOWN: FIRST,
    },
    ACTIVITIES: {
        Change.IMPROVED: "Easier than at the start.",
        Change.WORSE: f"Harder than at the start. {IT_HELPS}",
        Change.WITHIN_ERROR: UPS_AND_DOWNS,
        Change.NOT_KNOWN: FIRST,
    },
    CHANGE: {
        Change.IMPROVED: "You told us that you are better than at the start.",
        Change.WORSE: f"You told us that it is worse than at the start. {IT_HELPS}",
        Change.WITHIN_ERROR: "You told us that not much has changed so far. Many need more weeks.",
        Change.NOT_KNOWN: "",
    },
}
PLAIN_TITLES = {PAIN: "Pain", CHANGE: "All in all"}


def day(on_day: dt.date) -> str:
    """“3 Mar 2026”."""
    return f"{on_day.day} {on_day:%b %Y}"


def number(value: float, measure: Measure) -> str:
    """“6”, “4.7”; with its sign where the scale goes below nothing."""
    text = f"{round(value, 1):g}"
    if measure.minimum is not None and measure.minimum < 0 and value > 0:
        text = f"+{text}"
    return text.replace("-", "\N{MINUS SIGN}")


def course(judged: Judged, measure: Measure) -> str:
    """“From 6 (3 Mar 2026) to 3 (17 Mar 2026).”"""
    start, last = judged.start, judged.last
    if start is None or last is None:
        return "Nothing answered since this program began."
    if measure.id == CHANGE:
        return f"Compared with the day the program began: {_at(last, measure)}."
    if start.on_day == last.on_day:
        return f"{_at(last, measure)}. One answer so far, so there is nothing to compare it with."
    return f"From {_at(start, measure)} to {_at(last, measure)}."


def _at(point: Point, measure: Measure) -> str:
    return f"{number(point.number, measure)} ({day(point.on_day)})"


def counts_from(measure: Measure) -> str:
    """How much must change, and where that comes from."""
    needed = measure.smallest_change
    if needed is None:
        return "No smallest change is known (neither MDC nor MCID): look at the trend only."
    mdc, mcid = (f"{one:g}" if one is not None else "not known" for one in (measure.mdc, measure.mcid))
    return f"A change counts from {needed:g} points: the larger of MDC ({mdc}) and MCID ({mcid})."


def sources(measure: Measure) -> list[str]:
    """Each source in words, with how sure it is."""
    known = load_sources()
    found = []
    for id in measure.source:
        source = known[id]
        found.append(f"{source.citation} {HOW_SURE[source.kind]}".strip())
    return found
