"""What logged sessions say about going on: green, amber or red for each exercise and for running, and what follows.

Nothing is stored: the standing is worked out anew from everything that was logged, in the order of the days, so a log
that arrives late counts as if it had come in time. What was not told is never green. Plain values, no database, no
clock. Sources S104, S107, S122 (builder/rules/progression.vN.toml).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from programs.builder.doses import LOWEST_STEP
from programs.builder.progression import Lights, Progression

RUN = "run"
"""The subject of the run ladder among the standings, beside the ids of exercises."""


class Light(StrEnum):
    """What a session says of one subject. The values are the keys of the rules' words."""

    GREEN = "green"
    WAITING = "waiting"
    AMBER = "amber"
    RED = "red"
    COULD_NOT = "could_not"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Did:
    """What became of one exercise: done (pain 0 to 10 where it was told), or could not be done."""

    done: bool
    could_not: bool = False
    pain: int | None = None


@dataclass(frozen=True, slots=True)
class Logged:
    """One session. `pain` is its worst, `morning` the next morning's (None: not told), both 0 to 10.

    `base` numbers the doses the exercises had (a new number starts them anew); `goes_on` says that a therapist has
    looked at the warning and lets the patient go on.
    """

    id: int
    on_day: dt.date
    pain: int
    morning: int | None
    did: Mapping[str, Did]
    ran: bool = False
    warned: bool = False
    goes_on: bool = False
    effort: int | None = None
    base: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one subject stands: `step` above or below its base (for the run: stages above the first).

    `light` and `on_day` are of its newest session, `greens` how many good ones in a row count towards the next step,
    `ready` that nothing is left to step up to, `ready_on` since which session. `because` says why, for clinicians.
    """

    step: int = 0
    greens: int = 0
    reds: int = 0
    could_nots: int = 0
    light: Light | None = None
    on_day: dt.date | None = None
    because: str = ""
    ready: bool = False
    base: int = 0
    ready_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """Everything rests since this session, until a therapist has looked."""

    log_id: int
    on_day: dt.date


@dataclass(frozen=True, slots=True)
class Standings:
    """All subjects that were logged, the stop that holds (None: none), until when to rest, and red days lately.

    Each warning is answered by itself: one that a therapist has not looked at holds whatever was said of another.
    """

    of: Mapping[str, Standing]
    stop: Stop | None
    rests_until: dt.date | None
    lighter_until: dt.date | None

    def step(self, subject: str) -> int:
        """How far a subject stands from its base; 0 for one that was never logged."""
        return self.of[subject].step if subject in self.of else 0


def light_of(pain: int, morning: int | None, usual: int, lights: Lights) -> Light:
    """The light of a session: `pain` during it, the next `morning`, and the `usual` morning to hold it against."""
    rise = 0 if morning is None else morning - usual
    if pain >= lights.red_from or rise > lights.rise_red_above:
        return Light.RED
    if pain > lights.green_to or rise > 0 or (morning or 0) > lights.morning_green_to:
        return Light.AMBER
    return Light.WAITING if morning is None else Light.GREEN


def standings(
    logs: Sequence[Logged],
    rules: Progression,
    *,
    usual: int,
    run_greens: int,
    first_stage: int | None,
    tops: Mapping[str, int],
    heavier: Mapping[str, Collection[int]] | None = None,
) -> Standings:
    """Where everything stands after these sessions.

    `usual` is the leg's usual morning pain at the start, `run_greens` the good runs a stage asks for, `first_stage` the
    ladder's first (as far as a run can step back; None for runs by distance, which step back as exercises do). `tops`
    is each subject's highest step within its block, `heavier` the steps that raise its load, which effort has to
    permit. A warning stops everything until each one is answered.
    """
    of: dict[str, Standing] = {}
    stop: Stop | None = None
    reds: list[dt.date] = []
    for log in sorted(logs, key=lambda one: (one.on_day, one.id)):
        light = Light.STOP if log.warned else light_of(log.pain, log.morning, usual, rules.lights)
        if light is Light.STOP and not log.goes_on:
            stop = Stop(log.id, log.on_day)
        if light in {Light.RED, Light.STOP}:
            reds.append(log.on_day)
        for subject, did in _subjects(log):
            before = _anew(of.get(subject, Standing()), log.base.get(subject, 0))
            own = _own_light(light, did, log, usual, rules.lights)
            needed = run_greens if subject == RUN else rules.dose.greens
            lowest = -first_stage if subject == RUN and first_stage is not None else LOWEST_STEP
            raises = (heavier or {}).get(subject, ())
            moved = _moved(before, own, log, rules, needed=needed, top=tops.get(subject, 0), raises=raises)
            of[subject] = replace(moved, step=max(moved.step, lowest))
    return Standings(of, stop, _rest(reds, rules), _lighter(reds, rules))


def _subjects(log: Logged) -> list[tuple[str, Did]]:
    found = [(id, did) for id, did in log.did.items() if did.done or did.could_not]
    return [*found, (RUN, Did(done=True))] if log.ran else found


def _anew(standing: Standing, base: int) -> Standing:
    """A dose the therapist has set anew starts from its own base."""
    return standing if standing.base == base else Standing(base=base)


def _own_light(light: Light, did: Did, log: Logged, usual: int, lights: Lights) -> Light:
    """The session's light, unless this exercise could not be done, or its own pain was worse than green."""
    if light is Light.STOP:
        return light
    if did.could_not:
        return Light.COULD_NOT if light is not Light.RED else light
    if did.pain is not None:
        return max((light, light_of(did.pain, log.morning, usual, lights)), key=list(Light).index)
    return light


