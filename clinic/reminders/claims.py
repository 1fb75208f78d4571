"""Claiming a reminder, deciding how it goes, writing down what became of it: each one transaction, each conditional.

A claim is one UPDATE with a lease. Whatever is written afterwards is written only while that lease still stands, so a
sender that was thought dead and comes back changes nothing.
"""

from __future__ import annotations

import datetime as dt
import logging
import random
from dataclasses import dataclass, replace
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, PositiveSmallIntegerField, When

from clinic.audit.actions import recording
from clinic.audit.models import Entry
from clinic.people.actors import Job
from clinic.people.models import Patient
from clinic.people.statements import Reading, Writing, together
from clinic.reminders import limits, phones, receipts, sources, unsubscribe, wishes
from clinic.reminders.carriers import as_read
from clinic.reminders.models import QUIET, Reminder, ReminderQuerySet, State, Way
from clinic.reminders.reaching import Target, target
from clinic.reminders.sending import NotSent, Receipt
from clinic.reminders.sources import Message, NotWanted, NotYet
from clinic.reminders.wording import Letter, letter

log = logging.getLogger(__name__)

SENDER = Job("reminders")
# Longer than the longest conversation (mail.LONGEST), the ten seconds we try to write its end down, and a slow query.
LEASE = dt.timedelta(seconds=90)
BACKOFF = [dt.timedelta(minutes=minutes) for minutes in (1, 4, 10, 20, 25)]  # five more tries in an hour
JITTER = 0.15  # what failed together is not tried together
CHECK_BY_HAND = (
    "It may have gone out twice already, so it is not sent again. Ask the patient, or send it again by hand."
)
NO_ADDRESS = "No address, phone or notice this patient agreed to be reached by."


@dataclass(frozen=True, slots=True)
class Taken:
    """A reminder that is ours until its lease ends, and what is to be sent."""

    reminder: Reminder
    letter: Letter
    target: Target


def taking(pk: int, now: dt.datetime, until: dt.datetime) -> tuple[ReminderQuerySet, dict[str, Any]]:
    """One UPDATE with a condition: of many senders who try, one gets it. A sender never heard of again counts."""
    once_more = When(state=State.SENDING, unsure_sends__lt=2, then=F("unsure_sends") + 1)
    return Reminder.objects.filter(pk=pk).claimable(now), {
        "state": State.SENDING,
        "lease_until": until,
        "ring_at": until,
        "attempts": F("attempts") + 1,
        "unsure_sends": Case(once_more, default=F("unsure_sends"), output_field=PositiveSmallIntegerField()),
    }


def _ours(pk: int, lease: dt.datetime | None) -> ReminderQuerySet:
    """The row while our lease stands: a slow sender who lost it must not undo the next one."""
    return Reminder.objects.filter(pk=pk, state=State.SENDING, lease_until=lease)


TAKE = Writing(taking, int, dt.datetime, dt.datetime)
THE_ROW = Reading(lambda pk: Reminder.objects.filter(pk=pk).select_related("patient"), int)
SAY_WHAT = Writing(
    lambda pk, message_id, to, way, said: (
        Reminder.objects.filter(pk=pk),
        {"message_id": message_id, "sent_to": to, "way": way, "said": said},
    ),
    *(int, str, str, str, str),
)
SAY_SENT = Writing(
    lambda pk, lease, at, provider, its_name: (
        _ours(pk, lease),
        {
            "state": State.SENT,
            "lease_until": None,
            "because": "",
            "sent_at": at,
            "provider": provider,
            "provider_id": its_name,
        },
    ),
    *(int, dt.datetime, dt.datetime, str, str),
)


def claim(
    *, reminder_id: int, lease_until: dt.datetime, now: dt.datetime, wished: wishes.Wishes
) -> Taken | State | None:
    """Take it, ask once more whether it is wanted, and write the letter: one transaction, nothing sent yet.

    What became of it when there is nothing to send; None when it was not ours to take.
    """
    try:
        with transaction.atomic(), wishes.held(wished):
            reminder = _take(reminder_id, lease_until, now)
            return _decided(reminder, now, wished) if isinstance(reminder, Reminder) else reminder
    except Exception as error:
        log.exception("reminder %s could not be written", reminder_id)
        failed = NotSent(f"It could not be written ({type(error).__name__}).")
    with transaction.atomic():  # all of that is undone, the claim too
        reminder = _take(reminder_id, lease_until, now)
        return note_failure(reminder, failed, now) if isinstance(reminder, Reminder) else reminder


