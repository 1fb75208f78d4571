"""Exercises from the library: found, added, swapped, kept ready; and why one cannot be."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from programs.builder.limits import Limits
from programs.exercises.reading import load_library
from programs.plans import actions
from programs.plans.models import Exercise
from tests.programs.prescribing.released import ana_once, released, world
from tests.programs.prescribing.seen import seen_at

__all__ = ["ana_once", "released", "world"]

Role = Exercise.Role


@pytest.fixture
def draft(world, released):
    """A draft built by the recipe in force, for a worked case."""
    return actions.revise(version=released, by=world.carl, now=world.now)


@pytest.fixture
def carl(world):
    return world.signed_in(world.carl)


def address(name, version, *more):
    return reverse(f"prescribing:{name}", args=[version.patient_id, version.pk, *more])


def offered(page, button):
    return re.findall(rf'name="{button}" value="([^"]+)"', page)


def test_the_library_is_found_by_words_and_one_is_added(carl, draft):
    url = address("add", draft)
    page = carl.get(url, {"words": "bridge"}).content.decode()
    found = offered(page, "add")
    assert found
    assert len(found) < len(offered(carl.get(url).content.decode(), "add"))
    done = carl.post(url, {"add": found[0], "words": "bridge"}, follow=True).content.decode()
    assert " added." in done
    assert draft.listed_now().filter(library_id=found[0]).exists()


def test_words_nothing_answers_say_so(carl, draft):
    page = carl.get(address("add", draft), {"words": "trampoline"}).content.decode()
    assert "Not in the library" in page


def test_what_is_not_allowed_says_why_and_offers_no_button(carl, draft):
    blocked = draft.proposal["blocked"][0]
    page = carl.get(address("add", draft)).content.decode()
    assert blocked["id"] not in offered(page, "add")
    assert f"<strong>{blocked['name']}:</strong>" in page
    answer = carl.post(address("add", draft), {"add": blocked["id"]})
    assert answer.status_code == 409
    assert "cannot be used for this patient" in answer.content.decode()
    assert not draft.listed_now().filter(library_id=blocked["id"]).exists()


@pytest.mark.parametrize("given", ["", "no_such_exercise", "9" * 300, "<b>"])
def test_what_is_not_in_the_library_is_refused(carl, draft, given):
    answer = carl.post(address("add", draft), {"add": given, "words": "bridge"})
    assert answer.status_code == 409
    assert "Nothing was changed" in answer.content.decode()


def test_one_that_is_there_is_not_added_again(carl, draft):
    there = draft.listed_now()[0].library_id
    answer = carl.post(address("add", draft), {"add": there})
    assert "in the program already" in answer.content.decode()


def test_what_the_patient_would_rather_not_do_needs_a_reason(carl, draft, world):
    page = carl.get(address("add", draft)).content.decode()
    chosen = offered(page, "add")[0]
    actions.fit(version=draft, asked=Limits(dislikes=frozenset({chosen})), by=world.carl, now=world.now)
    answer = carl.post(address("add", draft), {"add": chosen, "words": "x"})
    page = answer.content.decode()
    assert "A reason is needed" in page
    assert f'name="add" value="{chosen}"' in page, "the change comes along"
    carl.post(address("add", draft), {"add": chosen, "because": "Agreed with her today."})
    assert draft.listed_now().filter(library_id=chosen).exists()
    assert draft.waivers.get(library_id=chosen).because == "Agreed with her today."


def slot_with_a_choice(carl, draft):
    for exercise in draft.listed_now():
        url = address("swap", draft, exercise.pk)
        if found := offered(carl.get(url).content.decode(), "swap"):
            return exercise, url, found
    raise AssertionError("no slot has a choice")


def test_a_swap_takes_the_place_of_the_other(carl, draft):
    exercise, url, found = slot_with_a_choice(carl, draft)
    page = carl.post(url, {"swap": found[0]} | seen_at(carl, url), follow=True).content.decode()
    assert f"“{exercise.name}” swapped." in page
    row = draft.listed_now().get(library_id=found[0])
    assert (row.slot, row.position) == (exercise.slot, exercise.position)
    again = carl.post(url, {"swap": found[0]})
    assert again.status_code == 409
    assert "in the meantime" in again.content.decode()


def test_an_easier_one_is_not_offered_to_come_next(carl, draft):
    levels = {id: one.level for id, one in load_library().exercises.items()}
    easier, offers = set(), 0
    for exercise in draft.listed_now():
        url = address("swap", draft, exercise.pk)
        page = carl.get(url).content.decode()
        may, after = offered(page, "swap"), offered(page, "next")
        here = levels[exercise.library_id]
        assert after == [id for id in may if levels[id] >= here]
        easier |= {(url, id) for id in may if levels[id] < here}
        offers += len(after)
    assert offers
    url, id = sorted(easier)[0]
    answer = carl.post(url, {"next": id})
    assert answer.status_code == 409
    assert "what comes next is as hard or harder" in answer.content.decode()


def test_what_is_kept_ready_is_shown_and_taken_away(carl, draft):
    exercise, url, found = slot_with_a_choice(carl, draft)
    carl.post(url, {"ready": found[0]})
    page = carl.post(url, {"next": found[-1]}, follow=True).content.decode()
    assert "Kept ready" in page
    assert "the patient may choose it" in page or found[0] == found[-1]
    ready = exercise.kept_ready.first()
    page = carl.post(address("exercise", draft, ready.pk), {"change": "away"}, follow=True).content.decode()
    assert "kept ready no longer" in page
    assert not Exercise.objects.filter(pk=ready.pk).exists()


@pytest.mark.parametrize("use", ["swap", "ready", "next"])
def test_a_choice_of_another_slots_name_is_refused(carl, draft, use):
    exercise = draft.listed_now()[0]
    url = address("swap", draft, exercise.pk)
    answer = carl.post(url, {use: "no_such_exercise"} | seen_at(carl, url))
    assert answer.status_code == 409
    assert "no exercise" in answer.content.decode()


@pytest.mark.parametrize("name", ["add", "swap"])
def test_a_page_of_choices_costs_little(carl, draft, name, django_assert_max_num_queries):
    more = [draft.listed_now()[0].pk] if name == "swap" else []
    url = address(name, draft, *more)
    carl.get(url)
    with django_assert_max_num_queries(12):
        carl.get(url)


def test_another_patients_draft_is_not_found(carl, draft, world):
    for name, more in (("add", []), ("fit", []), ("order", []), ("swap", [draft.listed_now()[0].pk])):
        url = reverse(f"prescribing:{name}", args=[world.ben.pk, draft.pk, *more])
        assert carl.post(url).status_code == 404, name
