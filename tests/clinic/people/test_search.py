"""Finding a patient as the desk types."""

import contextlib
import datetime as dt

import pytest

from clinic.people import search


@pytest.mark.parametrize(
    "typed",
    [
        "zoe",
        "ZOË",
        "luc sjob",
        "sjøberg",
        "o'sjob",
        "14/3/1991",
        "14.3.1991",
        "1991-03-14",
        "07946 000 789",
        "+44 7946 000 7",
        "0789",
    ],
)
def test_finds_a_patient_by(world, typed):
    zoe = world.patient("Zoë-Łucja", "O'Sjøberg", dt.date(1991, 3, 14), "+447946000789")
    assert world.ben not in search.find(typed)
    assert list(search.find(typed)) == [zoe]


def test_finds_a_patient_by_record_number(world):
    assert list(search.find(world.ana.record_number.lower())) == [world.ana]


def test_one_letter_is_too_short(world):
    with pytest.raises(search.TooShort):
        search.find("a")


def test_two_letters_are_a_whole_name_and_three_a_beginning(world):
    ng = world.patient("Li", "Ng", dt.date(1990, 1, 1), "+447946000999")
    world.patient("Ngozi", "Lindqvist", dt.date(1990, 1, 1), "+447946000998")
    assert list(search.find("ng")) == [ng]
    assert len(search.find("ngo")) == 1


@pytest.mark.parametrize("typed", ["' | 'x':* --", "a:*&", "\\'", "%%%", "())", "zz\x00zz"])
def test_search_operators_are_only_letters(world, typed):
    assert world.ana
    with contextlib.suppress(search.TooShort):
        assert list(search.find(typed)) == []


def test_likely_duplicates_share_a_birth_date_and_a_name_or_a_phone(world):
    ana = world.ana
    same_day = search.likely_duplicates(given_name="Anna", family_name="Silva", birth_date=ana.birth_date)
    same_phone = search.likely_duplicates(
        given_name="A", family_name="Souza", birth_date=dt.date(2000, 1, 1), phone_digits="447946000123"
    )
    stranger = search.likely_duplicates(given_name="Ana", family_name="Souza", birth_date=dt.date(2000, 1, 1))
    assert list(same_day) == [ana]
    assert list(same_phone) == [ana]
    assert list(stranger) == []
