"""A real HTTP server that answers what a test puts in, and keeps what it was asked."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class LittleGateway:
    """`answers` are (status, content type, body), in turn; the last one stays. `drips`: a byte of it every so often."""

    answers: list[tuple[int, str, bytes]] = field(default_factory=list)
    asked: list[tuple[str, Message, bytes]] = field(default_factory=list)
    silent_for: float = 0.0
    drips: float = 0.0
    location: str = ""
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def says(self, status: int, body: str | bytes = "", kind: str = "application/json") -> None:
        self.answers = [(status, kind, body.encode() if isinstance(body, str) else body)]


@contextmanager
def running() -> Iterator[LittleGateway]:
    gateway = LittleGateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            gateway.asked.append((self.path, self.headers, body))
            time.sleep(gateway.silent_for)
            status, kind, said = gateway.answers.pop(0) if len(gateway.answers) > 1 else gateway.answers[0]
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(said)))
            if gateway.location:
                self.send_header("Location", gateway.location)
            self.end_headers()
            try:
                for place in range(len(said)) if gateway.drips else [slice(None)]:
                    self.wfile.write(said[place : place + 1] if gateway.drips else said)
                    self.wfile.flush()
                    time.sleep(gateway.drips)
            except OSError:
                return  # whoever asked has hung up

        def log_message(self, *_: object) -> None:
            """Quietly."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    gateway.port = server.server_address[1]
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield gateway
    finally:
        server.shutdown()
        server.server_close()


def closed_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
