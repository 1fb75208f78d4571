"""What stands on the paper of a program: plain words in order, as program.typ sets them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from html import unescape
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.html import strip_tags

from clinic.people.models import Account, Patient
from programs.builder.block import PlannedDay, Week
from programs.builder.doses import Amount
from programs.paper import words
from programs.paper.weeks import WEEKS, Ahead, ahead_of
from programs.plans.doses import Dose
from programs.plans.models import Exercise, Version
from programs.plans.standing import Now, logs_of, now_of

DRAFT = "DRAFT"
NOT_RELEASED = "Draft: not released. Not to be handed to the patient."
ONLY_THE_PLAN = (
    "The weeks ahead are the plan if all goes well. What is right today is on your phone: go by that, "
    "and take the lower amount when you are not sure."
)
NO_RUNS = "No runs for now: see the first lines of this paper."


class NotHandedOut(Exception):
    """It was replaced or ended, or a later decision has overtaken it: on paper it would still be done."""


def facts(version: Version, *, patient: Patient, by: Account, now: dt.datetime) -> dict[str, Any]:
    """All words of one version, which is a draft or the one its patient has; needs `with_exercises`.

    Keys: title, clinic, mark, foot, about, notices, note, patient {name, born, record}, names, weeks [{title, rows}],
    plan, diary [day], running, pain [{what, words}], groups [{title, exercises}], habits [{title, text}], education,
    safety.
    """
    exercises = version.listed
    standing = None if version.is_draft else _standing(version, exercises, patient, now)
    ahead = ahead_of(version, exercises, standing)
    snapshot = version.proposal
    return {
        "title": "Your program",
        "clinic": settings.CLINIC_NAME,
        "mark": DRAFT if version.is_draft else "",
        "foot": f"Program {version.program_id}, version {version.number}",
        "patient": {
            "name": patient.full_name,
            "born": _born(patient),
            "record": patient.record_number,
        },
        "about": list(_about(version, patient, by, now)),
        "notices": [*([NOT_RELEASED] if version.is_draft else []), *(_rests(standing) if standing else ())],
        "note": version.note.splitlines(),
        "names": [[str(one.position), one.name] for one in exercises],
        "weeks": [_week(ahead, week) for week in ahead.weeks],
        "plan": ONLY_THE_PLAN,
        "diary": _diary(ahead),
        "running": [NO_RUNS] if standing and standing.rests else list(_running(snapshot)),
        "pain": _pain(snapshot),
        "groups": _groups(version, exercises, ahead),
        "habits": snapshot.get("habits", []),
        "education": snapshot["education"],
        "safety": safety(),
    }


def safety() -> list[str]:
    """The paragraphs patients read on every page, word for word."""
    shown = render_to_string("portal/_safety.html", {"clinic_phone": settings.CLINIC_PHONE})
    paragraphs = re.split(r"</(?:p|li|h\d)>", shown)
    return [words for one in paragraphs if (words := " ".join(unescape(strip_tags(one)).split()))]


def _standing(version: Version, exercises: Sequence[Exercise], patient: Patient, now: dt.datetime) -> Now:
    return now_of(
        version,
        exercises,
        day=now.astimezone(patient.zone).date(),
        logs=logs_of(version.program_id),
    )


def _about(version: Version, patient: Patient, by: Account, now: dt.datetime) -> Iterator[str]:
    # The head of each page says it too, and who hears a page read out never hears its head.
    yield f"For {patient.full_name}, born {_born(patient)}, record {patient.record_number}."
    if version.released_by is not None and version.released_at is not None:
        yield f"From {version.released_by}, {_day(timezone.localtime(version.released_at).date())}."
    elif version.is_draft:
        yield f"Made {_day(timezone.localtime(version.made_at).date())}."
    yield f"Printed {_day(timezone.localtime(now).date())} by {by}."


def _rests(now: Now) -> Iterator[str]:
    """What holds today and would be missed by somebody who reads on."""
    ring = f" on {settings.CLINIC_PHONE}" if settings.CLINIC_PHONE else ""
    until = now.standings.rests_until
    if now.standings.stop is not None:
        yield (
            "Stop all exercises and runs. You told us of a warning sign: "
            f"ring us{ring} today, or as soon as we are open."
        )
    elif until is not None and now.day < until:
        yield f"Rest until {_day(until)}: your last session hurt too much. Then go on with what your phone shows."


def _week(ahead: Ahead, week: Week[Exercise]) -> dict[str, Any]:
    begins = ahead.begins(week)
    title = "Every week" if len(ahead.weeks) == 1 else f"Week {week.number}"
    if begins is not None and len(ahead.weeks) > 1:
        title += f", from {_day(begins)}"
    return {
        "title": f"{title}: a lighter week" if week.lighter else title,
        "rows": [[words.DAY_NAMES[day.name], _numbers(day), _moves(ahead, week, day)] for day in week.days],
    }


def _diary(ahead: Ahead) -> list[str]:
    """The days of a page to write on: four weeks of them at most, so that it stays one page."""
    found = []
    for week in ahead.weeks[:WEEKS]:
        begins = ahead.begins(week)
        for at, day in enumerate(week.days):
            on_day = begins + dt.timedelta(days=at) if begins else None
            found.append(format_date(on_day, "D j M") if on_day else f"{week.number}: {day.name}")
    return found


def _moves(ahead: Ahead, week: Week[Exercise], day: PlannedDay[Exercise]) -> str:
    return words.run_in_week(ahead.run(day.run, week), ahead.version.proposal)


def _numbers(day: PlannedDay[Exercise]) -> str:
    """“9, 1, 4”: the exercises by their number in the list, in the order they are done."""
    if not day.all:
        return "None"
    numbers = ", ".join(str(one.position) for one in day.all)
    return f"{numbers}, if you like" if day.is_rest else numbers


def _running(snapshot: dict[str, Any]) -> Iterator[str]:
    yield words.policy(snapshot["running"])
    if cadence := snapshot["cadence"]:
        yield (
            f"Steps: you take about {cadence['baseline']} a minute now. "
            f"Aim for {cadence['target']} on easy runs, at the same speed."
        )


def _pain(snapshot: dict[str, Any]) -> list[dict[str, str]]:
    limit, fast = words.limit_of(snapshot), words.fast_pain(snapshot)
    return [
        {"what": "Fine", "words": words.fine_pain(limit)},
        {"what": "Stop when", "words": words.stop_when(limit)},
        *([{"what": "When you go fast", "words": fast}] if fast else []),
    ]


def _groups(version: Version, exercises: Sequence[Exercise], ahead: Ahead) -> list[dict[str, Any]]:
    """All exercises under their kinds' names, in the program's order."""
    titles, found = version.proposal["categories"], dict[str, list[dict[str, Any]]]()
    for one in exercises:
        title = titles.get(one.category, "More")
        found.setdefault(title, []).append(_exercise(one, ahead))
    return [{"title": title, "exercises": rows} for title, rows in found.items()]


def _exercise(one: Exercise, ahead: Ahead) -> dict[str, Any]:
    amounts = [[f"Week {week.number}", _amount(ahead.amount(one, week), one)] for week in ahead.weeks]
    changes = len({amount for _, amount in amounts}) > 1
    days = [day.name for day in ahead.weeks[0].days if one.pk in {listed.pk for listed in day.all}]
    return {
        "id": one.library_id,
        "number": str(one.position),
        "name": one.name,
        "alt": f"{one.name}: how you start, and how you end",
        "dose": one.dose,
        "days": ", ".join(days),
        "amounts": amounts if changes else [],
        "cue": one.cue,
        "tempo": one.tempo,
        "why": one.why_patient,
        "stop": words.stop_when(words.limit_of(ahead.version.proposal, fast=words.FAST_TAG in one.tags)),
    }


def _amount(amount: Amount, one: Exercise) -> str:
    """“3 sets of 8”, with the weight where it was raised; what stays the same stands in the dose above."""
    said = Dose(amount.sets, amount.reps, amount.hold_s).in_words()
    return f"{said}, a little more weight" if amount.load else said


def _born(patient: Patient) -> str:
    return format_date(patient.birth_date, "j M Y")


def _day(day: dt.date) -> str:
    return format_date(day, "D j M Y")
