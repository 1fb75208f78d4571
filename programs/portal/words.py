"""What a patient reads about running and pain. Plain words; no class, rule or phase names.

The recipe's own texts are for clinicians; these say the same at a reading age of about eleven.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from assessments.triage.models import Symptom
from programs.builder.runs import PlannedRun
from programs.paper.words import (
    DAY_NAMES,
    FAST_RUNS,
    FAST_TAG,
    NO_RUNNING,
    POLICIES,
    REST,
    fast_pain,
    fine_pain,
    limit_of,
    policy,
    stop_when,
)
from programs.plans.doses import dashed

__all__ = [
    "DAY_NAMES",
    "FAST_RUNS",
    "FAST_TAG",
    "POLICIES",
    "fast_pain",
    "fine_pain",
    "limit_of",
    "policy",
    "stop_when",
]

WALK = "A brisk walk of 20 to 30 minutes"
PLAIN_RUNS = {
    "walk": WALK,
    "cross": "Bike, swim or pool, easy, 20 to 40 minutes",
    "rest": REST,
    "easy": "An easy run, slow enough to talk",
    "speed": "A few faster runs, after a good warm-up",
    "long": "Your long run",
    "race": "Race day. Nothing else today",
}
LIGHTER = "A lighter week on purpose. From {monday} it is longer again."
# When in a session something around the run is done, by its kind; and on a day without a run.
MOMENTS = {
    "warm_up": ("Before your run", "To warm up"),
    "drill": ("Before your run", "To warm up"),
    "cue": ("While you run", ""),
    "loosening": ("After your run", "To finish"),
    "rolling": ("After your run", "To finish"),
    "cool_down": ("After your run", "To finish"),
}

# What a patient may report, by Symptom, in the words of somebody who is not a clinician.
WARNING_SIGNS = {
    Symptom.SUDDEN_PAIN.value: "A sudden, sharp pain",
    Symptom.POP.value: "A pop or a snap that I heard or felt",
    Symptom.BRUISE.value: "A new bruise",
    Symptom.SWELLING.value: "New swelling",
    Symptom.LIMP.value: "I limp, or walk in another way than before",
    Symptom.NUMBNESS.value: "New numbness or tingling",
}


def warning_signs(symptoms: Sequence[str]) -> list[str]:
    """What the patient chose, as they chose it."""
    return [WARNING_SIGNS.get(one, "Something sudden") for one in symptoms]


def run_of(run: PlannedRun, snapshot: Mapping[str, Any]) -> str:
    """What to run or walk on a day, with its distance or time where one is planned."""
    if run.kind in {"rest", "cross", "walk"}:
        return PLAIN_RUNS[run.kind]
    if snapshot["running"] in NO_RUNNING:
        return WALK
    if run.kind == "ladder":
        return _ladder(run)
    modified = snapshot["running"] == "modified"
    plain = PLAIN_RUNS["easy" if modified else run.kind] if run.kind in PLAIN_RUNS else PLAIN_RUNS["easy"]
    if run.km is not None:
        return f"{plain}: {run.km:g} km"
    return f"{plain}: about {run.minutes} minutes" if run.minutes else plain


def _ladder(run: PlannedRun) -> str:
    """A step of the ladder: “Run and walk: 6 × (run 2 min, walk 2 min)”. The last step is the runner's own runs."""
    if not run.session or (run.minutes is None and run.stage):
        return PLAIN_RUNS["easy"] if run.km is None else f"{PLAIN_RUNS['easy']}: {run.km:g} km"
    session = re.sub(r"\((\d+) / (\d+)\)", r"(run \1 min, walk \2 min)", run.session)
    session = dashed(session.replace(" x ", " × ").replace(" / ", ", "))
    if "×" in session and "walk" in session:
        return f"Run and walk: {session}"
    return session if "walk" in session else f"Run: {session}"


def minutes_of(run: PlannedRun) -> int | None:
    """How long a run takes, about, with its walking breaks; None where the plan does not say."""
    if run.kind != "ladder":
        return run.minutes
    if found := re.match(r"(\d+) x \((.*)\)$", run.session):
        return int(found[1]) * sum(int(number) for number in re.findall(r"\d+", found[2]))
    found = re.match(r"(?:\d+ ?[-–] ?)?(\d+) min\b", run.session)
    return int(found[1]) if found else run.minutes


def stage_of(run: PlannedRun, snapshot: Mapping[str, Any]) -> str:
    """“Step 2 of 8 on the way back to running”; empty for a run that is no step of it."""
    if run.kind != "ladder" or run.stage is None or "runner" not in snapshot:
        return ""
    last = max((one[0] for one in snapshot["runner"]["stages"]), default=run.stage)
    return f"Step {run.stage} of {last} on your way back to running"


def shorter(percent: int) -> str:
    """What follows a run that was too much, where there is no ladder to step back on; empty for a run as planned."""
    return f"{percent} % shorter than planned, until your runs go well again" if percent else ""


def highest(numbers: str) -> int:
    """The number a counter or a timer runs to: 10 of “8–10”; 0 where the words name none, or more than one kind."""
    found = re.fullmatch(r"(?:\d{1,3} ?[-–] ?)?(\d{1,3})", numbers.strip())
    return int(found[1]) if found else 0


def seconds_of(reps: str) -> int:
    """How long a dose lasts that is a time, in seconds: 60 of “60 s”, 600 of “5–10 min very easy”; 0 of any other."""
    found = re.match(r"(?:\d{1,3} ?[-–] ?)?(\d{1,3}) ?(s|min)\b(?! on)", reps.strip())
    return int(found[1]) * (60 if found[2] == "min" else 1) if found else 0


def pain_in_short(limit: int) -> str:
    """Both in one line, for each exercise."""
    if limit == 0:
        return "No pain at all in this one. Stop if there is any."
    return f"Pain up to {limit} of 10 is fine. Stop if it is more, sharp or sudden."


def too_much(limit: int) -> str:
    """What the phone says at once of pain above the limit that is no reason to stop everything."""
    more = f"More than {limit}" if limit else "Any pain"
    return f"{more} is too much: stop this one and leave it out today."
