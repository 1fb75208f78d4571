"""Where each exercise and the run stand, in a clinician's words: go on, hold or step back, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from programs.builder.doses import Amount
from programs.builder.judging import RUN, Light, Standing
from programs.builder.runs import runner_from, shorter_by, stage_run
from programs.plans.doses import Dose
from programs.plans.models import Exercise
from programs.plans.standing import Now
from programs.prescribing import words

MOST_UNFOLDED = 4


@dataclass(frozen=True, slots=True)
class Shown:
    """One subject: what follows (`verdict`), its look, where it stands, and why; `waits` is for the therapist."""

    name: str
    verdict: str
    tone: str
    icon: str
    stands: str
    because: str
    on_day: dt.date | None
    waits: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Subjects with the same verdict of the same day for the same reason."""

    subjects: tuple[Shown, ...]

    @property
    def verdict(self) -> str:
        return self.subjects[0].verdict

    @property
    def tone(self) -> str:
        return self.subjects[0].tone

    @property
    def icon(self) -> str:
        return self.subjects[0].icon

    @property
    def because(self) -> str:
        return self.subjects[0].because

    @property
    def on_day(self) -> dt.date | None:
        return self.subjects[0].on_day

    @property
    def is_long(self) -> bool:
        """Folded away: nothing in it waits for anybody, and there is much of it."""
        return len(self.subjects) > MOST_UNFOLDED and not any(one.waits for one in self.subjects)

    @property
    def names(self) -> str:
        first = ", ".join(one.name for one in self.subjects[:2])
        return f"{first} and {len(self.subjects) - 2} more"


VERDICTS = {
    Light.GREEN: ("Go on", "success", "check"),
    Light.WAITING: ("Hold", "info", "clock"),
    Light.AMBER: ("Hold", "warning", "clock"),
    Light.COULD_NOT: ("Hold", "info", "question"),
    Light.RED: ("Step back", "urgent", "warning"),
    Light.STOP: ("Stop", "urgent-solid", "octagon"),
}
NOT_YET = ("Not logged yet", "muted", "circle-dashed")


def shown(now: Now, every: Sequence[Exercise]) -> list[Group]:
    """What asks for a look before what goes well; within a verdict the run first. `every` with those kept ready."""
    listed = [one for one in every if one.role == Exercise.Role.LISTED]
    nexts = {one.instead_of_id: one for one in every if one.role == Exercise.Role.NEXT}
    found = [_exercise(now, one, nexts.get(one.pk)) for one in listed]
    run = _run(now)
    groups: dict[tuple[int, str, str], list[Shown]] = {}
    for one in ([run] if run else []) + found:
        groups.setdefault((ORDER.index(one.verdict), one.because, str(one.on_day)), []).append(one)
    return [Group(tuple(groups[key])) for key in sorted(groups, key=lambda key: key[0])]


ORDER = ["Stop", "Step back", "Ready for the next level", "Hold", "Go on", "Not logged yet"]


def _exercise(now: Now, exercise: Exercise, after: Exercise | None) -> Shown:
    standing = now.standings.of.get(exercise.library_id, Standing())
    verdict, tone, icon = _verdict(standing)
    return Shown(
        name=exercise.name,
        verdict=verdict,
        tone=tone,
        icon=icon,
        stands=f"{_steps(standing.step)}; this week {_amount(now.amount(exercise), exercise)}",
        because=standing.because,
        on_day=standing.on_day,
        waits=_waits(now, exercise, after),
    )


def _waits(now: Now, exercise: Exercise, after: Exercise | None) -> str:
    """What is the therapist's to do about a step up in level, or what has happened already."""
    other = now.steps.taken_over.get(exercise.library_id)
    if other is not None:
        return f"“{other.name}” has taken over: you allowed it."
    if exercise not in now.steps.waiting:
        return ""
    if after is None:
        return "Nothing is kept ready as the next one: choose it in a new version."
    return f"“{after.name}” is kept ready and waits for you: swap it in with a new version."


def _run(now: Now) -> Shown | None:
    kept = now.version.proposal.get("runner")
    runner = runner_from(kept) if kept else None
    if runner is None:
        return None
    if runner.first is None:
        return _by_distance(now)
    standing = now.standings.of.get(RUN, Standing())
    verdict, tone, icon = _verdict(standing)
    run = stage_run(runner, max(runner.first + standing.step, runner.stages[0].stage))
    return Shown(
        name="Running",
        verdict=verdict,
        tone=tone,
        icon=icon,
        stands=f"Stage {run.stage} of {runner.stages[-1].stage}: {words.readable(run.session)}",
        because=standing.because,
        on_day=standing.on_day,
        waits="The last stage is done: their own running is the next step, and yours to release."
        if standing.ready
        else "",
    )


def _by_distance(now: Now) -> Shown | None:
    """Runs without a ladder, once one was logged: they go as planned, or shorter for each step back."""
    standing = now.standings.of.get(RUN)
    if standing is None:
        return None
    # Good runs lead back to the plan, and what comes after it is the block's own to say.
    verdict, tone, icon = _verdict(replace(standing, ready=False))
    percent = shorter_by(standing.step, now.rules.running)
    back = "One step" if standing.step == -1 else f"{-standing.step} steps"
    return Shown(
        name="Running",
        verdict=verdict,
        tone=tone,
        icon=icon,
        stands=f"{back} back: {percent} % shorter" if percent else "As planned",
        because=standing.because,
        on_day=standing.on_day,
    )


def _verdict(standing: Standing) -> tuple[str, str, str]:
    if standing.light is None:
        return NOT_YET
    if standing.ready:
        return "Ready for the next level", "primary", "arrow-right"
    again = standing.light is Light.COULD_NOT and standing.could_nots == 0
    return VERDICTS[Light.RED if again else standing.light]


def _steps(step: int) -> str:
    if step == 0:
        return "As released"
    many = "1 step" if abs(step) == 1 else f"{abs(step)} steps"
    return f"{many} {'up' if step > 0 else 'back'}"


def _amount(amount: Amount, exercise: Exercise) -> str:
    said = Dose(amount.sets, amount.reps, amount.hold_s, 0, exercise.each_side).in_words().rstrip(".")
    return said[:1].lower() + said[1:] + (f", {amount.load} × more weight" if amount.load else "")
