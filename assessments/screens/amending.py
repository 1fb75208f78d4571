"""Correcting a signed screen: the signed one stays as it is, and a new version of it says why it was needed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from assessments.screens.actions import locked
from assessments.screens.definitions import Item
from assessments.screens.models import SHORTEST_REASON, Answer, Screen
from assessments.screens.showing import named, shown
from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.people.models import Account


class NotSignedYet(Exception):
    """A draft is corrected by writing in it."""


class AmendedAlready(Exception):
    """Only the newest version is amended. `newer` is the one to go on with."""

    def __init__(self, newer: Screen) -> None:
        super().__init__(f"amended already by {newer}")
        self.newer = newer


class DraftIsOpen(Exception):
    """The patient has an open draft of this screen; it is signed first. `draft` is that one."""

    def __init__(self, draft: Screen) -> None:
        super().__init__(f"{draft} is still open")
        self.draft = draft


class NoReason(Exception):
    """An amendment says why, in a sentence somebody else can follow."""


class NotAnAmendment(Exception):
    """Only an amendment is withdrawn."""


class SaysOtherwise(Exception):
    """The amendment holds something the signed screen does not: an answer, a photo, a video. It is signed."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One item that an amendment says otherwise: before and after in words, and who wrote it when."""

    label: str
    before: str
    after: str
    answer: Answer


@transaction.atomic
def amend(*, screen: Screen, because: str, by: Account, now: dt.datetime) -> Screen:
    """A draft that says what the signed screen says, to be corrected and signed in its place.

    It is about the same examination, so it keeps its hour: an old screen that is corrected never becomes the newest.

    Raises NoReason, NotSignedYet, AmendedAlready or DraftIsOpen; the signed screen is never touched.
    """
    because = because.strip()
    if len(because) < SHORTEST_REASON:
        raise NoReason
    signed = Screen.objects.select_for_update(of=("self",)).select_related("patient").get(pk=screen.pk)
    if not signed.is_signed:
        raise NotSignedYet
    signed.definition  # noqa: B018 - KnowledgeError before anything is written: nobody could fill the draft
    newer = signed.amendment
    if newer is not None:
        raise AmendedAlready(newer)
    draft = _draft(signed, because, by, now)
    Answer.objects.bulk_create(_copy(answer, draft) for answer in signed.answers.all())
    record(
        action=Entry.Action.CREATED,
        patient=signed.patient,
        by=by,
        what=f"screen {draft.pk} amends {signed.pk}",
    )
    return draft


@transaction.atomic
def withdraw(*, amendment: Screen, by: Account) -> Screen:
    """Take back an amendment that was opened by mistake; the signed screen stands, and is returned.

    Only the copy of what is signed goes, so no answer is lost. The audit log keeps both steps.

    Raises SaysOtherwise, AlreadySigned, or NotAnAmendment.
    """
    draft = locked(amendment)
    if draft.amends is None:
        raise NotAnAmendment
    if differences(draft) or draft.recordings.exists():
        raise SaysOtherwise
    what = f"screen {draft.pk} withdrawn: it amended {draft.amends_id}, and nothing in it"
    record(action=Entry.Action.CHANGED, patient=draft.patient, by=by, what=what)
    draft.answers.all().delete()
    draft.delete()
    return draft.amends


def differences(screen: Screen) -> list[Difference]:
    """What an amendment says otherwise than the screen it amends, in exam order; nothing for any other screen."""
    if screen.amends is None:
        return []
    definition = screen.definition
    before, after = screen.amends.answered, screen.answered
    return [
        Difference(named(definition, item), _words(item, old), _words(item, new), new)
        for item in definition.items.values()
        if (new := after.get(item.id)) and not _same(old := before.get(item.id), new)
    ]


def earlier_versions(screen: Screen) -> list[int]:
    """The screens that this one takes the place of, the nearest first. One query; none for any other screen."""
    if screen.amends_id is None:
        return []
    theirs = dict(Screen.objects.filter(patient=screen.patient_id).values_list("pk", "amends"))
    found: list[int] = []
    before: int | None = screen.amends_id
    while before is not None:
        found.append(before)
        before = theirs[before]
    return found


def _same(old: Answer | None, new: Answer) -> bool:
    return old is not None and (old.value, old.unable) == (new.value, new.unable)


def _words(item: Item, answer: Answer | None) -> str:
    return "Not asked" if answer is None else shown(item, answer.value, unable=answer.unable)


def _draft(signed: Screen, because: str, by: Account, now: dt.datetime) -> Screen:
    try:
        with transaction.atomic():
            return Screen.objects.create(
                patient=signed.patient,
                appointment=signed.appointment,
                catalogue=signed.catalogue,
                version=signed.version,
                fingerprint=signed.fingerprint,
                started_at=signed.started_at,
                started_by=by,
                amends=signed,
                amended_because=because,
                amended_at=now,
            )
    except IntegrityError as error:
        if "one_open_draft_per_patient_and_screen" not in str(error):
            raise
        raise DraftIsOpen(signed.patient.screens.drafts().get(catalogue=signed.catalogue)) from None


def _copy(answer: Answer, draft: Screen) -> Answer:
    """The answer as it stood, still under the name and hour of whoever gave it."""
    return Answer(
        screen=draft,
        item=answer.item,
        value=answer.value,
        unable=answer.unable,
        answered_at=answer.answered_at,
        answered_by=answer.answered_by,
        said_by=answer.said_by,
        confirmed_at=answer.confirmed_at,
        confirmed_by=answer.confirmed_by,
    )
