"""The history a patient answers before the visit, in their own time: it waits for a clinician to confirm or change it.

A yes to a red flag waits for nobody: it marks the booking urgent at once, and no later answer takes that back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from assessments.screens import actions
from assessments.screens.actions import Change
from assessments.screens.definitions import Item
from assessments.screens.definitions import Screen as Definition
from assessments.screens.models import Answer, Screen
from assessments.screens.offered import usual_screen
from assessments.screens.reading import load_screen
from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.booking.actions import mark_urgent
from clinic.booking.models import Appointment
from clinic.booking.status import Status
from clinic.people.models import Account, Patient

# What the desk reads: whom to ask, and nothing of what was answered.
DESK_WORDS = "An answer from home should not wait: ask the clinician now"
EXPECTED = (Status.BOOKED, Status.CONFIRMED)


class Closed(Exception):
    """There is no assessment ahead, or a clinician has begun: what is still to say is said in person."""


class NotAskedAtHome(Exception):
    """The screen has no such question for patients."""


@dataclass(frozen=True, slots=True)
class AtHome:
    """What a patient may answer now: for which visit, and the draft so far (None: not begun)."""

    visit: Appointment
    screen: Screen | None

    @property
    def definition(self) -> Definition:
        return self.screen.definition if self.screen else load_screen(usual_screen())

    @property
    def answered(self) -> Mapping[str, Answer]:
        return self.screen.answered if self.screen else {}

    def questions(self) -> list[Item]:
        """What the patient is asked with what they have said so far, in exam order."""
        definition = self.definition
        facts = definition.derive(self.screen.everything_said()) if self.screen else {}
        return [item for item in definition.asked_at_home if definition.asks(item, facts)]

    @property
    def has_warned(self) -> bool:
        """Whether an answer that stands is one that must not wait."""
        items = self.definition.items
        return any(self.definition.warns(items[name], one.value) for name, one in self.answered.items())


def at_home(patient: Patient, *, now: dt.datetime) -> AtHome:
    """Open from the booking of an assessment until it begins, or a clinician writes in the draft. Raises Closed."""
    ahead = Appointment.objects.filter(
        patient=patient, type__is_assessment=True, status__in=EXPECTED, starts_at__gt=now
    )
    visit = ahead.select_related("clinician__account").order_by("starts_at").first()
    if visit is None:
        raise Closed
    draft = patient.screens.drafts().filter(catalogue=usual_screen()).first()
    if draft is not None and (draft.amends_id or not _only_said_at_home(draft)):
        raise Closed
    return AtHome(visit, draft)


@transaction.atomic
def answer(*, patient: Patient, item_id: str, value: Any, by: Account, now: dt.datetime) -> bool:
    """Keep one answer of the patient; True where it is one that must not wait.

    Begins the draft with the first answer. Raises Closed, NotAskedAtHome or actions.InvalidAnswers.
    """
    Patient.objects.select_for_update().get(pk=patient.pk)  # two taps begin one draft, and take turns
    here = at_home(patient, now=now)
    screen = here.screen or actions.start(patient=patient, by=by, now=now, appointment=here.visit)
    if screen.appointment_id != here.visit.pk:
        screen.appointment = here.visit
        screen.save(update_fields=["appointment"])
    item = asked_item(screen.definition, item_id)
    standing = screen.answers.filter(item=item_id).values_list("revision", flat=True).first()
    actions.save_answers(screen=screen, changes={item_id: Change(value, standing or 0)}, by=by, now=now)
    warns = screen.definition.warns(item, value)
    if warns:
        mark_urgent(appointment=here.visit, because=DESK_WORDS, by=by, now=now)
    return warns


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


def _only_said_at_home(draft: Screen) -> bool:
    return not draft.answers.exclude(said_by=Answer.SaidBy.PATIENT, confirmed_at__isnull=True).exists()
