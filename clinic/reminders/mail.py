"""Handing one e-mail to the mail server, and knowing afterwards what is known: gone, refused, or nobody can say."""

from __future__ import annotations

import logging
import smtplib

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from clinic.reminders.sending import NotSent as NotSent
from clinic.reminders.wording import Letter

log = logging.getLogger(__name__)


def send(letter: Letter, *, to: str, message_id: str) -> None:
    """Return once the server has taken it; raise NotSent otherwise."""
    mail = EmailMessage(letter.subject, letter.text, settings.DEFAULT_FROM_EMAIL, [to])
    if letter.calendar:
        mail.attach("appointment.ics", letter.calendar, "text/calendar; method=PUBLISH")
    mail.extra_headers = {"Message-ID": message_id, "Auto-Submitted": "auto-generated"}
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(f"The mail server could not be reached ({type(error).__name__}).") from error
    try:
        connection.send_messages([mail])
    except (OSError, smtplib.SMTPException) as error:
        raise judged(error) from error
    finally:
        _hang_up(connection)


def judged(error: Exception) -> NotSent:
    """What an error between the first word and the server's last answer means."""
    code = _answer(error)
    if code is None:
        return NotSent(f"The line to the mail server broke ({type(error).__name__}).", unsure=True)
    if code >= 500:
        return NotSent(f"The mail server refused it for good (answer {code}).", for_good=True)
    return NotSent(f"The mail server asked us to try later (answer {code}).")


def _answer(error: Exception) -> int | None:
    """The server's code, when it did answer."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((code for code, _ in error.recipients.values()), default=None)
    if isinstance(error, smtplib.SMTPResponseException):
        return int(error.smtp_code)
    return None


def _hang_up(connection: object) -> None:
    """The letter is already taken or not: a goodbye that fails changes neither."""
    try:
        connection.close()  # type: ignore[attr-defined]  # every backend has one
    except (OSError, smtplib.SMTPException):
        log.info("the mail server hung up first")
