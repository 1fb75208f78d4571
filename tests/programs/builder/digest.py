"""Prints what a few programs come to, for a test that runs it in two processes: `python -m … forwards|backwards`."""

from __future__ import annotations

import hashlib
import os
import sys

NUMBERS = range(24)


def environment(seed: str) -> dict[str, str]:
    """This process's own, with another hash seed."""
    return {**os.environ, "PYTHONHASHSEED": seed, "PYTHONDONTWRITEBYTECODE": "1"}


def main(order: str) -> None:
    import django

    django.setup()
    from programs.builder.proposal import build
    from programs.builder.relaxing import suggestions
    from tests.programs.builder.made import made

    found = {}
    for number in NUMBERS if order == "forwards" else reversed(NUMBERS):
        for plan, one in enumerate(made(number)):
            proposal = build(one.case, one.limits, one.starts_on)
            planned = proposal.planned
            assert planned is not None
            said = [
                [(p.id, p.slot, p.why) for p in proposal.exercises],
                list(proposal.left_out.items()),
                list(proposal.unwanted),
                [slot.id for slot in proposal.unfilled],
                planned.dropped,
                planned.block.weeks,
            ]
            if number % 10 == 0:
                said.append([s.words for s in suggestions(one.case, one.limits, proposal, one.starts_on)])
            found[number, plan] = hashlib.sha256(repr(said).encode()).hexdigest()[:16]
    for key in sorted(found):
        print(key[0], key[1], found[key])


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.config.settings")
    main(sys.argv[1])
