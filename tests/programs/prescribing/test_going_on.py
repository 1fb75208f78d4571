"""What goes on with a program: the next block, steps up in advance, what changed, hands-on notes."""

from __future__ import annotations

import pytest
from django.urls import reverse

from programs.plans import actions, edits
from programs.plans.models import HandsOn, Version
from tests.programs.prescribing.released import ana_once, released, world
from tests.programs.prescribing.seen import seen_at

__all__ = ["ana_once", "released", "world"]


def address(name, version, *more):
    return reverse(f"prescribing:{name}", args=[version.patient_id, version.pk, *more])


@pytest.fixture
def draft(world, released):
    return actions.revise(version=released, by=world.carl, now=world.now)


@pytest.fixture
def carl(world):
    return world.signed_in(world.carl)


def test_the_next_block_is_a_draft_of_its_own(carl, released):
    page = carl.post(address("next_block", released), follow=True).content.decode()
    assert "The next block, from where the sessions have led" in page
    assert Version.objects.get(state="proposed").starts_on is None


def test_a_next_block_beside_another_draft_is_refused(carl, released, draft):
    answer = carl.post(address("next_block", released))
    assert answer.status_code == 409
    assert "release that draft or give it up" in answer.content.decode()


def test_a_draft_is_given_up_and_the_patient_keeps_what_they_have(carl, released, draft):
    page = carl.post(address("give_up", draft), {"sure": "on"}, follow=True).content.decode()
    assert "The draft is gone" in page
    assert list(Version.objects.values_list("pk", flat=True)) == [released.pk]


def test_a_draft_is_not_given_up_by_a_slip(carl, draft):
    answer = carl.post(address("give_up", draft))
    assert answer.status_code == 422
    assert "Nothing was taken away" in answer.content.decode()
    assert Version.objects.filter(pk=draft.pk).exists()


def test_what_was_released_is_not_given_up(carl, released):
    answer = carl.post(address("give_up", released), {"sure": "on"})
    assert answer.status_code == 409
    assert Version.objects.get().state == "released"


def test_steps_up_are_allowed_in_advance_and_taken_back(carl, draft):
    url = address("steps_up", draft)
    page = carl.post(url, {"allowed": "on"} | seen_at(carl, url), follow=True).content.decode()
    assert "happen by themselves" in page
    draft.refresh_from_db()
    assert draft.steps_up_alone
    carl.post(url, seen_at(carl, url))
    draft.refresh_from_db()
    assert not draft.steps_up_alone


def test_steps_up_of_a_released_version_stay(carl, released):
    answer = carl.post(address("steps_up", released), {"allowed": "on"})
    assert answer.status_code == 409
    assert "start a new version" in answer.content.decode()


def test_what_a_version_changes_is_read_as_sentences(carl, draft, world):
    first, second = draft.listed_now()[:2]
    edits.change_dose(exercise=first, sets=1, reps="5", hold_s="", rest_s=0, by=world.carl, now=world.now)
    edits.write_note(version=draft, note="Easy this week.", by=world.carl)
    page = carl.get(address("changed", draft)).content.decode()
    assert first.name in page
    assert second.name not in page
    assert "Carl Jensen" in page


def test_the_first_version_has_nothing_to_compare(carl, released):
    assert "There is none before it" in carl.get(address("changed", released)).content.decode()


def test_hands_on_treatment_is_noted(carl, released, world):
    url = reverse("prescribing:hands_on", args=[released.patient_id])
    given = {"what": "Soft tissue, both calves.", "on_day": world.now.date().isoformat()}
    page = carl.post(url, given, follow=True).content.decode()
    assert "Soft tissue, both calves." in page
    assert HandsOn.objects.get().given_by == world.carl


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"what": ""}, "Write what was done"),
        ({"on_day": ""}, "required"),
        ({"on_day": "2099-01-01"}, "still to come"),
        ({"on_day": "1999-01-01"}, "before the patient was registered"),
        ({"on_day": "x"}, "valid date"),
    ],
)
def test_a_treatment_that_cannot_be_is_refused_and_kept(carl, released, world, given, words):
    url = reverse("prescribing:hands_on", args=[released.patient_id])
    full = {"what": "Taping of the foot.", "on_day": world.now.date().isoformat()}
    answer = carl.post(url, full | given)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert "what" in given or "Taping of the foot." in page
    assert not HandsOn.objects.exists()


def test_pages_of_what_changed_cost_little(carl, draft, django_assert_max_num_queries):
    carl.get(address("changed", draft))
    with django_assert_max_num_queries(12):
        carl.get(address("changed", draft))
