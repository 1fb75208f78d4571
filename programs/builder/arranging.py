"""Lays a phase's week over the days a patient has: runs first, then strength, as near to the recipe's days as can be.

What has no day is left out, the least important first, and said. The rules are those of progression: hard and easy
days alternate, ladder runs and eccentric sessions keep their hours, and soreness keeps clear of fast and long runs.
Plain values, no database, no clock.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, permutations

from programs.builder.progression import Spacing
from programs.builder.recipe import Day
from programs.builder.runs import HARD_RUNS
from programs.builder.sessions import DAYS, REST

EVERY_DAY = frozenset(DAYS)
LONG = "long"
# What goes last when there are too few days.
RUNS_BY_IMPORTANCE = ("race", LONG, "ladder", "speed", "easy", "walk", "cross")
WEEK = len(DAYS)
HOURS = 24


@dataclass(frozen=True, slots=True)
class Arranged:
    """The week's seven days, Monday first, and what found no day: (what, why)."""

    days: tuple[Day, ...]
    dropped: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Session:
    """A strength session to be placed, with the place of its day in the recipe's week."""

    letter: str
    eccentric: bool
    sore: bool
    at: int


@dataclass(frozen=True, slots=True)
class _Run:
    """A run to be placed. `run` is the recipe's word, `moves` what the running policy makes of it."""

    run: str
    moves: str
    at: int

    @property
    def does(self) -> str:
        return self.moves or self.run


@lru_cache(maxsize=4096)
def arrange(days: tuple[Day, ...], free: frozenset[str], long_run: str, spacing: Spacing) -> Arranged:
    """The week on the `free` days (names such as “Mon”), the long run on `long_run` where that is named and free."""
    there = [place for place, name in enumerate(DAYS) if name in free]
    long_run = long_run if long_run in free else ""
    runs = [_Run(day.run, day.moves, at) for at, day in enumerate(days) if (day.moves or day.run) != REST]
    sessions = [
        _Session(day.strength, day.eccentric, day.high_soreness, at)
        for at, day in enumerate(days)
        if day.strength
    ]
    dropped: list[tuple[str, str]] = []
    placed_runs = _place_runs(runs, there, long_run, spacing, dropped)
    placed = _place_sessions(sessions, there, placed_runs, spacing, dropped)
    return Arranged(
        tuple(_day(at, placed_runs.get(at), placed.get(at)) for at in range(WEEK)), tuple(dropped)
    )


def _day(at: int, run: _Run | None, session: _Session | None) -> Day:
    sore = session is not None and session.sore
    return Day(
        day=DAYS[at],
        run=run.run if run else REST,
        strength=session.letter if session else "",
        hard=sore or (run is not None and run.does in HARD_RUNS),
        eccentric=session is not None and session.eccentric,
        high_soreness=sore,
        moves=run.does if run else REST,
    )


def gap(earlier: int, later: int) -> int:
    """Days from one weekday to the next such weekday after it, 0 to 6."""
    return (later - earlier) % WEEK


def apart(one: int, other: int) -> int:
    """Days between two weekdays, the shorter way round."""
    return min(gap(one, other), gap(other, one))


# --- Runs ----------------------------------------------------------------------------------------------------


def _place_runs(
    runs: list[_Run], there: Sequence[int], long_run: str, spacing: Spacing, dropped: list[tuple[str, str]]
) -> Mapping[int, _Run]:
    """The most important first, each kept where some week still holds it beside those kept before it."""
    kept: list[_Run] = []
    for run in sorted(runs, key=lambda one: (_importance(one), one.at)):
        if next(_run_weeks([*kept, run], there, long_run, spacing), None):
            kept.append(run)
        else:
            name = run.does if run.does in {"walk", "cross"} else f"{run.does} run"
            dropped.append((name, _why_no_day(run, there, kept, spacing)))
    return min(_run_weeks(kept, there, long_run, spacing), key=lambda found: found[0])[1]


def _importance(run: _Run) -> int:
    known = RUNS_BY_IMPORTANCE
    return known.index(run.does) if run.does in known else len(known)


def _why_no_day(run: _Run, there: Sequence[int], kept: Sequence[_Run], spacing: Spacing) -> str:
    if len(kept) >= len(there):
        return _too_few(there)
    if run.does == "ladder":
        return f"No free day keeps {spacing.ladder_hours} hours between two ladder runs."
    return "No free day keeps it clear of the other hard days."


def _too_few(there: Sequence[int]) -> str:
    return f"There {'is 1 day' if len(there) == 1 else f'are {len(there)} days'} for it."


