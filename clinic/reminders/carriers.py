"""Handing a message over, whichever way it goes. One mail line serves many; a whole conversation has a limit."""

from __future__ import annotations

from collections.abc import Callable

from clinic.reminders import mail, push, texts
from clinic.reminders.deadline import Overdue, within
from clinic.reminders.models import Way
from clinic.reminders.reaching import Target
from clinic.reminders.sending import NotSent, Receipt
from clinic.reminders.wording import Letter, without_links

HOW_TO_STOP = "Reply STOP to end."


class Carriers:
    """What one sender has open while it works through its reminders."""

    def __init__(self) -> None:
        self._line = mail.Line()

    def hand_over(
        self, letter: Letter, target: Target, *, key: str, before_handing: Callable[[], None]
    ) -> Receipt:
        """Return once it was taken; raise NotSent otherwise. `key` is the same for every copy of one send."""
        if target.way == Way.EMAIL:
            return self._line.send(
                letter,
                to=target.to,
                message_id=key,
                channel=target.channel,
                before_handing=before_handing,
            )
        before_handing()
        try:
            return within(mail.LONGEST, lambda: _by_phone(letter, target, key))
        except Overdue as error:
            raise NotSent("Its provider had not answered in time.", unsure=True) from error

    def close(self) -> None:
        self._line.close()


def _by_phone(letter: Letter, target: Target, key: str) -> Receipt:
    if target.phone is not None:
        return push.send(letter.short, letter.link, to=target.phone, key=key)
    return texts.send(as_text(letter), to=target.to, key=key)


def as_read(letter: Letter, way: Way) -> str:
    """What its reader is shown that way, to be kept: without the links, each of which opens something of theirs."""
    said = {
        Way.EMAIL: f"{letter.subject}\n\n{letter.text}",
        Way.TEXT: as_text(letter),
        Way.PUSH: letter.short,
    }
    return without_links(said[way]).strip()


def as_text(letter: Letter) -> str:
    """The short form, the link, and how to stop; a letter written as a text message goes as it is."""
    if letter.whole_by_text:
        return letter.text.strip()
    return "\n".join([letter.short, letter.link, letter.how_to_stop or HOW_TO_STOP])
