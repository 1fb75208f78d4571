"""Starting, filling and signing a movement screen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from assessments.screens import reading
from assessments.screens.answers import AnswerError
from assessments.screens.definitions import Item
from assessments.screens.models import FROM_RECORD, Answer, Screen, may_be_unable
from assessments.screens.offered import offered_screens, usual_screen
from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.booking.models import Appointment
from clinic.people.models import Account, Patient
from clinic.people.roles import Role

WRITTEN = ("value", "unable", "revision", "answered_at", "answered_by")


@dataclass(frozen=True, slots=True)
class Change:
    """What one item should say now, and which revision the writer was looking at (0: no answer yet)."""

    value: Any = None
    based_on_revision: int = 0
    unable: bool = False


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save did: item → its new revision, and when. Items that already said the same are left out."""

    revisions: Mapping[str, int]
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Clash:
    """An item that somebody else answered since: what stands, and what was about to replace it."""

    item: str
    standing: Answer
    wanted: Change


class InvalidAnswers(Exception):
    """Some answers are impossible; nothing was saved. `errors`: item → why."""

    def __init__(self, errors: Mapping[str, AnswerError]) -> None:
        super().__init__("; ".join(error.message for error in errors.values()))
        self.errors = dict(errors)


class StaleAnswers(Exception):
    """Somebody changed these items after this page was opened; nothing was saved. `clashes`: item → both answers."""

    def __init__(self, clashes: Mapping[str, Clash]) -> None:
        super().__init__(f"answered elsewhere since: {', '.join(clashes)}")
        self.clashes = dict(clashes)


class AlreadySigned(Exception):
    """The screen was signed, so it stays as it is. `screen` says when and by whom."""

    def __init__(self, screen: Screen) -> None:
        super().__init__(f"{screen} was signed on {screen.signed_at:%Y-%m-%d}")
        self.screen = screen


class NotOffered(Exception):
    """The clinic does not take a screen of this name."""


class NothingAnswered(Exception):
    """An empty screen says nothing about anybody, so it cannot be signed."""


@transaction.atomic
def start(
    *,
    patient: Patient,
    by: Account,
    now: dt.datetime,
    catalogue: str = "",
    appointment: Appointment | None = None,
) -> Screen:
    """The open draft of this screen for the patient; a new one, in the newest version, if there is none.

    The usual screen where no `catalogue` is named. Raises NotOffered, but for a draft begun while it was offered.
    """
    catalogue = catalogue or usual_screen()
    if catalogue not in offered_screens():
        return _begun_before(patient, catalogue)
    definition = reading.load_screen(catalogue)
    try:
        with transaction.atomic():
            screen = Screen.objects.create(
                patient=patient,
                appointment=appointment,
                catalogue=definition.head.name,
                version=definition.head.version,
                fingerprint=definition.fingerprint,
                started_at=now,
                started_by=by,
            )
    except IntegrityError as error:
        if "one_open_draft_per_patient_and_screen" not in str(error):
            raise
        return patient.screens.drafts().get(catalogue=catalogue)
    record(action=Entry.Action.CREATED, patient=patient, by=by, what=f"screen {screen.pk}")
    return screen


def _begun_before(patient: Patient, catalogue: str) -> Screen:
    for draft in patient.screens.drafts():
        if (
            draft.catalogue == catalogue
        ):  # here, not in the query: what was posted may hold what no column can
            return draft
    raise NotOffered(catalogue)


@transaction.atomic
def take_from_record(*, screen: Screen, by: Account, now: dt.datetime) -> Saved:
    """Answer what the patient's record knows and nobody has answered yet. Safe to repeat; answers stay correctable."""
    standing = set(screen.answers.values_list("item", flat=True))
    changes = {item: Change(value) for item, value in screen.record_says().items() if item not in standing}
    return save_answers(screen=screen, changes=changes, by=by, now=now) if changes else Saved({}, now)


