"""Times that came free, offered by themselves once a cancellation can no longer be taken back."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce

from clinic.booking.models import AppointmentChange, Offer, WaitListPolicy
from clinic.booking.offering import MAKER, offer
from clinic.booking.refusals import Refused
from clinic.booking.status import HOLDS_A_SLOT, SETTLES, Status
from clinic.people.models import Clinician

log = logging.getLogger(__name__)
LOOK_BACK = dt.timedelta(days=1)  # what came free while nothing ran is offered late rather than never
MOST_AT_ONCE = 50


def offer_freed(*, now: dt.datetime) -> int:
    """Offer what came free and was not offered yet; how many rounds were begun. Nothing while managers do not want it.

    May run twice and by two at once: an offered time is held, so the second is refused.
    """
    policy = WaitListPolicy.now()
    if not policy.automatic:
        return 0
    begun = 0
    for clinician, starts_at in list(_freed(policy, now)):
        try:
            offer(clinician=clinician, starts_at=starts_at, by=MAKER, now=now)
        except Refused as refused:  # taken meanwhile, or nobody fits: look again in a minute
            log.debug("not offered: %s", refused)
        else:
            begun += 1
    return begun


def _freed(policy: WaitListPolicy, now: dt.datetime) -> Iterator[tuple[Clinician, dt.datetime]]:
    """Whose time came free and when it begins, soonest first, each once."""
    cancelled = Q(to_status=Status.CANCELLED, from_status__in=HOLDS_A_SLOT, was_starts_at=None)
    moved = Q(was_starts_at__isnull=False) & ~Q(
        was_starts_at=F("appointment__starts_at"), was_clinician=F("appointment__clinician")
    )
    rows = AppointmentChange.objects.filter(
        cancelled | moved, at__gt=now - LOOK_BACK, at__lte=now - SETTLES, taken_back_by=None
    ).annotate(
        free_at=Coalesce("was_starts_at", "appointment__starts_at"),
        whose=Coalesce("was_clinician_id", "appointment__clinician_id"),
    )
    offered = Offer.objects.filter(
        clinician=OuterRef("whose"), starts_at=OuterRef("free_at"), offered_at__gte=OuterRef("at")
    )
    due = rows.filter(~Exists(offered), free_at__gte=now + policy.notice)
    times = list(due.order_by("free_at").values_list("whose", "free_at").distinct()[:MOST_AT_ONCE])
    people = Clinician.objects.select_related("account").in_bulk({whose for whose, _ in times})
    for whose, free_at in times:
        yield people[whose], free_at