def _moved(
    before: Standing,
    light: Light,
    log: Logged,
    rules: Progression,
    *,
    needed: int,
    top: int,
    raises: Collection[int],
) -> Standing:
    now = replace(before, light=light, on_day=log.on_day, because=rules.say[light.value])
    if light is Light.GREEN:
        return _up(now, log, rules, needed=needed, top=top, raises=raises)
    if light is not Light.WAITING:
        now = replace(now, ready=False, ready_on=None)
    if light in {Light.RED, Light.STOP}:
        back = rules.lights.back_again if before.reds else rules.lights.back
        return replace(now, step=before.step - back, greens=0, reds=before.reds + 1, could_nots=0)
    if light is Light.COULD_NOT:
        again = before.could_nots + 1 >= rules.lights.could_not_again
        words = rules.say["could_not_again"] if again else now.because
        step = before.step - rules.lights.back if again else before.step
        return replace(
            now,
            step=step,
            greens=0,
            could_nots=0 if again else before.could_nots + 1,
            because=words,
            ready=False,
        )
    if light is Light.AMBER:
        return replace(now, greens=0, reds=0, could_nots=0, ready=False)
    return replace(now, could_nots=0)


def _up(
    now: Standing, log: Logged, rules: Progression, *, needed: int, top: int, raises: Collection[int]
) -> Standing:
    """One good session more; a step up once there are enough, as far as the block goes and effort allows."""
    greens = now.greens + 1
    calm = replace(now, reds=0, could_nots=0)
    if greens < needed:
        return replace(calm, greens=greens)
    easy = log.effort is None or log.effort <= rules.dose.effort_to
    if now.step >= top:
        since = (now.ready_on or log.on_day) if easy else None
        return replace(calm, greens=greens, ready=easy, ready_on=since)
    if now.step + 1 in raises and not easy:
        return replace(calm, greens=greens)
    return replace(calm, greens=0, step=now.step + 1)


def _rest(reds: Collection[dt.date], rules: Progression) -> dt.date | None:
    """The first day that is not rest any more, after the newest red day."""
    return max(reds) + dt.timedelta(hours=rules.lights.rest_hours) if reds else None


def _lighter(reds: Sequence[dt.date], rules: Progression) -> dt.date | None:
    """The end of the lighter week that several red days within seven ask for; None where there is none."""
    days = sorted(set(reds))
    need = rules.block.deload_red_days
    runs = [days[at] for at in range(need - 1, len(days)) if (days[at] - days[at - need + 1]).days < 7]
    return runs[-1] + dt.timedelta(days=7) if runs else None


def worst(lights: Collection[Light]) -> Light | None:
    """The most cautious of these; None of none."""
    order = list(Light)
    return max(lights, key=order.index, default=None)
