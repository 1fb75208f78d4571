"""Registering and correcting a patient: what is stored, what is refused, and what the refusal says."""

import dataclasses
import datetime as dt

import pytest

from clinic.audit.models import Entry
from clinic.people import actions, phones
from clinic.people.details import WAYS, Details, InvalidDetails
from clinic.people.models import Patient
from clinic.reminders.models import Way

MEI = Details(legal_given_name="Mei", legal_family_name="Tanaka", birth_date=dt.date(1993, 7, 9))


def changed(**facts):
    return dataclasses.replace(MEI, **facts)


def register(world, details=MEI, **more):
    return actions.register_patient(details=details, by=world.dee, now=world.now, **more)


def test_a_new_patient_has_a_record_number_and_reachable_channels(world):
    mei = register(world, email=" Mei@Runner.Example ", phone="07946 000 777", agreed={"email"})
    assert mei.record_number.startswith("R")
    stored = {channel.kind: channel for channel in mei.channels.all()}
    assert stored["email"].value == "mei@runner.example"
    assert (stored["phone"].value, stored["phone"].digits) == ("+447946000777", "447946000777")
    assert stored["email"].may_be_used
    assert not stored["phone"].may_be_used, "no consent was given for the phone"
    assert set(Entry.objects.filter(patient=mei).values_list("action", flat=True)) == {"created", "changed"}


@pytest.mark.parametrize(
    ("facts", "field", "says"),
    [
        ({"legal_given_name": "  "}, "legal_given_name", "Enter the legal given name"),
        ({"legal_family_name": "123"}, "legal_family_name", "Enter the legal family name"),
        ({"legal_given_name": "M" * 81}, "legal_given_name", "80 or fewer"),
        ({"legal_given_name": "Me\x00i"}, "legal_given_name", "cannot be shown"),
        ({"birth_date": dt.date(2026, 3, 4)}, "birth_date", "in the future"),
        ({"birth_date": dt.date(1891, 3, 4)}, "birth_date", "more than 120 years ago"),
        ({"time_zone": "London"}, "time_zone", "not a time zone"),
        ({"emergency_phone": "020 7946 0999"}, "emergency_name", "whose number"),
        ({"emergency_name": "Jo", "emergency_phone": "call Jo"}, "emergency_phone", "not a phone number"),
    ],
)
def test_details_that_cannot_be_stored_are_named(world, facts, field, says):
    with pytest.raises(InvalidDetails) as refused:
        register(world, changed(**facts))
    assert says in refused.value.problems[field]
    assert list(refused.value.problems) == [field]
    assert not Patient.objects.exists()


@pytest.mark.parametrize(
    ("reach", "field"),
    [({"phone": "07946 OOO 777"}, "phone"), ({"phone": "12"}, "phone"), ({"email": "mei@"}, "email")],
)
def test_a_channel_that_reaches_nobody_stores_no_half_record(world, reach, field):
    with pytest.raises(InvalidDetails) as refused:
        register(world, **reach)
    assert next(iter(reach.values())) in refused.value.problems[field]
    assert not Patient.objects.exists()


def test_every_problem_is_told_at_once(world):
    with pytest.raises(InvalidDetails) as refused:
        register(world, changed(legal_given_name=""), phone="letters", email="@")
    assert set(refused.value.problems) == {"legal_given_name", "phone", "email"}


def test_a_likely_duplicate_is_shown_before_a_second_record_is_made(world):
    ana = world.ana
    same = changed(legal_given_name="Anna", legal_family_name="Silva", birth_date=ana.birth_date)
    with pytest.raises(actions.LikelyDuplicates) as refused:
        register(world, same)
    assert [(alike.patient, alike.why) for alike in refused.value.alike] == [
        (ana, "Same birth date and family name")
    ]
    assert Patient.objects.count() == 1
    assert register(world, same, knowing_duplicates=True) != ana


@pytest.mark.parametrize("reach", [{}, {"phone": "07946 000 777"}, {"email": "mei@runner.example"}])
@pytest.mark.parametrize("knowing", [False, True])
def test_the_same_person_is_registered_once_by_whichever_desk_and_whenever(world, reach, knowing):
    mei = register(world, **reach, agreed={"phone"})
    with pytest.raises(
        actions.AlreadyRegistered, match=f"already registered as {mei.record_number}"
    ) as refused:
        actions.register_patient(
            details=changed(legal_given_name=" Mei "),
            by=world.mona,
            now=world.now + dt.timedelta(days=30),
            knowing_duplicates=knowing,
            agreed={"phone"},
            **reach,
        )
    assert refused.value.patient == mei
    assert refused.value.adds_nothing
    assert Patient.objects.count() == 1


