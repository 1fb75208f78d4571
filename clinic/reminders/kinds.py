"""What a kind of reminder is, apart from any one of them: its name for the desk, and what a manager may change."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
CLOCKS = 3 * HOUR  # how much more than its days a lead may take where the clocks change


@dataclass(frozen=True, slots=True)
class Lead:
    """How long before or after its moment a kind goes out, and the least and the most a manager may make of it.

    Whole days are days of the calendar (the same time on the wall), anything else is hours that pass.
    """

    usual: dt.timedelta
    least: dt.timedelta
    most: dt.timedelta
    before: bool

    @property
    def in_days(self) -> bool:
        """Whether a manager gives it in days; else in hours."""
        return self.least % DAY == self.most % DAY == self.usual % DAY == dt.timedelta()


def before(usual: dt.timedelta, *, least: dt.timedelta, most: dt.timedelta) -> Lead:
    """So long before what it is about."""
    return Lead(usual, least, most, before=True)


def after(usual: dt.timedelta, *, least: dt.timedelta, most: dt.timedelta) -> Lead:
    """So long after what it is about."""
    return Lead(usual, least, most, before=False)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of one source.

    `label` is what the desk reads. `lead` is None for what goes out when something happens. `at_once`: quiet hours do
    not hold it up, since somebody waits for it or it would come too late. `needed`: it cannot be switched off, since
    people would be left standing at a closed door. `by_mail_alone`: its link is for whoever reads that mailbox;
    `by_text_alone`: it asks a phone something.
    `worded`: its words can be changed under Settings; the others say what only their own template can.
    `timed`: it is about a visit, so its words must say when. `template`: ours, where it is not named like the kind.
    `answers`: what its links to answer by are called (Message.answers), for whoever looks at a sample of it.
    """

    label: str
    lead: Lead | None = None
    at_once: bool = False
    needed: bool = False
    by_mail_alone: bool = False
    by_text_alone: bool = False
    worded: bool = True
    timed: bool = False
    template: str = ""
    answers: tuple[str, ...] = ()

    @property
    def goes_one_way(self) -> bool:
        """Whether there is nothing to choose: neither the clinic's wish nor the patient's changes how it goes."""
        return self.by_mail_alone or self.by_text_alone

    def template_of(self, name: str) -> str:
        """Our own words for the kind of that name."""
        return self.template or f"emails/{name}.txt"
