"""One POST to a provider's interface, and an exact account of how far it came.

A general HTTP client answers “it failed”; the outbox has to know whether the request was out, since then the message
may be too. So the steps are taken one by one: what fails before the request is sent is tried again, what fails after
it is unsure. No redirect is followed, no proxy is read from the environment, at most 64 kB of an answer are read, and
the whole has an end, also when the other side sends a byte now and then.
"""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

from clinic.reminders.sending import NotSent

STEP = 10.0  # seconds for connecting, and for each read
WHOLE = 20.0  # seconds for everything; well under a sender's lease
MOST = 64 * 1024  # bytes read of an answer
OURS_TO_MEND = frozenset({401, 403, 404, 405, 407})  # a key or an address in our settings is wrong


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is cut at 64 kB; `is_whole` says whether it was."""

    status: int
    body: bytes
    is_whole: bool

    @property
    def taken(self) -> bool:
        return 200 <= self.status < 300

    @property
    def told(self) -> dict[str, Any]:
        """The object it holds; empty for a web page, for nothing, and for whatever else is not a JSON object."""
        try:
            told = json.loads(self.body) if self.is_whole else None
        except ValueError:
            return {}
        return told if isinstance(told, dict) else {}


def post(
    url: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    who: str,
    step: float = STEP,
    whole: float = WHOLE,
) -> Answer:
    """The answer, whatever it says. Raises NotSent, `unsure` once the request was on its way. `who`: “The gateway”."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        line = _reached(parts.hostname or "", parts.port, tls=parts.scheme == "https", step=step)
    except OSError as error:
        raise NotSent(f"{who} could not be reached ({type(error).__name__}).") from error
    try:
        with _at_most(whole, line):
            _shake_hands(line, who)
            return _exchange(line, path, body, headers, who)
    finally:
        line.close()


def _reached(host: str, port: int | None, *, tls: bool, step: float) -> HTTPConnection:
    """A line whose socket is ours, so that it can be cut from outside."""
    line = HTTPConnection(host, port or (443 if tls else 80), timeout=step)
    line.connect()
    if tls:
        context = ssl.create_default_context()
        line.sock = context.wrap_socket(line.sock, server_hostname=host, do_handshake_on_connect=False)
    return line


def _shake_hands(line: HTTPConnection, who: str) -> None:
    if isinstance(line.sock, ssl.SSLSocket):
        try:
            line.sock.do_handshake()
        except OSError as error:
            raise NotSent(f"{who} could not be reached safely ({type(error).__name__}).") from error


def _exchange(line: HTTPConnection, path: str, body: bytes, headers: Mapping[str, str], who: str) -> Answer:
    try:
        line.request("POST", path, body=body, headers=dict(headers))
        response = line.getresponse()
        read = response.read(MOST + 1)
    except (OSError, HTTPException) as error:
        raise NotSent(
            f"{who} took the request and never answered it ({type(error).__name__}).", unsure=True
        ) from error
    return Answer(response.status, read[:MOST], is_whole=len(read) <= MOST)


@contextmanager
def _at_most(seconds: float, line: HTTPConnection) -> Iterator[None]:
    """Cuts the line when the time is over: timeouts of a socket begin anew with every byte."""
    watch = Timer(seconds, _cut, [line.sock])
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _cut(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it was closed in this very moment


def judged(answer: Answer, *, who: str) -> NotSent | None:
    """What an answer other than a yes means before its words are looked at; None where the words decide."""
    if answer.taken:
        return None
    if answer.status in OURS_TO_MEND:
        return NotSent(
            f"{who} does not let the clinic in (answer {answer.status}): its settings need a look. "
            "It is tried again."
        )
    if 300 <= answer.status < 400:
        return NotSent(f"{who} has moved (answer {answer.status}): the clinic's settings need a look.")
    if answer.status in {408, 409, 425, 429} or answer.status >= 500:
        return NotSent(f"{who} asked us to try later (answer {answer.status}).")
    return None
