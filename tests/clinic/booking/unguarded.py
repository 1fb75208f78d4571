"""The web server with the guards of the calendar taken away: the control of test_many_hands.py, and nothing else.

Whoever books still looks first, as anybody would; two who look at the same time both find the slot free.
"""

from __future__ import annotations

import time

# isort: off
from clinic.config.wsgi import application  # sets Django up, so it comes first
from clinic.booking import actions, taking
# isort: on

__all__ = ["application"]


def look_and_take_your_time(*args, **named):
    found = look(*args, **named)
    time.sleep(0.05)
    return found


look = taking.in_the_way
taking.in_the_way = look_and_take_your_time
actions.lock_calendars = lambda *which: None