def _run_weeks(
    runs: Sequence[_Run], there: Sequence[int], long_run: str, spacing: Spacing
) -> Iterator[tuple[tuple[int, tuple[int, ...]], Mapping[int, _Run]]]:
    """Every allowed way to place these runs, with what it costs (days moved, then the days themselves)."""
    kinds = Counter(run.does for run in runs)
    for chosen in _by_kind(tuple(kinds.items()), tuple(there)):
        week = {at: kind for kind, days in chosen for at in days}
        if _runs_clash(week, long_run, spacing):
            continue
        moved, placed = 0, {}
        for kind, days in chosen:
            own = sorted((run for run in runs if run.does == kind), key=lambda run: run.at)
            for run, at in zip(own, sorted(days), strict=True):
                moved += apart(run.at, at)
                placed[at] = run
        yield (moved, tuple(sorted(placed))), placed


def _by_kind(
    kinds: tuple[tuple[str, int], ...], there: tuple[int, ...]
) -> Iterator[tuple[tuple[str, tuple[int, ...]], ...]]:
    if not kinds:
        yield ()
        return
    (kind, count), *others = kinds
    for days in combinations(there, count):
        rest = tuple(at for at in there if at not in days)
        for found in _by_kind(tuple(others), rest):
            yield ((kind, days), *found)


def _runs_clash(week: Mapping[int, str], long_run: str, spacing: Spacing) -> bool:
    hard = [at for at, kind in week.items() if kind in HARD_RUNS]
    if any(apart(one, other) < 2 for one, other in combinations(hard, 2)):
        return True
    ladder = [at for at, kind in week.items() if kind == "ladder"]
    if any(apart(one, other) * HOURS < spacing.ladder_hours for one, other in combinations(ladder, 2)):
        return True
    longest = [at for at, kind in week.items() if kind == LONG]
    return bool(long_run and longest and longest != [DAYS.index(long_run)])


# --- Strength ------------------------------------------------------------------------------------------------


def _place_sessions(
    sessions: list[_Session],
    there: Sequence[int],
    runs: Mapping[int, _Run],
    spacing: Spacing,
    dropped: list[tuple[str, str]],
) -> Mapping[int, _Session]:
    """The letters in the alphabet's order are the recipe's order of importance; words (“core”) come after letters."""
    kept: list[_Session] = []
    for session in sorted(sessions, key=lambda one: (len(one.letter), one.letter, one.at)):
        if next(_strength_weeks([*kept, session], there, runs, spacing), None):
            kept.append(session)
        else:
            dropped.append((f"strength {session.letter}", _why_no_room(session, there, kept, spacing)))
    return min(_strength_weeks(kept, there, runs, spacing), key=lambda found: found[0])[1]


def _why_no_room(gone: _Session, there: Sequence[int], kept: Sequence[_Session], spacing: Spacing) -> str:
    if len(kept) >= len(there):
        return _too_few(there)
    hours = spacing.sore_hours if gone.sore else spacing.loaded_hours
    return f"No free day keeps the {hours} hours its muscles need."


def _strength_weeks(
    sessions: Sequence[_Session], there: Sequence[int], runs: Mapping[int, _Run], spacing: Spacing
) -> Iterator[tuple[tuple[int, tuple[int, ...]], Mapping[int, _Session]]]:
    alike = len({(one.letter, one.eccentric, one.sore) for one in sessions}) <= 1
    ways: Iterator[tuple[int, ...]] = (
        combinations(there, len(sessions)) if alike else permutations(there, len(sessions))
    )
    for days in ways:
        placed = dict(zip(days, sessions, strict=True))
        if not _sessions_clash(placed, runs, spacing):
            yield (sum(apart(one.at, at) for at, one in placed.items()), days), placed


def _sessions_clash(placed: Mapping[int, _Session], runs: Mapping[int, _Run], spacing: Spacing) -> bool:
    loaded = [at for at, one in placed.items() if one.eccentric]
    sore = [at for at, one in placed.items() if one.sore]
    if any(apart(one, other) * HOURS < spacing.loaded_hours for one, other in combinations(loaded, 2)):
        return True
    if any(apart(one, other) * HOURS < spacing.sore_hours for one, other in combinations(sore, 2)):
        return True
    return any(_too_near_a_run(at, run_at, run.does, spacing) for at in sore for run_at, run in runs.items())


def _too_near_a_run(sore: int, run_at: int, kind: str, spacing: Spacing) -> bool:
    """Soreness is clear of the runs that need rested legs, and no hard run is the day before or after it."""
    days = gap(sore, run_at)
    if kind in spacing.before_runs and 0 < days * HOURS < spacing.sore_hours:
        return True
    if kind in spacing.not_the_day_after_sore and days == 1:
        return True
    return kind in HARD_RUNS and apart(sore, run_at) == 1


def free_days(named: Collection[str]) -> frozenset[str]:
    """The named weekdays; every day when none is named."""
    return frozenset(named) & EVERY_DAY or EVERY_DAY
