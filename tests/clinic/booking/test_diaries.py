"""A diary is read by a statement written out where it is read alone, and by a queryset where clinicians come along."""

from __future__ import annotations

import datetime as dt

import pytest

from clinic.booking import holding
from clinic.booking.diaries import diaries, everybodys
from clinic.booking.models import Absence, Appointment, ExtraHours, Hold, WorkingHours
from clinic.people.models import Clinician

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
# Each stretch begins or ends where something else does: at a visit's end, on the last day of hours, within a hold.
STRETCHES = [(0, 1), (1, 2), (2, 2.5), (24, 24), (24, 72), (71, 72.5), (-48, 240), (240, 241)]


@pytest.fixture
def full(world):
    """Something of each kind with Carl and Cleo, and nothing with Cora."""
    carl, cleo = world.carl.clinician, world.cleo.clinician
    made = {"made_at": world.now, "made_by": world.mona}
    world.clinician("cora", "Cora Lind")
    today = world.now.date()
    for place, who in enumerate((carl, cleo)):
        for hours in (1, 26 + place, 72):
            world.booked(
                patient=world.ben,
                clinician=who.account,
                type=world.follow_up,
                starts_at=world.now + hours * HOUR,
            )
        ExtraHours.objects.create(clinician=who, on_day=today + DAY, starts=dt.time(19), ends=dt.time(20))
        Absence.objects.create(
            clinician=who,
            starts_at=world.now + 48 * HOUR,
            ends_at=world.now + 50 * HOUR,
            kind="training",
            note="x",
            **made,
        )
    Absence.objects.create(starts_at=world.now + 8 * DAY, ends_at=world.now + 9 * DAY, kind="holiday", **made)
    WorkingHours.objects.filter(clinician=carl, weekday=2).update(until_day=today + DAY)
    WorkingHours.objects.filter(clinician=carl, weekday=3).update(from_day=today + 2 * DAY, every_weeks=2)
    Appointment.objects.filter(clinician=cleo, starts_at=world.now + HOUR).update(status="no_show")
    holding.hold(
        clinician=carl, type=world.follow_up, starts_at=world.now + 4 * HOUR, purpose=Hold.Purpose.ONLINE,
        lasts_until=world.now + 5 * HOUR, now=world.now,
    )  # fmt: skip
    return world


@pytest.mark.parametrize("stretch", STRETCHES)
@pytest.mark.parametrize("later", [0, 24])
def test_both_ways_read_the_same(full, stretch, later):
    since, until = (full.now + hours * HOUR for hours in stretch)
    everybody, now = Clinician.objects.order_by("pk"), full.now + later * HOUR
    for besides in ((), Appointment.objects.values_list("pk", flat=True)[:2]):
        one = diaries(everybody, since, until, now=now, besides=besides)
        other = everybodys(everybody, since, until, now=now, besides=besides)
        assert [plain(diary) for diary in one] == [plain(diary) for diary in other]


def plain(diary):
    """All it holds, in an order of its own; hours as their columns, for they are rows that were never written."""
    hours = sorted(
        (h.weekday, h.starts, h.ends, str(h.from_day), str(h.until_day), h.every_weeks) for h in diary.hours
    )
    told = (sorted(diary.away), diary.taken, sorted(map(str, diary.absences)), sorted(map(str, diary.holds)))
    return diary.clinician, hours, sorted(map(str, diary.extra)), *told


def test_something_of_each_kind_is_compared(full):
    [carl, *_] = diaries([full.carl.clinician], full.now, full.now + 10 * DAY, now=full.now)
    assert all([carl.hours, carl.extra, carl.away, carl.taken, carl.absences, carl.holds])
