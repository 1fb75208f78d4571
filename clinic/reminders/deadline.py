"""A limit for a whole conversation. A socket's own limit is for one answer, and a server may drip for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Overdue(Exception):
    """It had not ended in time. It may still be going on, in a thread nobody waits for."""


def within(seconds: float, call: Callable[[], T]) -> T:
    """What `call` returns or raises; Overdue after so many seconds. `call` must not touch the database."""
    done: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(call())
        except BaseException as error:  # raised again by whoever waits
            failed.append(error)

    worker = threading.Thread(target=run, daemon=True, name="sending")
    worker.start()
    worker.join(seconds)
    if worker.is_alive():
        raise Overdue
    if failed:
        raise failed[0]
    return done[0]
