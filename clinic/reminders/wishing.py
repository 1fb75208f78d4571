"""Changing what the clinic wants of its reminders. Managers do; each change names who and is written down."""

from __future__ import annotations

import datetime as dt
from email.utils import parseaddr

from django.conf import settings
from django.db import transaction

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.people.models import Account
from clinic.reminders import lint, wishes
from clinic.reminders.kinds import Kind
from clinic.reminders.models import KindWish, Quiet, Reminder, Way, Wording


class CannotWish(Exception):
    """Nothing was changed; the text says why. `field` is which of the form's it belongs to."""

    def __init__(self, field: str, says: str) -> None:
        self.field = field
        super().__init__(says)


class CannotSayThat(Exception):
    """Nothing was changed: `faults` says what is wrong with which part, and the way out."""

    def __init__(self, faults: list[lint.Fault]) -> None:
        self.faults = faults
        super().__init__(" ".join(fault.says for fault in faults))


@transaction.atomic
def wish(
    *,
    source: str,
    name: str,
    is_on: bool,
    lead: dt.timedelta | None,
    first_way: str,
    by: Account,
    now: dt.datetime,
) -> KindWish:
    """How the clinic wants one kind. `lead` None: as it was made. Raises CannotWish."""
    kind = wishes.kind_of(source, name)
    if kind.needed and not is_on:
        raise CannotWish(
            "is_on", f"“{kind.label}” cannot be switched off: without it people would wait in vain."
        )
    if lead is not None:
        _check_lead(kind, lead)
    if first_way and (first_way not in Way.values or kind.goes_one_way):
        raise CannotWish("first_way", f"“{kind.label}” goes one way alone.")
    changed = {"is_on": is_on, "lead": lead, "first_way": first_way, "changed_at": now, "changed_by": by}
    wished, _ = KindWish.objects.update_or_create(source=source, kind=name, defaults=changed)
    record(action=Entry.Action.CHANGED, patient=None, by=by, what=f"reminder settings: {name}")
    return wished


def _check_lead(kind: Kind, lead: dt.timedelta) -> None:
    if kind.lead is None:
        raise CannotWish("lead", f"“{kind.label}” goes out when it happens: there is no time to choose.")
    if not kind.lead.least <= lead <= kind.lead.most:
        least, most = said(kind.lead.least), said(kind.lead.most)
        raise CannotWish("lead", f"Between {least} and {most}. {said(lead)} was given.")


def said(length: dt.timedelta) -> str:
    """2 days, 1 hour, 90 minutes."""
    minutes = int(length.total_seconds()) // 60
    for size, word in ((24 * 60, "day"), (60, "hour")):
        if minutes and minutes % size == 0:
            return f"{minutes // size} {word}{'' if minutes == size else 's'}"
    return f"{minutes} minutes"


def faults_of(kind: Kind, words: dict[str, str], *, language: str) -> list[lint.Fault]:
    """What this clinic may not say so. Values in, faults out."""
    own_address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return lint.faults(kind, words, language=language, ours=settings.LANGUAGE_CODE, own_address=own_address)


@transaction.atomic
def write_words(
    *, source: str, name: str, language: str, words: dict[str, str], by: Account, now: dt.datetime
) -> Wording:
    """The clinic's own words for a kind, from now on. Raises CannotSayThat; nothing typed is changed on the way."""
    kind = wishes.kind_of(source, name)
    if faults := faults_of(kind, words, language=language):
        raise CannotSayThat(faults)
    written = Wording.objects.create(
        source=source, kind=name, language=language, **words, written_at=now, written_by=by
    )
    record(action=Entry.Action.CHANGED, patient=None, by=by, what=f"reminder words: {name} {language}")
    return written


@transaction.atomic
def ours_again(*, source: str, name: str, language: str, by: Account, now: dt.datetime) -> Wording:
    """Back to the words the app came with. What was written stays in the table."""
    written = Wording.objects.create(
        source=source, kind=name, language=language, written_at=now, written_by=by
    )
    record(action=Entry.Action.CHANGED, patient=None, by=by, what=f"reminder words: {name} {language}, ours")
    return written


@transaction.atomic
def set_quiet(
    *, quiet_from: dt.time, quiet_to: dt.time, by: Account, now: dt.datetime, is_on: bool = True
) -> Quiet:
    """The hours in which nothing rings, also for what waits for the end of them already. Raises CannotWish.

    At most sixteen, so that a day is left to say things in. Not `is_on`: they are kept, and hold nothing up.
    """
    minutes = (quiet_to.hour * 60 + quiet_to.minute - quiet_from.hour * 60 - quiet_from.minute) % (24 * 60)
    if not 0 < minutes <= 16 * 60:
        raise CannotWish("quiet_to", "Leave at least eight hours of the day in which reminders may go out.")
    changed = {
        "is_on": is_on,
        "quiet_from": quiet_from,
        "quiet_to": quiet_to,
        "changed_at": now,
        "changed_by": by,
    }
    quiet, _ = Quiet.objects.update_or_create(only=True, defaults=changed)
    Reminder.objects.decide_again(now)
    record(action=Entry.Action.CHANGED, patient=None, by=by, what="reminder settings: quiet hours")
    return quiet
