"""The history a patient answers before the visit, in their own time: it waits for a clinician to confirm or change it.

A yes to a red flag waits for nobody: it marks the booking urgent at once, and no later answer takes that back.
Where the clinic takes several screens the patient chooses the place. Another choice asks other questions; what was
said before stays in the draft of its own place.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, Subquery
from django.utils import timezone

from assessments.screens import actions, offered
from assessments.screens.actions import Change, NotOffered
from assessments.screens.definitions import Item, SafetyText
from assessments.screens.definitions import Screen as Definition
from assessments.screens.models import Answer, Screen
from assessments.screens.offered import offered_screens, usual_screen
from assessments.screens.reading import load_screen
from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.booking.actions import mark_urgent
from clinic.booking.models import Appointment, Urgency
from clinic.booking.status import Status
from clinic.booking.waiting import ByWhen, to_be_seen
from clinic.people.models import Account, Patient
from clinic.people.roles import Role

# What the desk reads: whom to ask, and nothing of what was answered.
DESK_WORDS = "An answer from home should not wait: ask the clinician now"
EXPECTED = (Status.BOOKED, Status.CONFIRMED)


class Closed(Exception):
    """There is no assessment ahead, or a clinician has begun: what is still to say is said in person."""


class NotAskedAtHome(Exception):
    """The screen has no such question for patients."""


@dataclass(frozen=True, slots=True)
class AtHome:
    """What a patient may answer now: for which visit, about which screen, and what was said of any so far.

    `drafts` holds all that was begun at home, the one that was answered last first.
    """

    visit: Appointment
    catalogue: str
    drafts: tuple[Screen, ...] = ()

    @property
    def screen(self) -> Screen | None:
        """The draft of this screen; None while nothing of it was answered."""
        return next((one for one in self.drafts if one.catalogue == self.catalogue), None)

    @property
    def in_progress(self) -> str:
        """The screen meant here once it was named while booking, or something of it was answered; empty before."""
        return self.catalogue if self.screen else ""

    @property
    def asks_where(self) -> bool:
        """Whether the place is a question of its own."""
        return offered.several()

    @property
    def place(self) -> str:
        """The place in the patient's words; empty where it is no question."""
        return offered.place_at_home(self.catalogue)

    @property
    def definition(self) -> Definition:
        return self.screen.definition if self.screen else load_screen(self.catalogue)

    @property
    def answered(self) -> Mapping[str, Answer]:
        return self.screen.answered if self.screen else {}

    def questions(self) -> list[Item]:
        """What the patient is asked with what they have said so far, in exam order."""
        definition = self.definition
        facts = definition.derive(self.screen.everything_said()) if self.screen else {}
        return [item for item in definition.asked_at_home if definition.asks(item, facts)]

    @property
    def warning(self) -> SafetyText | None:
        """What to read where an answer that stands must not wait, whichever place it was about; None where none is."""
        warned = [one for one in self.drafts if _warns(one)]
        said = self.screen if self.screen in warned else next(iter(warned), None)
        return said.definition.safety_text if said else None


def at_home(patient: Patient, *, now: dt.datetime, catalogue: str = "") -> AtHome:
    """Open from the booking of an assessment until it begins, or a clinician writes in any draft.

    Without a `catalogue`, the one that was answered last is meant, else the usual one. Raises Closed or NotOffered.
    """
    if catalogue and catalogue not in offered_screens():
        raise NotOffered(catalogue)
    ahead = Appointment.objects.filter(
        patient=patient, type__is_assessment=True, status__in=EXPECTED, starts_at__gt=now
    )
    visit = ahead.select_related("clinician__account").order_by("starts_at").first()
    if visit is None:
        raise Closed
    drafts = _drafts(patient)
    if any(one.amends_id or one.has_a_clinicians_hand for one in drafts):
        raise Closed
    begun = (one.catalogue for one in drafts if one.catalogue in offered_screens())
    return AtHome(visit, catalogue or next(begun, usual_screen()), tuple(drafts))


