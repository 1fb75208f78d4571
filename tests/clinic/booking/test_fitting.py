"""Who fits a free time: a table of rules, and Hypothesis against a model that tries minute by minute."""

from __future__ import annotations

import dataclasses
import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.booking.fitting import Gap, Place, Wish, fits, suits

LONDON = ZoneInfo("Europe/London")
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
TEN = dt.datetime(2026, 3, 4, 10, tzinfo=dt.UTC)  # a Wednesday
CARL, CLEO = 1, 2
TREADMILL = 7


def gap(start=TEN, *, minutes=60, free=None, clinician=CARL):
    closes = start + minutes * MINUTE
    return Gap(clinician, start, closes, closes if free is None else start + free * MINUTE)


def wish(minutes=30, **other):
    return Wish(lasts=minutes * MINUTE, **other)


@pytest.mark.parametrize(
    ("there", "buffer", "minutes"),
    [
        (gap(), 0, 60),
        (gap(), 15, 45),
        (gap(free=75), 15, 60),
        (gap(free=20), 15, 5),
        (gap(free=10), 15, 0),
        (gap(minutes=0), 0, 0),
    ],
)
def test_how_long_a_visit_with_its_buffer_may_be(there, buffer, minutes):
    assert there.minutes_with(buffer * MINUTE) == minutes


@pytest.mark.parametrize(
    ("wanting", "there", "fit"),
    [
        (wish(), gap(), True),
        (wish(60), gap(), True),
        (wish(61), gap(), False),
        # Its buffer must end before the next visit begins, but may lie after closing.
        (wish(60, buffer=15 * MINUTE), gap(free=60), False),
        (wish(60, buffer=15 * MINUTE), gap(free=75), True),
        (wish(45, buffer=15 * MINUTE), gap(free=60), True),
        # With whom.
        (wish(done_by=frozenset({CLEO})), gap(), False),
        (wish(done_by=frozenset({CLEO, CARL})), gap(), True),
        (wish(clinicians=frozenset({CLEO})), gap(), False),
        (wish(clinicians=frozenset({CARL})), gap(), True),
        # On which days: the fourth of March is a Wednesday.
        (wish(weekdays=frozenset({2})), gap(), True),
        (wish(weekdays=frozenset({0, 1, 3, 4})), gap(), False),
        (wish(from_day=dt.date(2026, 3, 4), until_day=dt.date(2026, 3, 4)), gap(), True),
        (wish(from_day=dt.date(2026, 3, 5)), gap(), False),
        (wish(until_day=dt.date(2026, 3, 3)), gap(), False),
        # At which times: the start and the end count.
        (wish(from_time=dt.time(10)), gap(), True),
        (wish(from_time=dt.time(10, 1)), gap(), False),
        (wish(until_time=dt.time(10, 30)), gap(), True),
        (wish(until_time=dt.time(10, 29)), gap(), False),
        # Somebody who wants an earlier visit does not want a later one, nor the one they have.
        (wish(before=TEN + DAY), gap(), True),
        (wish(before=TEN), gap(), False),
        (wish(before=TEN - HOUR), gap(), False),
        # What else is booked for them.
        (wish(busy=[(TEN + 29 * MINUTE, TEN + HOUR)]), gap(), False),
        (wish(busy=[(TEN + 30 * MINUTE, TEN + HOUR), (TEN - HOUR, TEN)]), gap(), True),
    ],
)
def test_what_fits(wanting, there, fit):
    assert fits(wanting, there, zone=LONDON) is fit


@pytest.mark.parametrize(
    ("taken", "fit"),
    [
        ({TREADMILL: [[]]}, True),
        ({TREADMILL: [[(TEN, TEN + HOUR)]]}, False),
        ({TREADMILL: [[(TEN, TEN + HOUR)], []]}, True),
        ({TREADMILL: [[(TEN + 35 * MINUTE, TEN + HOUR)]]}, False),  # the buffer needs it too
        ({TREADMILL: [[(TEN + 40 * MINUTE, TEN + HOUR)]]}, True),
        ({TREADMILL: []}, False),
        ({}, False),
    ],
)
def test_a_machine_must_be_free(taken, fit):
    wanting = wish(buffer=10 * MINUTE, machine=TREADMILL)
    assert fits(wanting, gap(), zone=LONDON, taken=taken) is fit


@pytest.mark.parametrize(
    ("start", "fit"),
    [
        (dt.datetime(2026, 3, 28, 9, tzinfo=dt.UTC), True),  # nine in winter time
        (dt.datetime(2026, 3, 29, 8, tzinfo=dt.UTC), True),  # nine in summer time, the day the clocks change
        (dt.datetime(2026, 3, 29, 9, tzinfo=dt.UTC), False),  # ten
        (dt.datetime(2026, 10, 25, 9, tzinfo=dt.UTC), True),  # nine again in winter time
    ],
)
def test_times_are_on_the_clinics_clock(start, fit):
    wanting = wish(from_time=dt.time(9), until_time=dt.time(9, 30))
    assert fits(wanting, gap(start), zone=LONDON) is fit


