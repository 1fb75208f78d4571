"""Sign-in links: one patient, once, for a day."""

import datetime as dt

import pytest

from clinic.audit.models import Entry
from clinic.people import actions, links
from clinic.people.models import Account, SignInLink
from clinic.people.roles import Role


@pytest.fixture
def token(world):
    return actions.make_sign_in_link(patient=world.ana, by=world.dee, now=world.now)


def use(token, world, hours=1.0):
    return actions.use_sign_in_link(token=token, now=world.now + dt.timedelta(hours=hours))


def test_a_link_signs_its_patient_in(world, token):
    assert use(token, world) == world.ana.account
    assert Entry.objects.latest("pk").what == "signed in by link"


def test_only_its_hash_is_stored_and_it_is_long_enough_not_to_be_guessed(world, token):
    assert len(token) * 6 >= 128
    assert token not in str(SignInLink.objects.values().get())


@pytest.mark.parametrize(
    ("hours", "refusal"), [(23.9, None), (24, links.LinkExpired), (900, links.LinkExpired)]
)
def test_a_link_lasts_a_day(world, token, hours, refusal):
    if refusal is None:
        assert use(token, world, hours)
    else:
        with pytest.raises(refusal):
            use(token, world, hours)
        assert SignInLink.objects.get().used_at is None


def test_a_link_works_once(world, token):
    use(token, world)
    with pytest.raises(links.LinkUsed):
        use(token, world)


def test_a_new_link_kills_the_older_ones(world, token):
    newer = actions.make_sign_in_link(patient=world.ana, by=world.dee, now=world.now)
    with pytest.raises(links.LinkReplaced):
        use(token, world)
    assert use(newer, world)


def test_a_new_link_leaves_other_patients_links_alone(world, token):
    actions.make_sign_in_link(patient=world.ben, by=world.dee, now=world.now)
    assert use(token, world) == world.ana.account


@pytest.mark.parametrize("garbled", ["", "x", "a" * 43, "\x00", "\udcff", "%27", "é" * 3000])
def test_a_garbled_link_is_unknown(world, token, garbled):
    with pytest.raises(links.LinkUnknown):
        use(garbled, world)


def test_a_closed_account_answers_like_an_unknown_link(world, token):
    Account.objects.filter(pk=world.ana.account_id).update(is_active=False)
    with pytest.raises(links.LinkUnknown):
        use(token, world)


def test_a_link_never_signs_staff_in(world, token):
    Account.objects.filter(pk=world.ana.account_id).update(role=Role.FRONT_DESK)
    with pytest.raises(links.LinkUnknown):
        use(token, world)


def test_an_account_is_opened_with_the_first_link_and_has_no_password(world):
    ben = world.ben
    ben.account = None
    ben.save(update_fields=["account"])
    Account.objects.filter(role=Role.PATIENT).delete()
    account = use(actions.make_sign_in_link(patient=ben, by=world.dee, now=world.now), world)
    assert account.patient == ben
    assert account.email == "ben@runner.example"
    assert not account.has_usable_password()
    assert actions.open_account_for(patient=ben, by=world.dee, now=world.now) == account
