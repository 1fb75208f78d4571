"""A worker in a container: started again when it is deaf, left in peace when it works, and stopped as if alone.

Real processes, as Docker has them: the watcher, its child, and a web server that tells how reminders are.
"""

from __future__ import annotations

import http.server
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clinic.launch import children, watched
from clinic.launch.watchdog import LATE

# Python 3.12 warns of starting programs beside threads; pytest-xdist has one, the watcher has none.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")

WELL, DEAF = {"oldest_due_seconds": 0, "last_sign_seconds": 1}, {"oldest_due_seconds": LATE + 9}
# Writes down that it lives, and ends what it has in hand when it is asked to.
CHILD = """
import os, pathlib, signal, sys, time
here = pathlib.Path(sys.argv[1])
def finish(*_):
    time.sleep(0.5)
    (here / "finished").write_text(str(os.getpid()))
    sys.exit(0)
signal.signal(signal.SIGTERM, finish)
(here / str(os.getpid())).write_text("started")
while True:
    time.sleep(0.05)
"""
WATCHER = """
import sys
from clinic.launch import watchdog, watched
watchdog.EVERY, watched.FIRST_PAUSE, watched.GRACE = 0.1, float(sys.argv[1]), 0.5
sys.exit(watched.main(sys.argv[2:]))
"""


def wait_for(truth: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not truth():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


class Web:
    """Answers to one name alone, like Django behind ALLOWED_HOSTS."""

    def __init__(self) -> None:
        self.told, self.asked = WELL, 0
        web = self

        class Answering(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                web.asked += 1
                self.send_response(200 if self.headers["Host"] == "clinic.example" else 400)
                self.end_headers()
                named = self.headers["Host"] == "clinic.example" and self.path == "/healthz?for=watchdog"
                self.wfile.write(
                    json.dumps({"last_sign_seconds": None, **web.told} if named else {}).encode()
                )

            def log_message(self, *_: object) -> None: ...

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def web() -> Iterator[Web]:
    made = Web()
    yield made
    made.server.shutdown()
    made.server.server_close()


class Container:
    """What Docker sees of one."""

    def __init__(self, folder: Path, web: Web, child: str = CHILD, pause: float = 0.2) -> None:
        self.folder = folder
        program = [sys.executable, "-c", child, str(folder)]
        self.process = subprocess.Popen(
            [sys.executable, "-c", WATCHER, str(pause), f"127.0.0.1:{web.server.server_port}", *program],
            env=os.environ | {"ALLOWED_HOSTS": "clinic.example,other.example"},
            stdout=subprocess.DEVNULL,
        )

    def children(self) -> set[int]:
        return {int(file.name) for file in self.folder.iterdir() if file.name.isdigit()}

    def first_child(self) -> int:
        wait_for(self.children)
        return min(self.children())


@pytest.fixture
def container(tmp_path, web) -> Iterator[Callable[..., Container]]:
    started: list[Container] = []

    def start(**how: object) -> Container:
        started.append(Container(tmp_path, web, **how))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.wait()
        for pid in each.children():
            if children.is_running(pid):
                os.kill(pid, signal.SIGKILL)


def test_a_deaf_one_is_started_again(container, web):
    """Stopped, it looks alive and hears no request to end."""
    here = container()
    deaf = here.first_child()
    os.kill(deaf, signal.SIGSTOP)
    web.told = DEAF
    wait_for(lambda: len(here.children()) > 1)
    web.told = WELL
    assert not children.is_running(deaf)
    assert here.process.poll() is None


def test_control_while_reminders_go_out_nothing_is_started_again(container, web):
    here = container()
    os.kill(here.first_child(), signal.SIGSTOP)
    asked = web.asked
    wait_for(lambda: web.asked > asked + 3)
    assert len(here.children()) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop_it_finishes_what_it_has_in_hand(container, web, number):
    child = CHILD.replace("signal.SIGTERM", f"signal.{number.name}")
    here = container(child=child)
    pid = here.first_child()
    here.process.send_signal(number)
    assert here.process.wait(10) == 0
    assert (here.folder / "finished").read_text() == str(pid)


def test_what_ends_by_itself_ends_us_so_that_docker_starts_both_again(container):
    assert container(child="raise SystemExit(7)").process.wait(10) == 7
    assert container(child="import os; os.kill(os.getpid(), 9)").process.wait(10) == 128 + 9


def test_killed_with_a_watcher_that_dies(container):
    here = container()
    pid = here.first_child()
    here.process.kill()
    here.process.wait()
    wait_for((here.folder / "finished").exists)
    wait_for(lambda: not children.is_running(pid))


def test_asked_to_stop_while_a_deaf_one_is_ended_it_is_not_started_again(monkeypatch):
    one = watched.Watched([sys.executable, "-c", "import time; time.sleep(60)"])
    one.start()
    end = children.stop

    def end_while_asked_to_stop(process, **how):
        one.pass_on(signal.SIGTERM, None)
        end(process, **how)

    monkeypatch.setattr(children, "stop", end_while_asked_to_stop)
    first = one.process
    one.start_anew()
    assert one.process is first
    assert first.poll() is not None