def test_the_line():
    """Urgent first, then whose day comes first, then who waits longest."""
    day = TEN.date()
    line = [
        Place(3, day + DAY, TEN, 1),
        Place(2, day, TEN, 2),
        Place(2, day + DAY, TEN - DAY, 3),
        Place(2, None, TEN - 2 * DAY, 4),
        Place(1, None, TEN, 5),
        Place(0, day, TEN - 9 * DAY, 6),
        Place(0, None, TEN - 3 * DAY, 7),
        Place(0, None, TEN, 8),
        Place(0, None, TEN, 9),
    ]
    shuffled = [line[n] for n in (4, 0, 8, 2, 6, 1, 7, 5, 3)]
    assert sorted(shuffled, key=lambda place: place.order) == line


# --- Against a model that looks at every minute -----------------------------------------------------------

times = st.integers(0, 95).map(lambda quarter: dt.time(quarter // 4, quarter % 4 * 15))
days = st.dates(dt.date(2026, 3, 26), dt.date(2026, 4, 1))  # the clocks change within
moments = st.integers(0, 4 * 24 * 6).map(lambda n: dt.datetime(2026, 3, 26, tzinfo=dt.UTC) + n * 15 * MINUTE)
spans = st.tuples(moments, st.integers(1, 8)).map(lambda span: (span[0], span[0] + span[1] * 15 * MINUTE))
maybe = st.none() | times
wishes = st.builds(
    Wish,
    lasts=st.integers(1, 8).map(lambda n: n * 15 * MINUTE),
    buffer=st.integers(0, 2).map(lambda n: n * 15 * MINUTE),
    machine=st.none() | st.just(TREADMILL),
    done_by=st.frozensets(st.sampled_from([CARL, CLEO])),
    clinicians=st.frozensets(st.sampled_from([CARL, CLEO])),
    weekdays=st.frozensets(st.integers(0, 6)),
    from_time=maybe,
    until_time=maybe,
    from_day=st.none() | days,
    until_day=st.none() | days,
    before=st.none() | moments,
    busy=st.lists(spans, max_size=2),
)
gaps = st.builds(
    lambda clinician, start, closes, free: Gap(
        clinician, start, start + closes * 15 * MINUTE, start + free * 15 * MINUTE
    ),
    st.sampled_from([CARL, CLEO]),
    moments,
    st.integers(1, 12),
    st.integers(1, 12),
)


def by_the_minute(wanting: Wish, there: Gap, taken) -> bool:
    """Every minute of the visit must be one they want and nobody else has."""
    during = [there.starts_at + n * MINUTE for n in range(int(wanting.lasts / MINUTE))]
    held = [there.starts_at + n * MINUTE for n in range(int((wanting.lasts + wanting.buffer) / MINUTE))]
    local = [minute.astimezone(LONDON) for minute in during]
    if any(minute >= there.closes_at for minute in during) or any(m >= there.free_until for m in held):
        return False
    for named in (wanting.done_by, wanting.clinicians):
        if named and there.clinician_id not in named:
            return False
    first, end = local[0], (during[-1] + MINUTE).astimezone(LONDON)
    if wanting.weekdays and first.weekday() not in wanting.weekdays:
        return False
    if wanting.from_day and first.date() < wanting.from_day:
        return False
    if wanting.until_day and first.date() > wanting.until_day:
        return False
    if wanting.from_time and (first.hour, first.minute) < (wanting.from_time.hour, wanting.from_time.minute):
        return False
    if wanting.until_time:
        latest = dt.datetime.combine(first.date(), wanting.until_time)
        if end.replace(tzinfo=None) > latest:
            return False
    if wanting.before and there.starts_at >= wanting.before:
        return False
    if any(begin <= minute < stop for begin, stop in wanting.busy for minute in during):
        return False
    if wanting.machine is None:
        return True
    return any(
        all(not begin <= minute < stop for begin, stop in one for minute in held)
        for one in taken.get(wanting.machine, ())
    )


@settings(max_examples=400, deadline=None)
@given(wishes, gaps, st.dictionaries(st.just(TREADMILL), st.lists(st.lists(spans, max_size=2), max_size=2)))
def test_the_rules_agree_with_looking_at_every_minute(wanting, there, taken):
    assert fits(wanting, there, zone=LONDON, taken=taken) == by_the_minute(wanting, there, taken)


@settings(max_examples=100, deadline=None)
@given(wishes, gaps)
def test_asking_for_nothing_suits_whenever_asking_for_something_does(wanting, there):
    anything = dataclasses.replace(
        wanting, weekdays=frozenset(), from_time=None, until_time=None, from_day=None, until_day=None
    )
    if suits(wanting, there.clinician_id, there.starts_at, zone=LONDON):
        assert suits(anything, there.clinician_id, there.starts_at, zone=LONDON)
