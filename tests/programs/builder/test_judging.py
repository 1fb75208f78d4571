"""Traffic lights at every boundary, and what a row of sessions does to a dose. Held against rules written apart."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from itertools import permutations

import pytest

from programs.builder.judging import (
    RUN,
    Did,
    Light,
    Logged,
    Standing,
    Standings,
    Stop,
    light_of,
    standings,
    worst,
)
from tests.programs.builder.made import RULES

DAY = dt.date(2026, 3, 2)
ID = "curl"


def colour(pain: int, morning: int | None, usual: int) -> str:
    """The recipes' own words, sentence by sentence.

    green: pain <= 2 during AND next morning <= 2 and not above baseline; amber: pain 3 during or next-morning rise of
    1-2; red: pain >= 4, or next-morning rise > 2. A morning that was not told is never green.
    """
    if pain >= 4:
        return "red"
    if morning is not None and morning > usual + 2:
        return "red"
    if pain == 3:
        return "amber"
    if morning is None:
        return "waiting"
    return "green" if morning <= 2 and morning <= usual else "amber"


@pytest.mark.parametrize("usual", range(11))
def test_every_light_there_is(usual):
    for pain in range(11):
        for morning in (None, *range(11)):
            found = light_of(pain, morning, usual, RULES.lights)
            assert found == colour(pain, morning, usual), (pain, morning, usual)


@pytest.mark.parametrize(
    ("pain", "morning", "usual", "light"),
    [
        (2, 0, 0, Light.GREEN),
        (2, 2, 2, Light.GREEN),
        (0, 1, 3, Light.GREEN),
        (2, None, 0, Light.WAITING),
        (3, None, 0, Light.AMBER),
        (3, 0, 0, Light.AMBER),
        (0, 1, 0, Light.AMBER),
        (0, 2, 0, Light.AMBER),
        (0, 3, 3, Light.AMBER),
        (0, 5, 3, Light.AMBER),
        (4, None, 0, Light.RED),
        (4, 0, 4, Light.RED),
        (0, 3, 0, Light.RED),
        (0, 6, 3, Light.RED),
    ],
)
def test_lights_by_hand(pain, morning, usual, light):
    assert light_of(pain, morning, usual, RULES.lights) is light


# --- Rows of sessions ----------------------------------------------------------------------------------------

LIGHTS = {"g": (0, 0), "w": (0, None), "a": (3, 0), "r": (5, 0)}


def a_log(kind: str, number: int, **given) -> Logged:
    """`g` green, `w` waiting, `a` amber, `r` red, `c` could not, `s` stopped by a warning, `l` let go on after one."""
    pain, morning = LIGHTS.get(kind, (0, 0))
    did = {ID: Did(done=kind != "c", could_not=kind == "c")}
    log = Logged(
        number,
        DAY + dt.timedelta(days=2 * number),
        pain,
        morning,
        did,
        warned=kind in "sl",
        goes_on=kind == "l",
    )
    return replace(log, **given)


def stood(logs: str | list[Logged], **given) -> Standings:
    listed = [a_log(kind, number) for number, kind in enumerate(logs)] if isinstance(logs, str) else logs
    rest = {"usual": 0, "run_greens": 1, "first_stage": 1, "tops": {ID: 2, RUN: 7}}
    return standings(listed, RULES, **(rest | given))


@pytest.mark.parametrize(
    ("logs", "step", "greens"),
    [
        ("", 0, 0),
        ("g", 0, 1),
        ("gg", 1, 0),
        ("gggg", 2, 0),
        ("gggggg", 2, 2),  # the top: what comes next is a harder exercise
        # Waiting neither counts nor takes away; whatever is told later counts then.
        ("w", 0, 0),
        ("wwwwwwww", 0, 0),
        ("gwg", 1, 0),
        ("ggwwww", 1, 0),
        # Amber: the same again, and the good ones are counted anew.
        ("gag", 0, 1),
        ("ggagg", 2, 0),
        ("aaaa", 0, 0),
        # Red: one back, two the second time in a row. A good or an amber one ends the row, waiting does not.
        ("r", -1, 0),
        ("ggggr", 1, 0),
        ("ggggrr", -1, 0),
        ("ggggrrr", -2, 0),
        ("ggggrgr", 0, 0),
        ("ggggrar", 0, 0),
        ("ggggrwr", -1, 0),
        ("ggggrcr", -1, 0),
        ("rrrrrr", -2, 0),
        ("rrgg", -1, 0),
        # Could not: the same again, and the second time in a row a step back, then counted anew.
        ("c", 0, 0),
        ("cc", -1, 0),
        ("ccc", -1, 0),
        ("cccc", -2, 0),
        ("cgc", 0, 0),
        ("cac", 0, 0),
        ("gcg", 0, 1),
        # A warning steps back as a red one does.
        ("ggs", 0, 0),
        ("ggggss", -1, 0),
        ("ggl", 0, 0),
    ],
)
def test_a_row_of_sessions(logs, step, greens):
    found = stood(logs)
    assert found.step(ID) == step
    assert found.of.get(ID, Standing()).greens == greens


def test_an_exercise_that_was_left_out_stays_where_it_is():
    logs = [a_log("g", 0), a_log("g", 1), a_log("r", 2, did={ID: Did(done=False), "other": Did(done=True)})]
    found = stood(logs, tops={ID: 2, "other": 2})
    assert (found.step(ID), found.step("other")) == (1, -1)


def test_the_worse_of_the_session_and_of_the_exercise_counts():
    logs = [a_log("g", 0, did={"calm": Did(done=True, pain=0), "sore": Did(done=True, pain=4)})]
    found = stood(logs, tops={})
    assert (found.of["calm"].light, found.of["sore"].light) == (Light.GREEN, Light.RED)
    assert stood([a_log("r", 0, did={ID: Did(done=True, pain=0)})]).of[ID].light is Light.RED
    assert stood([a_log("r", 0, did={ID: Did(done=False, could_not=True)})]).of[ID].light is Light.RED


@pytest.mark.parametrize(
    ("logs", "effort", "ready"),
    [("gggg", 5, False), ("gggggg", 5, True), ("gggggg", None, True), ("gggggg", 8, False), ("gggggg", 7, True),
     ("gggggga", 5, False), ("ggggggc", 5, False), ("ggggggr", 5, False), ("ggggggw", 5, True)],
)  # fmt: skip
def test_ready_for_the_next_exercise(logs, effort, ready):
    listed = [a_log(kind, number, effort=effort) for number, kind in enumerate(logs)]
    assert stood(listed).of[ID].ready is ready


def test_a_dose_set_anew_starts_from_its_own_base():
    logs = [a_log("r", 0), a_log("r", 1), a_log("g", 2, base={ID: 1})]
    assert stood(logs).of[ID].step == 0
    assert stood(logs).of[ID].greens == 1


@pytest.mark.parametrize(
    ("logs", "greens", "step"),
    [("ggg", 1, 3), ("ggg", 2, 1), ("gggg", 2, 2), ("gwgw", 2, 1), ("r", 1, -1), ("rr", 1, -1), ("g" * 20, 1, 7),
     ("gar", 1, 0)],
)  # fmt: skip
def test_the_run_climbs_its_ladder_and_never_falls_below_stage_0(logs, greens, step):
    listed = [a_log(kind, number, ran=True, did={}) for number, kind in enumerate(logs)]
    assert stood(listed, run_greens=greens).step(RUN) == step


@pytest.mark.parametrize(
    ("logs", "step"),
    [("g", 0), ("gggg", 0), ("r", -1), ("rr", -2), ("rrr", -2), ("rg", -1), ("rgg", 0), ("rrgg", -1), ("rrgggg", 0),
     ("rgggg", 0), ("ra", -1), ("rw", -1)],
)  # fmt: skip
def test_runs_by_distance_step_back_too_and_never_climb_above_the_plan(logs, step):
    """Regression: without a ladder a red run changed nothing, though its light says “one step back”."""
    listed = [a_log(kind, number, ran=True, did={}) for number, kind in enumerate(logs)]
    found = stood(listed, run_greens=2, first_stage=None, tops={ID: 2})
    assert found.step(RUN) == step


# --- Order, stops and rest -----------------------------------------------------------------------------------


def test_a_late_log_counts_as_if_it_had_come_in_time():
    logs = [a_log(kind, number) for number, kind in enumerate("ggrgw")]
    assert len({repr(stood(list(order))) for order in permutations(logs)}) == 1
    # Told late: the ids follow the order they came in, the days the order they were done.
    late = [replace(log, id=100 - log.id) for log in logs]
    assert stood(late).of == stood(logs).of


def test_a_morning_told_late_changes_what_followed():
    waiting = [a_log("w", 0), a_log("g", 1), a_log("g", 2)]
    assert stood(waiting).step(ID) == 1
    assert stood([replace(waiting[0], morning=0), *waiting[1:]]).of[ID].greens == 1
    assert stood([replace(waiting[0], morning=3), *waiting[1:]]).step(ID) == 0


@pytest.mark.parametrize("seed", range(20))
def test_any_order_of_any_logs_gives_the_same_standing(seed):
    rng = random.Random(seed)  # noqa: S311
    logs = [a_log(rng.choice("gggwarcsl"), number, ran=rng.random() < 0.5) for number in range(15)]
    once = stood(logs)
    for _ in range(20):
        rng.shuffle(logs)
        assert stood(logs) == once


def test_a_warning_stops_until_that_warning_is_answered():
    assert stood("gg").stop is None
    assert stood("sgggg").stop == Stop(0, DAY)
    assert stood("lggg").stop is None
    assert stood("gsgs").stop == Stop(3, DAY + dt.timedelta(days=6))
    assert stood("ls").stop == Stop(1, DAY + dt.timedelta(days=2))
    # An answer to a later warning is none to an earlier one that came in late.
    assert stood("sl").stop == Stop(0, DAY)


@pytest.mark.parametrize(
    ("logs", "rests", "lighter"),
    [
        ("gg", None, None),
        ("r", 2, None),
        ("rg", 2, None),
        ("s", 2, None),
        ("rr", 4, 9),  # days 0 and 2: lighter until day 9
        ("rggr", 8, 13),  # days 0 and 6 are within seven
        ("rgggr", 10, None),  # days 0 and 8 are not
        ("rgggrr", 12, 17),
    ],
)
def test_red_days_ask_for_rest_and_two_within_seven_for_a_lighter_week(logs, rests, lighter):
    found = stood(logs)
    assert found.rests_until == (None if rests is None else DAY + dt.timedelta(days=rests))
    assert found.lighter_until == (None if lighter is None else DAY + dt.timedelta(days=lighter))


def test_two_red_sessions_on_one_day_are_one_red_day():
    same = [a_log("r", 0), a_log("r", 1, on_day=DAY)]
    assert stood(same).lighter_until is None


@pytest.mark.parametrize("kind", "gwarcs")
def test_every_light_says_why(kind):
    assert stood(kind).of[ID].because.strip()
    assert "{" not in stood(kind).of[ID].because


def test_could_not_twice_has_its_own_words():
    assert stood("cc").of[ID].because == RULES.say["could_not_again"]
    assert stood("c").of[ID].because == RULES.say["could_not"]


def test_the_worst_of_lights():
    assert worst([]) is None
    assert worst([Light.GREEN, Light.AMBER, Light.WAITING]) is Light.AMBER
    assert worst(list(Light)) is Light.STOP
