"""When sessions are: at the patient's own hour on every day, also while the clocks change, and only where planned."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace
from zoneinfo import ZoneInfo

from assessments.triage.models import Symptom
from programs.feeds.calendar import written
from programs.feeds.sessions import DAYS_AHEAD, is_session, lasts, sessions_of
from programs.plans import diary
from programs.plans.models import Version
from programs.plans.standing import logs_of, now_of

NAMES = uuid.UUID(int=7)
AT = dt.time(18)
# Zone, a day shortly before its clocks change: forward and back, by an hour and by half of one, north and south.
CHANGES = [
    ("Europe/London", dt.date(2026, 3, 25)),
    ("Europe/London", dt.date(2026, 10, 21)),
    ("Europe/Lisbon", dt.date(2026, 10, 21)),
    ("America/New_York", dt.date(2026, 3, 4)),
    ("America/St_Johns", dt.date(2026, 10, 28)),
    ("Australia/Lord_Howe", dt.date(2026, 9, 30)),
    ("Australia/Sydney", dt.date(2026, 4, 1)),
    ("Pacific/Auckland", dt.date(2026, 9, 23)),
    ("America/Santiago", dt.date(2026, 9, 2)),
    ("Africa/Cairo", dt.date(2026, 4, 20)),
]


def standing(story, day, *, starts_on=None):
    version = Version.objects.with_exercises().get(pk=story.released.pk)
    version.starts_on = starts_on or version.starts_on
    return now_of(version, version.listed, day=day, logs=logs_of(version.program_id))


def planned(story, day=None, *, at=AT, zone="Europe/London"):
    now = standing(story, day or story.now.date())
    return list(sessions_of(now, time_of_day=at, zone=ZoneInfo(zone), names=NAMES))


def test_each_planned_day_of_four_weeks_is_one_and_no_other(ana_story):
    found = planned(ana_story)
    days = {one.on_day for one in found}
    block = standing(ana_story, ana_story.now.date()).block
    first = ana_story.now.date()
    for ahead in range(DAYS_AHEAD):
        day = first + dt.timedelta(days=ahead)
        number = (day - dt.date(2026, 3, 2)).days // 7 + 1
        assert (day in days) == is_session(block.week(number).days[day.weekday()]), day
    assert dt.date(2026, 3, 4) not in days, "Wednesday is a rest day"
    assert max(days) < first + dt.timedelta(days=DAYS_AHEAD)
    assert len(found) == len(days)


def test_a_run_that_a_lighter_week_leaves_out_is_no_session(ana_story):
    day = standing(ana_story, ana_story.now.date()).block.week(1).days[0]
    run = replace(day, strength="", run=replace(day.run, kind="ladder", is_left_out=True))
    assert not is_session(run)
    assert is_session(replace(run, run=replace(run.run, is_left_out=False)))


def test_a_session_keeps_whole_quarters_of_an_hour(ana_story):
    for one in planned(ana_story):
        assert one.ends_at - one.starts_at >= dt.timedelta(minutes=15)
        assert (one.ends_at - one.starts_at) % dt.timedelta(minutes=15) == dt.timedelta(0)
    day = standing(ana_story, ana_story.now.date()).block.week(1).days[0]
    empty = replace(day, exercises=(), around=(), after=(), run=replace(day.run, kind="walk", minutes=20))
    assert lasts(empty, ana_story.released.split) == dt.timedelta(minutes=30)


def in_zones(story, at):
    """(zone, sessions) over each of the weeks in which the clocks change there."""
    for name, day in CHANGES:
        zone, now = ZoneInfo(name), standing(story, day, starts_on=day)
        yield zone, list(sessions_of(now, time_of_day=at, zone=zone, names=NAMES))


def test_six_in_the_evening_stays_six_when_the_clocks_change(ana_story):
    for zone, found in in_zones(ana_story, AT):
        local = [one.starts_at.astimezone(zone) for one in found]
        assert {one.time() for one in local} == {AT}, zone
        assert [one.date() for one in local] == [one.on_day for one in found], zone
        assert len({one.utcoffset() for one in local}) == 2, f"the clocks of {zone} do change in these weeks"


def test_a_time_the_clocks_skip_or_repeat_is_still_one_moment(ana_story):
    for at in (dt.time(0), dt.time(1, 30), dt.time(2, 30), dt.time(23, 59)):
        for zone, found in in_zones(ana_story, at):
            assert sorted({one.starts_at for one in found}) == [one.starts_at for one in found], zone
            for one in found:
                there = one.starts_at.astimezone(zone).replace(tzinfo=None)
                late = there - dt.datetime.combine(one.on_day, at)
                assert dt.timedelta(0) <= late <= dt.timedelta(hours=1), (zone, one)


def test_a_warning_sign_takes_them_all_away_and_an_answer_brings_them_back(ana_story):
    assert planned(ana_story)
    log = ana_story.logs(symptoms=[Symptom.POP.value])
    assert planned(ana_story) == []
    diary.let_go_on(log=log, because="Rang her: nothing new.", by=ana_story.by, now=ana_story.now)
    later = planned(ana_story)
    assert later
    until = standing(ana_story, ana_story.now.date()).standings.rests_until
    assert until is None or all(one.on_day >= until for one in later)


def test_a_red_day_asks_for_rest_first(ana_story):
    before = planned(ana_story)
    ana_story.logs(pain_during=8)
    until = standing(ana_story, ana_story.now.date()).standings.rests_until
    assert until is not None
    assert [one.on_day for one in planned(ana_story)] == [one.on_day for one in before if one.on_day >= until]


def test_names_stay_and_are_each_their_own(ana_story):
    first, again = planned(ana_story), planned(ana_story)
    assert [one.uid for one in first] == [one.uid for one in again]
    assert len({one.uid for one in first}) == len(first)
    tomorrow = planned(ana_story, ana_story.now.date() + dt.timedelta(days=1), at=dt.time(7))
    names = {one.on_day: one.uid for one in first}
    assert all(names.get(one.on_day, one.uid) == one.uid for one in tomorrow), "another time, the same event"


def test_the_same_sessions_are_the_same_bytes(ana_story):
    found = planned(ana_story)
    assert written(found, changed_at=ana_story.now) == written(found, changed_at=ana_story.now)
