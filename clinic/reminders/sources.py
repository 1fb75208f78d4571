"""What a source of reminders looks like, and how the outbox finds them.

Each domain app that has something to say to a patient keeps a module `reminders.py` with two functions, named in
settings.REMINDER_SOURCES. Nothing registers itself, and the outbox never imports an app above it:

    KINDS = {"program_released": Kind("Program ready")}       # what the desk reads, and what a manager may change

    def due(*, now: dt.datetime) -> Iterable[Due]:
        '''What should have gone out by now. May name the same thing again and again: the outbox writes it once.'''
        released = Version.objects.released().filter(released_at__lte=now)
        for version in released.filter(unwritten(__name__, "program_released", about="released_at")):
            yield Due("program_released", version.pk, version.program.patient_id,
                      about_at=version.released_at, due_at=version.released_at)

    def message(*, kind: str, subject_id: int, about_at: dt.datetime, now: dt.datetime) -> Message | NotWanted | NotYet:
        '''Asked inside the claim, a moment before sending. Whatever changed since is noticed here.'''
        version = Version.objects.get(pk=subject_id)
        if version.state != "released":
            return NotWanted("A newer version replaced it.")
        return Message(template="emails/program_released.txt", page="portal:program")

`about_at` is the moment the reminder is about. It is part of the key, so an appointment moved to another time
earns its reminders again. A Message can carry a time, a page of the patient's own and that time as a calendar file:
what a passer-by may read on a lock screen is decided in templates/emails, which a test keeps free of clinical words.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Protocol, cast

from django.db.models import Exists, OuterRef, Q

from clinic.reminders.models import Reminder


@dataclass(frozen=True, slots=True)
class Due:
    """Something to be said. `due_at` is when it should go out; moments are aware, in any zone."""

    kind: str
    subject_id: int
    patient_id: int
    about_at: dt.datetime
    due_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Message:
    """What to send: a template of ours, a patient's page by URL name, and perhaps an appointment's time.

    `key` is for a page that takes one in its address, such as a sign-in link; each try has its own. `older_keys_work`
    where the key of an earlier try goes on working, so that copies may be folded into one. `facts` are more words the
    template may show. `answers` are links to answer by, below the other one and after a clinic's own words too:
    what each is called, its page by URL name and that page's key. `calendar` is a visit as text/calendar, sent along
    as a file.
    `channel_id` names the one channel of this patient to use, where the source itself has asked about consent;
    without it the outbox takes the first they agreed to.
    """

    template: str
    page: str
    at: dt.datetime | None = None
    key: str = field(default="", repr=False)
    older_keys_work: bool = False
    facts: Mapping[str, object] = field(default_factory=dict)
    answers: Mapping[str, tuple[str, str]] = field(default_factory=dict, repr=False)
    calendar: bytes = field(default=b"", repr=False)
    channel_id: int | None = None


@dataclass(frozen=True, slots=True)
class NotWanted:
    """Why it is not sent after all, in words for the desk."""

    because: str


@dataclass(frozen=True, slots=True)
class NotYet:
    """Whether it is still wanted shows only at `ask_again_at`: until then it waits as it is, and no try is counted."""

    because: str
    ask_again_at: dt.datetime


class Source(Protocol):
    def due(self, *, now: dt.datetime) -> Iterable[Due]: ...

    def message(
        self, *, kind: str, subject_id: int, about_at: dt.datetime, now: dt.datetime
    ) -> Message | NotWanted | NotYet: ...


def named(name: str) -> Source:
    """The source of that name; ImportError when there is none."""
    return cast(Source, import_module(name))


def unwritten(source: str, kind: str, *, about: str, subject: str = "pk") -> Q:
    """A condition for a source's queryset: the outbox has no row yet for this subject and moment.

    `about` and `subject` name fields of the queryset's model.
    """
    written = Reminder.objects.filter(
        source=source, kind=kind, subject_id=OuterRef(subject), about_at=OuterRef(about)
    )
    return ~Q(Exists(written))
