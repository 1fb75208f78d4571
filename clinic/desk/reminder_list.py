"""What the page of reminders shows: a page of rows, newest first, in five queries at most, with nothing counted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse

from clinic.booking.hours import clinic_zone, day_window
from clinic.booking.models import Appointment, AppointmentChange
from clinic.booking.reminders import TOO_LATE, outdated
from clinic.booking.to_come import ToCome, to_come
from clinic.booking.told import CANCELLED, MOVED, OF_A_VISIT
from clinic.desk.forms.reminders import NarrowForm
from clinic.people.models import Patient
from clinic.reminders.models import EarlierSend, Reminder, ReminderQuerySet, State, Way
from clinic.reminders.wishes import kind_of, source_of

A_PAGE = 25
MOST_VISITS = 12  # of which is told what is still to come
NAMED_BY_AN_ACT = frozenset({MOVED, CANCELLED})
LONGEST_ID = 18  # digits; more would not fit the database's
# What a choice shows. Being sent is a matter of seconds, so it counts as due; what came back has failed, too.
SHOWN = {
    "all": ("All", Q()),
    "due": ("Due", Q(state__in=[State.DUE, State.SENDING])),
    "sent": ("Sent", Q(state=State.SENT)),
    "failed": ("Failed", Q(state=State.FAILED)),
    "came_back": ("Came back", Q(state=State.FAILED, bounced_at__isnull=False)),
    "skipped": ("Not sent", Q(state=State.SKIPPED)),
}

NOTHING = {
    "due": "Nothing is due just now.",
    "sent": "Nothing was sent yet.",
    "failed": "Nothing failed.",
    "came_back": "Nothing came back.",
    "skipped": "Nothing was held back.",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for. Anything that makes no sense is left out rather than refused."""

    state: str = "all"
    patient_id: int | None = None
    visit_id: int | None = None
    kind: str = ""
    day: dt.date | None = None
    before: int | None = None
    after: int | None = None

    @classmethod
    def read(cls, query: QueryDict) -> Wanted:
        state = query.get("state", "all")
        narrowed = NarrowForm(query)
        narrowed.is_valid()  # what it refuses it leaves out
        return cls(
            state=state if state in SHOWN else "all",
            patient_id=_number(query.get("patient", "")),
            visit_id=_number(query.get("visit", "")),
            kind=narrowed.cleaned_data.get("kind", ""),
            day=narrowed.cleaned_data.get("day"),
            before=_number(query.get("before", "")),
            after=_number(query.get("after", "")),
        )

    def url(self, **other: object) -> str:
        """The address of this list with something changed; paging starts anew unless named."""
        asked = {
            "state": self.state,
            "patient": self.patient_id,
            "visit": self.visit_id,
            "kind": self.kind,
            "day": self.day,
        } | other
        kept = {name: value for name, value in asked.items() if value and value != "all"}
        return reverse("desk:reminders") + (f"?{urlencode(kept)}" if kept else "")

    @property
    def nothing(self) -> str:
        """What an empty page says."""
        if self.is_narrowed:
            return "Nothing like this is written down. Show everything, or another day."
        return NOTHING.get(
            self.state, "Nothing was written down yet: that happens the moment something is due."
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.kind or self.day)

    @property
    def anything_url(self) -> str:
        """The same list of every kind and any day."""
        return self.url(kind="", day=None)

    @property
    def choices(self) -> list[tuple[str, str, bool]]:
        """(label, state, whether it is this one)."""
        return [(words, name, name == self.state) for name, (words, _) in SHOWN.items()]

    def fits(self, coming: ToCome) -> bool:
        """Whether what is still to come is of the kind and due on the day."""
        due_on = coming.at.astimezone(clinic_zone()).date()
        return self.kind in {"", coming.kind} and self.day in {None, due_on}


@dataclass(frozen=True, slots=True)
class Row:
    pk: int
    patient: Patient
    kind: str
    visit_at: dt.datetime | None  # as the message has it
    stands_at: dt.datetime | None  # as it is now, where that is another time
    state: str
    way: str
    due_at: dt.datetime
    sent_at: dt.datetime | None
    sent_to: str
    said: str
    arrived_at: dt.datetime | None
    again_at: dt.datetime | None
    because: str
    earlier: list[EarlierSend]
    may_be_resent: bool
    outdated: str  # why it would be refused


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Row]
    newer_url: str
    older_url: str

    @property
    def patient_ids(self) -> list[int]:
        return [row.patient.pk for row in self.rows]


def page(wanted: Wanted, *, now: dt.datetime) -> Page:
    """One page and the addresses of the next ones."""
    rows = Reminder.objects.filter(SHOWN[wanted.state][1]).select_related("patient")
    rows = _narrowed(rows, wanted).prefetch_related("earlier__resent_by")
    if wanted.after is not None:
        found = list(rows.filter(pk__gt=wanted.after).order_by("pk")[: A_PAGE + 1])
        more, found = len(found) > A_PAGE, found[:A_PAGE][::-1]
        newer, older = more, bool(found)
    else:
        start = rows if wanted.before is None else rows.filter(pk__lt=wanted.before)
        found = list(start.order_by("-pk")[: A_PAGE + 1])
        more, found = len(found) > A_PAGE, found[:A_PAGE]
        newer, older = wanted.before is not None and bool(found), more
    visits, told = _visits(found), _told(found)
    return Page(
        rows=[_row(reminder, visits.get(reminder.subject_id), told, now) for reminder in found],
        newer_url=wanted.url(after=found[0].pk) if newer else "",
        older_url=wanted.url(before=found[-1].pk) if older else "",
    )


