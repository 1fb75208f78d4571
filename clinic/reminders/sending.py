"""What handing a message over can end in, whichever way it goes: a receipt, or the reason why there is none.

Plain values: e-mail (clinic.reminders.mail), text messages (texts) and notices on phones (push) speak in them.
"""

from __future__ import annotations

from dataclasses import dataclass


class NotSent(Exception):
    """It did not go out, or nobody can say.

    `for_good`: trying again would be answered alike. `unsure`: it may have been taken before the line broke.
    `dead`: the address itself does not exist or refuses us, so nothing more may be sent there.
    `because` is for the desk and names no address.
    """

    def __init__(
        self, because: str, *, for_good: bool = False, unsure: bool = False, dead: bool = False
    ) -> None:
        self.because = because[:240]  # as long as the outbox keeps it
        self.for_good = for_good or dead
        self.unsure = unsure
        self.dead = dead
        super().__init__(self.because)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Who took it from us, and what they call it: what they tell afterwards names it by that."""

    provider: str
    provider_id: str = ""