@transaction.atomic
def answer(
    *, patient: Patient, catalogue: str, item_id: str, value: Any, by: Account, now: dt.datetime
) -> bool:
    """Keep one answer of the patient about this screen; True where it is one that must not wait.

    Begins the draft with the first answer. Raises Closed, NotOffered, NotAskedAtHome or actions.InvalidAnswers.
    """
    Patient.objects.select_for_update().get(pk=patient.pk)  # two taps begin one draft, and take turns
    here = at_home(patient, now=now, catalogue=catalogue)
    screen = here.screen or actions.start(
        patient=patient, by=by, now=now, catalogue=here.catalogue, appointment=here.visit
    )
    if screen.appointment_id != here.visit.pk:
        screen.appointment = here.visit
        screen.save(update_fields=["appointment"])
    item = asked_item(screen.definition, item_id)
    standing = screen.answers.filter(item=item_id).values_list("revision", flat=True).first()
    actions.save_answers(screen=screen, changes={item_id: Change(value, standing or 0)}, by=by, now=now)
    warns = screen.definition.warns(item, value)
    if warns:
        _should_not_wait(here.visit, by=by, now=now)
    return warns


@transaction.atomic
def name_place(*, visit: Appointment, catalogue: str, by: Account, now: dt.datetime) -> Screen | None:
    """The place that was named while booking begins the draft that the questions at home and the clinician go on with.

    So nobody asks for it again, and only who may open a chart sees it. None where there is no choice of places, or no
    screen belongs to the visit. What is open there already stays as it is, and is this visit's unless a clinician
    wrote in it.
    """
    if not (offered.several() and visit.type.is_assessment and catalogue in offered_screens()):
        return None
    Patient.objects.select_for_update(no_key=True).get(pk=visit.patient_id)
    patient = visit.patient
    there = next((one for one in _drafts(patient) if one.catalogue == catalogue), None)
    if there is None:
        return actions.start(patient=patient, by=by, now=now, catalogue=catalogue, appointment=visit)
    draft: Screen = there
    if draft.amends_id is None and not there.has_a_clinicians_hand:
        draft.appointment = visit
        draft.save(update_fields=["appointment"])
    return draft


def only_named() -> ExpressionWrapper[Any]:
    """Of a screen: its patient named the place while booking, and nothing is answered yet."""
    unanswered = ~Exists(Answer.objects.filter(screen=OuterRef("pk")))
    return ExpressionWrapper(
        Q(unanswered, started_by__role=Role.PATIENT, signed_at=None), output_field=BooleanField()
    )


def _should_not_wait(visit: Appointment, *, by: Account, now: dt.datetime) -> None:
    """The assessment is marked, and so is whatever comes before it; the list has them unless they come today."""
    today = timezone.localdate(now, timezone.get_default_timezone())
    by_when = ByWhen(today, DESK_WORDS, Urgency.SAME_DAY)
    marked, _ = to_be_seen(patient=visit.patient, by_when=by_when, by=by, now=now)
    if marked != visit:
        mark_urgent(appointment=visit, because=DESK_WORDS, target_day=today, by=by, now=now)


@transaction.atomic
def confirm(*, screen: Screen, items: Collection[str], by: Account, now: dt.datetime) -> int:
    """The clinician has asked and stands behind these answers of the patient; how many were waiting. Safe to repeat.

    Raises actions.AlreadySigned.
    """
    locked = actions.locked(screen)
    waiting = locked.answers.filter(item__in=items, said_by=Answer.SaidBy.PATIENT, confirmed_at__isnull=True)
    confirmed = waiting.update(confirmed_at=now, confirmed_by=by)
    if confirmed:
        record(
            action=Entry.Action.CHANGED,
            patient=locked.patient,
            by=by,
            what=f"screen {locked.pk}: {confirmed} of the patient's answers confirmed",
        )
    return confirmed


def asked_item(definition: Definition, item_id: str) -> Item:
    """The question of that name. Raises NotAskedAtHome."""
    item = definition.items.get(item_id)
    if item is None or item.plain is None:
        raise NotAskedAtHome(item_id)
    return item


def _drafts(patient: Patient) -> list[Any]:
    """All that is open, the one answered last first, each with whether a clinician wrote or confirmed anything."""
    answers = Answer.objects.filter(screen=OuterRef("pk"))
    by_hand = answers.exclude(said_by=Answer.SaidBy.PATIENT, confirmed_at__isnull=True)
    newest = answers.order_by("-answered_at").values("answered_at")[:1]
    found = patient.screens.drafts().annotate(
        has_a_clinicians_hand=Exists(by_hand), said_last_at=Subquery(newest)
    )
    return list(found.order_by(F("said_last_at").desc(nulls_last=True), "-started_at", "-pk"))


def _warns(draft: Screen) -> bool:
    definition = draft.definition
    return any(definition.warns(definition.items[name], one.value) for name, one in draft.answered.items())
