"""The web server as `make run` starts it, on this test's database: two processes of two threads.

with serving("clinic.config.wsgi:application") as port: …
hand = Hand(world.signed_in(world.dee), port); hand.books(…)
"""

from __future__ import annotations

import contextlib
import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.db import connection
from django.test import Client

from clinic.launch import children, environment, run

TOKEN = "a" * 32  # a CSRF secret as the cookie carries it


@contextlib.contextmanager
def serving(application: str) -> Iterator[int]:
    """The port it listens on at 127.0.0.1, once it answers; it ends with the block."""
    port = environment.free_port()
    url = urlsplit(os.environ["DATABASE_URL"])
    here = urlunsplit(url._replace(path="/" + connection.settings_dict["NAME"]))
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "2", "--blocking-threads", "2", "--backpressure", "128"]
    server = subprocess.Popen(
        [*command, application],
        env={**os.environ, "DATABASE_URL": here},
        preexec_fn=children.leave_with_parent(15),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        while not run.is_healthy(port):
            assert server.poll() is None, "the web server ended"
            assert time.monotonic() < deadline, "the web server does not answer"
            time.sleep(0.2)
        yield port
    finally:
        server.terminate()
        server.wait(20)


@dataclass
class Hand:
    """Somebody at the desk with a browser of their own.

    Each request has a line of its own: fifty that stay open would be more than the server takes at a time.
    """

    client: Client
    port: int
    line: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def books(self, **fields: object) -> tuple[int, str]:
        """(status, body) of the booking page for what was filled in."""
        cookies = f"sessionid={self.client.cookies['sessionid'].value}; csrftoken={TOKEN}"
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        headers["Connection"] = "close"
        body = urlencode({"csrfmiddlewaretoken": TOKEN, **fields})
        self.line.request("POST", "/desk/book/", body, headers)
        answer = self.line.getresponse()
        return answer.status, answer.read().decode()


@contextlib.contextmanager
def hands(clients: Iterable[Client], port: int) -> Iterator[list[Hand]]:
    """Each client at a desk of its own; the lines are closed at the end."""
    people = [Hand(client, port) for client in clients]
    try:
        yield people
    finally:
        for hand in people:
            hand.line.close()
