"""What the clinic wants of each kind, read: on or off, how early, by which way first, and the hours of quiet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.conf import settings

from clinic.reminders import sources
from clinic.reminders.kinds import HOUR, Kind
from clinic.reminders.models import KindWish, Quiet, Way, Wording

SWITCHED_OFF = "The clinic has switched these off."
# Waiting for the morning must leave the patient this long; a visit at eight is worth a notice at six.
LEAST_NOTICE = HOUR


@dataclass(frozen=True, slots=True)
class Wishes:
    """Every wish of the clinic, as it stood when it was read.

    `rows` by (source, kind); `words`, the newest of each, by (source, kind, language).
    """

    rows: Mapping[tuple[str, str], KindWish] = field(default_factory=dict)
    words: Mapping[tuple[str, str, str], Wording] = field(default_factory=dict)
    quiet_from: dt.time = dt.time(21, 0)
    quiet_to: dt.time = dt.time(8, 0)
    is_ever_quiet: bool = True

    def is_on(self, source: str, kind: str) -> bool:
        """Needed kinds are on whatever a row says."""
        row = self.rows.get((source, kind))
        return row is None or row.is_on or kind_of(source, kind).needed

    def lead(self, source: str, kind: str) -> dt.timedelta:
        """How long before or after; the source's own where the clinic has said nothing."""
        usual = kind_of(source, kind).lead
        if usual is None:
            raise LookupError(f"{kind} of {source} goes out when something happens: it has no lead.")
        row = self.rows.get((source, kind))
        wished = row.lead if row is not None and row.lead is not None else usual.usual
        return min(max(wished, usual.least), usual.most)

    def first_way(self, source: str, kind: str) -> str:
        row = self.rows.get((source, kind))
        return row.first_way if row is not None else ""

    def words_for(self, source: str, kind: str, language: str) -> Wording | None:
        """In the patient's language where the clinic has written in it, else in its own; None: ours."""
        for wanted in (language, settings.LANGUAGE_CODE):
            if (found := self.words.get((source, kind, wanted))) is not None and found.subject:
                return found
        return None

    def quiet_until(self, at: dt.datetime) -> dt.datetime | None:
        """When it may ring again, on the clock `at` is told in; None outside the hours of quiet."""
        if not self.is_ever_quiet:
            return None
        here = at.time().replace(fold=0)
        over_night = self.quiet_from > self.quiet_to
        late, early = here >= self.quiet_from, here < self.quiet_to
        if not ((late or early) if over_night else (late and early)):
            return None
        day = at.date() + dt.timedelta(days=1) if over_night and late else at.date()
        return dt.datetime.combine(day, self.quiet_to, tzinfo=at.tzinfo)

    def put_off(self, at: dt.datetime, *, before: dt.datetime | None) -> dt.datetime | None:
        """When what is due then may go out, as `quiet_until` says it; None where it is not quiet.

        None too where it would then come too late for what it is about, the moment `before`.
        """
        until = self.quiet_until(at)
        too_late = until is not None and before is not None and before - until < LEAST_NOTICE
        return None if too_late else until


_held: ContextVar[Wishes | None] = ContextVar("wishes", default=None)


@contextmanager
def held(wished: Wishes) -> Iterator[None]:
    """Whoever reads the wishes inside gets these: a sender and the sources it asks decide by the same ones."""
    token = _held.set(wished)
    try:
        yield
    finally:
        _held.reset(token)


def read() -> Wishes:
    """Three queries, of tables that hold a few rows; none where somebody holds them."""
    if (kept := _held.get()) is not None:
        return kept
    rows = {(row.source, row.kind): row for row in KindWish.objects.all()}
    newest = Wording.objects.order_by("source", "kind", "language", "-pk").distinct(
        "source", "kind", "language"
    )
    words = {(row.source, row.kind, row.language): row for row in newest}
    quiet = Quiet.objects.first()
    if quiet is None:
        return Wishes(rows, words)
    return Wishes(rows, words, quiet.quiet_from, quiet.quiet_to, quiet.is_on)


def kind_of(source: str, kind: str) -> Kind:
    """The source's own word about a kind; one it no longer knows has a name and nothing else."""
    try:
        kinds: Mapping[str, Kind] = getattr(sources.named(source), "KINDS", {})
    except ImportError:
        kinds = {}
    return kinds.get(kind) or Kind(kind.replace("_", " ").capitalize())


def all_kinds() -> Iterator[tuple[str, str, Kind]]:
    """(source, name, kind) of everything that can go out, in the order of settings.REMINDER_SOURCES."""
    for source in settings.REMINDER_SOURCES:
        for name, kind in getattr(sources.named(source), "KINDS", {}).items():
            yield source, name, kind


def source_of(name: str) -> tuple[str, Kind] | None:
    """(source, kind) of the kind of that name: names are one source's own (a check holds it)."""
    return next(((source, kind) for source, found, kind in all_kinds() if found == name), None)


def ways_in_order(kind: Kind, *, clinic: str, patient: str) -> list[Way]:
    """Ways to try, best first: what the clinic wants for this kind, what the patient prefers, then the rest."""
    if kind.goes_one_way:
        return [Way.TEXT if kind.by_text_alone else Way.EMAIL]
    first = [Way(way) for way in (clinic, patient) if way in Way.values]
    return list(dict.fromkeys([*first, Way.EMAIL, Way.TEXT, Way.PUSH]))