@transaction.atomic
def save_answers(*, screen: Screen, changes: Mapping[str, Change], by: Account, now: dt.datetime) -> Saved:
    """Save all of `changes` (item id → Change), or none of them.

    Raises InvalidAnswers, StaleAnswers or AlreadySigned. An item that already says what is wanted is no clash.
    """
    screen = locked(screen)
    errors = {item: error for item, change in changes.items() if (error := refusal(screen, item, change))}
    if errors:
        raise InvalidAnswers(errors)
    standing = {answer.item: answer for answer in screen.answers.select_related("answered_by").all()}
    wanted = {item: change for item, change in changes.items() if not _says(standing.get(item), change)}
    clashes = dict(_clashes(standing, wanted))
    if clashes:
        raise StaleAnswers(clashes)
    rows = [_row(screen, item, change, by, now) for item, change in wanted.items()]
    Answer.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["screen", "item"],
        update_fields=[*WRITTEN, "said_by", "confirmed_at", "confirmed_by"],
    )
    if rows:
        record(
            action=Entry.Action.CHANGED,
            patient=screen.patient,
            by=by,
            what=f"screen {screen.pk}: {len(rows)} answers",
        )
    return Saved({row.item: row.revision for row in rows}, now)


@transaction.atomic
def sign(*, screen: Screen, by: Account, now: dt.datetime) -> Screen:
    """Freeze the screen under the clinician's name. Raises NothingAnswered, AlreadySigned (for the slower of two)."""
    signed = locked(screen)
    if not signed.answers.exclude(item__in=FROM_RECORD).exists():
        raise NothingAnswered
    signed.signed_at, signed.signed_by = now, by
    signed.save(update_fields=["signed_at", "signed_by"])
    record(action=Entry.Action.CHANGED, patient=signed.patient, by=by, what=f"screen {signed.pk} signed")
    return signed


def load_case(*, screen: Screen, case: Mapping[str, Any], by: Account, now: dt.datetime) -> Saved:
    """Fill a draft from a whole case {"history", "exam", "unable_due_to_pain"}, through `save_answers`."""
    standing = {answer.item: answer.revision for answer in screen.answers.all()}
    values = {**case.get("history", {}), **case.get("exam", {})}
    changes = {item: Change(value, standing.get(item, 0)) for item, value in values.items()}
    for item in case.get("unable_due_to_pain", ()):
        changes[item] = Change(None, standing.get(item, 0), unable=True)
    return save_answers(screen=screen, changes=changes, by=by, now=now)


def refusal(screen: Screen, item_id: str, change: Change) -> AnswerError | None:
    """Why this change cannot be an answer of this screen, or None."""
    definition = screen.definition
    item = definition.items.get(item_id)
    if item is None:
        return AnswerError(
            item_id, "This item", f"only items of {screen.label}", repr(item_id), "Load the page again."
        )
    if not change.unable:
        return item.refusal(change.value)
    if change.value is not None:
        return _unable_refusal(item, change, "Clear the value, or take away “unable because of pain”.")
    if not may_be_unable(definition, item):
        return _unable_refusal(item, change, "Leave it not asked instead: pain does not stop this one.")
    return None


def _unable_refusal(item: Item, change: Change, way_out: str) -> AnswerError:
    given = "“unable because of pain”" + ("" if change.value is None else f" and {change.value!r}")
    return AnswerError(item.id, item.label, item.allowed, given, way_out)


def locked(screen: Screen) -> Screen:
    """The screen under a row lock, so that two tabs take turns; refuses a signed one."""
    locked = Screen.objects.select_for_update(of=("self",)).select_related("patient").get(pk=screen.pk)
    if locked.is_signed:
        raise AlreadySigned(locked)
    return locked


def _clashes(standing: Mapping[str, Answer], wanted: Mapping[str, Change]) -> Iterator[tuple[str, Clash]]:
    for item, change in wanted.items():
        here = standing.get(item)
        if here is not None and here.revision != change.based_on_revision:
            yield item, Clash(item, here, change)


def _says(answer: Answer | None, change: Change) -> bool:
    return answer is not None and (answer.value, answer.unable) == (_stored(change.value), change.unable)


def _row(screen: Screen, item: str, change: Change, by: Account, now: dt.datetime) -> Answer:
    return Answer(
        screen=screen,
        item=item,
        value=_stored(change.value),
        unable=change.unable,
        revision=change.based_on_revision + 1,
        answered_at=now,
        answered_by=by,
        said_by=Answer.SaidBy.PATIENT if by.role == Role.PATIENT else Answer.SaidBy.CLINICIAN,
    )


def _stored(value: Any) -> Any:
    """The value as JSON gives it back: sides not measured are left out, and no side at all is not known."""
    if isinstance(value, Mapping):
        return {side: one for side, one in value.items() if one is not None} or None
    return list(value) if isinstance(value, tuple) else value