def whom(wanted: Wanted, shown: Page) -> Patient | None:
    """The one patient the list is about, if it is: asked for, or the visit's. A query only where no row names them."""
    if wanted.patient_id is None and wanted.visit_id is None:
        return None
    if shown.rows:
        return shown.rows[0].patient
    patients = Patient.objects.all()
    if wanted.patient_id is not None:
        patients = patients.filter(pk=wanted.patient_id)
    if wanted.visit_id is not None:
        patients = patients.filter(appointments=wanted.visit_id)
    return patients.first()


def _narrowed(rows: ReminderQuerySet, wanted: Wanted) -> ReminderQuerySet:
    if wanted.patient_id is not None:
        rows = rows.filter(patient_id=wanted.patient_id)
    if wanted.visit_id is not None:
        rows = rows.filter(source=OF_A_VISIT, subject_id=wanted.visit_id)
    if (found := source_of(wanted.kind)) is not None:
        rows = rows.filter(source=found[0], kind=wanted.kind)
    if wanted.day is not None:
        start, end = day_window(wanted.day, clinic_zone())
        rows = rows.filter(due_at__gte=start, due_at__lt=end)
    return rows


def coming(wanted: Wanted, *, now: dt.datetime) -> list[ToCome] | None:
    """What is not due yet about the patient or the visit that is asked for; None of everybody: that is no answer."""
    if wanted.state not in {"all", "due"} or (wanted.patient_id is None and wanted.visit_id is None):
        return None
    visits = Appointment.objects.filter(starts_at__gt=now).select_related("type", "patient")
    if wanted.patient_id is not None:
        visits = visits.filter(patient_id=wanted.patient_id)
    if wanted.visit_id is not None:
        visits = visits.filter(pk=wanted.visit_id)
    found = to_come(visits.order_by("starts_at")[:MOST_VISITS], now=now)
    return [each for each in found if wanted.fits(each)]


def _visits(reminders: list[Reminder]) -> dict[int, Appointment]:
    """Each visit they are about as it stands, by its id."""
    ids = [reminder.subject_id for reminder in reminders if reminder.source == OF_A_VISIT]
    return Appointment.objects.in_bulk(ids) if ids else {}


def _told(reminders: list[Reminder]) -> dict[int, dt.datetime]:
    """The time each message about a visit has, by the message's id, where the visit has another one by now.

    One about a move or a cancellation is named by when that happened: its time is the one the next move took away.
    """
    of_visits = [reminder for reminder in reminders if reminder.source == OF_A_VISIT]
    told = {reminder.pk: reminder.about_at for reminder in of_visits if reminder.kind not in NAMED_BY_AN_ACT}
    acts = [reminder for reminder in of_visits if reminder.kind in NAMED_BY_AN_ACT]
    moves = AppointmentChange.objects.filter(
        appointment__in={reminder.subject_id for reminder in acts}, was_starts_at__isnull=False
    ).order_by("-pk")
    for visit_id, at, was in moves.values_list("appointment_id", "at", "was_starts_at") if acts else ():
        if was is not None:
            told |= {act.pk: was for act in acts if act.subject_id == visit_id and at > act.about_at}
    return told


def _row(
    reminder: Reminder, visit: Appointment | None, told: dict[int, dt.datetime], now: dt.datetime
) -> Row:
    if reminder.source != OF_A_VISIT:
        visit = None
    stands_at = visit.starts_at if visit is not None else None
    visit_at = told.get(reminder.pk, stands_at) if stands_at is not None else None
    waits_again = reminder.state == State.DUE and reminder.attempts > 0
    return Row(
        pk=reminder.pk,
        patient=reminder.patient,
        kind=kind_of(reminder.source, reminder.kind).label,
        visit_at=visit_at,
        stands_at=stands_at if stands_at != visit_at else None,
        state=_shown_as(reminder),
        way=Way(reminder.way).label if reminder.way and reminder.way != Way.EMAIL else "",
        due_at=reminder.due_at,
        sent_at=reminder.sent_at,
        sent_to=reminder.sent_to,
        said=reminder.said if reminder.state in {State.SENT, State.FAILED} else "",
        arrived_at=reminder.delivered_at,
        again_at=reminder.try_at if waits_again else None,
        because=reminder.because,
        earlier=list(reminder.earlier.all()),
        may_be_resent=reminder.may_be_resent,
        outdated=_outdated(reminder, visit, now),
    )


def _outdated(reminder: Reminder, visit: Appointment | None, now: dt.datetime) -> str:
    if reminder.because == TOO_LATE:
        return TOO_LATE
    return outdated(visit, reminder.kind, reminder.about_at, now) if visit is not None else ""


def _shown_as(reminder: Reminder) -> str:
    """The badge: what its provider has told us since goes before what we did."""
    if reminder.bounced_at is not None:
        return "came_back"
    return "arrived" if reminder.delivered_at is not None and reminder.state == State.SENT else reminder.state


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_ID else None
