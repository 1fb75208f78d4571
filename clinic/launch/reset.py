"""`make reset`: forget the demo clinic's data, after asking."""

from __future__ import annotations

import shutil
from pathlib import Path

from clinic.launch import children, places
from clinic.launch.environment import keys_for
from clinic.launch.postgres import Postgres
from clinic.launch.run import TROUBLES, only_one
from clinic.launch.supervisor import say


def reset(root: Path, *, sure: bool) -> int:
    """Delete the demo clinic's folders; 1 when it runs, or when the answer was no."""
    try:
        mine = places.for_run(root)
        with only_one(mine.data):
            if not sure and not agreed(mine):
                say("Nothing was deleted.")
                return 1
            children.end_leftovers(str(mine.data))
            Postgres(mine, keys_for(mine), {}).heal(seconds=20)
            for folder in (mine.cluster.parent, mine.sockets, mine.data):
                shutil.rmtree(folder, ignore_errors=True)
    except TROUBLES as trouble:
        say(f"\n{trouble}")
        return 1
    say("Deleted. make run starts with a new demo clinic.")
    return 0


def agreed(mine: places.Places) -> bool:
    """Ask at the terminal; without one the answer is no."""
    try:
        answer = input(f"Delete the demo clinic's data in {mine.cluster} and {mine.data}? Type yes: ")
    except EOFError:
        return False
    return answer.strip().lower() == "yes"
