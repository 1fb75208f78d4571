"""What the phone is given to play sessions without signal: plain JSON, the same for the page and for later.

Nothing of it says who the patient is; `who` is the word that tells one patient's data on a phone from another's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.dateformat import format as format_date

from assessments.triage.models import Symptom
from clinic.people.models import Patient
from clinic.ui.fields import PainScaleField
from programs.builder.progression import load_progression
from programs.plans.models import ExerciseLog
from programs.portal import mornings, resting, sent, twice
from programs.portal.forms import OwnScaleField, SessionForm
from programs.portal.session import Planned, State, Step, about_pain


def player() -> dict[str, Any]:
    """What the player's own markup needs: its questions, unanswered and with ids of their own. Nothing of anybody."""
    form = SessionForm(auto_id="player_%s", exercises=(), today=timezone.localdate())
    form.fields["step_pain"] = OwnScaleField(label="How much did this one hurt?")
    form.fields["why_pain"] = PainScaleField(label="How much did it hurt?")
    return {"asked": form, "whys": ExerciseLog.Why.choices, "sudden_sign": Symptom.SUDDEN_PAIN.value}


def offline_page() -> dict[str, Any]:
    """What the page without signal is made of. Nothing of anybody."""
    return player() | {"pain_numbers": mornings.NUMBERS}


def session_page(state: State, plan: Planned, patient: Patient) -> dict[str, Any]:
    """One session with what it takes to play it. The form on the page has its exercises' figures; here are the rest."""
    listed = {step.library_id for step in plan.steps}
    rest = sorted(_drawn([plan]) - listed)
    return _shared(state, patient) | {"session": _session(plan, state), "figures": figures(rest)}


def coming(state: State | None, patient: Patient) -> dict[str, Any]:
    """The next seven days; without a program there are none.

    `drawings` says which figures they take and of which edition: the phone asks for those it does not have (`figures`).
    """
    # Scripts that a phone kept before `drawings` came look for figures here, and go without.
    nothing: dict[str, Any] = {"figures": {}, "drawings": {}, "sessions": [], "rest": None}
    if state is None:
        return nothing | {
            "who": sent.who(patient),
            "rules": _rules(None),
            "mornings": mornings.for_the_phone((), day=timezone.localdate()),
        }
    plans = state.coming()
    drawn = figures(sorted(_drawn(plans)))
    return (
        nothing
        | _shared(state, patient)
        | {
            "sessions": [_session(plan, state) for plan in plans],
            "drawings": {id: _edition(markup) for id, markup in drawn.items()},
            "mornings": mornings.for_the_phone(state.logs, day=state.now.day),
        }
    )


def figures(ids: Iterable[str]) -> dict[str, str]:
    """These exercises' figures by their ids in the library: markup of our own making. What is not drawn is left out."""
    found = {
        id: render_to_string("portal/_figure.html", {"exercise": {"library_id": id}, "moves": True}).strip()
        for id in ids
    }
    return {id: markup for id, markup in found.items() if markup}


def _edition(markup: str) -> str:
    """Twelve letters that change when the drawing does."""
    return hashlib.sha256(markup.encode()).hexdigest()[:12]


def _shared(state: State, patient: Patient) -> dict[str, Any]:
    rest = resting.of(state)
    return {
        "who": sent.who(patient),
        "version": state.version.pk,
        "today": state.now.day.isoformat(),
        "rules": _rules(state),
        "pain": about_pain(state.version),
        "logged": twice.for_the_phone(state.logs, day=state.now.day, zone=patient.zone),
        "rest": {"stop": rest.stop, "until": rest.until and rest.until.isoformat(), "words": rest.words}
        if rest
        else None,
    }


def _rules(state: State | None) -> dict[str, Any]:
    if state is None:
        return resting.rules_for_the_phone(load_progression())
    usual = int(state.version.proposal.get("usual_pain", 0))
    return resting.rules_for_the_phone(state.now.rules, usual=usual)


def _session(plan: Planned, state: State) -> dict[str, Any]:
    on_day = plan.on_day or state.now.day
    return {
        "day": plan.day,
        "day_name": plan.day_name,
        "on_day": on_day.isoformat(),
        "date": format_date(on_day, "l j F"),
        "run": plan.run,
        "stage": plan.stage,
        "runs": plan.runs,
        "run_minutes": plan.run_minutes,
        "run_km": plan.run_km,
        "run_stop": plan.run_stop,
        "is_rest": plan.is_rest,
        "lighter": plan.lighter,
        "minutes": plan.minutes,
        "time": plan.time,
        "steps": [_step(step) for step in plan.steps],
    }


def _step(step: Step) -> dict[str, Any]:
    return asdict(step) | {"swaps": [_step(one) for one in step.swaps]}


def _drawn(plans: Sequence[Planned]) -> set[str]:
    """The exercises of these sessions and what may be done for them, by their ids in the library."""
    return {step.library_id for plan in plans for one in plan.steps for step in (one, *one.swaps)}
