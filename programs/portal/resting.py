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


def rules_for_the_phone(rules: Progression, *, usual: int = 0) -> dict[str, Any]:
    """What static/js/portal/rules.js judges a session and the morning after it by; `usual` is the usual morning."""
    lights = rules.lights
    return {
        "red_from": lights.red_from,
        "green_to": lights.green_to,
        "morning_green_to": lights.morning_green_to,
        "rise_red_above": lights.rise_red_above,
        "usual": usual,
        "signs": [{"value": value, "label": label} for value, label in WARNING_SIGNS.items()],
    }
