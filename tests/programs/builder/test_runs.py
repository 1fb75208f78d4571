"""The runs of a block in numbers worked out by hand: ten percent, the single run, lighter weeks, the ladder, a race."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest

from programs.builder.runs import (
    PlannedRun,
    plan_runs,
    run_limit,
    runner_from,
    stage_run,
    stepped_back,
    week_limit,
)
from tests.generated import regions
from tests.programs.builder.made import FREE, ON_THE_LADDER, RULES, STAGES, STILL, days, recipe_of

RUNNING = RULES.running
WEEK = days(Mon="easy", Wed="easy", Sat="long")
LADDER = days(Mon="ladder", Wed="ladder", Fri="ladder")
FOUR = (False, False, False, True)


def planned(runner, week=WEEK, deloads=FOUR, weeks=None):
    return plan_runs(weeks or [week] * 4, runner, deloads=deloads, rules=RUNNING, block=RULES.block)


def km(rows):
    return [[run.km for run in row if run.km is not None] for row in rows]


def stages(rows):
    return [[(run.stage, run.is_left_out) for run in row if run.kind == "ladder"] for row in rows]


@pytest.mark.parametrize(
    ("before", "limit"),
    [
        ((), None),
        ((30.0, 30.0, 30.0), 33.0),
        ((10.0, 30.0, 33.0, 36.0), 36.3),  # the last three: 33 and a tenth
        ((20.0,), 22.0),
        ((5.0, 5.0, 5.0), 6.0),  # a tenth is half a kilometre: one is allowed
        ((10.0, 10.0, 10.0), 11.0),  # where the two meet
        ((9.9,), 10.9),
        ((0.0, 0.0, 0.0), 1.0),
    ],
)
def test_a_week_grows_by_a_tenth_of_the_last_three_or_a_kilometre(before, limit):
    assert week_limit(before, RUNNING) == (None if limit is None else pytest.approx(limit))


@pytest.mark.parametrize(
    ("longest", "limit"), [(20.0, 22.0), (10.0, 11.0), (5.0, 6.0), (0.0, 1.0), (42.2, 46.42)]
)
def test_a_single_run_is_a_tenth_or_a_kilometre_longer_at_most(longest, limit):
    assert run_limit(longest, RUNNING) == pytest.approx(limit)


def test_weeks_that_grow():
    """30; then a tenth over the mean of the last three, in half kilometres; then 35 % less."""
    assert km(planned(FREE)) == [
        [9.0, 9.0, 12.0],  # 30: the long run 40 % of it
        [10.0, 10.0, 13.0],  # 33: 13.2 is also the most after 12, so the easy runs take the rest
        [10.5, 10.0, 13.5],  # 34.1 = (30 + 30 + 33) / 3 and a tenth
        [6.5, 6.5, 9.0],  # 22.165 = 34.1 less 35 %
    ]


def test_weeks_that_may_not_grow_stay():
    assert km(planned(replace(FREE, may_grow=False))) == [
        [9.0, 9.0, 12.0],
        [9.0, 9.0, 12.0],
        [9.0, 9.0, 12.0],
        [6.0, 6.0, 7.5],  # 19.5
    ]


@pytest.mark.parametrize(
    ("last", "weeks"),
    [
        (31.5, [[9.5, 9.5, 12.5]] * 3),
        (30.5, [[9.0, 9.0, 12.5]] * 3),
        (31.7, [[9.5, 9.5, 12.5]] * 3),  # 31.5, and not 31 the week after
        (7.0, [[2.0, 2.0, 3.0]] * 3),
        (6.9, [[2.0, 2.0, 2.5]] * 3),
    ],
)
def test_runs_that_should_stay_do_not_shrink_by_rounding(last, weeks):
    """Regression: 31.5, 30.5, 30 and 7, 6.5, 5.5, each run rounded down and the sum taken as the next week's base."""
    still = replace(FREE, may_grow=False, weeks_km=(last,) * 3, longest_km=last / 2)
    assert km(planned(still))[:3] == weeks


