"""Ana answers, at home unless told otherwise, through the actions the pages use."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from clinic.people.models import Patient
from programs.outcomes import actions
from programs.outcomes.models import Activity, Answer
from tests.world import World


@dataclass
class Answers:
    """What one patient answers; `days` before today where told."""

    world: World
    patient: Patient

    def gives(self, measure: str = "nprs", value: Any = 4, *, days: int = 0, **given: Any) -> Answer:
        return actions.answer(measure=measure, value=value, **self._facts(days) | given)

    def names(self, words: str = "Tie my shoes", value: Any = 3, *, days: int = 0, **given: Any) -> Activity:
        return actions.name_activity(words=words, value=value, **self._facts(days) | given)

    def _facts(self, days: int) -> dict[str, Any]:
        at = self.world.now - dt.timedelta(days=days)
        return {
            "patient": self.patient,
            "on_day": at.date(),
            "where": Answer.Where.HOME,
            "by": self.patient.account,
            "now": at,
            "client_key": uuid.uuid4(),
        }


@pytest.fixture
def ana(world) -> Answers:
    return Answers(world, world.ana)


@pytest.fixture
def ben(world) -> Answers:
    return Answers(world, world.ben)