@pytest.mark.parametrize(
    "new",
    [
        {"details": changed(preferred_name="Mimi")},
        {"details": changed(legal_given_name="MEI")},
        {"email": "mei@runner.example"},
        {"agreed": {"phone"}},
    ],
)
def test_what_the_record_does_not_say_yet_is_noticed(world, new):
    register(world, phone="07946 000 777")
    with pytest.raises(actions.AlreadyRegistered) as refused:
        register(world, **{"phone": "+44 7946 000777"} | new)
    assert not refused.value.adds_nothing


def test_a_namesake_born_the_same_day_has_a_phone_of_their_own(world):
    mei = register(world, phone="07946 000 777")
    with pytest.raises(actions.LikelyDuplicates) as refused:
        register(world, phone="07946 000 778")
    assert [alike.why for alike in refused.value.alike] == ["Same name and birth date"]
    assert register(world, phone="07946 000 778", knowing_duplicates=True) != mei


def test_a_correction_is_journalled_by_field_without_its_content(world):
    ana = world.ana
    seen = Details(**{name: getattr(ana, name) for name in actions.FIELD_NAMES})
    actions.change_patient(
        patient=ana,
        details=dataclasses.replace(seen, legal_family_name="Souza", preferred_name="Annie"),
        by=world.dee,
        now=world.now,
        based_on=actions.fingerprint(ana),
    )
    ana.refresh_from_db()
    assert (ana.full_name, ana.called, ana.account.display_name) == ("Ana Souza", "Annie", "Ana Souza")
    assert Entry.objects.latest("pk").what == "record: legal_family_name, preferred_name"


def test_a_correction_of_a_record_that_changed_meanwhile_is_refused(world):
    ana = world.ana
    opened_with = actions.fingerprint(ana)
    seen = Details(**{name: getattr(ana, name) for name in actions.FIELD_NAMES})
    actions.change_patient(
        patient=ana, details=dataclasses.replace(seen, preferred_name="An"), by=world.mona, now=world.now
    )
    with pytest.raises(actions.ChangedMeanwhile):
        actions.change_patient(patient=ana, details=seen, by=world.dee, now=world.now, based_on=opened_with)
    ana.refresh_from_db()
    assert ana.preferred_name == "An"


def test_consent_is_given_withdrawn_and_given_again(world):
    mei = register(world, email="mei@runner.example")
    channel = mei.channels.get()
    channel = actions.give_consent(channel=channel, by=world.dee, now=world.now)
    assert channel.may_be_used
    later = world.now + dt.timedelta(days=1)
    channel = actions.withdraw_consent(channel=channel, by=world.dee, now=later)
    assert not channel.may_be_used
    assert channel.consent_given_at == world.now, "when they had agreed stays on record"
    assert actions.give_consent(channel=channel, by=world.dee, now=later).may_be_used


def test_a_channel_is_listed_once(world):
    mei = register(world, phone="07946 000 777")
    actions.add_channel(patient=mei, kind="phone", value="+44 7946 000777", by=world.dee, now=world.now)
    assert mei.channels.count() == 1


@pytest.mark.parametrize(
    ("typed", "e164"),
    [
        ("020 7946 0123", "+442079460123"),
        ("+34 912 345 678", "+34912345678"),
        ("0034 912 345 678", "+34912345678"),
        ("(020) 7946-0123", "+442079460123"),
    ],
)
def test_a_phone_number_is_stored_as_it_can_be_dialled(typed, e164):
    assert phones.normalised(typed, region="GB").e164 == e164


class TestHowTheyAreWrittenTo:
    def test_is_kept_with_the_record(self, world):
        kept = register(world, changed(language="de", first_way="text"))
        assert (kept.language, kept.first_way) == ("de", "text")

    @pytest.mark.parametrize(
        ("field", "value", "why"),
        [("language", "xx", "languages the clinic can write in"), ("first_way", "pigeon", "Choose e-mail")],
    )
    def test_what_nobody_can_do_is_refused_beside_its_field(self, world, field, value, why):
        with pytest.raises(InvalidDetails) as refused:
            register(world, changed(**{field: value}))
        assert why in refused.value.problems[field]

    def test_the_ways_are_those_of_the_outbox(self):
        assert list(WAYS) == Way.values
