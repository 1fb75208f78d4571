"""Reads what the running policy makes of a week's runs, and proves that no week contradicts its running policy."""

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from clinic.knowledge.reading import Entry, Problem
from programs.builder.recipe import GUARDED, LADDER, MODIFIED, NO_RUNNING, NO_RUNNING_YET, Phase
from programs.builder.sessions import DAYS, REST, RUNS

MOVES = RUNS | {"walk", "cross", REST}
# The runs each policy may plan; one that allows running must also plan some.
MAY_RUN = {
    NO_RUNNING: frozenset[str](),
    NO_RUNNING_YET: frozenset[str](),
    LADDER: frozenset({"ladder"}),
    MODIFIED: frozenset({"easy"}),
    GUARDED: RUNS - {"ladder"},
}
Runs = Mapping[str, Mapping[str, str]]


def read_day_runs(phase: Entry) -> Runs:
    """A phase's own runs: policy → day → run. Empty where it names none."""
    entry = phase.table_or_empty("runs")
    found = {policy: _moves(row, DAYS) for policy, row in _policies(entry)}
    entry.done()
    return MappingProxyType(found)


def read_runs(
    entry: Entry, phases: Iterable[Phase], sources: Collection[str]
) -> dict[str, Mapping[str, str]]:
    """Policy → the template's run → what it becomes. Raises KnowledgeError where a week contradicts a policy."""
    found = {policy: _moves(row, RUNS) for policy, row in _policies(entry)}
    entry.text("note")
    entry.sources(sources)
    entry.done()
    for phase in phases:
        for policy, may_run in MAY_RUN.items():
            own, general = phase.runs.get(policy, {}), found.get(policy, {})
            week = [own.get(day.day) or general.get(day.run, day.run) for day in phase.week]
            if wrong := _wrong(week, policy, may_run):
                raise entry.error(Problem.MALFORMED, policy, f"in {phase.id} {wrong}")
    return found


def _policies(entry: Entry) -> list[tuple[str, Entry]]:
    return [(policy, entry.table(policy)) for policy in MAY_RUN if entry.has(policy)]


def _moves(entry: Entry, names: Collection[str]) -> Mapping[str, str]:
    moves = {name: entry.choice(name, MOVES) for name in names if entry.has(name)}
    entry.done()
    return MappingProxyType(moves)


def _wrong(week: list[str], policy: str, may_run: frozenset[str]) -> str:
    runs = [run for run in week if run in RUNS]
    if strange := sorted(set(runs) - may_run):
        return f"plans the run {strange[0]!r}, which the policy does not allow"
    if may_run and not runs:
        return "plans no run, though the policy allows running"
    if policy == LADDER and any(week[i] in RUNS and week[i - 1] in RUNS for i in range(len(week))):
        return "plans ladder runs on two days in a row"
    return ""