def _take(reminder_id: int, lease_until: dt.datetime, now: dt.datetime) -> Reminder | State | None:
    """The row, from now on ours; FAILED where a third copy would be risked; None where somebody else has it."""
    taken, rows = together(TAKE.asked(reminder_id, now, lease_until), THE_ROW.asked(reminder_id))
    if not taken:
        return None
    reminder: Reminder = rows[0]
    if reminder.unsure_sends >= 2:
        return _finish(reminder, State.FAILED, because=CHECK_BY_HAND)
    return reminder


def _wanted(
    reminder: Reminder, now: dt.datetime, wished: wishes.Wishes
) -> tuple[Message, Target] | NotWanted | NotYet:
    """What to say and where it goes, as everything stands now; or why not, or not yet."""
    kind = wishes.kind_of(reminder.source, reminder.kind)
    if not wished.is_on(reminder.source, reminder.kind):
        return NotWanted(wishes.SWITCHED_OFF)
    said = sources.named(reminder.source).message(
        kind=reminder.kind, subject_id=reminder.subject_id, about_at=reminder.about_at, now=now
    )
    if not isinstance(said, Message):
        return said
    ways = wishes.ways_in_order(
        kind,
        clinic=wished.first_way(reminder.source, reminder.kind),
        patient=reminder.patient.first_way,
    )
    found = target(reminder.patient, said, ways)
    return (said, found) if found is not None else NotWanted(NO_ADDRESS)


def refusal(reminder: Reminder, *, now: dt.datetime) -> str:
    """Why it would not go out if it were due now; empty where it would. Changes nothing."""
    wished = wishes.read()
    with transaction.atomic(), wishes.held(wished):
        answer = _wanted(reminder, now, wished)
        transaction.set_rollback(True)  # a link made for the letter, a row held for it
    return answer.because if isinstance(answer, NotWanted) else ""


def _decided(reminder: Reminder, now: dt.datetime, wished: wishes.Wishes) -> Taken | State:
    """The letter and where it goes, or why not, or not yet."""
    answer = _wanted(reminder, now, wished)
    if isinstance(answer, NotWanted):
        return _finish(reminder, State.SKIPPED, because=answer.because)
    if isinstance(answer, NotYet):
        return _wait(reminder, answer)
    wanted, found = answer
    kind = wishes.kind_of(reminder.source, reminder.kind)
    if not kind.at_once and (quiet := _quiet(reminder, wanted, now, wished)):
        return _wait(reminder, quiet)
    if (full := limits.wait_for_room(found.way, now)) is not None:
        return _wait(reminder, full)
    reminder.sent_to, reminder.message_id, reminder.way = found.to, message_id(reminder, wanted), found.way
    words = wished.words_for(reminder.source, reminder.kind, reminder.patient.language)
    stop = unsubscribe.link(found.channel) if found.way == Way.EMAIL and found.channel is not None else ""
    written = replace(letter(wanted, reminder.patient, words, stop=stop), whole_by_text=kind.by_text_alone)
    SAY_WHAT(reminder.pk, reminder.message_id, found.to, found.way, as_read(written, found.way))
    return Taken(reminder, written, found)


def _quiet(reminder: Reminder, wanted: Message, now: dt.datetime, wished: wishes.Wishes) -> NotYet | None:
    """It waits for the end of the quiet hours where the patient is, unless it would come too late for its visit.

    What somebody sends again by hand goes at once: they have a reason.
    """
    until = wished.put_off(now.astimezone(reminder.patient.zone), before=wanted.at)
    if until is None or reminder.resends:
        return None
    return NotYet(f"{QUIET}it goes out at {until:%H:%M} where the patient is.", until)


def message_id(reminder: Reminder, message: Message) -> str:
    """The same for every copy of one send, so that a mail program can fold them; another after a resend.

    Mails with a key differ from try to try: folded, the one still seen could be the one whose link has died.
    """
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    differs = message.key and not message.older_keys_work
    copy = f"{reminder.resends}-{reminder.attempts}" if differs else str(reminder.resends)
    return f"<reminder-{reminder.pk}-{copy}@{domain}>"


