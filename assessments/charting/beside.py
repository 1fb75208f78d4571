"""What stands beside a field of a screen, in words: last time, what the signed version says, what the record knows."""

from __future__ import annotations

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.dateformat import format as format_date

from assessments.screens.models import Answer, Screen
from assessments.screens.showing import shown


def beside(screen: Screen) -> dict[str, str]:
    """Item → all that belongs beside its field. The signed version comes first: an amendment is read against it."""
    said = (signed_as(screen), last_time(screen), screen.said_by_record())
    items = {item for words in said for item in words}
    return {item: " ".join(words[item] for words in said if item in words) for item in items}


def signed_as(screen: Screen) -> dict[str, str]:
    """Item → “Signed as: 24 deg.”, what the amended screen says of it; nothing for any other screen."""
    if screen.amends is None:
        return {}
    before, items = screen.amends.answered, screen.definition.items
    words = {item: "Not asked when it was signed." for item in screen.answered if item not in before}
    return words | {
        item: f"Signed as: {shown(items[item], row.value, unable=row.unable)}."
        for item, row in before.items()
        if item in items
    }


def last_time(screen: Screen) -> dict[str, str]:
    """Item → “Last time, 3 Feb 2026: 24 deg”, from this patient's examination of the same kind before this one."""
    before = Screen.objects.signed().filter(patient=screen.patient_id, catalogue=screen.catalogue)
    earlier = {"started_at__lt" if screen.amends_id else "started_at__lte": screen.started_at}
    before = before.filter(**earlier).exclude(pk=screen.pk)
    newest = Subquery(before.values("pk")[:1])
    found = Answer.objects.filter(screen=newest).annotate(
        taken_at=Subquery(before.filter(pk=OuterRef("screen")).values("signed_at"))
    )
    items = screen.definition.items
    words = {}
    for row in found:
        if row.item in items and (row.value is not None or row.unable):
            day = format_date(timezone.localtime(row.taken_at), "j M Y")
            words[row.item] = f"Last time, {day}: {shown(items[row.item], row.value, unable=row.unable)}."
    return words
