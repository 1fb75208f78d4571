"""What the recorder and the calendar say, put side by side.

When a change of the calendar was committed, and when a sender's claim was, both come from PostgreSQL, which keeps the
moment of each transaction (track_commit_timestamp). A claim holds the visit's row while it asks whether the letter is
still wanted, so the two cannot overlap: whichever was committed first, the other knew. The claim is found by the link
in the letter, which is made inside it. A letter without a link is judged by the mail server's clock instead, from the
first word about it; that clock is this machine's too.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from django.db import connection

from clinic.booking.hours import clinic_zone
from clinic.booking.status import Status
from clinic.people.tokens import hashed
from clinic.reminders.models import Reminder, State
from tests.drills.reminders.recorder import Arrival
from tests.drills.reminders.report import CANCELLED, Change, Copy, Visit

Done = tuple[float, str, dt.datetime | None]  # committed when, which status then, moved from when
TOKEN = re.compile(r"/([A-Za-z0-9_-]{43})(?=[/\s?]|$)")
SAID = re.compile(r"\d{1,2} \w+ \d{4} at \d\d:\d\d")  # clinic.reminders.wording.moment


def visits() -> list[Visit]:
    """Each visit as it was booked, and what was done to it, in the order it was committed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.appointment_id, extract(epoch FROM pg_xact_commit_timestamp(c.xmin)), c.to_status,"
            " c.was_starts_at FROM booking_appointmentchange c WHERE c.from_status <> '' ORDER BY c.id"
        )
        done: dict[int, list[Done]] = defaultdict(list)
        for pk, committed_at, to_status, was_starts_at in cursor.fetchall():
            done[pk].append((float(committed_at), to_status, was_starts_at))
        cursor.execute(
            "SELECT a.id, c.value, a.starts_at FROM booking_appointment a"
            " JOIN people_contactchannel c ON c.patient_id = a.patient_id AND c.kind = 'email' ORDER BY a.id"
        )
        rows = cursor.fetchall()
    zone = clinic_zone()
    return [
        _visit(
            pk,
            address,
            [*(was.astimezone(zone) for *_, was in done[pk] if was), at.astimezone(zone)],
            done[pk],
        )
        for pk, address, at in rows
    ]


def _visit(pk: int, address: str, starts: list[dt.datetime], done: list[Done]) -> Visit:
    """Each move says where the visit was before it; after it, it is where the next one found it, or where it is now."""
    booked_for = starts[0]
    changes = []
    for committed_at, to_status, was in done:
        if was is not None:
            starts.pop(0)
        changes.append(Change(committed_at, starts[0], cancelled=to_status == Status.CANCELLED))
    return Visit(pk, address, booked_for, tuple(changes))


def copies(arrivals: Iterable[Arrival], named: dict[str, tuple[str, int]]) -> list[Copy]:
    """`named` says which kind and which visit each Message-ID stands for."""
    arrived = list(arrivals)
    links = [[hashed(token) for token in TOKEN.findall(one.text)] for one in arrived]
    claimed = claims({link for found in links for link in found})
    made = []
    for one, found in zip(arrived, links, strict=True):
        kind, visit = named.get(one.message_id, ("", 0))
        said = SAID.search(one.text)
        made.append(
            Copy(
                address=one.address,
                subject=one.subject,
                said=said[0] if said else "",
                message_id=one.message_id,
                kind=kind,
                visit=visit,
                claimed_at=_claimed_at(one, kind, [claimed[link] for link in found if link in claimed]),
                received_at=one.received_at,
            )
        )
    return made


def _claimed_at(one: Arrival, kind: str, claims: list[float]) -> float | None:
    """A letter about a visit that stands brings a link to it, and only a committed one opens anything."""
    if claims:
        return max(claims)
    return one.mail_at if kind == CANCELLED else None


def claims(hashes: set[str]) -> dict[str, float]:
    """When the transaction that made each link was committed, by the link's hash."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT token_sha256, extract(epoch FROM pg_xact_commit_timestamp(xmin))"
            " FROM booking_appointmentlink WHERE token_sha256 = ANY(%s)",
            [list(hashes)],
        )
        return {token: float(at) for token, at in cursor.fetchall()}


def rows_by_message_id() -> dict[str, tuple[str, int]]:
    """The outbox's rows by the key their letters carry."""
    rows = Reminder.objects.exclude(message_id="").values_list("message_id", "kind", "subject_id")
    return {message_id: (kind, subject_id) for message_id, kind, subject_id in rows}


def states() -> Counter[str]:
    return Counter(Reminder.objects.values_list("state", flat=True))


def by_hand() -> int:
    """Rows that ended as a question for the desk."""
    return Reminder.objects.filter(state=State.FAILED, unsure_sends__gte=2).count()
