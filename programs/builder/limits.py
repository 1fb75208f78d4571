"""What a patient's life allows: days, minutes, equipment, a long-run day, a race, dislikes. Plain values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from programs.builder.sessions import DAYS

FEWEST_MINUTES, MOST_MINUTES = 5, 180


@dataclass(frozen=True, slots=True)
class Limits:
    """One patient's limits. The defaults are those of somebody who was not asked.

    `days` are weekdays such as “Mon” (none named: every day); `minutes` are for exercises, a run comes on top;
    `equipment` holds ids of the equipment list, None where nobody asked; `dislikes` holds ids of exercises.
    """

    days: frozenset[str] = frozenset()
    minutes: int | None = None
    equipment: frozenset[str] | None = None
    long_run: str = ""
    race_on: dt.date | None = None
    dislikes: frozenset[str] = field(default_factory=frozenset)

    def as_json(self) -> dict[str, Any]:
        """As a version keeps it; `limits_from` reads it."""
        return {
            "days": [day for day in DAYS if day in self.days],
            "minutes": self.minutes,
            "equipment": None if self.equipment is None else sorted(self.equipment),
            "long_run": self.long_run,
            "race_on": self.race_on.isoformat() if self.race_on else "",
            "dislikes": sorted(self.dislikes),
        }


def limits_from(kept: Mapping[str, Any] | None) -> Limits:
    """The limits a version kept; those of somebody not asked where it kept none."""
    if not kept:
        return Limits()
    return Limits(
        days=frozenset(kept["days"]),
        minutes=kept["minutes"],
        equipment=None if kept["equipment"] is None else frozenset(kept["equipment"]),
        long_run=kept["long_run"],
        race_on=dt.date.fromisoformat(kept["race_on"]) if kept["race_on"] else None,
        dislikes=frozenset(kept["dislikes"]),
    )
