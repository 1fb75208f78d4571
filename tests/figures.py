"""How many cases are tried: some with each change, and as many as we promise when asked for.

`PROMISED_FIGURES=1 python3 dev.py test pytest -- -n 2 tests/clinic/booking/test_many_hands.py
tests/assessments/triage/test_properties.py tests/programs/builder/test_many_runners.py` tries all of them.
"""

from __future__ import annotations

import os


def tried(*, each_time: int, promised: int) -> int:
    """So many now: `promised` is the figure that is promised, `each_time` what there is time for with each change."""
    return promised if os.environ.get("PROMISED_FIGURES") else each_time
