"""Who may be the person about to be registered: who comes first, and why each is shown."""

import datetime as dt

import pytest

from clinic.people.alike import Newcomer, likely_duplicates

BORN = dt.date(1991, 3, 14)
ELSE = dt.date(2000, 1, 1)
ANA = "447946000123"


def newcomer(given="Ana", family="Silva", born=BORN, **reach):
    return Newcomer(given, family, born, **reach)


@pytest.mark.parametrize(
    ("typed", "why", "is_the_same"),
    [
        (newcomer(phone_digits=ANA), "Same name and birth date, same phone", True),
        (newcomer(), "Same name and birth date", True),
        (newcomer("ANA", "silva"), "Same name and birth date", True),
        (newcomer(phone_digits="447946000999"), "Same name and birth date", False),
        (newcomer("Anna"), "Same birth date and family name", False),
        (newcomer(family="Souza"), "Same birth date and given name", False),
        (newcomer("Silva", "Souza"), "Same birth date and part of the name", False),
        (newcomer(born=ELSE), "Same name, another birth date", False),
        (newcomer(born=ELSE, phone_digits=ANA), "Same name, another birth date, same phone", False),
        (newcomer("A", "Souza", ELSE, phone_digits=ANA), "Same phone", False),
        (newcomer("A", "Souza", ELSE, email="ana@runner.example"), "Same e-mail", False),
    ],
)
def test_each_has_its_reason_in_words(world, typed, why, is_the_same):
    assert world.ana
    (alike,) = likely_duplicates(typed)
    assert (alike.patient, alike.why, alike.is_the_same) == (world.ana, why, is_the_same)


def test_a_stranger_of_the_same_given_name_is_not_alike(world):
    assert world.ana
    assert likely_duplicates(newcomer(family="Souza", born=ELSE)) == []


def test_the_exact_match_comes_first_and_five_are_shown(world):
    for number in range(6):
        world.patient("Ana", "Silva", dt.date(1980, 1, 1 + number), f"+4479460002{number:02}")
    phone = world.patient("Aaron", "Abbot", ELSE, "+447946000999")
    exact = world.patient("Ana", "Silva", BORN, "+447946000998")
    found = [alike.patient for alike in likely_duplicates(newcomer(phone_digits="447946000999"))]
    assert found[0] == exact
    assert len(found) == 5
    assert phone not in found, "a shared phone alone is less than a whole name"


@pytest.mark.parametrize("many", [1, 30])
def test_asking_costs_the_same_for_a_common_name(world, many, django_assert_max_num_queries):
    for number in range(many):
        world.patient("Ana", "Silva", dt.date(1980, 1, 1 + number), f"+4479460002{number:02}")
    with django_assert_max_num_queries(5):
        assert likely_duplicates(newcomer(phone_digits="447946000200"))
