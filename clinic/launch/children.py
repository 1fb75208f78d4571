"""Starting and ending processes so that none outlives its parent.

Each child has a session of its own: one Ctrl-C reaches only us, and its whole group can be ended. On Linux the
kernel signals a child when its parent dies, even by kill -9; for what is left over anyway (macOS has no such
thing, and a child's own children may outlive it) every process carries a mark in its environment by which the
next start finds it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from clinic.launch.places import Account

MARK = "CLINIC_LAUNCHED_FOR"
LINUX = platform.system() == "Linux"
PR_SET_PDEATHSIG = 1
LONGEST_LOG = 2_000_000  # bytes; an older log makes room when a process starts


def start(
    argv: list[str],
    *,
    log: Path,
    env: dict[str, str],
    cwd: Path | None = None,
    account: Account | None = None,
    at_parents_death: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a process in the background; what it says goes to the end of its log."""
    if log.exists() and log.stat().st_size > LONGEST_LOG:
        log.replace(log.with_suffix(".old.log"))
    with log.open("ab") as output:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd,
            start_new_session=True,
            preexec_fn=leave_with_parent(at_parents_death),
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )


def leave_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """What a new Linux process does before it becomes the program: ask to be signalled when we die.

    The C function is looked up here, before the fork: afterwards the process may run as an account that can
    read none of Python's files.
    """
    if not LINUX:
        return None
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # it died in between
            os._exit(1)

    return ask


def stop(process: subprocess.Popen[bytes], *, by: signal.Signals = signal.SIGTERM, grace: float = 10) -> None:
    """End a process and its group: asked first, killed after `grace` seconds."""
    stop_all([(process, by)], grace=grace)


def stop_all(processes: Iterable[tuple[subprocess.Popen[bytes], signal.Signals]], *, grace: float) -> None:
    """End several processes at the same time, each with its own signal, and whatever they started."""
    ending = list(processes)
    for process, by in ending:
        if process.poll() is None:
            process.send_signal(by)
    deadline = time.monotonic() + grace
    for process, _ in ending:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.05, deadline - time.monotonic()))
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log, or a word that there are none."""
    try:
        said = log.read_text(errors="replace").splitlines()[-lines:]
    except OSError:
        said = []
    return "\n".join(f"    {line}" for line in said) or "    (it said nothing)"


def end_leftovers(mark: str) -> int:
    """End what an earlier start left behind; call it only while holding the lock. How many there were."""
    found = leftovers(mark)
    for number, seconds in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 2.0)):
        left = leftovers(mark)
        for pid in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
        deadline = time.monotonic() + seconds
        while left and leftovers(mark) and time.monotonic() < deadline:
            time.sleep(0.1)
    return len(found)


def leftovers(mark: str) -> list[int]:
    """Processes that carry our mark in their environment, ourselves and our parents left out."""
    wanted = f"{MARK}={mark}"
    pids = marked_on_linux(wanted) if LINUX else marked_by_ps(wanted)
    return [pid for pid in pids if pid not in {os.getpid(), os.getppid()}]


def marked_on_linux(wanted: str) -> list[int]:
    """Read from /proc: a bare Debian has no ps."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            if os.fsencode(wanted) in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found


def marked_by_ps(wanted: str) -> list[int]:
    """Read from ps, which shows the environment of one's own processes after their command."""
    listed = subprocess.run(
        ["ps", "-axww", "-E", "-o", "pid=,command="], capture_output=True, text=True, check=False
    )
    lines = (line.strip().partition(" ") for line in listed.stdout.splitlines())
    return [int(pid) for pid, _, rest in lines if f"{wanted} " in f"{rest} " and pid.isdigit()]


def is_running(pid: int) -> bool:
    """Whether there is such a process, ours or not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def is_named(pid: int, name: str) -> bool:
    """Whether that process is that program, and not a stranger that got its number after a restart."""
    if LINUX:
        try:
            return Path(f"/proc/{pid}/comm").read_text().startswith(name)
        except OSError:
            return False
    shown = subprocess.run(["ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return name in shown.stdout
