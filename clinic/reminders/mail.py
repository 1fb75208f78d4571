"""Handing one e-mail to the mail server, and knowing afterwards what is known: gone, refused, or nobody can say."""

from __future__ import annotations

import logging
import re
import smtplib
from collections.abc import Callable
from typing import Any

from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from clinic.people.models import ContactChannel
from clinic.reminders import unsubscribe
from clinic.reminders.deadline import Overdue, within
from clinic.reminders.sending import NotSent as NotSent
from clinic.reminders.sending import Receipt as Receipt
from clinic.reminders.wording import Letter

log = logging.getLogger(__name__)


ENHANCED = re.compile(rb"\s*(\d\.\d{1,3}\.\d{1,3})\b")
LONGEST = 30.0  # seconds for one letter, from the first word to the last: well under the lease a sender holds


class Line:
    """A line to the mail server, kept open from letter to letter and given up after any trouble."""

    def __init__(self) -> None:
        self._connection: Any = None

    def send(
        self,
        letter: Letter,
        *,
        to: str,
        message_id: str,
        channel: ContactChannel | None = None,
        before_handing: Callable[[], None] = lambda: None,
    ) -> Receipt:
        """Return once the server has taken it; raise NotSent otherwise.

        With a channel the mail says how to stop mail to it. `before_handing` is called when the line stands and nothing
        was said of this letter yet.
        """
        talk = _Talk(self, written(letter, to=to, message_id=message_id, channel=channel), before_handing)
        try:
            return within(LONGEST, talk.hold)
        except Overdue as error:
            talk.given_up = True
            self._connection = None  # whoever still talks on it does so alone
            raise NotSent(
                f"The mail server had not answered after {LONGEST:.0f} seconds.", unsure=talk.handing
            ) from error
        except NotSent:
            self.close()
            raise

    def stand(self) -> Any:
        """An open connection: the one there is, if it still answers, or a new one. Raises what opening raises."""
        if self._connection is not None and not _answers(self._connection):
            self.close()
        if self._connection is None:
            fresh = get_connection()
            fresh.open()
            self._connection = fresh
        return self._connection

    def close(self) -> None:
        """The last letter is already taken or not: a goodbye that fails changes neither."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            within(LONGEST, connection.close)
        except (OSError, smtplib.SMTPException, Overdue):
            log.info("the mail server hung up first")


class _Talk:
    """One letter's conversation, which somebody else may stop waiting for."""

    def __init__(self, line: Line, mail: EmailMessage, before_handing: Callable[[], None]) -> None:
        self.line, self.mail, self.before_handing = line, mail, before_handing
        self.handing = self.given_up = False

    def hold(self) -> Receipt:
        try:
            connection = self.line.stand()
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(f"The mail server could not be reached ({type(error).__name__}).") from error
        if self.given_up:  # opening took too long: nobody counts on this letter any more
            raise NotSent("The mail server answered too late.")
        self.before_handing()
        self.handing = True
        try:
            connection.send_messages([self.mail])
        except (
            Exception
        ) as error:  # a provider's backend may raise what it likes: it was handed over all the same
            raise judged(error) from error
        return receipt(self.mail)


def send(letter: Letter, *, to: str, message_id: str) -> None:
    """One letter by itself. Return once the server has taken it; raise NotSent otherwise."""
    line = Line()
    line.send(letter, to=to, message_id=message_id)
    line.close()


def written(
    letter: Letter, *, to: str, message_id: str, channel: ContactChannel | None = None
) -> EmailMessage:
    """The letter as a mail. A line break in an address would be a header of somebody else's making: refused."""
    mail = EmailMessage(letter.subject, letter.text, settings.DEFAULT_FROM_EMAIL, [to])
    if letter.calendar:
        mail.attach("appointment.ics", letter.calendar, "text/calendar; method=PUBLISH")
    mail.extra_headers = {"Message-ID": message_id, "Auto-Submitted": "auto-generated"}
    if channel is not None:
        mail.extra_headers |= unsubscribe.headers(channel)
    try:
        mail.message()
    except ValueError as error:
        raise NotSent(
            "The address is not one a mail can be sent to. Correct it in the record.", for_good=True
        ) from error
    return mail


def receipt(mail: EmailMessage) -> Receipt:
    """Who took it, and under which name: a provider's own (django-anymail tells it), else our Message-ID."""
    status = getattr(mail, "anymail_status", None)
    name = settings.EMAIL_BACKEND.removeprefix("anymail.backends.").split(".")[0]
    return Receipt(
        provider=name if status is not None else "smtp",
        provider_id=str(getattr(status, "message_id", None) or "")[:120],
    )


def _answers(connection: Any) -> bool:
    """Whether a line that was idle still stands. Asked before a letter, for afterwards nobody could say."""
    wire = getattr(connection, "connection", None)
    if not isinstance(wire, smtplib.SMTP):
        return True
    try:
        return wire.noop()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False


def judged(error: Exception) -> NotSent:
    """What an error between the first word and the server's last answer means."""
    if isinstance(error, AnymailRecipientsRefused):
        return NotSent("The mail provider takes nothing for that address.", dead=True)
    code = _answer(error)
    if code is None:
        return NotSent(f"The line to the mail server broke ({type(error).__name__}).", unsure=True)
    if isinstance(error, smtplib.SMTPRecipientsRefused) and _is_dead(error):
        return NotSent(f"The mail server says that address does not exist (answer {code}).", dead=True)
    if code >= 500:
        return NotSent(f"The mail server refused it for good (answer {code}).", for_good=True)
    return NotSent(f"The mail server asked us to try later (answer {code}).")


def _answer(error: Exception) -> int | None:
    """The server's code, when it did answer."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((code for code, _ in error.recipients.values()), default=None)
    if isinstance(error, smtplib.SMTPResponseException):
        return int(error.smtp_code)
    if isinstance(error, AnymailAPIError) and isinstance(error.status_code, int):
        return _as_smtp(error.status_code)
    return None


def _as_smtp(status: int) -> int | None:
    """What an answer over HTTP would have been in SMTP: 450 later, 550 never, None where nobody knows."""
    if status in {401, 403, 408, 429} or status >= 500:  # our key, our pace, their trouble
        return 450
    return 550 if status >= 400 else None


def _is_dead(error: smtplib.SMTPRecipientsRefused) -> bool:
    """Whether it is the address that is wrong, not what we said or how often: 5.1.x, or a bare 550, 551 or 553."""
    answers = list(error.recipients.values())
    enhanced = [ENHANCED.match(said) for _, said in answers]
    if any(enhanced):
        return any(found is not None and found[1].startswith(b"5.1.") for found in enhanced)
    return any(code in {550, 551, 553} for code, _ in answers)