@pytest.mark.parametrize("seed", range(400))
def test_a_week_is_as_near_to_its_distance_as_half_kilometres_allow(seed):
    """Never above it, no run above its own limit, the long run never the shorter one, and flat where none may grow."""
    rng = random.Random(seed)  # noqa: S311  # not a secret
    kinds = rng.choice(
        (["easy"], ["easy", "long"], ["easy", "easy", "long"], ["easy", "speed", "long", "easy"])
    )
    week = days(**dict(zip(("Mon", "Wed", "Fri", "Sun"), kinds, strict=False)))
    last, longest = round(rng.uniform(3, 90), 1), round(rng.uniform(3, 30), 1)
    runner = replace(FREE, may_grow=False, weeks_km=(last,) * 3, longest_km=longest)
    rows = km(planned(runner, week))
    most = run_limit(longest, RUNNING)
    best = min(math.floor(last * 2) / 2, len(kinds) * math.floor(most * 2 + 1e-9) / 2)
    assert sum(rows[0]) == best, "the most that half kilometres and the single run's limit allow"
    for row in rows[:3]:
        assert sum(row) <= last
        assert "long" not in kinds or max(row) == row[kinds.index("long")]
    if best > last - 0.5:
        assert sum(rows[1]) == sum(rows[2]) == best
    assert max(rows[0]) <= most


def test_a_week_that_was_a_jump_is_not_repeated():
    """30, 30, 60: the mean is 40, so the first week has at most 44."""
    first = km(planned(replace(FREE, weeks_km=(30.0, 30.0, 60.0), longest_km=30.0)))[0]
    assert first == [13.5, 13.0, 17.5]


def test_no_run_passes_the_longest_of_the_last_month_by_more_than_a_tenth():
    """60 km a week on a longest run of 10: every run is 11 at most, and the rest of the week stays undone."""
    rows = km(planned(replace(FREE, weeks_km=(60.0,) * 3, longest_km=10.0)))
    assert rows[0] == [11.0, 11.0, 11.0]
    assert rows[1] == [12.0, 12.0, 12.0]  # 12.1 after 11, rounded down


def test_small_distances_grow_by_a_kilometre_and_none_is_walked():
    assert km(planned(replace(FREE, weeks_km=(4.0,) * 3, longest_km=2.0)))[:2] == [
        [1.5, 1.0, 1.5],
        [1.5, 1.5, 2.0],
    ]
    tiny = planned(replace(FREE, weeks_km=(1.0,), longest_km=1.0))[0]
    assert [run for run in tiny if run.kind != "rest"] == [PlannedRun("walk", 30)] * 3


@pytest.mark.parametrize("gap", [{"weeks_km": ()}, {"longest_km": None}])
def test_what_was_not_asked_is_planned_by_time(gap):
    row = planned(replace(FREE, **gap), days(Mon="easy", Tue="speed", Thu="walk", Fri="cross", Sat="long"))[0]
    assert [(run.kind, run.minutes, run.km) for run in row] == [
        ("easy", 30, None), ("speed", 30, None), ("rest", None, None), ("walk", 30, None), ("cross", 30, None),
        ("long", 45, None), ("rest", None, None),
    ]  # fmt: skip


def test_a_single_run_a_week_has_the_whole_distance_within_its_limit():
    assert km(planned(replace(FREE, weeks_km=(10.0,) * 3, longest_km=9.0), days(Sat="long")))[0] == [10.0]


def test_a_long_run_is_never_shorter_than_an_easy_one():
    """Regression: 40 % of a week of two runs left the other 60 % to the easy one."""
    two = days(Wed="easy", Sat="long")
    rows = km(planned(replace(FREE, weeks_km=(20.0,) * 3, longest_km=12.0), two))
    assert rows[0] == [10.0, 10.0]
    assert all(easy <= long for easy, long in rows)


def test_the_week_of_a_race_has_two_fifths_less():
    """33 less 40 % is 19.8: no long run left, so 9.9 each, 19.5 in all; the race itself has no distance of ours."""
    raced = [WEEK, days(Mon="easy", Wed="easy", Sat="race"), WEEK, WEEK]
    rows = planned(FREE, weeks=raced)
    assert km(rows)[1] == [10.0, 9.5]
    assert rows[1][5] == PlannedRun("race")
    assert sum(km(rows)[2]) <= (30 + 30 + 19.5) / 3 * 1.1


