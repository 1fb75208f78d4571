"""How it has gone, week by week: sessions, pain, running, what got better, what comes next. Plain words and numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from programs.builder.block import amount_in, monday_of, week_number
from programs.builder.judging import RUN
from programs.builder.runs import Runner, runner_from, stage_run
from programs.plans.doses import Dose
from programs.plans.models import Exercise, SessionLog
from programs.portal import words
from programs.portal.session import State

SHOWN = 8  # weeks
HEIGHT, FOOT, HEAD = 96, 22, 18  # of a picture's bars, of the words below and above them
WIDE, BAR = 320, 22
MOST_BETTER = 6


@dataclass(frozen=True, slots=True)
class WeekSeen:
    """One calendar week. `planned` is None where no plan is known; `pain` and `morning` are the worst that was told.

    `put_off` are days without a session of which the patient said “not today”.
    """

    starts: dt.date
    is_now: bool
    sessions: int
    planned: int | None
    pain: int | None
    morning: int | None
    minutes: int
    km: float
    put_off: int = 0


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a picture, in its own units; `at` is the middle, `dot` the height of a second value (None: none)."""

    x: float
    y: float
    height: float
    at: float
    value: str
    label: str
    dot: float | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A row of bars with a title, what the bars and dots mean, and the same in words for who cannot see it."""

    title: str
    means: str
    says: str
    bars: list[Bar]


def weeks_of(state: State, *, put_off: Collection[dt.date] = ()) -> list[WeekSeen]:
    """The last weeks up to this one, from the first that was logged or planned. `put_off`: said “not today” of."""
    today = state.now.day
    days = [log.on_day for log in state.logs] + ([state.version.starts_on] if state.version.starts_on else [])
    first = monday_of(min([*days, today]))
    count = min((monday_of(today) - first).days // 7 + 1, SHOWN)
    starts = [monday_of(today) - dt.timedelta(weeks=back) for back in reversed(range(count))]
    return [_week(monday, state, put_off) for monday in starts]


def _week(monday: dt.date, state: State, put_off: Collection[dt.date]) -> WeekSeen:
    logs = [log for log in state.logs if monday_of(log.on_day) == monday]
    mornings = [log.morning.pain for log in logs if hasattr(log, "morning")]
    trained = {log.on_day for log in logs}
    return WeekSeen(
        starts=monday,
        is_now=monday == monday_of(state.now.day),
        sessions=len(trained),
        planned=_planned(monday, state),
        pain=max((log.pain_during for log in logs), default=None),
        morning=max(mornings, default=None),
        minutes=sum(log.run_minutes or 0 for log in logs),
        km=float(sum(log.run_km or 0 for log in logs)),
        put_off=sum(monday_of(day) == monday and day not in trained for day in put_off),
    )


def _planned(monday: dt.date, state: State) -> int | None:
    """How many days of the week asked for something, in the program as it is now."""
    starts_on = state.version.starts_on
    if starts_on is None or monday < monday_of(starts_on):
        return None
    week = state.now.block.week(week_number(monday + dt.timedelta(days=6), starts_on=starts_on))
    return sum(not day.is_rest for day in week.days)


def pictures(weeks: Sequence[WeekSeen]) -> list[Picture]:
    """Sessions, pain and running, each as bars. A picture of nothing is left out."""
    found = [
        _picture("Days with a session", "", weeks, lambda w: w.sessions, top=7),
        _picture(
            "Worst pain, 0 to 10",
            "The bar is the worst pain in a session. The ring is the worst next morning.",
            [week for week in weeks if week.pain is not None],
            lambda w: w.pain or 0,
            top=10,
            dot=lambda w: w.morning,
        ),
    ]
    if any(week.km for week in weeks):
        found.append(_picture("Running, kilometres", "", weeks, lambda w: w.km))
    elif any(week.minutes for week in weeks):
        found.append(_picture("Running, minutes", "", weeks, lambda w: w.minutes))
    return [one for one in found if one.bars]


def _picture(
    title: str,
    means: str,
    weeks: Sequence[WeekSeen],
    value: Callable[[WeekSeen], float],
    *,
    top: float = 0,
    dot: Callable[[WeekSeen], int | None] | None = None,
) -> Picture:
    most = max([top, *(value(week) for week in weeks)]) or 1
    gap = WIDE / max(len(weeks), 1)
    bars = []
    for place, week in enumerate(weeks):
        height, second = HEIGHT * value(week) / most, dot(week) if dot else None
        bars.append(
            Bar(
                x=round(gap * (place + 0.5) - BAR / 2, 1),
                y=round(HEAD + HEIGHT - height, 1),
                height=round(height, 1),
                at=round(gap * (place + 0.5), 1),
                value=f"{value(week):g}",
                label="now" if week.is_now else f"{week.starts.day}.{week.starts.month}.",
                dot=None if second is None else round(HEAD + HEIGHT - HEIGHT * second / most, 1),
            )
        )
    says = ", ".join(f"{bar.label}: {bar.value}" for bar in bars)
    return Picture(title, means, f"{title}. By week: {says}.", bars)


# --- What got better, and what comes next -------------------------------------------------------------------


def better(state: State, weeks: Sequence[WeekSeen]) -> list[str]:
    """What moved the right way since the start, in plain words; nothing is made up where nothing did."""
    found = []
    told = [week for week in weeks if week.pain is not None]
    if len(told) > 1 and (told[0].pain or 0) > (told[-1].pain or 0):
        found.append(f"Your worst pain of a week went down from {told[0].pain} to {told[-1].pain} out of 10.")
    steps, runner = state.now.standings.step(RUN), _runner(state)
    if steps > 0 and runner is not None and runner.first is not None:
        found.append(f"You began to run at step {runner.first}. You are now at step {runner.first + steps}.")
    ran = [week.minutes for week in weeks if week.minutes]
    if len(ran) > 1 and ran[-1] > ran[0]:
        found.append(f"You ran {ran[-1]} minutes in a week. It was {ran[0]} at the start.")
    found += [line for one in state.exercises if (line := _grown(one, state))]
    return found[:MOST_BETTER]


def _grown(exercise: Exercise, state: State) -> str:
    now = state.now
    if now.standings.step(exercise.library_id) <= 0:
        return ""
    before = amount_in(now.week, exercise, state.version.split, now.rules, step=0)
    amount = now.amount(exercise)
    if amount == before:
        return ""
    was, here = (Dose(a.sets, a.reps, a.hold_s).in_words() for a in (before, amount))
    more = " with more weight" if amount.load > before.load else ""
    return f"{exercise.name}: from “{was}” to “{here}”{more}."


def next_goals(state: State) -> list[str]:
    """The next step of the run, and the exercises a good session or two away from their next."""
    found, standings, runner = [], state.now.standings, _runner(state)
    if state.now.rests:
        return ["First the leg settles. Then we go on from one step back."]
    if runner is not None and runner.first is not None:
        found += _next_run(state, runner)
    growing = [
        exercise.name
        for exercise in state.exercises
        if (of := standings.of.get(exercise.library_id)) and of.greens and not of.ready
    ]
    if growing:
        found.append(f"One more good session, and these get a little harder: {', '.join(growing[:3])}.")
    found.append("At your next visit your therapist looks at the leg and says when a new part begins.")
    return found


def _next_run(state: State, runner: Runner) -> list[str]:
    here = (runner.first or 0) + state.now.standings.step(RUN)
    if here >= runner.stages[-1].stage:
        return []
    run = words.run_of(stage_run(runner, here + 1), state.version.proposal)
    of = state.now.standings.of.get(RUN)
    needed = max(runner.greens - (of.greens if of else 0), 1)
    runs = "one good run" if needed == 1 else f"{needed} good runs"
    return [f"Running, step {here + 1}: {run[:1].lower()}{run[1:]}. You get there after {runs}."]


def _runner(state: State) -> Runner | None:
    kept = state.version.proposal.get("runner")
    return runner_from(kept) if kept else None


def newest(logs: Sequence[SessionLog], count: int) -> list[SessionLog]:
    return sorted(logs, key=lambda log: (log.on_day, log.pk), reverse=True)[:count]
