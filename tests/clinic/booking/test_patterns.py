"""The dates of a series, as the clinic's wall shows them: in any zone, on both sides of a change of the clocks."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from clinic.booking.patterns import MOST_VISITS, NoSuchPattern, Pattern, Shift, When, last_day_of

LONDON = ZoneInfo("Europe/London")
# Half an hour, three quarters, the south, one that jumps at midnight, and one that never does.
ZONES = [
    "Europe/London",
    "America/New_York",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Chatham",
    "America/Santiago",
    "Pacific/Auckland",
]
TUESDAY = dt.date(2026, 3, 3)
NINE, HALF_TWO = dt.time(9), dt.time(14, 30)


def series(times=None, *, first=TUESDAY, weeks=6, every=1):
    chosen = {1: NINE, 3: HALF_TWO} if times is None else times
    return Pattern(chosen, first, last_day_of(first, weeks), every)


class TestTheDates:
    def test_of_twice_a_week_for_six_weeks_are_twelve(self):
        found = series().dates(LONDON)
        assert len(found) == 12
        assert [(w.day.weekday(), w.wall) for w in found] == [(1, NINE), (3, HALF_TWO)] * 6
        assert found[-1].day == dt.date(2026, 4, 9)

    def test_of_every_other_week_count_from_the_first_days_week(self):
        found = series({0: NINE, 1: NINE}, weeks=5, every=2).dates(
            LONDON
        )  # Monday the 9th lies in a week left out
        assert [w.day.day for w in found] == [3, 16, 17, 30, 31]

    @pytest.mark.parametrize("jump", ["spring", "autumn"])
    @pytest.mark.parametrize("name", ZONES)
    def test_show_the_same_wall_time_across_a_change_of_the_clocks(self, name, jump):
        zone = ZoneInfo(name)
        first = dt.date(2026, 3, 3) if jump == "spring" else dt.date(2026, 8, 25)
        found = series(first=first, weeks=12).dates(zone)
        assert {w.at.astimezone(zone).time() for w in found} == {NINE, HALF_TWO}
        assert [w.at.astimezone(zone).date() for w in found] == [w.day for w in found]
        offsets = {w.at.astimezone(zone).utcoffset() for w in found}
        assert len(offsets) == (1 if name == "Asia/Kathmandu" else 2)  # the control: the clocks did change

    def test_in_a_gap_say_so_and_twice_shown_ones_are_the_first(self):
        gap, again = dt.date(2026, 3, 29), dt.date(2026, 10, 25)
        assert When.on(gap, dt.time(1, 30), LONDON) == When(
            gap, dt.time(1, 30), dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC), skipped=True
        )
        assert When.on(again, dt.time(1, 30), LONDON) == When(
            again, dt.time(1, 30), dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC), twice=True
        )

    def test_are_at_most_a_year_of_weeks(self):
        assert len(series({1: NINE}, weeks=MOST_VISITS).dates(LONDON)) == MOST_VISITS
        with pytest.raises(NoSuchPattern, match="That makes 53 visits"):
            series({1: NINE}, weeks=MOST_VISITS + 1).dates(LONDON)

    @pytest.mark.parametrize(
        ("pattern", "why"),
        [
            (Pattern({}, TUESDAY, TUESDAY), "No weekday has a time"),
            (Pattern({1: NINE}, TUESDAY, TUESDAY - dt.timedelta(days=1)), "before the first"),
            (Pattern({0: NINE}, TUESDAY, TUESDAY), "None of these weekdays"),
            (Pattern({1: NINE}, TUESDAY, TUESDAY + dt.timedelta(days=7300)), "two years at most"),
        ],
    )
    def test_that_cannot_be_are_refused(self, pattern, why):
        with pytest.raises(NoSuchPattern, match=why):
            pattern.dates(LONDON)


class TestAShift:
    def test_moves_by_the_wall_and_not_by_the_hour(self):
        tuesdays = [When.on(TUESDAY + dt.timedelta(weeks=n), NINE, LONDON).at for n in range(6)]
        shift = Shift.between(tuesdays[0], TUESDAY + dt.timedelta(days=1), dt.time(10, 30), LONDON)
        assert shift == Shift(1, 90)
        moved = [shift.of(at, LONDON) for at in tuesdays]
        assert {(w.day.weekday(), w.at.astimezone(LONDON).time()) for w in moved} == {(2, dt.time(10, 30))}

    @pytest.mark.parametrize("name", ZONES)
    def test_keeps_the_wall_time_in_every_zone(self, name):
        zone = ZoneInfo(name)
        for first in (dt.date(2026, 3, 3), dt.date(2026, 8, 25)):
            before = series({1: NINE}, first=first, weeks=12).dates(zone)
            shift = Shift.between(before[0].at, first - dt.timedelta(days=1), dt.time(8, 15), zone)
            after = [shift.of(w.at, zone) for w in before]
            assert {w.at.astimezone(zone).time() for w in after} == {dt.time(8, 15)}
            assert [w.day for w in after] == [w.day - dt.timedelta(days=1) for w in before]