def _wait(reminder: Reminder, answer: NotYet) -> State:
    """As if nobody had asked, until it is known whether it is wanted."""
    return _finish(
        reminder,
        State.DUE,
        because=answer.because,
        try_at=answer.ask_again_at,
        ring_at=answer.ask_again_at,
        attempts=reminder.attempts - 1,
    )


@receipts.with_what_came_first
@transaction.atomic
def note_sent(reminder: Reminder, receipt: Receipt, at: dt.datetime) -> State:
    """The server has it."""
    names = receipt.provider[:40], receipt.provider_id[:120]
    what = f"reminder {reminder.pk}"
    changed, _ = together(
        SAY_SENT.asked(reminder.pk, reminder.lease_until, at, *names),
        recording(action=Entry.Action.SENT, patient_id=reminder.patient_id, by=SENDER, what=what),
    )
    return _written(State.SENT, reminder, changed)


def note_failure(reminder: Reminder, failed: NotSent, now: dt.datetime) -> State:
    """Another try later, unless the answer was final, an hour is over, or a third copy would be risked."""
    unsure = reminder.unsure_sends + int(failed.unsure)
    if unsure >= 2:
        return _finish(reminder, State.FAILED, because=CHECK_BY_HAND, unsure_sends=2)
    if failed.dead and reminder.way:
        _stop_the_dead(reminder, failed, now)
        if _goes_another_way(reminder):
            return _finish(reminder, State.DUE, because=failed.because, unsure_sends=unsure, ring_at=now)
    if failed.for_good or reminder.attempts > len(BACKOFF):
        return _finish(reminder, State.FAILED, because=failed.because, unsure_sends=unsure)
    later = now + _pause(reminder)
    return _finish(
        reminder, State.DUE, because=failed.because, unsure_sends=unsure, try_at=later, ring_at=later
    )


def _stop_the_dead(reminder: Reminder, failed: NotSent, now: dt.datetime) -> None:
    """Nothing more is sent to a dead address, whoever has it."""
    if reminder.way == Way.PUSH:
        for phone in phones.living(reminder.patient)[:1]:
            phones.end(phone=phone, because=failed.because, by=SENDER, now=now)
    else:
        receipts.stop_address(reminder.sent_to, way=Way(reminder.way), because=failed.because, now=now)


def _goes_another_way(reminder: Reminder) -> bool:
    """Whether the patient can be reached otherwise, as it stands now that one address is stopped."""
    if wishes.kind_of(reminder.source, reminder.kind).goes_one_way:
        return False
    patient = Patient.objects.get(pk=reminder.patient_id)
    return target(patient, Message("", ""), list(Way)) is not None


def _pause(reminder: Reminder) -> dt.timedelta:
    """Until the next try: the step of the ladder, a little more or less for each reminder, the same if asked again."""
    spread = random.Random(f"{reminder.pk} {reminder.attempts}").uniform(1 - JITTER, 1 + JITTER)  # noqa: S311
    return BACKOFF[reminder.attempts - 1] * spread


def let_go(reminder: Reminder, *, unsure: bool, now: dt.datetime) -> State:
    """Of a sender that died: as if never claimed, or, where it may have gone out, one step nearer to the end."""
    if not unsure:
        return _finish(reminder, State.DUE, attempts=max(0, reminder.attempts - 1), ring_at=now)
    if reminder.unsure_sends + 1 >= 2:
        return _finish(reminder, State.FAILED, because=CHECK_BY_HAND, unsure_sends=2)
    return _finish(reminder, State.DUE, unsure_sends=F("unsure_sends") + 1, try_at=now, ring_at=now)


def _finish(reminder: Reminder, state: State, **fields: object) -> State:
    """Write what became of it, if it is still ours."""
    changed = _ours(reminder.pk, reminder.lease_until).update(state=state, lease_until=None, **fields)
    return _written(state, reminder, changed)


def _written(state: State, reminder: Reminder, changed: int) -> State:
    if not changed:
        log.warning("reminder %s was %s after its lease had ended", reminder.pk, state)
    return state
