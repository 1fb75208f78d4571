"""On which days an event of another calendar comes again: as a library says, and never for ever."""

from __future__ import annotations

import datetime as dt
from itertools import islice

import pytest
from dateutil import rrule
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from clinic.booking.recurring import NotRead, Rule, Steps

FIRST = dt.date(2026, 3, 3)
WEEKDAYS = [rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA, rrule.SU]
FREQS = {"DAILY": rrule.DAILY, "WEEKLY": rrule.WEEKLY, "MONTHLY": rrule.MONTHLY, "YEARLY": rrule.YEARLY}


def steps() -> Steps:
    return Steps(1_000_000)


def days(first=FIRST, since=FIRST, until=dt.date(2027, 3, 3), **parts):
    rule = Rule.read({name: value if isinstance(value, list) else [value] for name, value in parts.items()})
    return list(rule.days(first, since, until, steps()))


def test_every_other_tuesday_and_thursday():
    found = days(FREQ="WEEKLY", INTERVAL=2, BYDAY=["TU", "TH"], COUNT=4)
    assert found == [FIRST, dt.date(2026, 3, 5), dt.date(2026, 3, 17), dt.date(2026, 3, 19)]


def test_the_last_friday_of_each_month():
    found = days(FREQ="MONTHLY", BYDAY="-1FR", until=dt.date(2026, 5, 31))
    assert found == [dt.date(2026, 3, 27), dt.date(2026, 4, 24), dt.date(2026, 5, 29)]


def test_the_31st_only_where_there_is_one():
    found = days(first=dt.date(2026, 1, 31), FREQ="MONTHLY", until=dt.date(2026, 7, 31))
    assert [day.month for day in found] == [3, 5, 7]


def test_a_count_is_counted_from_the_first_day_and_not_from_today():
    found = days(first=FIRST, since=FIRST + dt.timedelta(days=3), FREQ="DAILY", COUNT=5)
    assert found == [FIRST + dt.timedelta(days=3), FIRST + dt.timedelta(days=4)]


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"FREQ": "SECONDLY"}, "more often than daily"),
        ({"FREQ": "HOURLY", "COUNT": 3}, "more often than daily"),
        ({"FREQ": "DAILY", "BYHOUR": [1, 2]}, "cannot be read"),
        ({"FREQ": "WEEKLY", "INTERVAL": "x"}, "cannot be read"),
        ({"FREQ": "WEEKLY", "INTERVAL": 0}, "cannot be read"),
        ({"FREQ": "WEEKLY", "BYDAY": "XX"}, "cannot be read"),
        ({"FREQ": "NEVER"}, "cannot be read"),
        ({}, "cannot be read"),
        ({"FREQ": "DAILY", "COUNT": 10**13}, "cannot be read"),
    ],
)
def test_what_cannot_be_read_says_so(parts, says):
    with pytest.raises(NotRead, match=says):
        days(**parts)


@pytest.mark.parametrize(
    ("first", "parts"),
    [
        (dt.date(1, 1, 1), {"FREQ": "DAILY", "COUNT": 10**12}),
        (dt.date(1, 1, 1), {"FREQ": "YEARLY", "BYMONTH": 2, "BYMONTHDAY": 30, "COUNT": 1}),
        (dt.date(1, 1, 1), {"FREQ": "MONTHLY", "BYDAY": "MO", "BYSETPOS": 366, "COUNT": 2}),
    ],
)
def test_what_would_be_looked_for_too_long_is_given_up(first, parts):
    rule = Rule.read({name: [value] for name, value in parts.items()})
    with pytest.raises(NotRead, match="too long"):
        list(rule.days(first, FIRST, FIRST + dt.timedelta(days=366), Steps(100_000)))


def test_a_rule_that_never_fits_ends():
    assert days(FREQ="DAILY", BYMONTH=2, BYMONTHDAY=30) == []


ordinal = st.integers(-4, 4)


@settings(max_examples=150, deadline=None)
@given(
    freq=st.sampled_from(sorted(FREQS)),
    first=st.dates(dt.date(2023, 1, 1), dt.date(2026, 12, 31)),
    interval=st.integers(1, 4),
    count=st.none() | st.integers(1, 40),
    by_day=st.lists(st.tuples(ordinal, st.integers(0, 6)), max_size=3, unique=True),
    by_month_day=st.lists(st.integers(1, 28) | st.integers(-5, -1), max_size=3, unique=True),
    by_month=st.lists(st.integers(1, 12), max_size=3, unique=True),
    by_set_pos=st.lists(st.sampled_from([1, -1]), max_size=2, unique=True),
    week_start=st.integers(0, 6),
    ahead=st.integers(0, 900),
)
def test_agrees_with_the_library(
    freq, first, interval, count, by_day, by_month_day, by_month, by_set_pos, week_start, ahead
):
    if freq in {"DAILY", "WEEKLY"}:
        by_day = [(0, day) for day in {day for _, day in by_day}]
    # Two places where the two differ, and calendars do not write either: which days of its first week count.
    assume(not (freq == "WEEKLY" and by_set_pos))
    assume(not by_set_pos or by_day or by_month_day or by_month)
    assume(not (freq == "MONTHLY" and by_month and interval > 1))
    assume(
        not (by_day and by_month_day)
    )  # both may never fit, and the library would look until the year 9999
    # Of “every Monday and the first Monday” the library keeps the first alone; the standard says either.
    assume(len({bool(nth) for nth, _ in by_day}) < 2)
    theirs = rrule.rrule(
        FREQS[freq],
        dtstart=dt.datetime.combine(first, dt.time()),
        interval=interval,
        count=count,
        until=None if count else dt.datetime.combine(dt.date(2029, 1, 1), dt.time()),
        byweekday=[WEEKDAYS[day](nth) if nth else WEEKDAYS[day] for nth, day in by_day] or None,
        bymonthday=by_month_day or None,
        bymonth=by_month or None,
        bysetpos=by_set_pos or None,
        wkst=week_start,
    )
    since, until = first + dt.timedelta(days=ahead), first + dt.timedelta(days=ahead + 400)
    theirs_soon = theirs.between(
        dt.datetime.combine(since, dt.time()),
        dt.datetime.combine(min(until, dt.date(2028, 12, 31)), dt.time()),
        inc=True,
    )
    rule = Rule(freq, interval, count, None, by_day, by_month_day, by_month, by_set_pos, week_start)
    found = rule.days(first, since, min(until, dt.date(2028, 12, 31)), steps())
    assert list(islice(found, 500)) == [moment.date() for moment in theirs_soon]
