"""When a start counts as done: the clinic answers 200, and nothing else will do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from clinic.launch import run


class Answers(BaseHTTPRequestHandler):
    status = 200
    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(("status", "well"), [(200, True), (404, False), (503, False), (302, False)])
def test_only_a_plain_yes_counts(port, monkeypatch, status, well):
    monkeypatch.setattr(Answers, "status", status)
    assert run.is_healthy(port) is well


def test_a_start_does_not_ask_for_reminders(port):
    """They are late after a break, until the worker and beat that this start brings have caught up."""
    run.is_healthy(port)
    assert Answers.asked[-1] == "/healthz?for=start"


def test_nobody_there_is_not_well():
    assert run.is_healthy(1) is False
