"""Nothing smaller than the larger of MDC and MCID is called a change, in words or in a picture."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.screens.outcomes import Change
from programs.outcomes import actions, charts, words
from programs.outcomes.given import given_by
from programs.outcomes.judging import Point, averages, judged
from programs.outcomes.reading import load_schedule
from programs.outcomes.showing import over_time, picture
from programs.outcomes.words import VERDICTS

ASKED = load_schedule().asked
DAY0 = dt.date(2026, 3, 3)


def points(*values, apart=14):
    return tuple(Point(DAY0 + dt.timedelta(days=apart * n), value) for n, value in enumerate(values))


def change(id, *values, count=3, since=None):
    return judged(ASKED[id].measure_of(count), points(*values), since=since).change


@pytest.mark.parametrize(
    ("id", "values", "expected"),
    [
        ("nprs", (6, 4), Change.IMPROVED),
        ("nprs", (6, 2, 5), Change.WITHIN_ERROR),
        ("nprs", (4, 6), Change.WORSE),
        ("nprs", (6,), Change.NOT_KNOWN),
        ("nprs", (), Change.NOT_KNOWN),
        ("groc", (3,), Change.IMPROVED),
        ("groc", (2,), Change.WITHIN_ERROR),
        ("groc", (5, -3), Change.WORSE),
        ("lefs", (60, 68), Change.WITHIN_ERROR),
        ("lefs", (60, 69), Change.IMPROVED),
        ("fash", (20, 90), Change.NOT_KNOWN),
        ("visa_h", (50, 71), Change.WITHIN_ERROR),
    ],
)
def test_the_last_is_compared_with_the_first(id, values, expected):
    assert change(id, *values) is expected


def test_one_activity_must_change_more_than_the_average_of_three():
    assert change("psfs", 4, 6, count=3) is Change.IMPROVED
    assert change("psfs", 4, 6, count=1) is Change.WITHIN_ERROR
    assert change("psfs", 4, 6, count=2) is Change.WITHIN_ERROR
    assert change("psfs", 4, 7, count=1) is Change.IMPROVED


def test_an_earlier_course_is_not_compared():
    since = DAY0 + dt.timedelta(days=10)
    assert change("nprs", 9, 4, 4, since=since) is Change.WITHIN_ERROR
    assert change("nprs", 9, 4, 4) is Change.IMPROVED
    assert change("nprs", 9, since=since) is Change.NOT_KNOWN


@given(
    st.sampled_from(sorted(ASKED)),
    st.lists(st.integers(0, 1000), min_size=1, max_size=8),
    st.integers(1, 3),
)
def test_a_change_is_called_one_only_where_it_leaves_the_band(id, raw, count):
    measure = ASKED[id].measure_of(count)
    low, high = int(measure.minimum), int(measure.maximum)
    values = [low + one % (high - low + 1) for one in raw]
    found = judged(measure, points(*values), since=None)
    if (id != "groc" and len(values) == 1) or found.no_change is None:
        assert found.change is Change.NOT_KNOWN
    else:
        bottom, top = found.no_change
        outside = not bottom < values[-1] < top
        assert (found.change in {Change.IMPROVED, Change.WORSE}) is outside
        if outside:
            better = values[-1] >= top if measure.better == "higher" else values[-1] <= bottom
            assert (found.change is Change.IMPROVED) is better


@given(st.lists(st.lists(st.integers(0, 10), min_size=1, max_size=5), min_size=1, max_size=3))
def test_an_average_lies_between_what_it_averages(rated):
    found = averages({number: points(*values) for number, values in enumerate(rated)})
    everything = [value for values in rated for value in values]
    assert all(min(everything) <= one.number <= max(everything) for one in found)
    assert len(found) == min(len(values) for values in rated)


def test_an_average_waits_until_all_were_rated_within_a_week():
    first, second = points(2, 4), points(6, apart=14)
    assert averages({1: first, 2: second}) == (Point(DAY0, 4.0),)
    late = (Point(DAY0 + dt.timedelta(days=6), 6.0),)
    assert averages({1: first, 2: late}) == (Point(DAY0 + dt.timedelta(days=6), 4.0),)
    assert averages({1: first, 2: (Point(DAY0 + dt.timedelta(days=7), 6.0),)}) == ()


# --- Charts --------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 10), min_size=1, max_size=30), st.integers(1, 400))
def test_everything_is_drawn_inside_the_chart(values, apart):
    drawn = charts.chart(
        points(*values, apart=apart), low=0, high=10, no_change=(values[0] - 3, values[0] + 3), start=DAY0
    )
    for dot in drawn.dots:
        assert drawn.left <= float(dot.x) <= drawn.right
        assert charts.TOP <= float(dot.y) <= charts.HEIGHT - charts.BOTTOM
    assert float(drawn.band.y) >= charts.TOP
    assert float(drawn.band.y) + float(drawn.band.height) <= charts.HEIGHT - charts.BOTTOM + 0.1
    assert drawn.dots[0].is_start
    places = [float(day.x) for day in drawn.days]
    assert places == sorted(places)


def test_the_chart_of_a_higher_value_goes_up_and_the_band_is_around_the_start():
    drawn = charts.chart(points(4, 8), low=0, high=10, no_change=(2, 6), start=DAY0)
    first, last = (float(dot.y) for dot in drawn.dots)
    assert last < first
    top, height = float(drawn.band.y), float(drawn.band.height)
    assert top < first < top + height
    assert last < top, "eight lies outside the band"


def test_a_single_answer_stands_in_the_middle_and_no_band_is_drawn_without_a_known_change():
    drawn = charts.chart(points(4), low=0, high=100, no_change=None, start=DAY0)
    assert (drawn.band, len(drawn.days), drawn.days[0].anchor) == (None, 1, "middle")


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 10, (0, 5, 10)), (-7, 7, (-7, 0, 7)), (0, 80, (0, 20, 40, 60, 80)), (0, 100, (0, 25, 50, 75, 100))],
)
def test_lines_across_are_whole_numbers(low, high, expected):
    assert charts.steps(low, high) == expected


# --- Words ---------------------------------------------------------------------------------------------------


def test_clinicians_read_the_rules_own_words():
    assert {VERDICTS[one].label.lower() for one in Change} == {str(one) for one in Change}


def test_a_patient_reads_no_blame_and_no_number_of_the_rules():
    said = " ".join(text for texts in words.PLAIN.values() for text in texts.values()).lower()
    for word in ("fail", "missed", "should", "must", "mdc", "mcid", "error", "bad", "worsened", "adherence"):
        assert word not in said, word
    assert all(set(texts) == set(Change) for texts in words.PLAIN.values())


def test_the_patients_picture_calls_better_only_what_is(ana):
    easy, hard = ana.names("Tie my shoes", 3, days=14), ana.names("Run a mile", 3, days=14)
    ana.gives(value=6, days=14)
    ana.gives(value=5)
    ana.gives("psfs", 6, activity=easy)
    ana.gives("psfs", 5, activity=hard)
    ana.gives("groc", -4)
    began_at = ana.world.now - dt.timedelta(days=14)
    found = picture(given_by(ana.patient), began_at=began_at)
    assert [one.title for one in found.better] == ["“Tie my shoes”"]
    assert (found.better[0].start, found.better[0].now, found.better[0].now_share) == ("3", "6", "60")
    assert [one.title for one in found.rest] == ["“Run a mile”", "Pain", "All in all"]
    assert found.is_harder


def test_a_clinician_sees_each_question_its_band_and_its_source(ana):
    carl = {"where": "clinic", "by": ana.world.carl}
    ana.names("Tie my shoes", 3, days=14)
    ana.names("Run a mile", 4, days=14)
    ana.gives("fash", 40, **carl)
    ana.gives("lefs", 60, days=14, **carl)
    ana.gives("lefs", 70, **carl)
    found = {one.id: one for one in over_time(given_by(ana.patient), began_at=None)}
    assert "Average of the 2" in found["psfs-average"].title
    lefs, fash = found["lefs"], found["fash"]
    assert lefs.verdict.label == "Improved"
    assert "From 60 (17 Feb 2026) to 70 (3 Mar 2026)" in lefs.course
    assert "from 9 points" in lefs.counts_from
    assert "Binkley" in lefs.sources[0]
    assert lefs.chart.band
    assert lefs.rows[0].who == "At the clinic, Carl Jensen"
    assert fash.verdict.label == "Not known"
    assert "trend only" in fash.counts_from
    assert fash.chart.band is None


def test_an_activity_off_the_list_keeps_its_history(ana):
    activity = ana.names()
    actions.retire_activity(activity=activity, patient=ana.patient, by=ana.world.carl, now=ana.world.now)
    (one,) = over_time(given_by(ana.patient), began_at=None)
    assert one.retired_at == ana.world.now
    assert picture(given_by(ana.patient), began_at=None).rest == []
