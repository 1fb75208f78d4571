"""Whether today rests, in the words the patient reads; the phone judges by the same numbers without signal."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from programs.builder.progression import Progression
from programs.portal.session import State
from programs.portal.words import WARNING_SIGNS


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing is done today. `stop` until a therapist has looked; otherwise rest up to (not with) `until`."""

    stop: bool
    until: dt.date | None
    words: str


def of(state: State) -> Rest | None:
    """The rest that holds today; None on a day that goes on."""
    now = state.now
    if not now.rests:
        return None
    stop = now.standings.stop is not None
    return Rest(
        stop, None if stop else now.standings.rests_until, now.rules.say_patient["stop" if stop else "red"]
    )


def rules_for_the_phone(rules: Progression) -> dict[str, Any]:
    """What static/js/portal/rules.js judges a session by."""
    return {
        "red_from": rules.lights.red_from,
        "green_to": rules.lights.green_to,
        "signs": [{"value": value, "label": label} for value, label in WARNING_SIGNS.items()],
    }
