"""Celery's door: mailing a code to somebody who books, and forgetting what was typed and never became a visit.

Each task may be lost or doubled: what is due stands in the request's row, and a code is made once.
"""

from __future__ import annotations

import logging
from importlib import import_module

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from clinic.booking import links, online_requests
from clinic.reminders.mail import NotSent, send
from programs.portal.booking.letters import letter, message_id

log = logging.getLogger(__name__)


@shared_task  # type: ignore[untyped-decorator]
def mail_codes() -> None:
    """Call a worker for each code that is due."""
    for request_id, nth in online_requests.codes_due(now=timezone.now()):
        mail_code.delay(request_id=request_id, nth=nth)


@shared_task  # type: ignore[untyped-decorator]
def mail_code(*, request_id: int, nth: int) -> None:
    """Make the nth code of this request and mail it, unless a copy of this task was first."""
    told = online_requests.new_code(request_id=request_id, nth=nth, now=timezone.now())
    if told is None:
        return
    try:
        send(letter(told), to=told.email, message_id=message_id())
    except NotSent as error:
        log.warning("code %s of request %s was not sent: %s", nth, request_id, error)
        if not error.unsure:
            online_requests.code_not_sent(request_id=request_id, nth=nth, now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def forget_requests() -> None:
    """What was typed a day ago, links to visits long over, and sessions that ended: looking at times leaves one."""
    now = timezone.now()
    online_requests.forget(now=now)
    links.forget(now=now)
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
