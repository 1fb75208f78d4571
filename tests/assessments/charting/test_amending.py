"""Amending a signed screen: what is copied, what is refused, and what both versions say."""

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError
from django.urls import reverse

from assessments.screens import actions as screens
from assessments.screens import amending
from assessments.screens.actions import Change
from assessments.screens.models import Screen
from assessments.triage import actions as triage
from clinic.audit.models import Entry
from tests.assessments.stories import DESK_WORKER, concluded, draft

BECAUSE = "The wrong age was typed <b>"


@pytest.fixture(autouse=True)
def _now(world):
    with time_machine.travel(world.now, tick=False):
        yield


@pytest.fixture
def signed(world) -> Screen:
    return concluded(world, DESK_WORKER).screen


def amended(world, signed, **given):
    later = world.now + dt.timedelta(minutes=5)
    return amending.amend(**{"screen": signed, "because": BECAUSE, "by": world.cleo, "now": later} | given)


def corrected(world, signed) -> Screen:
    new = amended(world, signed)
    now = world.now + dt.timedelta(minutes=9)
    screens.save_answers(screen=new, changes={"age_years": Change(51, 1)}, by=world.cleo, now=now)
    return Screen.objects.get(pk=new.pk)


def address(name, screen):
    return reverse(f"charting:{name}", args=[screen.patient_id, screen.pk])


def test_the_draft_says_all_the_signed_one_says_under_the_same_names(world, signed):
    new = amended(world, signed)
    assert (new.case(), new.label, new.is_signed) == (signed.case(), signed.label, False)
    assert {one.answered_by for one in new.answers.all()} == {world.carl}
    assert amending.differences(new) == []
    assert Entry.objects.filter(account=world.cleo, what=f"screen {new.pk} amends {signed.pk}").exists()


def test_signing_it_concludes_anew_and_the_earlier_result_stays(world, signed):
    before, new = signed.case(), corrected(world, signed)
    result = triage.sign_and_conclude(screen=new, by=world.cleo, now=world.now + dt.timedelta(hours=1))
    assert (result.screen, signed.results.count()) == (new, 1)
    assert Screen.objects.get(pk=signed.pk).case() == before


def test_what_changed_is_named_before_and_after(world, signed):
    (one,) = amending.differences(corrected(world, signed))
    old = signed.answers.get(item="age_years").value
    assert (str(old) in one.before, "51" in one.after, one.answer.answered_by) == (True, True, world.cleo)


def test_a_short_reason_a_draft_and_an_older_version_are_refused(world, signed):
    with pytest.raises(amending.NoReason):
        amended(world, signed, because="  a typo      ")
    new = amended(world, signed)
    with pytest.raises(amending.NotSignedYet):
        amended(world, new)
    with pytest.raises(amending.AmendedAlready) as refused:
        amended(world, signed)
    assert refused.value.newer == new


def test_an_open_draft_is_signed_first(world, signed):
    open_draft = draft(world, DESK_WORKER)
    with pytest.raises(amending.DraftIsOpen) as refused:
        amended(world, signed)
    assert refused.value.draft == open_draft
    answer = world.signed_in(world.carl).post(address("amend", signed), {"because": BECAUSE})
    assert answer["Location"] == address("answers", open_draft)


@pytest.mark.parametrize(
    ("given", "constraint"),
    [
        ({"amended_because": "x"}, "an_amendment_says_why"),
        ({"amended_because": ""}, "an_amendment_says_why"),
        ({"amended_at": None}, "an_amendment_says_when_it_was_begun"),
    ],
)
def test_the_database_wants_a_reason_and_an_hour(world, signed, given, constraint):
    row = {"catalogue": "x", "version": 1, "fingerprint": "x", "started_at": world.now}
    said = {"amends": signed, "amended_because": BECAUSE, "amended_at": world.now} | given
    with pytest.raises(IntegrityError, match=constraint):
        Screen.objects.create(patient=world.ana, started_by=world.carl, **row, **said)