def test_a_mild_strain_climbs_a_stage_a_run_and_a_moderate_one_every_second_run():
    """In the lighter week the stage stays, and the last run is left out."""
    mild = replace(ON_THE_LADDER, greens=1)
    assert stages(planned(mild, LADDER)) == [
        [(1, False), (2, False), (3, False)],
        [(4, False), (5, False), (6, False)],
        [(7, False), (8, False), (8, False)],
        [(8, False), (8, False), (8, True)],
    ]
    assert stages(planned(ON_THE_LADDER, LADDER)) == [
        [(1, False), (1, False), (2, False)],
        [(2, False), (3, False), (3, False)],
        [(4, False), (4, False), (5, False)],
        [(5, False), (5, False), (5, True)],
    ]


@pytest.mark.parametrize(("klass", "greens"), [("strain_mild", 1), ("strain_moderate", 2)])
def test_every_recipe_asks_a_mild_strain_for_one_green_run_and_a_moderate_for_two(klass, greens):
    assert {recipe_of(region.name).ladder.pace.of(klass) for region in regions()} == {greens}


def test_a_lone_ladder_run_is_not_left_out():
    assert stages(planned(ON_THE_LADDER, days(Mon="ladder")))[3] == [(2, False)]


def test_the_last_stage_is_half_the_own_week_shared_out():
    own = replace(ON_THE_LADDER, weeks_km=(30.0, 30.0, 30.0), longest_km=12.0)
    assert stage_run(own, 8, share=3) == PlannedRun("ladder", None, 5.0, 8, "own")
    assert stage_run(replace(own, longest_km=4.2), 8, share=3).km == 4.0
    assert stage_run(replace(own, longest_km=0.0), 8, share=3).km is None  # known, and none
    assert stage_run(own, 99, share=3).stage == STAGES[-1].stage
    assert stage_run(ON_THE_LADDER, 8, share=3).km is None
    assert stage_run(own, 0).km is None


def test_without_running_there_are_walks_and_rides_alone():
    row = planned(STILL, days(Mon="walk", Wed="cross"))[0]
    assert [run.minutes for run in row] == [30, None, 30, None, None, None, None]


@pytest.mark.parametrize(
    ("run", "step", "after"),
    [
        (PlannedRun("easy", km=10.0), 1, PlannedRun("easy", km=10.0)),
        (PlannedRun("easy", km=10.0), 0, PlannedRun("easy", km=10.0)),
        (PlannedRun("easy", km=10.0), -1, PlannedRun("easy", km=8.0)),
        (PlannedRun("long", km=13.5), -1, PlannedRun("long", km=10.5)),  # 10.8
        (PlannedRun("long", km=13.5), -2, PlannedRun("long", km=8.0)),  # 8.1
        (PlannedRun("easy", 30), -1, PlannedRun("easy", 24)),
        (PlannedRun("speed", 30), -2, PlannedRun("speed", 18)),
        (PlannedRun("easy", km=0.5), -1, PlannedRun("walk", 30)),
        (PlannedRun("easy", km=10.0), -9, PlannedRun("walk", 30)),
        (PlannedRun("race"), -1, PlannedRun("race")),
        (PlannedRun("walk", 30), -1, PlannedRun("walk", 30)),
        (
            PlannedRun("ladder", 12, None, 2, "6 x (2 / 2)"),
            -1,
            PlannedRun("ladder", 12, None, 2, "6 x (2 / 2)"),
        ),
    ],
)
def test_a_step_back_makes_a_run_a_fifth_shorter(run, step, after):
    assert stepped_back(run, step, RUNNING) == after


@pytest.mark.parametrize("runner", [FREE, ON_THE_LADDER, STILL])
def test_a_runner_is_kept_and_read_again(runner):
    assert runner_from(runner.as_json()) == runner
