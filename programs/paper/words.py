"""What a patient reads about running and pain, on paper and on the phone. Plain words; no class, rule or phase names.

The recipe's own texts are for clinicians; these say the same at a reading age of about eleven.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from programs.builder.runs import PlannedRun

DAY_NAMES = {
    "Mon": "Monday",
    "Tue": "Tuesday",
    "Wed": "Wednesday",
    "Thu": "Thursday",
    "Fri": "Friday",
    "Sat": "Saturday",
    "Sun": "Sunday",
}
REST = "Rest"
FAST_RUNS = frozenset({"speed", "race"})
FAST_TAG = "high_speed"  # of an exercise of the library
POLICIES = {
    "none_yet": "No running yet. Walking is fine while it stays comfortable. Your therapist tells you when to start.",
    "ladder": "You come back to running step by step, with walking breaks. Leave a day between two runs.",
    "modified": "You may run easily on flat ground. No hills and no fast running, and stop if pain rises.",
    "guarded": "Keep running. Change one thing a week: run further or run harder, not both.",
    "none": "Your therapist tells you about running.",
}
NO_RUNNING = frozenset({"none_yet", "none"})


def policy(running: str) -> str:
    return POLICIES.get(running, POLICIES["none"])


def fine_pain(limit: int) -> str:
    """“Up to 3 out of 10, if it is back to normal the next morning.”"""
    return f"Up to {limit} out of 10, if it is back to normal the next morning."


def limit_of(snapshot: Mapping[str, Any], *, fast: bool = False) -> int:
    """The highest pain (0 to 10) that is fine; a version older than limits at speed has one for everything."""
    at_speed = snapshot.get("speed_pain_limit") if fast else None
    return int(snapshot["pain_limit"] if at_speed is None else at_speed)


def fast_pain(snapshot: Mapping[str, Any]) -> str:
    """What holds when going fast, where that is less than else; empty where it is the same."""
    limit = limit_of(snapshot, fast=True)
    if limit == limit_of(snapshot):
        return ""
    return f"Up to {limit} out of 10." if limit else "No pain at all. Stop if there is any."


def stop_when(limit: int) -> str:
    if limit == 0:
        return "There is any pain at all, or anything feels sharp or sudden."
    return f"Pain goes above {limit}, or anything feels sharp or sudden."


def run_in_week(run: PlannedRun, snapshot: Mapping[str, Any]) -> str:
    """What moves one day of one week, with its minutes or its distance: “Easy run, 5 km, slow enough to talk”."""
    if run.is_left_out:
        return "No run: a lighter week"
    if run.kind == "rest":
        return REST
    if run.kind == "cross":
        return f"Bike, swim or pool, easy{_about(run)}"
    if run.kind == "walk" or (run.is_run and snapshot["running"] in NO_RUNNING):
        return f"Brisk walk{_about(run)}"
    if run.kind == "ladder":
        return _ladder(run)
    if run.kind == "race":
        return "Your race"
    if run.kind == "speed" and snapshot["running"] != "modified":
        return f"Faster runs after a good warm-up{_about(run)}"
    if run.kind == "long" and snapshot["running"] != "modified":
        return f"Long run{_about(run)}"
    return f"Easy run{_about(run)}, slow enough to talk"


def _ladder(run: PlannedRun) -> str:
    if not run.session:
        return f"Easy run{_about(run)}, slow enough to talk"
    distance = f", {_km(run.km)}" if run.km else ""
    return f"Run and walk: {run.session.replace(' x ', ' × ')}{distance}"


def _about(run: PlannedRun) -> str:
    if run.km:
        return f", {_km(run.km)}"
    return f", about {run.minutes} minutes" if run.minutes else ""


def _km(km: float) -> str:
    return f"{km:g} km"
