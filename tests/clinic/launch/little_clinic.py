"""The real launcher around a clinic of three small processes: `python -m tests.clinic.launch.little_clinic FOLDER`.

FOLDER/web is served, FOLDER/healthz being its health check. The servers are the real ones.
"""

from __future__ import annotations

import sys
from pathlib import Path

from clinic.launch import run
from clinic.launch.supervisor import Program, Supervisor, python_program

# Like a web server or a Celery worker: a process with a process of its own, in no hurry to end.
PARENT = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
time.sleep(600)
"""


def start_little_web(supervisor: Supervisor, port: int) -> None:
    web = python_program("http.server", "--bind", "127.0.0.1", "--directory", "web", str(port))
    supervisor.start(Program("web", web, essential=True))


def start_little_worker(supervisor: Supervisor, port: int) -> None:
    supervisor.start(Program("worker", [sys.executable, "-c", PARENT], essential=False))


def main(folder: Path) -> int:
    (folder / "web").mkdir(exist_ok=True)
    (folder / "web" / "healthz").write_text("well")
    run.fill = lambda supervisor: None
    run.start_web, run.start_reminding = start_little_web, start_little_worker
    return run.run(folder)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
