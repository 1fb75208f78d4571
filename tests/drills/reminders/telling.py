"""The report as it is printed, and the exit code that goes with it."""

from __future__ import annotations

from collections.abc import Iterator

from tests.drills.reminders.report import Evidence, Verdict, judge


def tell(runs: list[Evidence]) -> int:
    """Print what each run showed, the one with kills first; 0 when all of them passed, else 1."""
    verdicts = [judge(run) for run in runs]
    for run, verdict in zip(runs, verdicts, strict=True):
        title = "With kills" if run.asked_kills else "Without kills"
        print(f"\n{title}")
        for name, figure in lines(run, verdict):
            print(f"  {name:<46} {figure}")
    if len(runs) > 1:
        print(f"\n  {'seconds with kills / without':<46} {runs[0].seconds / runs[1].seconds:.2f}")
    complaints = [complaint for verdict in verdicts for complaint in verdict.complaints]
    print("\nPASSED: none lost." if not complaints else "\nNOT PASSED:")
    for complaint in complaints:
        print(f"  {complaint}")
    return int(bool(complaints))


def lines(run: Evidence, verdict: Verdict) -> Iterator[tuple[str, object]]:
    """What is counted, and how many."""
    yield "wanted by the calendar as it is at the end", verdict.wanted
    yield "letters recorded", len(run.copies)
    yield "lost", verdict.lost
    yield "stale: untrue when their sender asked", verdict.stale
    yield "overtaken between that and the server’s yes", verdict.overtaken
    yield "longest way from a claim to the server’s yes", f"{verdict.longest_way:.1f} s"
    yield "extra copies", f"{verdict.extra} (at most {sum(run.kills.values()) * run.senders})"
    yield "most copies to one person about one thing", verdict.most
    yield "letters whose copies differ in Message-ID", verdict.unlike
    yield "left to be checked by hand", run.by_hand
    yield "never came to an end", run.waiting
    yield "visits moved or cancelled meanwhile", sum(bool(visit.changes) for visit in run.visits)
    yield "most in the queue at once", f"{run.most_queued} (at most {2 * run.window}; {run.samples} looks)"
    for kind, times in sorted(run.kills.items()):
        yield f"killed: {kind}", times
    if run.kills:
        yield "all in their final state after the last kill", f"{run.settled_after:.1f} s"
    yield "seconds", f"{run.seconds:.1f}"
    yield "reminders a second", f"{verdict.wanted / run.seconds:.1f}"
