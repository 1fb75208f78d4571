"""What must hold of every program, worked out anew from the library, the screen's facts and the limits.

Nothing here asks the builder how it decided: only what came out is read, day by day.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from programs.builder.block import amount_in
from programs.builder.guards import breaches
from programs.builder.proposal import Proposal
from programs.builder.selection import select
from programs.builder.sessions import DAYS
from programs.exercises.equipment import load_equipment
from tests.programs.builder.made import Made

MAY_RUN = {
    "none": set[str](),
    "none_yet": set[str](),
    "ladder": {"ladder"},
    "modified": {"easy"},
    "guarded": {"easy", "speed", "long", "race"},
}
STRENGTH = {"jump", "loading", "strength", "hold", "trunk"}
IN_TURN = [
    "warm_up",
    "drill",
    "cue",
    "jump",
    "loading",
    "strength",
    "hold",
    "trunk",
    "loosening",
    "rolling",
    "cool_down",
]
HARD = {"speed", "long", "race"}
RUNS = {"easy", "speed", "long", "race", "ladder"}


def faults(made: Made, proposal: Proposal) -> list[str]:
    """Everything that is wrong with this program; empty when nothing is."""
    if proposal.planned is None:
        return ["a class that has a program got none"]
    return [
        *_accounts(made, proposal),
        *_allowed(made, proposal),
        *_days(made, proposal),
        *_rest_between(made, proposal),
        *_runs(made, proposal),
        *(one.words for one in breaches(proposal.planned.block, proposal.planned.plan, made.case.rules)),
    ]


def _accounts(made: Made, proposal: Proposal) -> Iterator[str]:
    """Every exercise is in the program, or there is a reason why it is not."""
    assert proposal.planned is not None
    library, recipe = made.case.recipe.library.exercises, made.case.recipe
    if set(proposal.eligible) | set(proposal.blocked) != set(library):
        yield "an exercise is neither eligible nor blocked"
    wanted = [library[id] for id in proposal.eligible if id not in proposal.unwanted]
    phase = recipe.phases[str(proposal.phase)]
    picks = select(wanted, phase, made.case.track.extra, made.case.causes.supported, recipe)
    stay = [one.id for one in proposal.exercises]
    if sorted([*stay, *proposal.left_out]) != sorted(one.id for one in picks):
        yield "a pick is neither in the block nor left out"
    placed = {e.library_id for week in proposal.planned.block.weeks for day in week.days for e in day.all}
    if placed != set(stay):
        yield f"without a day: {set(stay) - placed}; not of the program: {placed - set(stay)}"
    reasons = [
        *proposal.left_out.values(),
        *proposal.blocked.values(),
        *(one.because for one in proposal.unwanted.values()),
        *(because for _, because in proposal.planned.dropped),
    ]
    if not all(reason.strip() for reason in reasons):
        yield "a reason is empty"


def _allowed(made: Made, proposal: Proposal) -> Iterator[str]:
    """Contraindications, requirements, phase, level, track, equipment and dislikes of each exercise that stays."""
    recipe, limits, listed = made.case.recipe, made.limits, load_equipment()
    phase, track = recipe.phases[str(proposal.phase)], made.case.track
    facts: dict[str, Any] = {**made.case.facts, "_class": proposal.klass, "_phase": phase.number}
    cap = min(phase.level_cap, track.level_cap or 5)
    age, sessions = facts.get("age_years"), facts.get("strength_sessions_pw")
    if age is None or age < 16 or sessions is None or sessions < 1:
        cap = min(cap, 3)
    for one in (recipe.library.exercise(picked.id) for picked in proposal.exercises):
        if not one.tags or phase.id not in one.phases or one.level > cap:
            yield f"{one.id}: without tags, of another phase or above level {cap}"
        if one.require is not None and one.require.truth(facts) is not True:
            yield f"{one.id}: what it asks for is not known to hold"
        if one.block_if is not None and one.block_if.truth(facts) is True:
            yield f"{one.id}: it is contraindicated"
        if one.category in track.exclude_categories or (
            track.only_categories and one.category not in track.only_categories
        ):
            yield f"{one.id}: its kind is left out"
        if one.id in limits.dislikes:
            yield f"{one.id}: the patient would rather not"
        for word in one.equipment if limits.equipment is not None else ():
            enough = listed.words[word]
            if enough and not set(enough) & set(limits.equipment or ()):
                yield f"{one.id}: the patient has no {word}"


def _days(made: Made, proposal: Proposal) -> Iterator[str]:
    """A handful a day, within every limit of minutes, on the patient's days, in the amounts of that week."""
    assert proposal.planned is not None
    kinds = {id: category.kind for id, category in made.case.recipe.categories.items()}
    most = dict(proposal.limits)
    free = made.limits.days or frozenset(DAYS)
    for week in proposal.planned.block.weeks:
        for day in week.days:
            where = f"week {week.number}, {day.name}: "
            ids = [one.library_id for one in day.all]
            if len(set(ids)) != len(ids):
                yield f"{where}the same exercise twice: {ids}"
            if len(day.exercises) > 5 or len(day.around) + len(day.after) > 5:
                yield f"{where}more than a handful"
            if (day.around or day.after) and day.run.kind not in RUNS:
                yield f"{where}something around a run, and no run"
            if day.name not in free and (day.all or day.run.kind not in {"rest", "race"}):
                yield f"{where}not one of the patient's days"
            places = [IN_TURN.index(kinds[one.category]) for one in day.all]
            if places != sorted(places):
                yield f"{where}not in the order it is done: {ids}"
            takes = [(kinds[one.category], _takes(one, week, made, proposal)) for one in day.all]
            spent = {
                "strength_min": sum((m for kind, m in takes if kind in STRENGTH), Decimal(0)),
                "run_addons_min": sum((m for kind, m in takes if kind in {"warm_up", "drill"}), Decimal(0)),
                "daily_min": sum((m for kind, m in takes if kind in {"loosening", "rolling"}), Decimal(0)),
                "total_day_min": sum((m for kind, m in takes if kind != "cue"), Decimal(0)),
            }
            for key, minutes in spent.items():
                if minutes > most[key]:
                    yield f"{where}{minutes} minutes, {key} is {most[key]}"
            if made.limits.minutes is not None and spent["total_day_min"] > made.limits.minutes:
                yield f"{where}{spent['total_day_min']} minutes, and the patient has {made.limits.minutes}"


