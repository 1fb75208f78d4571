"""Every path a program can take, walked at random over all actions on the real database.

Whatever was done before, and whatever was refused: a patient sees one program, a released one stays as it was, keeps
its guards but where a clinician gave a reason, lists nothing that is blocked, and never asks for more than its plan.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from assessments.triage.models import Symptom
from clinic.audit.models import Entry
from programs.builder.block import amount_in
from programs.builder.doses import Amount
from programs.builder.limits import Limits
from programs.builder.sessions import DAYS
from programs.exercises.equipment import load_equipment
from programs.plans import actions, checking, choosing, continuing, diary, edits, standing
from programs.plans.differences import difference
from programs.plans.models import (
    Exercise,
    ExerciseLog,
    GoOn,
    MorningLog,
    SessionLog,
    StartingPoint,
    Version,
    Waiver,
)
from programs.plans.refusals import Refusal
from programs.plans.running import Start, change_runs
from programs.plans.starting_points import begin_from, keep_as_starting_point, retire
from tests.programs.plans.conftest import case
from tests.programs.stories import Story
from tests.world import World

DAY = dt.timedelta(days=1)
CASES = {
    "O02": "strain_mild",
    "O01": "tightness",
    "O06": "proximal_hamstring_tendinopathy",
    "O08": "referred_neural",
    "O03": "strain_moderate",
}
WALK = settings(
    max_examples=16,
    stateful_step_count=45,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

place = st.integers(0, 999)
reason = st.sampled_from(["", "", "She asked for it."])
weekdays = st.frozensets(st.sampled_from(DAYS), max_size=5)


@st.composite
def limits(draw: Any) -> Limits:
    days = draw(weekdays)
    return Limits(
        days=days,
        minutes=draw(st.none() | st.sampled_from([4, 5, 10, 20, 45, 180])),
        equipment=draw(st.none() | st.frozensets(st.sampled_from(sorted(load_equipment().kinds)))),
        long_run=draw(st.sampled_from(["", "", *(days or DAYS)])),
    )


class EveryPath(RuleBasedStateMachine):
    """One patient's programs. `took` counts what went through, `refused` what did not."""

    took: Counter[str] = Counter()
    refused: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.world = World()
        self.world.dee, self.world.carl  # noqa: B018  # the first mention makes them
        self.now = self.world.now
        self.patient = self.world.ana
        self.frozen: dict[int, Any] = {}
        self.keys: list[uuid.UUID] = []
        self.seen: set[Any] = set()
        self.changed = True
        self.stored: Any = None

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    # --- What there is ----------------------------------------------------------------------------------------

    @property
    def by(self) -> Any:
        return self.world.carl

    @property
    def draft(self) -> Version | None:
        return Version.objects.filter(patient=self.patient, state="proposed").order_by("-pk").first()

    @property
    def released(self) -> Version | None:
        return Version.objects.filter(patient=self.patient, state="released").first()

    def a_row(self, number: int, *, listed: bool = True) -> Exercise | None:
        if self.draft is None:
            return None
        rows = list(self.draft.listed_now() if listed else self.draft.exercises.exclude(role="listed"))
        return rows[number % len(rows)] if rows else None

    def an_id(self, number: int) -> str:
        """Mostly something that may be chosen; now and then anything at all."""
        choices = choosing.Choices(self.draft).found("")  # type: ignore[arg-type]
        may = [one for one in choices if not (one.blocked or one.is_listed)]
        among = choices if number % 4 == 0 or not may else may
        return among[number % len(among)].exercise.id

    def rows(self) -> Any:
        """Everything that could have been half-stored."""
        return [
            sorted(map(repr, kept.objects.values_list()))
            for kept in (Version, Exercise, Waiver, SessionLog, ExerciseLog, MorningLog, GoOn, StartingPoint)
        ] + [Entry.objects.count()]

    def tries(self, change: Callable[[], Any]) -> Any:
        """Do it; what is refused has stored nothing and says something."""
        name, before = change.__qualname__.split(".")[1], self.stored or self.rows()
        try:
            done = change()
        except Refusal as refusal:
            refused = refusal
        else:
            self.took[name] += 1
            self.stored, self.changed = None, True
            return done
        self.stored = self.rows()
        assert self.stored == before, f"{name} was refused and stored something"
        assert len(str(refused)) > 20
        self.refused[f"{name}: {type(refused).__name__}"] += 1
        return None

    # --- What can be done -------------------------------------------------------------------------------------

    @initialize(name=st.sampled_from(sorted(CASES)))
    def first_screen(self, name: str) -> None:
        self.screen(name)

    def screen(self, name: str) -> None:
        story = Story(self.world, self.patient, self.by, klass=CASES[name], case=case(name))
        decision = story.decision
        self.tries(lambda: self.proposed(decision))

    def proposed(self, decision: Any) -> Version:
        return actions.propose(decision=decision, by=self.by, now=self.now)

    @rule(way=st.deferred(lambda: st.sampled_from(WAYS)), number=place, because=reason, data=st.data())
    def step(self, way: str, number: int, because: str, data: Any) -> None:
        """One rule for all: Hypothesis would leave whole rules out of most walks."""
        getattr(self, way)(number, because, data)

    def another_screen(self, number: int, because: str, data: Any) -> None:
        name = data.draw(st.sampled_from(sorted(CASES)))
        self.screen(name)

    def time_passes(self, number: int, because: str, data: Any) -> None:
        days, hours = data.draw(st.integers(0, 9)), data.draw(st.integers(0, 12))
        self.now += days * DAY + dt.timedelta(hours=hours)
        self.changed = True

    def fit(self, number: int, because: str, data: Any) -> None:
        if self.draft is None:
            return
        asked, race = data.draw(limits()), data.draw(st.none() | st.integers(-3, 40))
        disliked = frozenset({row.library_id} if (row := self.a_row(number)) and number % 3 == 0 else ())
        race_on = None if race is None else self.now.date() + race * DAY
        asked = Limits(asked.days, asked.minutes, asked.equipment, asked.long_run, race_on, disliked)
        version = self.draft
        self.tries(lambda: actions.fit(version=version, asked=asked, by=self.by, now=self.now))

    def add(self, number: int, because: str, data: Any) -> None:
        if self.draft is None:
            return
        version, id = self.draft, self.an_id(number)
        self.tries(
            lambda: choosing.add(version=version, library_id=id, because=because, by=self.by, now=self.now)
        )

    def swap(self, number: int, because: str, data: Any) -> None:
        if self.draft is None:
            return
        if row := self.a_row(number):
            found = choosing.Choices(self.draft).swaps(row)  # type: ignore[arg-type]
            id = found[number % len(found)].exercise.id if found else self.an_id(number)
            self.tries(
                lambda: choosing.swap(exercise=row, library_id=id, because=because, by=self.by, now=self.now)
            )

    def keep_ready(self, number: int, because: str, data: Any) -> None:
        if self.draft is None:
            return
        role = data.draw(st.sampled_from(["swap", "next"]))
        if row := self.a_row(number):
            id = self.an_id(number // 2)
            self.tries(
                lambda: choosing.keep_ready(
                    exercise=row, library_id=id, role=role, because=because, by=self.by, now=self.now
                )
            )

    def take_ready_away(self, number: int, because: str, data: Any) -> None:
        if row := self.a_row(number, listed=False):
            self.tries(lambda: choosing.take_ready_away(exercise=row, by=self.by))

    def remove(self, number: int, because: str, data: Any) -> None:
        if row := self.a_row(number):
            self.tries(lambda: edits.remove_exercise(exercise=row, because=because, by=self.by, now=self.now))

    def reorder(self, number: int, because: str, data: Any) -> None:
        if self.draft is None:
            return
        version = self.draft
        order = data.draw(st.permutations([one.pk for one in version.listed_now()]))  # type: ignore[union-attr]
        self.tries(
            lambda: edits.reorder(version=version, order=order, because=because, by=self.by, now=self.now)
        )

    def dose(self, number: int, because: str, data: Any) -> None:
        sets = data.draw(st.integers(0, 11))
        reps = data.draw(st.sampled_from(["8-12", "6", "5 min"]))
        if row := self.a_row(number):
            given = {"sets": sets, "reps": reps, "hold_s": "", "rest_s": 60, "because": because}
            self.tries(lambda: edits.change_dose(exercise=row, by=self.by, now=self.now, **given))  # type: ignore[arg-type]

    def runs(self, number: int, because: str, data: Any) -> None:
        if self.draft is None:
            return
        version, stage = self.draft, data.draw(st.none() | st.integers(-1, 11))
        kms = [data.draw(st.none() | st.decimals(0, 60, places=1)) for _ in range(2)]
        start = Start(stage, None, None) if stage is not None else Start(None, *kms)
        self.tries(
            lambda: change_runs(version=version, start=start, because=because, by=self.by, now=self.now)
        )

    def allow_steps_up(self, number: int, because: str, data: Any) -> None:
        if self.draft is None:
            return
        allowed = number % 3 > 0
        version = self.draft
        self.tries(lambda: edits.allow_steps_up(version=version, allowed=allowed, by=self.by))

    def keep_point(self, number: int, because: str, data: Any) -> None:
        if self.draft is None:
            return
        version, name = self.draft, f"Point {number % 3}"
        self.tries(
            lambda: keep_as_starting_point(version=version, name=name, note="", by=self.by, now=self.now)
        )

    def begin(self, number: int, because: str, data: Any) -> None:
        if self.draft is None:
            return
        version, points = self.draft, list(StartingPoint.objects.all())
        if points:
            point = points[number % len(points)]
            self.tries(lambda: begin_from(version=version, starting_point=point, by=self.by, now=self.now))

    def retire(self, number: int, because: str, data: Any) -> None:
        points = list(StartingPoint.objects.all())
        if points:
            point = points[number % len(points)]
            self.tries(lambda: retire(starting_point=point, by=self.by, now=self.now))

    def release(self, number: int, because: str, data: Any) -> None:
        if self.draft is None:
            return
        version = self.draft
        self.tries(lambda: actions.release(version=version, by=self.by, now=self.now))

    def give_up(self, number: int, because: str, data: Any) -> None:
        if self.draft is None:
            return
        version = self.draft
        self.tries(lambda: actions.give_up(version=version, by=self.by))

    def revise(self, number: int, because: str, data: Any) -> None:
        if self.released is None:
            return
        version = self.released
        self.tries(lambda: actions.revise(version=version, by=self.by, now=self.now))

    def next_block(self, number: int, because: str, data: Any) -> None:
        if self.released is None:
            return
        version = self.released
        self.tries(lambda: continuing.next_block(version=version, by=self.by, now=self.now))

    def end(self, number: int, because: str, data: Any) -> None:
        if self.released is None:
            return
        version = self.released
        self.tries(lambda: actions.end(version=version, because="Done.", by=self.by, now=self.now))

    def log(self, number: int, because: str, data: Any) -> None:
        if self.released is None:
            return
        pain = data.draw(st.sampled_from([0, 0, 0, 1, 2, 3, 5, 11]))
        effort = data.draw(st.none() | st.integers(0, 11))
        warned = number % 5 == 3
        ago = data.draw(st.sampled_from([0, 0, 0, 1, 3, 16, -1]))
        km = data.draw(st.none() | st.decimals(0, 20, places=1))
        every = list(Version.objects.filter(patient=self.patient).exclude(state="proposed"))
        version = every[number % len(every)] if number % 5 == 0 else self.released
        entries = []
        for at, row in enumerate(version.listed_now()):  # type: ignore[union-attr]
            ready = list(row.kept_ready.all())
            other = ready[number % len(ready)].pk if ready and number % 2 else None
            missed = (number + at) % 9 == 0
            entries.append(diary.Did(row.pk, done=not missed, could_not=missed, instead_id=other))
        key = self.keys[number % len(self.keys)] if self.keys and number % 7 == 0 else uuid.uuid4()
        self.keys.append(key)
        self.tries(
            lambda: diary.log_session(
                version=version,  # type: ignore[arg-type]
                patient=self.patient,
                on_day=self.now.date() - ago * DAY,
                entries=entries,
                pain_during=pain,
                by=self.patient.account,
                now=self.now,
                client_key=key,
                symptoms=[Symptom.values[0]] if warned else [],
                effort=effort,
                ran=diary.Ran(km=km),
            )
        )

    def a_log(self, number: int) -> SessionLog | None:
        logs = list(SessionLog.objects.order_by("pk"))
        return logs[number % len(logs)] if logs else None

    def morning(self, number: int, because: str, data: Any) -> None:
        pain = data.draw(st.sampled_from([0, 0, 0, 1, 3, 6, 11]))
        if log := self.a_log(number):
            self.tries(lambda: diary.tell_morning(log=log, pain=pain, by=self.patient.account, now=self.now))

    def go_on(self, number: int, because: str, data: Any) -> None:
        if log := self.a_log(number):
            self.tries(lambda: diary.let_go_on(log=log, because=because, by=self.by, now=self.now))

    # --- What always holds ------------------------------------------------------------------------------------

    @invariant()
    def everything_holds(self) -> None:
        """Asked again only where something was stored or time went by."""
        if self.changed:
            self.changed = False
            self.one_draft_and_one_released()
            self.the_patient_sees_what_was_released()
            self.what_was_released_stays()
            self.guards_hold_and_nothing_is_blocked()
            self.every_listed_exercise_has_a_day()
            self.today_asks_for_no_more_than_the_plan()
            self.any_two_versions_can_be_compared()

    def one_draft_and_one_released(self) -> None:
        connection.check_constraints()  # those that wait for the end of a transaction
        states = Counter(Version.objects.values_list("program", "state"))
        assert all(many == 1 for (_, state), many in states.items() if state in {"proposed", "released"})
        assert Version.objects.filter(patient=self.patient, state="released").count() <= 1

    def the_patient_sees_what_was_released(self) -> None:
        seen = list(Version.objects.released_to(self.patient))
        assert seen == ([self.released] if self.released else [])

    def what_was_released_stays(self) -> None:
        for version in Version.objects.exclude(state="proposed"):
            rows = [
                version.proposal,
                version.note,
                version.starts_on,
                version.steps_up_alone,
                list(version.exercises.values()),
                list(version.waivers.values()),
            ]
            assert self.frozen.setdefault(version.pk, rows) == rows

    def guards_hold_and_nothing_is_blocked(self) -> None:
        if version := self.released:
            assert checking.broken(version, list(version.listed_now())) == []
            assert version.starts_on is not None
        for version in (self.draft, self.released):
            if version is not None:
                listed = frozenset(version.exercises.values_list("library_id", flat=True))
                if (version.program_id, listed) not in self.seen:
                    self.seen.add((version.program_id, listed))
                    assert not listed & set(choosing.Choices(version).built.blocked)

    def every_listed_exercise_has_a_day(self) -> None:
        if version := self.released:
            assert version.block(list(version.listed_now())).left_out == {}

    def today_asks_for_no_more_than_the_plan(self) -> None:
        version = self.released
        if version is None:
            return
        listed = list(version.listed_now())
        ready = list(version.exercises.exclude(role="listed"))
        day = self.now.date()
        logs = standing.logs_of(version.program_id)
        now = standing.now_of(version, listed, day=day, logs=logs, ready=ready)
        for one in (*listed, *now.steps.taken_over.values()):
            plan = amount_in(now.week, one, version.split, now.rules)
            assert much(now.amount(one)) <= much(plan), one.library_id
        for each in now.week.days:
            assert (now.run(each.run).stage or 0) <= (each.run.stage or 0)
        assert version.steps_up_alone or not now.steps.taken_over

    def any_two_versions_can_be_compared(self) -> None:
        if not Version.objects.exists():
            return
        pair = list(Version.objects.filter(patient=self.patient)[:2])
        assert all(one.words for one in difference(pair[-1], pair[0]))


def much(amount: Amount) -> tuple[int, int, list[int]]:
    numbers = [int(one) for one in re.findall(r"\d+", amount.hold_s or amount.reps)]
    return amount.load, amount.sets, numbers


WAYS = (  # as often as they stand here; the first one is drawn most
    *("log", "release", "log", "morning", "log", "release", "morning", "go_on", "log", "release", "go_on"),
    *(
        "fit",
        "add",
        "add",
        "swap",
        "swap",
        "keep_ready",
        "keep_ready",
        "take_ready_away",
        "remove",
        "reorder",
    ),
    *("dose", "dose", "runs", "allow_steps_up", "keep_point", "begin", "begin", "begin", "retire", "give_up"),
    *("revise", "revise", "next_block", "next_block", "end", "another_screen", "time_passes", "time_passes"),
)


@pytest.fixture
def quiet(db, settings):
    EveryPath.took, EveryPath.refused = Counter(), Counter()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def test_every_path_keeps_what_always_holds(quiet):
    run_state_machine_as_test(EveryPath, settings=WALK)
    ways = set(WAYS) - {"time_passes", "another_screen"}
    assert len(ways & set(EveryPath.took)) >= 14, f"only {EveryPath.took} went through"
    assert len(EveryPath.refused) >= 8, f"only {EveryPath.refused} was refused"


def test_a_plan_that_is_exceeded_is_seen(quiet, monkeypatch):
    """The walk can fail: with a step more than was planned it does."""

    def more(week, exercise, split, rules, *, step=None):
        amount = amount_in(week, exercise, split, rules)
        return Amount(amount.sets + 1, amount.reps, amount.hold_s, amount.load)

    monkeypatch.setattr(standing, "amount_in", more)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(EveryPath, settings=WALK)


def test_edits_nobody_checks_are_seen(quiet, monkeypatch):
    """The walk can fail: without the checks of edits and releases it does."""
    for module in (edits, choosing):
        monkeypatch.setattr(module, "check", lambda *args, **given: None)
    monkeypatch.setattr(actions, "_must_keep_the_guards", lambda version: None)
    walk = EveryPath()
    try:
        walk.first_screen(sorted(CASES)[0])
        walk.everything_holds()
        for number in range(1, 120, 2):  # everything that may be chosen, and no more
            walk.add(number, "", None)
        walk.release(0, "", None)
        with pytest.raises(AssertionError):
            walk.everything_holds()
    finally:
        walk.teardown()
