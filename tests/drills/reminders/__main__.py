"""`python -m tests.drills.reminders drill|faults|bench`: started by dev.py inside the environment.

0: nothing was lost, and all was checked. 1: something was, or could not be checked. 2: not understood.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import django

from clinic.launch import places
from clinic.launch.run import TROUBLES
from clinic.launch.supervisor import Stop, ignore_stop, listen_for_stop
from tests.drills.reminders.clinic import Broken, DrilledClinic, Size, drilled


def main(arguments: list[str]) -> int:
    asked = understood(arguments)
    listen_for_stop()
    folder = Path(tempfile.mkdtemp(prefix="clinic-drill-", dir=places.short_temporary_folder()))
    size = Size(asked.workers, asked.slots, asked.beats)
    pauses = {"DRILL_SETTLES": asked.settles, "DRILL_RING_AGAIN": asked.ring_again}
    try:
        with drilled(folder, size, schema=asked.schema, pauses=pauses) as clinic:
            os.environ.update(clinic.supervisor.env)
            django.setup()
            import_module("clinic.config.celery")  # whose queue we put tasks into
            return asked.what(clinic, asked)
    except Stop:
        print("\nStopped. Nothing was shown.")
        return 130
    except (*TROUBLES, Broken) as trouble:
        print(f"\nNOT PASSED: the drill could not be held.\n{trouble}")
        return 1
    finally:
        ignore_stop()
        if asked.keep:
            print(f"What each process said: {folder / 'logs'}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def understood(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.drills.reminders")
    commands = parser.add_subparsers(required=True)
    for name, what, says in (
        ("drill", drill, "kill whatever takes part in sending, at random, and see whether anything is lost"),
        ("faults", faults, "one thing goes wrong at a time, and nobody starts anything by hand"),
        ("bench", bench, "measure how fast reminders go out"),
    ):
        command = commands.add_parser(name, help=says, description=says)
        command.set_defaults(what=what)
        command.add_argument("--reminders", type=int, default=3_000 if name == "bench" else 10_000)
        command.add_argument("--workers", type=int, default=3 if name == "drill" else 1)
        command.add_argument("--slots", type=int, default=2, help="senders of each worker")
        command.add_argument("--beats", type=int, default=2 if name == "drill" else 1)
        command.add_argument(
            "--schema", type=Path, help="tables as pg_dump wrote them, not by the migrations"
        )
        command.add_argument("--settles", default="5", help="seconds until patients hear of a change")
        command.add_argument(
            "--lease", default="", help="seconds; as the clinic has it unless told otherwise"
        )
        command.add_argument(
            "--ring-again", default="", help="seconds; as the clinic has it unless told otherwise"
        )
        command.add_argument("--keep", action="store_true", help="keep the logs")
    commands.choices["faults"].add_argument(
        "--away", type=float, default=5, help="seconds for which Valkey is gone"
    )
    command = commands.choices["drill"]
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--kills", type=int, default=50)
    command.add_argument("--without-calm-run", action="store_true", help="do not measure a run without kills")
    command.add_argument(
        "--without-outbox", action="store_true", help="the negative control; it must not pass"
    )
    return parser.parse_args(arguments)


def drill(clinic: DrilledClinic, asked: argparse.Namespace) -> int:
    from tests.drills.reminders.drill import Run, Wish
    from tests.drills.reminders.telling import tell

    runs = []
    for kills in [asked.kills] if asked.without_calm_run else [asked.kills, 0]:
        wish = Wish(asked.reminders, kills, asked.seed, outbox=not asked.without_outbox)
        print(
            f"\n── {asked.reminders} reminders, {kills} kills, seed {asked.seed} ".ljust(80, "─"), flush=True
        )
        runs.append(Run(clinic, wish, lambda text: print(text, flush=True)).go())
    return tell(runs)


def faults(clinic: DrilledClinic, asked: argparse.Namespace) -> int:
    from tests.drills.reminders.faults import hold

    return hold(clinic, away=asked.away)


def bench(clinic: DrilledClinic, asked: argparse.Namespace) -> int:
    from tests.drills.reminders.bench import measure

    return measure(clinic, asked.reminders)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
