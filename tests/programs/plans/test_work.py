"""How much a dose asks for: repetitions, holds and rests as seconds, compared with the library's dose."""

from __future__ import annotations

from decimal import Decimal

import pytest

from programs.plans.doses import Dose
from programs.plans.work import counted, minutes_for, times_as_much

BRIDGE = Dose(3, "8-10", rest_s=60)


def minutes(dose, proposed=BRIDGE):
    return minutes_for(Decimal(4), dose, proposed)


@pytest.mark.parametrize(
    "proposed",
    [
        BRIDGE,
        Dose(4, "1", "20-30", 30, each_side=True),
        Dose(1, "5-10 min"),
        Dose(2, "15-20 m", rest_s=30),
        Dose(1, "last 5-10 min of an easy run, then 1 min on / 1 min off"),
        Dose(2, "every other lap"),
    ],
)
def test_the_librarys_dose_has_the_librarys_minutes(proposed):
    assert minutes(proposed, proposed) == Decimal(4)
    assert times_as_much(proposed, proposed) == 1


@pytest.mark.parametrize(
    ("dose", "proposed", "takes"),
    [
        (Dose(6, "8-10", rest_s=60), BRIDGE, "9.1"),  # 516 of 228 seconds
        (Dose(3, "18", rest_s=60), BRIDGE, "5.9"),
        (Dose(3, "400", rest_s=60), BRIDGE, "86.3"),
        (Dose(3, "8-10", rest_s=0), BRIDGE, "1.9"),
        (Dose(3, "8-10", "12", 60), BRIDGE, "7.8"),  # a hold of 12 seconds where none was
        (Dose(3, "8-10", "2", 60), BRIDGE, "4.0"),  # a hold no longer than a repetition
        (Dose(3, "5 min", rest_s=60), BRIDGE, "17.9"),  # a time is a time, held or not
        (Dose(3, "8 each side", rest_s=60), BRIDGE, "5.5"),
        (Dose(4, "1", "45", 30), Dose(4, "1", "30", 30), "5.1"),
        (Dose(1, "10 min"), Dose(1, "5 min"), "8.0"),
        (Dose(1, "90 s"), Dose(1, "1 min"), "6.0"),
        (Dose(1, "5 slow breaths"), Dose(1, "10 slow breaths"), "2.0"),
        (Dose(2, "40 m"), Dose(2, "20 m"), "8.0"),
        (Dose(3, "4 x 2 min"), Dose(3, "2-4 x 1 min"), "10.7"),
        (Dose(1, "1 s"), Dose(1, "20 min"), "0.1"),  # never nothing
    ],
)
def test_minutes_follow_the_whole_dose(dose, proposed, takes):
    assert minutes(dose, proposed) == Decimal(takes)


def test_both_sides_take_twice_as_long_and_rest_once():
    one, both = (Dose(3, "16", rest_s=60, each_side=each) for each in (False, True))
    proposed = [Dose(3, "8", rest_s=60, each_side=each) for each in (False, True)]
    assert minutes(one, proposed[0]) == Decimal("5.8")
    assert minutes(both, proposed[1]) == Decimal("6.5"), "less of it is rest"
    said = Dose(3, "16 each side", rest_s=60, each_side=True)
    assert minutes(said, proposed[1]) == minutes(both, proposed[1]), "said twice, still two sides"


@pytest.mark.parametrize(
    ("dose", "proposed"),
    [
        (Dose(6, "10", rest_s=0), Dose(3, "20 m", rest_s=60)),
        (Dose(6, "20 m"), BRIDGE),
        (Dose(6, "10"), Dose(3, "")),  # a row from before the library's dose was kept
        (Dose(6, "10"), Dose(3, "last 5-10 min of an easy run, then 1 min on / 1 min off")),
        (Dose(6, "10"), Dose(3, "0")),
    ],
)
def test_what_cannot_be_compared_goes_by_its_sets(dose, proposed):
    assert minutes(dose, proposed) == Decimal(8)
    assert times_as_much(dose, proposed) == 2


def test_rest_is_no_work():
    assert times_as_much(Dose(3, "8-10", rest_s=600), BRIDGE) == 1
    assert times_as_much(Dose(3, "18", rest_s=60), BRIDGE) == 2
    assert times_as_much(Dose(3, "8-10", "30", rest_s=60), BRIDGE) == Decimal("7.5")


@pytest.mark.parametrize(
    ("reps", "most"),
    [
        ("8-12", 12),
        ("400", 400),
        ("400 slow", 400),
        ("10 each side", 10),
        ("1.5", Decimal("1.5")),
        ("300 s", 0),
        ("200 m", 0),
        ("90min", 0),
        ("120 steps each way", 0),
        ("2-4 x 1 min", 4),
        ("4x8", 8),
    ],
)
def test_times_and_ways_are_no_repetitions(reps, most):
    assert counted(reps).most == most


def test_numbers_nobody_means_are_read_all_the_same():
    assert counted("9" * 100).most > 100
    assert minutes(Dose(3, "9" * 100)) > 10**90
