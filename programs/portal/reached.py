"""How messages reach a patient now, what is stopped, and where the page that says so leads back to."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from clinic.people.models import ChannelKind, ContactChannel, Patient
from clinic.reminders.models import Way
from clinic.reminders.reaching import Target, in_order, reached_by

NO_WISH = ("", "No wish")
LABELS = {Way.EMAIL: "E-mail", Way.TEXT: "Text message", Way.PUSH: "Notice on your phone"}
NO_WISH_HINT = "We use e-mail first, then a text, then a notice."
SAID = {
    "came back": "Nothing goes to {}: what we sent came back. Tell us if it is right.",
    "texts": "Texts to {} are stopped. To get them again, text START from it, or tell us.",
    "e-mails": "E-mails to {} are stopped: no reminders, and no word if we move or cancel a visit. "
    "To get them again, tell us.",
}
# Which page somebody came from, as the address says it, and where “back” goes then.
CAME_FROM = {
    "visits": ("portal:appointments", "Your appointments"),
    "program": ("portal:program", "Your program"),
    "calendar": ("portal:calendar", "Your calendar"),
}
ELSEWHERE = ("portal:today", "Today")


@dataclass(frozen=True, slots=True)
class Reached:
    """`now`: where the next message goes, in words; empty where none can. `ways`: (value, label, hint) to choose from.

    `first` is the way they asked for, empty where that way does not reach them now. `stopped`: a sentence or two each.
    """

    now: str
    ways: list[tuple[str, str, str]]
    first: str
    stopped: list[str]


def reached(patient: Patient) -> Reached:
    """As it stands. Two queries, or three where notices can be sent."""
    targets = reached_by(patient)
    first = next(iter(in_order(targets, first=patient.first_way)), None)
    ways = [(target.way.value, LABELS[target.way], _to(target)) for target in targets]
    return Reached(
        now=f"{LABELS[first.way]} {_to(first)}" if first else "",
        ways=ways,
        first=patient.first_way if patient.first_way in {target.way for target in targets} else "",
        stopped=[said for channel in patient.channels.all() if (said := _stopped(channel))],
    )


def back(came_from: str) -> tuple[str, str]:
    """(address, label) of where they came from; Today where that is not known."""
    name, label = CAME_FROM.get(came_from, ELSEWHERE)
    return reverse(name), label


def page(came_from: str) -> str:
    """The address of the page on reminders, which still knows where they came from."""
    return reverse("portal:reminders") + (f"?from={came_from}" if came_from in CAME_FROM else "")


def masked(channel: ContactChannel) -> str:
    """Enough to know it by: a…@runner.example, or the last digits of a number."""
    if channel.kind == ChannelKind.EMAIL:
        name, _, host = channel.value.rpartition("@")
        return f"{name[:1]}…@{host}"
    return f"the number that ends in {channel.value[-3:]}"


def _to(target: Target) -> str:
    return f"to {masked(target.channel)}" if target.channel is not None else f"on {target.to}"


def _stopped(channel: ContactChannel) -> str:
    """What no longer comes there, in words; empty where nothing was stopped."""
    where = masked(channel)
    if channel.stopped_at is not None:
        return SAID["came back"].format(where)
    if channel.kind == ChannelKind.PHONE:
        if channel.texts_stopped_at is not None:
            return SAID["texts"].format(where)
        return ""
    if channel.consent_withdrawn_at is not None:
        return SAID["e-mails"].format(where)
    return ""
