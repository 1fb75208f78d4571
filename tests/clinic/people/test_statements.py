"""A statement put together once says what its queryset says, whatever it is asked with."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Case, Count, F, Func, TextField, Value, When
from django.test.utils import CaptureQueriesContext

from clinic.audit.models import Entry
from clinic.booking.models import AppointmentLink
from clinic.people.models import ContactChannel, Patient
from clinic.people.statements import Adding, Reading, Writing, together
from clinic.people.tokens import new_token


def patients_with_account(pk, name):
    return Patient.objects.filter(pk=pk, legal_given_name=name).select_related("account")


def test_it_reads_what_the_queryset_reads_each_time_with_other_values(world):
    asked = Reading(patients_with_account, int, str)
    Patient.objects.filter(pk=world.ben.pk).update(account=None)
    assert world.ana.account is not None
    for patient in (world.ana, Patient.objects.get(pk=world.ben.pk)):
        plain = list(patients_with_account(patient.pk, patient.legal_given_name))
        with CaptureQueriesContext(connection) as queries:
            (found,) = asked(patient.pk, patient.legal_given_name)
            assert found.account == plain[0].account  # already there
        assert len(queries) == 1
        assert vars(found).keys() == vars(plain[0]).keys()
        for field in Patient._meta.concrete_fields:
            assert getattr(found, field.attname) == getattr(plain[0], field.attname)
    assert asked(world.ana.pk, "Nobody") == []
    assert asked(0, world.ana.legal_given_name) == []


def test_what_is_counted_beside_a_row_comes_with_it(world):
    def rows(pk):
        return Patient.objects.filter(pk=pk).annotate(ways=Count("channels"))

    assert Reading(rows, int)(world.ana.pk)[0].ways == rows(world.ana.pk).get().ways > 0


def test_what_was_read_can_be_saved_and_asked_on(world):
    (ana,) = Reading(lambda pk: Patient.objects.filter(pk=pk), int)(world.ana.pk)
    assert list(ana.channels.all()) == list(ContactChannel.objects.filter(patient=world.ana))
    ana.legal_given_name = "Anna"
    ana.save()
    assert Patient.objects.get(pk=ana.pk).legal_given_name == "Anna"


def test_it_is_put_together_once(world):
    times = []
    asked = Reading(lambda pk: times.append(pk) or Patient.objects.filter(pk=pk), int)
    for _ in range(3):
        assert asked(world.ana.pk) == [world.ana]
    assert len(times) == 1


def test_what_was_put_together_is_left_as_it_was(world):
    """A second asking finds what is in the table by then."""
    asked = Reading(lambda pk: Patient.objects.filter(pk=pk), int)
    asked(world.ana.pk)
    Patient.objects.filter(pk=world.ana.pk).update(legal_given_name="Anna")
    assert asked(world.ana.pk)[0].legal_given_name == "Anna"


def test_a_locked_row_is_locked(world):
    asked = Reading(lambda pk: Patient.objects.select_for_update(of=("self",)).filter(pk=pk), int)
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        asked(world.ana.pk)
        asked(world.ana.pk)
    asking = [query["sql"] for query in queries if 'FROM "people_patient"' in query["sql"]]
    assert [sql.count("FOR UPDATE") for sql in asking] == [1, 1]


def test_it_writes_what_the_queryset_writes(world):
    kinds = int, str, dt.datetime
    moment = world.now + dt.timedelta(days=3, microseconds=7)
    written = Writing(moved_channel, *kinds)
    channel = ContactChannel.objects.filter(patient=world.ana).earliest("pk")
    assert written(channel.pk, "first@runner.example", moment) == 1
    assert written(0, "nobody@runner.example", moment) == 0
    channel.refresh_from_db()
    assert (channel.value, channel.consent_given_at) == ("first@runner.example", moment)
    rows, fields = moved_channel(channel.pk, "second@runner.example", world.now)
    with CaptureQueriesContext(connection) as plain:
        rows.update(**fields)
    with CaptureQueriesContext(connection) as once:
        written(channel.pk, "second@runner.example", world.now)
    assert once[0]["sql"] == plain[0]["sql"]


def moved_channel(pk, value, at):
    kept = Case(When(consent_withdrawn_at__lt=at, then=F("consent_withdrawn_at")), default=None)
    return ContactChannel.objects.filter(pk=pk), {
        "value": value,
        "consent_given_at": at,
        "consent_withdrawn_at": kept,
    }


def an_entry(at, job, pk):
    return Entry(at=at, job=job, patient_id=pk, action=Entry.Action.SENT, what="reminder 7")


def test_it_adds_what_the_model_adds_each_time_with_other_values(world):
    """What has a default, is empty or has a column of another name included."""
    added = Adding(an_entry, dt.datetime, str, int)
    before = Entry.objects.count()
    for patient in (world.ana, world.ben):
        at = world.now + dt.timedelta(microseconds=patient.pk)
        with CaptureQueriesContext(connection) as once:
            added(at, "reminders", patient.pk)
        with CaptureQueriesContext(connection) as plain:
            an_entry(at, "reminders", patient.pk).save(force_insert=True)
        assert plain[0]["sql"].startswith(once[0]["sql"])  # which asks for the key as well
        djangos, ours = Entry.objects.order_by("-pk")[:2]
        assert ours.patient == patient
        for field in Entry._meta.concrete_fields[1:]:
            assert getattr(ours, field.attname) == getattr(djangos, field.attname)
    assert Entry.objects.count() == before + 4


def test_a_row_the_database_refuses_is_not_added(world):
    with pytest.raises(IntegrityError, match="an_entry_names_a_person_or_a_job"), transaction.atomic():
        Adding(an_entry, dt.datetime, str, int)(world.now, "", world.ana.pk)


def test_a_column_that_is_filled_in_anew_for_each_row_is_refused(db):
    """Else every row would have what the first one drew."""
    drawn = Adding(lambda pk: AppointmentLink(appointment_id=pk, token_sha256=new_token()), int)
    with pytest.raises(ValueError, match="filled in anew"):
        drawn(1)


ANA_READ = Reading(lambda pk: Patient.objects.filter(pk=pk).select_related("account"), int)
NAME_WRITTEN = Writing(lambda pk, name: (Patient.objects.filter(pk=pk), {"legal_given_name": name}), int, str)
NOTED = Adding(an_entry, dt.datetime, str, int)


def all_three(world, *, job="reminders"):
    pk = world.ana.pk
    return NAME_WRITTEN.asked(pk, "Anna"), ANA_READ.asked(pk), NOTED.asked(world.now, job, pk)


def test_sent_together_they_answer_as_one_after_the_other(world):
    """The second sees what the first has written."""
    noted = Entry.objects.count()
    with transaction.atomic():
        changed, (ana,), nothing = together(*all_three(world))
    assert (changed, nothing) == (1, None)
    assert (ana.legal_given_name, ana.account) == ("Anna", world.ana.account)
    assert Entry.objects.count() == noted + 1
    assert together(NAME_WRITTEN.asked(0, "Nobody"), ANA_READ.asked(0)) == [0, []]


def test_sent_together_none_waits_for_the_answer_of_the_one_before(world):
    """The first takes a second, and the second has been asked long before that is over; by itself it waits."""
    slowly = Func(Value(1.0), function="pg_sleep", output_field=TextField())
    slow = Reading(lambda pk: Patient.objects.filter(pk=pk).annotate(slept=slowly), int)
    asked_at = []

    def until_both_were_asked(ask):
        both = [slow.asked(world.ana.pk), ANA_READ.asked(world.ana.pk)]
        asked_at.clear()
        with connection.execute_wrapper(lambda go, *asked: asked_at.append(time.monotonic()) or go(*asked)):
            ask(*both)
        return asked_at[1] - asked_at[0]

    assert until_both_were_asked(together) < 1
    assert until_both_were_asked(lambda *both: [each.alone() for each in both]) >= 1


def test_what_the_database_refuses_ends_all_that_was_sent_together(world):
    before = world.ana.legal_given_name
    with pytest.raises(IntegrityError, match="an_entry_names_a_person_or_a_job"), transaction.atomic():
        together(*all_three(world, job=""))
    assert Patient.objects.get(pk=world.ana.pk).legal_given_name == before


@pytest.mark.parametrize(
    "forgets",
    [
        Reading(lambda one, two: Patient.objects.filter(pk=one), int, int),
        Reading(lambda one: Patient.objects.filter(pk=one + 1), int),
        Reading(lambda name: Patient.objects.filter(legal_given_name__icontains=name), str),
        Writing(lambda pk, name: (Patient.objects.filter(pk=pk), {"legal_given_name": "Ana"}), int, str),
        Adding(lambda pk, what: Entry(patient_id=pk, what="reminder 7"), int, str),
    ],
)
def test_a_value_that_is_not_in_the_statement_as_it_is_is_refused(db, forgets):
    """Else every asking would be answered with the same, wrong rows."""
    with pytest.raises(ValueError, match="A value is not in the statement"):
        forgets(*[1] * 2)
