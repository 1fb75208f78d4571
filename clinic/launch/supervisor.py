"""Web, worker and beat under one roof, with the servers they need.

The clinic stands on the web server and the two databases: when one of them ends, everything is ended and said
so. The worker and beat are started again: nothing is lost with them, since what is due is kept in PostgreSQL.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Protocol

from clinic.launch import children

LONGEST_PAUSE = 30.0  # seconds between two tries to start a worker again
ASKS_TO_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STEADY = 60.0  # seconds after which a restarted one counts as well


class Stop(BaseException):
    """Ctrl-C, SIGTERM, or the terminal was closed."""


class StartError(Exception):
    """The clinic could not be started, or could not go on; the text says why and what to do next."""


class Server(Protocol):
    """What the supervisor asks of an embedded server."""

    @property
    def log(self) -> Path: ...

    def is_alive(self) -> bool: ...

    def stop(self) -> None: ...


def say(text: str = "") -> None:
    """A line for the person at the terminal, who may have closed it by now."""
    with contextlib.suppress(OSError, ValueError):
        print(text, flush=True)


def listen_for_stop() -> None:
    """Turn the first signal that asks us to stop into `Stop`."""

    def stop(number: int, frame: FrameType | None) -> None:
        ignore_stop()
        raise Stop

    for each in ASKS_TO_STOP:
        signal.signal(each, stop)


def ignore_stop() -> None:
    """Ignore them from now on: we are tidying up already, and will have ended in a few seconds."""
    for each in ASKS_TO_STOP:
        signal.signal(each, signal.SIG_IGN)


@dataclass
class Program:
    """One process of the clinic. `essential`: the clinic stops with it; otherwise it is started again."""

    name: str
    argv: list[str]
    essential: bool
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    next_try: float = field(default=0.0)

    def pause(self) -> float:
        """Seconds to wait before the next try: 1, 2, 4 … up to half a minute."""
        return min(LONGEST_PAUSE, 2.0 ** max(0, self.failures - 1))


@dataclass
class Supervisor:
    """Starts programs, watches them and their servers, and ends them all."""

    root: Path
    logs: Path
    env: dict[str, str]
    servers: dict[str, Server] = field(default_factory=dict)
    programs: list[Program] = field(default_factory=list)
    also_look: Callable[[], None] = lambda: None

    def start(self, program: Program) -> None:
        """Start a program and keep it in view."""
        program.process = children.start(
            program.argv, log=self.log(program.name), env=self.env, cwd=self.root
        )
        program.started = time.monotonic()
        if program not in self.programs:
            self.programs.append(program)

    def log(self, name: str) -> Path:
        """Where a program's words go."""
        return self.logs / f"{name}.log"

    def finish(self, name: str, argv: list[str]) -> None:
        """Run a program to its end; a failure stops the start."""
        process = children.start(argv, log=self.log(name), env=self.env, cwd=self.root)
        try:
            code = process.wait()
        finally:
            children.stop(process, grace=5)
        if code != 0:
            raise StartError(
                f"The step `{name}` failed. The data are as that step left them. Its last words:\n"
                f"{children.tail(self.log(name))}\nThe whole story is in {self.log(name)}."
            )

    def look(self) -> None:
        """One look at everything: raise `StartError` if the clinic cannot go on, start again what may be."""
        for name, server in self.servers.items():
            if not server.is_alive():
                raise StartError(self.farewell(name, server.log))
        now = time.monotonic()
        for program in self.programs:
            if program.process and program.process.poll() is None:
                if program.failures and now - program.started > STEADY:
                    program.failures = 0
            elif program.essential:
                raise StartError(self.farewell(program.name, self.log(program.name)))
            else:
                self.revive(program, now)

    def revive(self, program: Program, now: float) -> None:
        """Start a program that has ended again, after a pause that grows while it keeps ending."""
        if program.process:
            code = program.process.returncode
            children.stop(program.process)  # whatever it had started
            program.process = None
            program.failures += 1
            program.next_try = now + program.pause()
            say(f"{program.name} ended (code {code}); starting it again. Why: {self.log(program.name)}")
        elif now >= program.next_try:
            self.start(program)

    def start_anew(self, programs: list[Program], why: str) -> None:
        """End programs that run but do not work; the next look starts them again."""
        running = [(program.process, signal.SIGTERM) for program in programs if program.process]
        say(f"{why}; starting {' and '.join(program.name for program in programs)} again.")
        children.stop_all(running, grace=5)

    def farewell(self, name: str, log: Path) -> str:
        """What is said when the clinic cannot go on."""
        return (
            f"{name} has ended, so the clinic stops. What was saved is kept. Its last words:\n"
            f"{children.tail(log)}\nStart again with make run; the whole story is in {log}."
        )

    def watch(self) -> None:
        """Look every half second, for ever."""
        while True:
            self.look()
            self.also_look()
            time.sleep(0.5)

    def stop(self) -> None:
        """End the programs at the same time, then the servers they used."""
        running = [(p.process, signal.SIGTERM) for p in self.programs if p.process]
        children.stop_all(running, grace=10)
        for server in reversed(self.servers.values()):
            server.stop()


def python_program(*module_and_arguments: str) -> list[str]:
    """The command for a module in this environment."""
    return [sys.executable, "-m", *module_and_arguments]
