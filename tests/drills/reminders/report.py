"""What came of a drill: what was lost, sent twice, sent too late. Values in, values out.

A drill that could not check has not passed: each way of having seen nothing is a complaint of its own.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

CONFIRMATION = "appointment_confirmation"
TWO_DAYS = "appointment_48h"
MOVED = "appointment_moved"
CANCELLED = "appointment_cancelled"


@dataclass(frozen=True)
class Change:
    """`starts_at` is when the visit was to begin from then on; `committed_at` seconds since 1970."""

    committed_at: float
    starts_at: dt.datetime
    cancelled: bool


@dataclass(frozen=True)
class Visit:
    """One visit as it was booked, and its changes in order."""

    pk: int
    address: str
    booked_for: dt.datetime
    changes: tuple[Change, ...] = ()

    def at(self, moment: float) -> Change | None:
        """The last change that was committed before that moment."""
        return next((c for c in reversed(self.changes) if c.committed_at < moment), None)

    @property
    def wanted(self) -> dict[str, dt.datetime]:
        """Which kinds of letter the patient must have had by the end, and the time each is about."""
        if not self.changes:
            return dict.fromkeys((CONFIRMATION, TWO_DAYS), self.booked_for)
        last = self.changes[-1]
        return {CANCELLED if last.cancelled else MOVED: last.starts_at}

    def true_then(self, kind: str, said: str, moment: float) -> bool:
        """Whether a letter of that kind, naming that time, told the truth at that moment."""
        change = self.at(moment)
        if kind == CANCELLED:
            return change is not None and change.cancelled
        if change is not None and change.cancelled:
            return False
        if kind == MOVED:
            return change is not None and said_as(change.starts_at) == said
        return change is None and said_as(self.booked_for) == said


@dataclass(frozen=True)
class Copy:
    """One letter as it arrived. `claimed_at`: when its sender last asked whether it is wanted; None: not known."""

    address: str
    subject: str
    said: str
    message_id: str
    kind: str
    visit: int
    claimed_at: float | None
    received_at: float


@dataclass
class Evidence:
    """All that is known of one run."""

    visits: list[Visit]
    copies: list[Copy]
    asked_kills: int
    kills: Counter[str]
    senders: int
    asked_changes: int
    whole: bool  # the recording was closed by its recorder
    window: int  # reminders that may be in the queue
    lease: float  # seconds
    samples: int
    most_queued: int
    waiting: int  # rows still due or being sent when the run was given up
    by_hand: int
    seconds: float
    settled_after: float  # seconds from the last kill to the last row's final state


@dataclass
class Verdict:
    wanted: int = 0
    lost: int = 0
    extra: int = 0
    most: int = 0
    stale: int = 0
    overtaken: int = 0
    unlike: int = 0
    longest_way: float = 0.0
    complaints: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not self.complaints


def said_as(moment: dt.datetime) -> str:
    """As letters name a time, without its zone; the moment is in the clinic's, where the drill's patients live too."""
    return f"{moment.day} {moment:%B %Y} at {moment:%H:%M}"


def judge(seen: Evidence) -> Verdict:
    """Everything the drill is about, and a complaint for each thing that is not as it must be."""
    found = Verdict()
    visits = {visit.pk: visit for visit in seen.visits}
    wanted = {(v.address, kind, said_as(at)) for v in seen.visits for kind, at in v.wanted.items()}
    found.wanted = len(wanted)
    found.lost = len(wanted - {(copy.address, copy.kind, copy.said) for copy in seen.copies})
    alike: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for copy in seen.copies:
        alike[copy.address, copy.subject, copy.said].append(copy.message_id)
    found.extra = len(seen.copies) - len(alike)
    found.most = max(map(len, alike.values()), default=0)
    found.unlike = sum(len(set(ids)) > 1 for ids in alike.values())
    _look_at_the_time(seen, visits, found)
    found.complaints = [*_not_checked(seen, visits), *_not_kept(seen, found)]
    return found


def _look_at_the_time(seen: Evidence, visits: dict[int, Visit], found: Verdict) -> None:
    """Stale: not true any more when its sender asked. Overtaken: true then, and no longer when it arrived.

    Between a sender's question and the server's yes nobody can call a letter back; a sender that takes longer for it
    than it has the reminder to itself, though, had no right to send.
    """
    for copy in seen.copies:
        visit = visits.get(copy.visit)
        if visit is None or copy.claimed_at is None:
            continue
        way = copy.received_at - copy.claimed_at
        found.longest_way = max(found.longest_way, way)
        begun = visit.at(copy.received_at)
        over = (begun.starts_at if begun else visit.booked_for).timestamp() <= copy.received_at
        if over or not visit.true_then(copy.kind, copy.said, copy.claimed_at):
            found.stale += 1
        elif not visit.true_then(copy.kind, copy.said, copy.received_at):
            found.overtaken += 1
            found.stale += way > seen.lease


def _not_checked(seen: Evidence, visits: dict[int, Visit]) -> Iterator[str]:
    if not seen.visits:
        yield "Nothing was checked: the calendar is empty."
    if not seen.copies:
        yield "Nothing was checked: no letter was recorded."
    if not seen.whole:
        yield "Nothing was checked: the recording is cut off, its recorder died."
    if (done := sum(seen.kills.values())) < seen.asked_kills:
        yield f"Not checked under {seen.asked_kills} kills: there were {done}."
    changed = sum(bool(visit.changes) for visit in seen.visits)
    if changed < seen.asked_changes:
        yield f"Not checked with {seen.asked_changes} visits changed meanwhile: there were {changed}."
    if not seen.samples:
        yield "The queue’s length was never seen."
    if strangers := sum(copy.visit not in visits for copy in seen.copies):
        yield f"Letters nobody can tell what they are about: {strangers}."
    if unclaimed := sum(copy.claimed_at is None for copy in seen.copies):
        yield f"Letters that no committed claim is behind: {unclaimed}."


def _not_kept(seen: Evidence, found: Verdict) -> Iterator[str]:
    if seen.waiting:
        yield f"Reminders that never came to an end: {seen.waiting}."
    if found.lost:
        yield f"Lost: {found.lost}."
    if found.stale:
        yield f"Sent though the visit had been moved or cancelled, or had begun: {found.stale}."
    if found.most > 2:
        yield f"One person got {found.most} copies of one letter."
    if found.extra > sum(seen.kills.values()) * seen.senders:
        yield f"Extra copies: {found.extra}, more than senders could have been killed in mid-send."
    if found.unlike:
        yield f"Letters whose copies have different Message-IDs: {found.unlike}."
    if seen.most_queued > 2 * seen.window:
        yield f"The queue grew to {seen.most_queued} reminders, over twice its window of {seen.window}."
