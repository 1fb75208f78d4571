"""Every way to change the calendar, walked at random and held against a plain-Python calendar.

Whatever was done before: what the model would take is taken, what it would not is refused and leaves no trace, and no
two visits share a clinician or a machine unless somebody said why.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from clinic.booking import actions, holding
from clinic.booking.models import Appointment, AppointmentChange, Hold, Resource, ResourceKind
from clinic.booking.refusals import Refused
from clinic.booking.status import SETTLES, Status
from tests.clinic.booking.built_ways import BuiltOfThem
from tests.clinic.booking.model_calendar import Kept, Model, Visit
from tests.world import World

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
WALK = settings(
    max_examples=24,
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
WAYS = """
    book book book any move move resize cancel step back back keep keep let_go become wait
    series rest put offer online patient
"""
NEEDS = {  # what there must be before
    "move": "book",
    "resize": "book",
    "cancel": "book",
    "step": "book",
    "back": "book cancel",
    "let_go": "keep",
    "become": "keep",
    "rest": "series",
    "put": "book",
    "patient": "book",
}
OVERLAPS = """
    select count(*) from booking_appointment a join booking_appointment b on a.id < b.id
    and (a.clinician_id = b.clinician_id or a.resource_id = b.resource_id)
    and tstzrange(a.starts_at, a.held_until) && tstzrange(b.starts_at, b.held_until)
    where a.status not in ('cancelled', 'no_show') and b.status not in ('cancelled', 'no_show')
    and a.overbooked_because = '' and b.overbooked_because = ''
