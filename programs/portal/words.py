"""What a patient reads about running and pain. Plain words; no class, rule or phase names.

The recipe's own texts are for clinicians; these say the same at a reading age of about eleven.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assessments.triage.models import Symptom
from programs.paper.words import DAY_NAMES, NO_RUNNING, REST, fine_pain, policy, stop_when

__all__ = ["DAY_NAMES", "fine_pain", "policy", "stop_when"]

WALK = "A brisk walk of 20 to 30 minutes"
PLAIN_RUNS = {
    "walk": WALK,
    "cross": "Bike, swim or pool, easy, 20 to 40 minutes",
    "rest": REST,
    "easy": "An easy run, slow enough to talk",
    "speed": "A few faster runs, after a good warm-up",
    "long": "Your long run, at most a tenth longer than your longest of the last month",
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


def run_of(run: str, snapshot: dict[str, Any]) -> str:
    """What to run or walk on a day whose template says `run`."""
    running = snapshot["running"]
    if run in {"rest", "cross", "walk"}:
        return PLAIN_RUNS[run]
    if running in NO_RUNNING:
        return WALK
    if run == "ladder":
        return _ladder(snapshot)
    return PLAIN_RUNS["easy"] if running == "modified" else PLAIN_RUNS.get(run, PLAIN_RUNS["easy"])


def _ladder(snapshot: dict[str, Any]) -> str:
    stage = snapshot.get("ladder")
    return f"Run and walk: {stage['session'].replace(' x ', ' × ')}" if stage else PLAIN_RUNS["easy"]


def pain_in_short(limit: int) -> str:
    """Both in one line, for each exercise."""
    return f"Pain up to {limit} of 10 is fine. Stop if it is more, sharp or sudden."
