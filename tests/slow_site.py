"""`SLOW_SITE=0.8 make test`: every answer to a browser takes up to so many seconds longer.

On a quick machine a page, its script and its answer are there before the test looks; on a busy one they are not. A
test that presses a key before the page's script has come, or looks before an answer has, fails here and not there.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.core.servers.basehttp import ThreadedWSGIServer

Application = Callable[..., Any]


@contextmanager
def slow_site(most: float) -> Iterator[None]:
    """Servers that are started meanwhile answer up to `most` seconds late, each answer as chance has it."""
    if not most:
        yield
        return
    chance, start = random.Random(), ThreadedWSGIServer.set_app  # noqa: S311

    def set_app(server: ThreadedWSGIServer, application: Application) -> None:
        def late(environ: dict[str, Any], respond: Any) -> Any:
            time.sleep(chance.uniform(0, most))
            return application(environ, respond)

        start(server, late)

    with mock.patch.object(ThreadedWSGIServer, "set_app", set_app):
        yield
