"""`python -m clinic.launch run|test|reset|prepare`: started by dev.py inside the environment."""

from __future__ import annotations

import sys
from pathlib import Path

from clinic.launch.reset import reset
from clinic.launch.run import prepare, run
from clinic.launch.steps import run_steps

ROOT = Path(__file__).resolve().parents[2]


def main(argv: list[str]) -> int:
    """Run one command; the exit code is the process's."""
    match argv:
        case ["run"]:
            return run(ROOT)
        case ["prepare"]:
            return prepare(ROOT)
        case ["test", *wishes]:
            return run_steps(ROOT, wishes)
        case ["reset", *wishes]:
            return reset(ROOT, sure="--yes" in wishes)
    print(f"Not understood: {' '.join(argv)}. See python3 dev.py help.", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
