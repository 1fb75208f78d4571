"""`python -m clinic.launch.watched web:8000 celery …`: a worker or beat in a container, started again when it is deaf.

Docker starts again what has ended, and nothing that is only unwell; a deaf worker has not ended. So it runs as our
child, beside the watchdog that `make run` has: the web server is asked, and where reminders wait and nobody takes them
the child is ended and started again. What asks us to stop is passed on, so that it can finish what it has in hand.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from types import FrameType

from clinic.launch import children
from clinic.launch.supervisor import say
from clinic.launch.watchdog import FIRST_PAUSE, Watchdog, ask_the_clinic

PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
GRACE = 10.0  # seconds a deaf one is given to end by itself
LOOKS_EVERY = 0.5  # seconds


@dataclass
class Watched:
    """One program and whoever watches it."""

    argv: list[str]
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    asked_to_stop: signal.Signals | None = field(default=None, init=False)

    def start(self) -> subprocess.Popen[bytes]:
        """It writes where we write, and gets a group of its own: what it started ends with it."""
        self.process = subprocess.Popen(
            self.argv, start_new_session=True, preexec_fn=children.leave_with_parent(signal.SIGTERM)
        )
        if self.asked_to_stop:  # while it was being started
            self.process.send_signal(self.asked_to_stop)
        return self.process

    def start_anew(self) -> None:
        """End it, whatever it takes, and start it again unless somebody wants us to stop."""
        if self.process and not self.asked_to_stop:
            say("Reminders are late and nobody takes them; starting again.")
            children.stop(self.process, grace=GRACE)
            if not self.asked_to_stop:
                self.start()

    def pass_on(self, number: int, frame: FrameType | None) -> None:
        """Celery finishes what it has in hand on the first SIGTERM, and drops it on others: so what came goes on."""
        self.asked_to_stop = signal.Signals(number)
        if self.process:
            self.process.send_signal(number)

    def live(self, watchdog: Watchdog) -> int:
        """Until it ends by itself or on request: its exit code, by which Docker decides."""
        for number in PASSED_ON:
            signal.signal(number, self.pass_on)
        process = self.start()
        while (code := process.poll()) is None:
            watchdog.look()
            time.sleep(LOOKS_EVERY)
            process = self.process or process  # another one, if it was deaf
        children.stop(process)  # whatever it has left behind
        return code if code >= 0 else 128 - code


def main(argv: list[str]) -> int:
    """The web server to ask, as host:port, and the command to run."""
    address, *command = argv
    host, _, port = address.partition(":")
    name = os.environ.get("ALLOWED_HOSTS", "").partition(",")[0]  # it answers to no other
    watched = Watched(command)
    ask = partial(ask_the_clinic, int(port), host=host, name=name)
    return watched.live(Watchdog(ask, watched.start_anew, pause=FIRST_PAUSE))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
