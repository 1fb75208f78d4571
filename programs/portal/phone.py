"""What the phone is given to play sessions without signal: plain JSON, the same for the page and for later.

Nothing of it says who the patient is; `who` is the word that tells one patient's data on a phone from another's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.dateformat import format as format_date

from clinic.people.models import Patient
from programs.builder.progression import load_progression
from programs.plans.models import ExerciseLog
from programs.portal import resting, sent
from programs.portal.forms import OwnScaleField, SessionForm
from programs.portal.session import Planned, State, Step, about_pain


def player() -> dict[str, Any]:
    """What the player's own markup needs: its questions, unanswered and with ids of their own. Nothing of anybody."""
    form = SessionForm(auto_id="player_%s", exercises=(), today=timezone.localdate())
    form.fields["step_pain"] = OwnScaleField(label="How much did this one hurt?")
    return {"asked": form, "whys": ExerciseLog.Why.choices}


def session_page(state: State, plan: Planned, patient: Patient) -> dict[str, Any]:
    """One session with what it takes to play it."""
    return _shared(state, patient) | {"session": _session(plan, state), "figures": _figures([plan])}


def coming(state: State | None, patient: Patient) -> dict[str, Any]:
    """The next seven days; without a program there are none."""
    if state is None:
        return {"who": sent.who(patient), "sessions": [], "figures": {}, "rest": None, "rules": _rules(None)}
    plans = state.coming()
    sessions = [_session(plan, state) for plan in plans]
    return _shared(state, patient) | {"sessions": sessions, "figures": _figures(plans)}


def _shared(state: State, patient: Patient) -> dict[str, Any]:
    rest = resting.of(state)
    return {
        "who": sent.who(patient),
        "version": state.version.pk,
        "today": state.now.day.isoformat(),
        "rules": _rules(state),
        "pain": about_pain(state.version),
        "rest": {"stop": rest.stop, "until": rest.until and rest.until.isoformat(), "words": rest.words}
        if rest
        else None,
    }


def _rules(state: State | None) -> dict[str, Any]:
    return resting.rules_for_the_phone(state.now.rules if state else load_progression())


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
        "minutes": plan.minutes,
        "steps": [_step(step) for step in plan.steps],
    }


def _step(step: Step) -> dict[str, Any]:
    return asdict(step) | {"swaps": [_step(one) for one in step.swaps]}


def _figures(plans: Sequence[Planned]) -> dict[str, str]:
    """Each exercise's figure once, by its id in the library: markup of our own making."""
    steps = [step for plan in plans for one in plan.steps for step in (one, *one.swaps)]
    return {
        id: render_to_string("portal/_figure.html", {"exercise": {"library_id": id}, "moves": True}).strip()
        for id in {step.library_id for step in steps}
    }