"""


class EveryChange(BuiltOfThem, RuleBasedStateMachine):
    """Two clinicians, one treadmill, two mornings. `took` counts what went through, `refused` what did not."""

    took: Counter[str] = Counter()
    refused: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.world = world = World()
        self.now = world.now
        kind = ResourceKind.objects.create(slug="walk", name="Walkway")
        machine = Resource.objects.create(kind=kind, name="Walkway 1")
        world.assessment.buffer_minutes = 15
        world.follow_up.needs = kind
        self.types = {"long": world.assessment, "short": world.follow_up}
        for type in self.types.values():
            type.bookable_online, type.notice_hours, type.change_hours = True, 0, 0
            type.save()
        self.people = [world.carl.clinician, world.cleo.clinician]
        self.patients = [world.ana, world.ben]
        opens = [world.now.replace(hour=8) + n * DAY for n in (1, 2)]
        for person in self.people:  # mornings only, so that slots are scarce
            person.working_hours.all().update(ends=dt.time(11))
        self.model = Model(
            clinicians=[person.pk for person in self.people],
            machines=[machine.pk],
            buffers={"long": 15, "short": 0},
            needing={"short"},
            open_hours=[(start, start + 3 * HOUR) for start in opens],
        )
        self.undo: list[tuple[int, Visit, dt.datetime]] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    # --- Trying ------------------------------------------------------------------------------------------------

    def tries(self, name: str, change: Callable[[], Any], *, expected: bool) -> Any:
        before = self.rows()
        try:
            with transaction.atomic():
                done = change()
        except Refused as refusal:
            refused = refusal
        else:
            assert expected, f"{name} went through"
            self.took[name] += 1
            return done
        assert not expected, f"{name} was refused: {refused}"
        assert self.rows() == before, f"{name} was refused and left a trace"
        self.refused[f"{name}: {type(refused).__name__}"] += 1
        return None

    def rows(self) -> list[Any]:
        tables = (Appointment, AppointmentChange, Hold)
        return [sorted(map(repr, table.objects.values_list())) for table in tables]

    def picked(self, number: int) -> tuple[int, Visit] | None:
        known = sorted(self.model.visits.items())
        return known[number % len(known)] if known else None

    def slot(self, number: int) -> dt.datetime:
        """A quarter hour from just before opening to just before closing, on one of the two days."""
        return (
            self.world.now.replace(hour=7, minute=45)
            + (1 + number % 2) * DAY
            + (number // 2 % 13) * 15 * MINUTE
        )

    # --- What can be done --------------------------------------------------------------------------------------

    @rule(
        way=st.sampled_from(WAYS.split()),
        number=st.integers(0, 10_000),
        other=st.integers(0, 10_000),
        kind=st.sampled_from(["long", "short"]),
        why=st.sampled_from(["", "", "", "cannot wait"]),
    )
    def do(self, way: str, number: int, other: int, kind: str, why: str) -> None:
        """One rule for all: Hypothesis would leave whole rules out of most walks."""
        getattr(self, way)(number, other, kind, why)

    def book(self, number: int, other: int, kind: str, why: str) -> None:
        who, type, start = self.people[other % 2], self.types[kind], self.slot(number)
        minutes = [type.minutes, type.minutes, 45][other % 3]
        expected = self.model.would_take(who.pk, kind, start, minutes, self.now, on_top=bool(why))
        made = self.tries(
            "book",
            lambda: actions.book(
                patient=self.patients[number % 2],
                clinician=who,
                type=type,
                starts_at=start,
                minutes=minutes,
                overbooking=why,
                by=self.world.dee,
                now=self.now,
            ),
            expected=expected,
        )
        if made:
            self.note(made, kind)

    def any(self, number: int, other: int, kind: str, why: str) -> None:
        type, start = self.types[kind], self.slot(number)
        whom = [
            pk
            for pk in self.model.clinicians
            if self.model.would_take(pk, kind, start, type.minutes, self.now)
        ]
        made = self.tries(
            "any",
            lambda: actions.book_with_anybody(
                patient=self.patients[other % 2], type=type, starts_at=start, by=self.world.dee, now=self.now
            ),
            expected=bool(whom),
        )
        if made:
            assert made.clinician_id in whom
            self.note(made, kind)

    def move(self, number: int, other: int, kind: str, why: str) -> None:
        if (found := self.picked(number)) is None:
            return
        pk, visit = found
        to, start = self.people[other % 2], self.slot(other)
        expected = visit.status in {"booked", "confirmed"} and (
            (visit.clinician, visit.starts_at) != (to.pk, start)
            and self.model.would_take(
                to.pk, visit.kind, start, visit.minutes, self.now, without=visit, on_top=bool(why)
            )
        )
        moved = self.tries(
            "move",
            lambda: actions.move(
                appointment=Appointment.objects.get(pk=pk),
                starts_at=start,
                clinician=to,
                overbooking=why,
                by=self.world.dee,
                now=self.now,
            ),
            expected=expected,
        )
        if moved:
            self.undo.append((pk, visit, self.now))
            self.note(moved, visit.kind)

    def resize(self, number: int, other: int, kind: str, why: str) -> None:
        if (found := self.picked(number)) is None:
            return
        pk, visit = found
        minutes = [0, 15, 30, 45, 60, 75, 90, 20 * 60][other % 8]
        span = (visit.starts_at, visit.starts_at + (minutes + self.model.buffers[visit.kind]) * MINUTE)
        fits = self.model.clinician_is_free(visit.clinician, span, self.now, without=visit) or visit.on_top
        has_machine = (
            visit.kind not in self.model.needing
            or self.model.free_machines(span, self.now, without=visit)
            or (
                visit.on_top
                and not self.model.clinician_is_free(visit.clinician, span, self.now, without=visit)
            )
        )
        expected = bool(
            visit.status in {"booked", "confirmed", "arrived", "in_session"}
            and 5 <= minutes <= 480
            and minutes != visit.minutes
            and (minutes < visit.minutes or self.model.in_hours(visit.starts_at, minutes))
            and fits
            and has_machine
        )
        done = self.tries(
            "resize",
            lambda: actions.resize(
                appointment=Appointment.objects.get(pk=pk), minutes=minutes, by=self.world.dee, now=self.now
            ),
            expected=expected,
        )
        if done:
            self.undo.append((pk, visit, self.now))
            self.note(done, visit.kind)

    def cancel(self, number: int, other: int, kind: str, why: str) -> None:
        self.to_status("cancel", number, Status.CANCELLED)

    def step(self, number: int, other: int, kind: str, why: str) -> None:
        self.to_status("step", number, list(Status)[other % len(Status)])

    def to_status(self, name: str, number: int, to: Status) -> None:
        if (found := self.picked(number)) is None:
            return
        pk, visit = found
        comes_back = visit.status == "no_show" and to not in {Status.CANCELLED, Status.NO_SHOW}
        free = self.model.would_take(
            visit.clinician,
            visit.kind,
            max(visit.starts_at, self.now),
            visit.minutes,
            self.now,
            without=visit,
        )
        expected = to in Status(visit.status).may_become and (
            to != Status.NO_SHOW or self.now >= visit.starts_at
        )
        if expected and comes_back:
            span = self.model.span(visit)
            free = self.model.clinician_is_free(visit.clinician, span, self.now, without=visit) and (
                visit.kind not in self.model.needing
                or bool(self.model.free_machines(span, self.now, without=visit))
            )
            expected = free
        done = self.tries(
            name,
            lambda: actions.change_status(
                appointment=Appointment.objects.get(pk=pk),
                to=to,
                because="told so",
                by=self.world.dee,
                now=self.now,
            ),
            expected=expected,
        )
        if done:
            self.undo.append((pk, visit, self.now))
            self.note(done, visit.kind)

    def back(self, number: int, other: int, kind: str, why: str) -> None:
        """Take the newest change back; the model tells only whether it still may, and that the past comes back."""
        if not self.undo:
            return
        pk, was, at = self.undo.pop()
        change = AppointmentChange.objects.filter(appointment=pk).latest("pk")
        here = self.model.visits[pk]
        span = self.model.span(was)
        needs_room = was.holds and (
            was != here
            and (
                not here.holds
                or was.starts_at != here.starts_at
                or was.minutes != here.minutes
                or was.clinician != here.clinician
            )
        )
        room = (
            not needs_room
            or was.on_top
            or (
                self.model.clinician_is_free(was.clinician, span, self.now, without=here)
                and (
                    was.kind not in self.model.needing
                    or bool(self.model.free_machines(span, self.now, without=here))
                )
            )
        )
        done = self.tries(
            "back",
            lambda: actions.take_back(change=change, by=self.world.dee, now=self.now),
            expected=self.now - at <= SETTLES and room,
        )
        if done:
            assert (done.starts_at, done.clinician_id, done.status) == (
                was.starts_at,
                was.clinician,
                was.status,
            )
            self.note(done, was.kind)
        self.undo = [entry for entry in self.undo if entry[0] != pk]  # an older change is not the last one

    def keep(self, number: int, other: int, kind: str, why: str) -> None:
        who, type, start = self.people[other % 2], self.types[kind], self.slot(number)
        until = self.now + (other % 3 + 1) * 5 * MINUTE
        hold = self.tries(
            "keep",
            lambda: holding.hold(
                clinician=who,
                type=type,
                starts_at=start,
                purpose=Hold.Purpose.ONLINE,
                lasts_until=until,
                now=self.now,
            ),
            expected=self.model.would_take(who.pk, kind, start, type.minutes, self.now),
        )
        if hold:
            self.model.kept[hold.pk] = Kept(who.pk, kind, start, type.minutes, hold.resource_id, until)

    def let_go(self, number: int, other: int, kind: str, why: str) -> None:
        if self.model.kept:
            pk = sorted(self.model.kept)[number % len(self.model.kept)]
            holding.let_go(hold=Hold(pk=pk))
            del self.model.kept[pk]
            self.took["let_go"] += 1

    def become(self, number: int, other: int, kind: str, why: str) -> None:
        """Whoever a time was kept for says yes, perhaps too late."""
        living = {pk: kept for pk, kept in self.model.kept.items() if Hold.objects.filter(pk=pk).exists()}
        if not living:
            return
        pk = sorted(living)[number % len(living)]
        kept = living[pk]
        who = next(person for person in self.people if person.pk == kept.clinician)
        made = self.tries(
            "become",
            lambda: actions.book(
                patient=self.patients[other % 2],
                clinician=who,
                type=self.types[kept.kind],
                starts_at=kept.starts_at,
                holding=Hold.objects.get(pk=pk),
                by=self.world.dee,
                now=self.now,
            ),
            expected=self.model.would_take(
                kept.clinician, kept.kind, kept.starts_at, kept.minutes, self.now, without=kept
            ),
        )
        if made:
            del self.model.kept[pk]
            self.note(made, kept.kind)

    def wait(self, number: int, other: int, kind: str, why: str) -> None:
        """Mostly minutes, so that holds lapse and quiet minutes pass; now and then hours."""
        self.now += [MINUTE, MINUTE, 2 * MINUTE, MINUTE, 6 * MINUTE, MINUTE, 2 * MINUTE, 6 * HOUR][number % 8]

    def note(self, row: Appointment, kind: str) -> None:
        """The row as the model keeps it; that it lies where the model lets it is the invariants' business."""
        minutes = int((row.ends_at - row.starts_at) / MINUTE)
        self.model.visits[row.pk] = Visit(
            row.clinician_id,
            kind,
            row.starts_at,
            minutes,
            row.resource_id,
            bool(row.overbooked_because),
            row.status,
        )

    # --- What must hold ----------------------------------------------------------------------------------------

    @invariant()
    def nobody_is_booked_twice(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(OVERLAPS)
            assert cursor.fetchone()[0] == 0

    @invariant()
    def no_visit_lies_on_a_living_hold(self) -> None:
        for hold in Hold.objects.living(self.now):
            clash = Appointment.objects.standing().overlapping(hold.starts_at, hold.held_until)
            mine = clash.filter(overbooked_because="")
            assert not mine.filter(clinician=hold.clinician_id).exists()
            if hold.resource_id:
                assert not mine.filter(resource=hold.resource_id).exists()


@pytest.mark.django_db
def test_every_change_keeps_the_calendar_whole():
    EveryChange.took, EveryChange.refused = Counter(), Counter()
    run_state_machine_as_test(EveryChange, settings=WALK)
    # The rarer ways need luck to find room, and which numbers are drawn differs from machine to machine: that each
    # way can be taken is shown below.
    assert set(EveryChange.took) >= {"book", "any", "move", "resize", "cancel", "step", "back", "keep", "put"}
    told = {line.split(": ")[1] for line in EveryChange.refused}
    assert {"SlotTaken", "SlotHeld", "ResourceTaken", "NobodyFree", "OutsideWorkingHours", "TooLong"} <= told
    assert sum(EveryChange.took.values()) > 200


@pytest.mark.django_db
@pytest.mark.parametrize("way", sorted(set(WAYS.split()) - {"wait"}))
def test_each_way_is_taken_where_there_is_room(way):
    """So that a walk that never took it was out of luck, and not blind."""
    walk = EveryChange()
    walk.took, walk.refused = Counter(), Counter()
    try:
        for before in NEEDS.get(way, "").split():
            _until_taken(walk, before)
        _until_taken(walk, way)
        walk.nobody_is_booked_twice()
        walk.no_visit_lies_on_a_living_hold()
    finally:
        walk.teardown()


def _until_taken(walk: EveryChange, way: str) -> None:
    for number, other in product(range(4, 12), range(6)):
        getattr(walk, way)(number, other, "long", "")
        if walk.took[way]:
            return
    pytest.fail(f"{way} was never taken: {walk.refused}")


@pytest.mark.django_db
def test_control_a_forgotten_hold_is_found(monkeypatch):
    """If whoever books does not look at holds, the walk says so."""
    nothing = Hold.objects.none()
    monkeypatch.setattr("clinic.booking.models.holds.HoldQuerySet.living", lambda self, now: nothing)
    with pytest.raises(BaseException, match=r"went through|overlapping|hold"):
        run_state_machine_as_test(EveryChange, settings=WALK)
