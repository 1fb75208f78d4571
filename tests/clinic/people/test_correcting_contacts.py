"""A mistyped contact is corrected: nothing that was said of the wrong one is believed of the right one."""

from __future__ import annotations

import pytest

from clinic.audit.models import Entry
from clinic.people import actions as people
from clinic.people.details import InvalidDetails
from clinic.people.links import LinkReplaced
from clinic.reminders import unsubscribe


@pytest.fixture
def email(world):
    return world.ana.channels.get(kind="email")


@pytest.fixture
def phone(world):
    phone = people.agree_to_texts(channel=world.ana.channels.get(kind="phone"), by=world.dee, now=world.now)
    people.verify(channel=phone, by=world.dee, now=world.now)
    return phone


def corrects(world, channel, value, *, agreed=False):
    return people.correct_channel(channel=channel, value=value, by=world.dee, now=world.now, agreed=agreed)


def test_consent_and_verification_start_anew(world, email):
    people.verify(channel=email, by=world.dee, now=world.now)
    key = unsubscribe.key(email)
    email = corrects(world, email, "Ana.Silva@runner.example")
    email.refresh_from_db()
    assert email.value == "ana.silva@runner.example"
    assert (email.consent_given_at, email.consent_recorded_by, email.verified_at) == (None, None, None)
    assert not email.may_be_used
    assert unsubscribe.behind(key) is None, "the link in a mail to a stranger opens nothing of hers"
    said = Entry.objects.filter(
        patient=world.ana, account=world.dee, what=f"email channel {email.pk} corrected"
    )
    assert said.count() == 1


def test_they_agree_to_the_right_one_when_the_desk_says_so(world, email):
    email = corrects(world, email, "ana.silva@runner.example", agreed=True)
    assert email.may_be_used
    assert email.consent_recorded_by == world.dee


def test_what_came_back_came_back_from_the_wrong_one(world, email):
    people.stop_channel(channel=email, because="No such mailbox.", by=world.dee, now=world.now)
    assert corrects(world, email, "ana.silva@runner.example", agreed=True).may_be_used


def test_texts_are_agreed_to_anew(world, phone):
    phone = corrects(world, phone, "07946 000 124", agreed=True)
    assert (phone.value, phone.digits) == ("+447946000124", "447946000124")
    assert phone.may_be_used
    assert not phone.may_be_texted
    assert phone.texts_agreed_at is None


def test_links_that_went_there_sign_nobody_in(world, email):
    token = people.make_sign_in_link(patient=world.ana, by=world.dee, now=world.now)
    corrects(world, email, "ana.silva@runner.example")
    with pytest.raises(LinkReplaced):
        people.use_sign_in_link(token=token, now=world.now)


def test_the_same_again_changes_nothing(world, email):
    token = people.make_sign_in_link(patient=world.ana, by=world.dee, now=world.now)
    assert corrects(world, email, " ANA@runner.example ").may_be_used
    assert people.use_sign_in_link(token=token, now=world.now)
    assert not Entry.objects.filter(what__endswith="corrected").exists()


@pytest.mark.parametrize("value", ["ana@runnerexample", "", "second@runner.example"])
def test_what_cannot_be_is_refused_and_all_stays(world, email, value):
    people.add_channel(
        patient=world.ana, kind="email", value="second@runner.example", by=world.dee, now=world.now
    )
    before = list(world.ana.channels.order_by("pk").values())
    with pytest.raises(InvalidDetails) as refused:
        corrects(world, email, value, agreed=True)
    assert refused.value.problems["email"]
    assert list(world.ana.channels.order_by("pk").values()) == before
