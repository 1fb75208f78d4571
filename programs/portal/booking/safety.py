"""What must not wait for an appointment: which questions are asked before one, and where an answer leads.

The questions, their words and what is urgent are those of the screen's catalogue and its rules. Nothing of an answer
is stored; only the place is, for who will see them. Not knowing is no “no”: it leads to the telephone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from enum import StrEnum

from assessments.screens import from_home, offered
from assessments.screens.answers import Answers
from assessments.screens.definitions import Item, Screen
from assessments.screens.offered import Offered
from assessments.screens.reading import load_screen
from assessments.triage.rules import URGENCIES, URGENT_TIERS, load_ruleset
from clinic.booking.models import Appointment
from clinic.people.models import Account

Said = Mapping[str, bool | None]
NOW, TODAY = URGENCIES[:2]


class Way(StrEnum):
    """Where the answers lead."""

    ON = "on"
    RING = "ring"  # the clinic, now; no time is offered
    EMERGENCY = "emergency"


def places() -> list[Offered]:
    """The places somebody may book for: those whose screen says what must not wait."""
    return [one for one in offered.places() if load_screen(one.screen).safety_text is not None]


def questions(catalogue: str) -> list[Item]:
    """Every red flag a patient can answer with yes or no, in exam order."""
    screen = load_screen(catalogue)
    group = screen.safety_text.after_yes_in if screen.safety_text else ""
    return [
        item
        for item in screen.asked_at_home
        if group and item.group == group and item.kind == "bool" and item.asked_when is None
    ]


def in_two_parts(catalogue: str) -> tuple[list[Item], list[Item]]:
    """(those whose yes alone is an emergency, the others): who must go to hospital is not asked eleven more."""
    asked = questions(catalogue)
    first = [item for item in asked if urgency(catalogue, [item.id]) == NOW]
    return first, [item for item in asked if item not in first]


def in_short(catalogue: str) -> list[Item]:
    """For somebody in treatment: those whose yes alone is for today or for now."""
    return [item for item in questions(catalogue) if urgency(catalogue, [item.id]) in {NOW, TODAY}]


def most_asked(*, briefly: bool) -> int:
    """How many questions there are at most, before anybody has said where the trouble is."""
    ask = in_short if briefly else questions
    return max((len(ask(one.screen)) for one in places()), default=0)


def urgency(catalogue: str, yes: Iterable[str]) -> str:
    """How urgent the rules find these red flags with nothing else known; empty where no urgent rule holds."""
    screen, rules = load_screen(catalogue), load_ruleset(catalogue)
    facts = screen.derive(_answers(screen, yes))
    found = [rule for rule in rules.rules if rule.tier in URGENT_TIERS and rule.when.truth(facts)]
    return min((rule.urgency for rule in found), key=URGENCIES.index, default="")


def leads(catalogue: str, said: Said) -> Way:
    """Any yes stops the booking, and so does any “I do not know”; an emergency says where to go."""
    yes = [name for name, value in said.items() if value is True]
    if yes and urgency(catalogue, yes) == NOW:
        return Way.EMERGENCY
    return Way.ON if all(value is False for value in said.values()) else Way.RING


def hand_on_place(visit: Appointment, place: str, *, now: dt.datetime) -> None:
    """Where the trouble is, for the chart and nobody else; by the account that booking opened for them."""
    by = Account.objects.get(patient=visit.patient_id)
    from_home.name_place(visit=visit, catalogue=place, by=by, now=now)


def _answers(screen: Screen, yes: Iterable[str]) -> Answers:
    answers = screen.validate({"history": dict.fromkeys(yes, True)})
    assert isinstance(answers, Answers)  # noqa: S101 - yes is an answer to each of them
    return answers
