"""What a clinician reads of a program: running, limits and sources in plain words instead of the recipe's ids."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from clinic.knowledge.sources import HOW_SURE
from programs.builder.runs import PlannedRun
from programs.builder.sessions import DAYS
from programs.plans.doses import dashed

RUNNING = {
    "none": "None",
    "none_yet": "Not yet: not everything that allows running is met or known",
    "ladder": "Return-to-run ladder: running and walking in turns, step by step",
    "modified": "Easy and on the flat only: no hills, no speed",
    "guarded": "Their own running; further or harder, never both in one week",
}
RUNS = {
    "walk": "Walk",
    "rest": "Rest",
    "cross": "Bike, swim or pool",
    "easy": "Easy run",
    "speed": "Faster runs",
    "long": "Long run",
    "ladder": "Run and walk in turns",
    "race": "Race",
}
CONVENTION = "S122"  # the source that stands for clinical convention with no single study


def run_of(run: str) -> str:
    return RUNS.get(run, run.capitalize())


def run_line(run: PlannedRun) -> str:
    """“Easy run 5 km”, “Stage 2, 12 min”, “Rest”; a run the lighter week goes without is said."""
    if run.is_left_out:
        return "No run this time"
    name = f"Stage {run.stage}" if run.stage is not None else run_of(run.kind)
    much = f"{run.km:g} km" if run.km else f"{run.minutes} min" if run.minutes else ""
    return f"{name}, {much}" if much and run.stage is not None else f"{name} {much}".strip()


def in_a_row(numbers: Sequence[int]) -> str:
    """“1–3, 5”: numbers in order, three or more that follow each other told by their ends."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = [
        [f"{run[0]}\N{EN DASH}{run[-1]}"] if len(run) > 2 else [str(number) for number in run] for run in runs
    ]
    return ", ".join(one for part in parts for one in part)


def strength_of(session: str) -> str:
    """“Strength A” for a lettered session, “Isometric” for a named one, “None” on a day without."""
    if not session:
        return "None"
    return f"Strength {session}" if len(session) == 1 else session.capitalize()


def days_of(days: Sequence[str]) -> str:
    """“Daily”, “Mon–Sat”, “Mon, Wed, Fri”: three or more days running are told by their ends. `days` in week order."""
    if len(days) == len(DAYS):
        return "Daily"
    places = [DAYS.index(day) for day in days]
    if len(places) > 2 and places[-1] - places[0] == len(places) - 1:
        return f"{days[0]}\N{EN DASH}{days[-1]}"
    return ", ".join(days)


def readable(text: str) -> str:
    """The recipe's signs as print has them: ≤, ≥, × and a dash in ranges."""
    text = text.replace("<=", "≤").replace(">=", "≥")
    return dashed(re.sub(r"(?<=\d) x (?=[\d(])", " × ", text))


def hardest(caps: Sequence[Mapping[str, Any]]) -> str:
    """The level no exercise exceeds, with the reason; then limits that hold when the first falls. Lowest first."""
    if not caps:
        return ""
    first, *others = caps
    later = "".join(f" Beyond that, level {cap['level']} at most: {cap['because']}." for cap in others)
    return f"Level {first['level']} of 5 at most: {first['because']}.{later}"


def often(per_week: str) -> str:
    """“2–3 times a week”; words such as “daily” or “every run” stay as they are."""
    if re.fullmatch(r"[\d –-]+", per_week):
        return "once a week" if per_week == "1" else f"{dashed(per_week)} times a week"
    return per_week or "no figure"


def cited(id: str, sources: Mapping[str, str]) -> str:
    """A source as a proposal keeps it (“citation (how it was seen)”), with how sure it is said properly."""
    kept = sources.get(id, id)
    for kind, sure in HOW_SURE.items():
        if kept.endswith(f" ({kind})"):
            if id == CONVENTION:
                return "Evidence: clinical convention, no single study; the clinic may change it."
            return f"{kept.removesuffix(f' ({kind})')} {sure}".strip()
    return kept
