"""How far Ana's story has come: decided, proposed, released, logged. Built through the actions the pages use."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from assessments.screens.models import Screen
from assessments.triage.models import Decision, Result
from clinic.people.models import Account, Patient
from programs.builder.limits import Limits
from programs.builder.progression import load_progression
from programs.builder.reading import load_recipe
from programs.builder.runs import Runner
from programs.plans import actions, diary
from programs.plans.models import Exercise, SessionLog, Version
from programs.plans.proposals import Draft, Picked
from programs.plans.refusals import NoProgramForThis
from tests.world import World

WEEK = [
    {"day": "Mon", "run": "ladder", "strength": "A", "hard": False},
    {"day": "Tue", "run": "cross", "strength": "core", "hard": False},
    {"day": "Wed", "run": "rest", "strength": None, "hard": False},
    {"day": "Thu", "run": "ladder", "strength": "B", "hard": False},
    {"day": "Fri", "run": "cross", "strength": None, "hard": False},
    {"day": "Sat", "run": "ladder", "strength": "C", "hard": False},
    {"day": "Sun", "run": "rest", "strength": None, "hard": False},
]


EASIER, HARDER = "short_bridge", "sliding_bridge"  # eligible, not listed: to be kept ready
LADDER = load_recipe().ladder.stages
RUNNER = Runner("ladder", may_grow=False, weeks_km=(), longest_km=None, stages=LADDER, first=1, greens=1)


def picked(name: str, category: str, **given: Any) -> Picked:
    """An exercise as the builder would hand it over; 3 sets of 8–10 in 4 minutes unless said otherwise."""
    facts: dict[str, Any] = {
        "library_id": name.lower().replace(" ", "_").replace("-", "_"),
        "name": name,
        "slot": category,
        "category": category,
        "sets": 3,
        "reps": "8-10",
        "hold_s": "",
        "rest_s": 60,
        "tempo": "3-1-1",
        "effort": "6-7",
        "per_week": "2",
        "each_side": False,
        "minutes": Decimal(4),
        "cue": "Slow on the way down.",
        "why": "Serves hamstring_strength_deficit (likely, 5 points).",
        "why_patient": "Makes the back of your thigh stronger where it was weak.",
        "sources": ("S19",),
    }
    return Picked(**facts | given)


def a_draft(**given: Any) -> Draft:
    """A small P2 program with one exercise of most kinds. Fixed here, so a new recipe breaks no story."""
    exercises = (
        picked("Hip hinge", "eccentric_hamstring"),
        picked("Slider curl", "eccentric_hamstring", per_week="2-3"),
        picked("Long bridge", "hamstring_isometric", reps="1", hold_s="20-40", sets=4),
        picked("Side lift", "glute"),
        picked("Step up", "glute"),
        picked("Dead bug", "core"),
        picked("Band press", "anti_rotation"),
        picked("Ankle rock", "mobility", per_week="5-7"),
        picked("Leg swings", "dynamic_warmup", per_week="every run", minutes=Decimal(2)),
        picked("Easy walk", "cooldown", reps="5-10 min", sets=1, rest_s=0, minutes=Decimal(6)),
    )
    snapshot = {
        "class_label": "Hamstring strain, mild",
        "track_note": "",
        "exit_text": "Resisted test at 15 deg pain <=1.",
        "level_caps": [{"level": 3, "because": "phase P2"}],
        "categories": {e.category: e.category.replace("_", " ").capitalize() for e in exercises},
        "phase_sources": ["S19"],
        "phase_name": "Strength at length",
        "goal": "Restore outer-range strength.",
        "pain_rule": "During <=3/10, next morning not above baseline.",
        "pain_limit": 3,
        "strength_per_week": "3",
        "running": "ladder",
        "week": WEEK,
        "limits": {"strength_min": 35, "run_addons_min": 20, "daily_min": 15, "total_day_min": 90},
        "cadence": {"baseline": 156, "target": 164, "later": [168, 172], "rule": "baseline +5%"},
        "ladder": {
            "stage": 1,
            "session": "6 x (1 min easy jog / 2 min walk)",
            "rules": {"green": "pain <=2", "amber": "pain 3", "red": "pain >=4", "stop": "sharp pain"},
        },
        "education": ["Sleep 7 to 9 hours."],
        "eligible": [*(e.library_id for e in exercises), EASIER, HARDER],
        "checks": {"slider_curl": {"only_when": "Hinge drill without pain.", "not_with": "Fresh bruise"}},
        "blocked": [{"id": "nordic_curl", "name": "Nordic curl", "because": "level 4 is above the cap of 3"}],
        "rules": load_progression().label,
        "asked": Limits().as_json(),
        "runner": RUNNER.as_json(),
        "keep": [],
        "usual_pain": 0,
        "dropped": [],
        "unwanted": [],
        "unfilled": [],
        "suggestions": [],
        "habits": [{"title": "Sleep", "text": "Aim for 7 to 9 hours of sleep a night."}],
        "sources": {
            "S19": "Askling 2013: lengthening exercises in footballers. (partly looked up, detail from memory)"
        },
    }
    facts = {
        "recipe": "hamstring.v1",
        "library": "exercises.v1",
        "track": "full",
        "phase": "P2",
        "running": "ladder",
        "picked": exercises,
        "snapshot": snapshot,
    }
    return Draft(**facts | given)


def small_draft(*, klass: str, asked: Limits | None = None, **of: Any) -> Draft:
    """Stands in for proposals.draft in stories that are not about the builder."""
    if klass.startswith("rf_"):
        raise NoProgramForThis("This class has no exercises. Nothing was stored.")
    drafted = a_draft()
    drafted.snapshot["asked"] = (asked or Limits()).as_json()
    return drafted


@dataclass
class Story:
    """One patient's way from a signed screen to a logged session; the first mention of a step takes it."""

    world: World
    patient: Patient
    by: Account
    klass: str = "strain_mild"
    signed: bool = True
    says: str = ""  # what the result tells the clinician to do
    days_later: int = 0
    case: dict[str, Any] | None = None  # a worked case's input, where the builder itself proposes

    @property
    def now(self) -> dt.datetime:
        return self.world.now

    @cached_property
    def result(self) -> Result:
        screen = Screen.objects.create(
            patient=self.patient,
            catalogue="hamstring",
            version=1,
            fingerprint="0" * 64,
            started_at=self.now,
            started_by=self.by,
            signed_at=self.now if self.signed else None,
            signed_by=self.by if self.signed else None,
        )
        return Result.objects.create(
            screen=screen,
            patient=self.patient,
            ruleset="hamstring.v1",
            ruleset_fingerprint="0" * 64,
            inputs=self.case or {"history": {}, "exam": {}},
            outcome={"label": "Hamstring strain, mild", "say_clinician": self.says},
            klass=self.klass,
            urgency="routine",
            decided_at=self.now + dt.timedelta(days=self.days_later),
            decided_for=self.by,
        )

    def decide(self, klass: str | None = None) -> Decision:
        klass = klass or self.klass
        return Decision.objects.create(
            result=self.result,
            made_by=self.by,
            made_at=self.now,
            agrees=klass == self.klass,
            klass=klass,
            reason_code="" if klass == self.klass else "examination",
            reason="" if klass == self.klass else "Palpation points elsewhere.",
        )

    @cached_property
    def decision(self) -> Decision:
        return self.decide()

    @cached_property
    def proposed(self) -> Version:
        return actions.propose(decision=self.decision, by=self.by, now=self.now)

    @cached_property
    def released(self) -> Version:
        return actions.release(version=self.proposed, by=self.by, now=self.now)

    def logs(self, **given: Any) -> SessionLog:
        """A session of all exercises done, with pain 1, unless said otherwise."""
        facts: dict[str, Any] = {
            "version": self.released,
            "patient": self.patient,
            "on_day": self.now.date(),
            "entries": self.all_done(),
            "pain_during": 1,
            "by": self.patient.account,
            "now": self.now,
            "client_key": uuid.uuid4(),
        }
        return diary.log_session(**facts | given)

    def all_done(self) -> list[diary.Did]:
        return [diary.Did(exercise.pk, done=True) for exercise in self.released.listed_now()]


def kept_ready(of: Exercise, id: str = EASIER, role: str = "swap", **given: Any) -> Exercise:
    """A copy of a draft's exercise under another id, kept ready for it."""
    row = Exercise.objects.get(pk=of.pk)
    facts = {"pk": None, "library_id": id, "name": id, "role": role, "instead_of": of, "step": 0}
    for name, value in (facts | given).items():
        setattr(row, name, value)
    row.position = 50 + Exercise.objects.filter(version=of.version_id).count()
    row.save()
    return row
