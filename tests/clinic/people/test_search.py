"""Finding a patient as the desk types."""

import contextlib
import datetime as dt
import time

import pytest
from django.db import connection

from clinic.people import search
from clinic.people.models import Patient


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


def test_two_letters_that_are_nobodys_name_are_a_beginning(world):
    ana = world.ana
    assert list(search.find("si")) == [ana]
    si = world.patient("Lan", "Si", dt.date(1990, 1, 1), "+447946000999")
    assert list(search.find("si")) == [si], "somebody has it for a name now"


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


@pytest.mark.parametrize(
    "typed",
    [
        "+447", "+44 7", "+44 79", "+447946", "+44 7946 000 7", "+44 (0)7946", "+44 07946", "+44\u00a07946\u00a0000",
        "0044 7946", "07", "079", "07946", "07946-000", "(07946) 000", "7946", "7946 000 7", "44 7946", "447946000789",
        "07946\u2011000", "0789", "000789",
    ],
)  # fmt: skip
def test_a_phone_number_is_found_from_its_first_or_last_digits_however_it_is_dialled(world, typed):
    zoe = world.patient("Zo\u00eb", "Sj\u00f8berg", dt.date(1991, 3, 14), "+447946000789")
    world.patient("Pilar", "Ruiz", dt.date(1980, 5, 1), "+34912345678")
    assert list(search.find(typed)) == [zoe]


@pytest.mark.parametrize("typed", ["+34", "+34 912", "0034 912", "912", "34912345678", "5678"])
def test_a_number_from_abroad_is_found_by_its_own_code(world, typed):
    pilar = world.patient("Pilar", "Ruiz", dt.date(1980, 5, 1), "+34912345678")
    assert world.ben
    if len(typed) < 4 and typed[0] != "+":
        with pytest.raises(search.TooShort):
            search.find(typed)
    else:
        assert list(search.find(typed)) == [pilar]


@pytest.mark.parametrize("typed", ["+", "+4", "+44", "0", "00", "004", "12", "789"])
def test_digits_that_fit_every_number_are_too_short(world, typed):
    assert world.ana
    with pytest.raises(search.TooShort):
        search.find(typed)


def test_another_clinics_country_is_the_one_of_its_settings(world, settings):
    settings.PHONENUMBER_DEFAULT_REGION = "ES"
    pilar = world.patient("Pilar", "Ruiz", dt.date(1980, 5, 1), "+34912345678")
    assert list(search.find("9123")) == [pilar]


@pytest.mark.parametrize("typed", ["+447946", "07946", "7946", "000789"])
def test_a_phone_number_is_looked_up_in_the_indexes(db, typed):
    """With a million rows a walk through all of them takes seconds; here it is forbidden to see the other way."""
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("set local enable_indexscan = off")
    plan = search.find(typed).explain()
    assert "channel_found_by_first_digits" in plan
    assert "Seq Scan on people_contactchannel" not in plan


@pytest.mark.parametrize(("words", "beginning"), [(["si"], ""), (["si"], ":*"), (["ana", "silv"], ":*")])
def test_a_name_is_looked_up_in_the_index(db, words, beginning):
    """The index answers, and no more is read than is weighed: with a million patients both are needed."""
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
    plan = search.named(words, beginning).explain()
    assert plan.startswith("Limit")
    assert "patient_found_by_name" in plan
    assert "Sort" not in plan
    assert "Seq Scan" not in plan


def test_ten_thousand_who_fit_are_twenty_and_soon(world, django_assert_max_num_queries):
    born = dt.date(1990, 1, 1)
    Patient.objects.bulk_create(
        Patient(
            legal_given_name="Ana", legal_family_name=f"Silva{n}", birth_date=born, registered_at=world.now
        )
        for n in range(10_000)
    )
    with django_assert_max_num_queries(2):
        began = time.perf_counter()
        assert len(search.find("si")) == 20
    assert time.perf_counter() - began < 1
