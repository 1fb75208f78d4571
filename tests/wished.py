"""What the clinic wants of a kind of reminder, said by Mona."""

from __future__ import annotations

from clinic.reminders.models import KindWish
from tests.world import World


def wish(world: World, source: str, kind: str, **told: object) -> KindWish:
    """On or off (`is_on`), how early or late (`lead`). The last word counts."""
    said = {"changed_at": world.now, "changed_by": world.mona} | told
    row, _ = KindWish.objects.update_or_create(source=source, kind=kind, defaults=said)
    return row