def test_the_earlier_result_says_that_its_screen_was_amended(world, signed):
    client, result = world.signed_in(world.carl), signed.results.get()
    where = reverse("charting:triage", args=[world.ana.pk, result.pk])
    assert "amended" not in client.get(where).content.decode()
    new = corrected(world, signed)
    assert "is being amended" in client.get(where).content.decode()
    newer = triage.sign_and_conclude(screen=new, by=world.cleo, now=world.now + dt.timedelta(hours=1))
    page = client.get(where).content.decode()
    assert "was amended" in page
    assert reverse("charting:triage", args=[world.ana.pk, newer.pk]) in page


def test_the_pages_lead_from_one_version_to_the_other(world, signed, django_assert_max_num_queries):
    client = world.signed_in(world.carl)
    refused = client.post(address("amend", signed), {"because": "typo"})
    assert (refused.status_code, signed.amendments.exists()) == (422, False)
    sent = client.post(address("amend", signed), {"because": BECAUSE})
    new = signed.amendments.get()
    assert "Amending the screen of" in client.get(sent["Location"]).content.decode()
    assert address("answers", new) in client.get(address("answers", signed)).content.decode()
    with django_assert_max_num_queries(12):
        page = client.get(address("answers", new)).content.decode()
    assert address("answers", signed) in page
    assert "wrong age was typed &lt;b&gt;" in page


def test_each_field_of_the_draft_says_what_was_signed(world, signed, django_assert_max_num_queries):
    new = corrected(world, signed)
    screens.save_answers(
        screen=new,
        changes={"goal": Change("A marathon")},
        by=world.cleo,
        now=world.now + dt.timedelta(minutes=9),
    )
    old = signed.answers.get(item="age_years").value
    client = world.signed_in(world.carl)
    address = reverse("charting:screen", args=[new.patient_id, new.pk, "person"])
    client.get(address)  # the first page of a session also writes the session
    with django_assert_max_num_queries(12):
        page = client.get(address).content.decode()
    assert f"Signed as: {old} years." in page
    places = reverse("charting:screen", args=[new.patient_id, new.pk, new.definition.items["goal"].section])
    assert "Not asked when it was signed." in client.get(places).content.decode()
    assert "Signed as" not in client.get(address_of_a_new_screen(world)).content.decode()


def address_of_a_new_screen(world) -> str:
    screen = screens.start(patient=world.ben, by=world.carl, now=world.now)
    return reverse("charting:screen", args=[world.ben.pk, screen.pk, "person"])


def test_an_amendment_opened_by_mistake_is_withdrawn_and_a_changed_one_is_not(world, signed):
    new, client = amended(world, signed), world.signed_in(world.carl)
    assert "Withdraw this amendment" in client.get(address("answers", new)).content.decode()
    screens.save_answers(
        screen=new,
        changes={"age_years": Change(51, 1)},
        by=world.carl,
        now=world.now + dt.timedelta(minutes=9),
    )
    assert "Withdraw this amendment" not in client.get(address("answers", new)).content.decode()
    told = client.post(address("withdraw", new), follow=True).content.decode()
    assert "Not withdrawn" in told
    assert signed.amendments.get() == new
    old = signed.answers.get(item="age_years").value
    screens.save_answers(
        screen=new,
        changes={"age_years": Change(old, 2)},
        by=world.carl,
        now=world.now + dt.timedelta(minutes=10),
    )
    gone = client.post(address("withdraw", new))
    assert gone["Location"] == address("answers", signed)
    assert not signed.amendments.exists()
    assert Entry.objects.filter(account=world.carl, what__startswith=f"screen {new.pk} withdrawn").exists()
    assert amended(world, signed).amends == signed


def test_a_photo_keeps_an_amendment_from_being_withdrawn(world, signed):
    new = amended(world, signed)
    world.photo(new, now=world.now + dt.timedelta(minutes=9))
    with pytest.raises(amending.SaysOtherwise):
        amending.withdraw(amendment=new, by=world.carl)


def test_only_an_open_amendment_is_withdrawn(world, signed):
    with pytest.raises(screens.AlreadySigned):
        amending.withdraw(amendment=signed, by=world.carl)
    client, bens = world.signed_in(world.carl), screens.start(patient=world.ben, by=world.carl, now=world.now)
    with pytest.raises(amending.NotAnAmendment):
        amending.withdraw(amendment=bens, by=world.carl)
    assert "nothing to withdraw" in client.post(address("withdraw", bens), follow=True).content.decode()
    assert Screen.objects.filter(pk=bens.pk).exists()