def _takes(one: Any, week: Any, made: Made, proposal: Proposal) -> Decimal:
    """The minutes of an exercise in this week, with as many sets as it asks for then."""
    assert proposal.planned is not None
    amount = amount_in(week, one, proposal.planned.plan.split, made.case.rules)
    assert amount.sets >= 1
    return Decimal(made.case.recipe.library.exercise(one.library_id).est_minutes) * amount.sets / one.sets


def _rest_between(made: Made, proposal: Proposal) -> Iterator[str]:
    """Hours between bouts, soreness before and after hard runs: over all days of the block in a row."""
    assert proposal.planned is not None
    row = [day for week in proposal.planned.block.weeks for day in week.days]
    library = made.case.recipe.library
    sore, loaded = "high_soreness", "eccentric"
    by_day = [
        [e for e in found if _spaced(e) or {sore, loaded} & set(e.tags)]
        for found in ([library.exercise(one.library_id) for one in day.all] for day in row)
    ]
    for at, one in [(at, one) for at, found in enumerate(by_day) for one in found]:
        soon = [(at + n, other) for n in (1, 2) if at + n < len(row) for other in by_day[at + n]]
        for later, other in soon:
            hours = (later - at) * 24
            needed = (one.dose.min_hours_between or 0) if one.id == other.id or sore in other.tags else 0
            if sore in one.tags and sore in other.tags:
                needed = max(needed, 72)
            if loaded in one.tags and loaded in other.tags and _spaced(one) and _spaced(other):
                needed = max(needed, 48)
            if hours < needed:
                yield f"day {later}: {other.id} {hours} hours after {one.id}, which asks for {needed}"
        if sore in one.tags:
            if {day.run.kind for day in row[at + 1 : at + 3]} & HARD:
                yield f"day {at}: {one.id} leaves soreness before a hard run"
            if at and row[at - 1].run.kind in HARD:
                yield f"day {at}: {one.id} the day after a hard run"
            if row[at + 1 : at + 2] and row[at + 1].run.kind == "ladder":
                yield f"day {at}: {one.id} the day before a ladder run"


def _spaced(exercise: Any) -> bool:
    return bool(exercise.dose.min_hours_between)


def _runs(made: Made, proposal: Proposal) -> Iterator[str]:
    """Only the runs the policy allows, hard days apart, and distances within what the runner did lately."""
    assert proposal.planned is not None
    weeks = proposal.planned.block.weeks
    row = [day.run for week in weeks for day in week.days]
    kinds = {run.kind for run in row} & RUNS
    if not kinds <= MAY_RUN[proposal.running]:
        yield f"runs {kinds} under {proposal.running}"
    for at, run in enumerate(row[1:], 1):
        if run.kind in HARD and row[at - 1].kind in HARD:
            yield f"day {at}: two hard runs in a row"
        if run.kind == row[at - 1].kind == "ladder":
            yield f"day {at}: ladder runs on two days in a row"
    facts = made.case.facts
    weekly: Any = facts.get("weekly_km")
    history = [float(one) for one in weekly or ()]
    known = [facts.get(name) for name in ("longest_run_prev_30d_km", "session_km")]
    longest = max((float(one) for one in known if isinstance(one, int | float)), default=None)
    for week in weeks:
        planned = [
            day.run.km for day in week.days if day.run.km and not day.run.is_left_out and day.run.kind in RUNS
        ]
        if not planned:
            continue
        if longest is None or max(planned) > max(1.1 * longest, longest + 1) + 1e-6:
            yield f"week {week.number}: {max(planned)} km after a longest run of {longest}"
        if proposal.running != "ladder":
            mean = sum(history[-3:]) / len(history[-3:])
            if sum(planned) > max(1.1 * mean, mean + 1) + 1e-6:
                yield f"week {week.number}: {sum(planned)} km after a mean of {mean}"
            history.append(sum(planned))
            longest = max(longest, *planned)
