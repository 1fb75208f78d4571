"""The clinic's starting points: kept, looked at before a draft is filled from one, retired and brought back."""

from __future__ import annotations

import pytest
from django.urls import reverse

from programs.builder.limits import Limits
from programs.plans import actions, edits
from programs.plans.models import StartingPoint
from programs.plans.starting_points import keep_as_starting_point, retire
from tests.programs.prescribing.released import ana_once, released, world
from tests.programs.prescribing.seen import seen_at, seen_in

__all__ = ["ana_once", "released", "world"]

EVERY = "/programs/starting-points/"


def address(name, version, *more):
    return reverse(f"prescribing:{name}", args=[version.patient_id, version.pk, *more])


@pytest.fixture
def draft(world, released):
    return actions.revise(version=released, by=world.carl, now=world.now)


@pytest.fixture
def carl(world):
    return world.signed_in(world.carl)


@pytest.fixture
def point(world, released):
    return keep_as_starting_point(
        version=released, name="Early strength", note="After a setback.", by=world.carl, now=world.now
    )


def ids(version):
    return [one.library_id for one in version.listed_now()]


# --- Kept, and begun from ----------------------------------------------------------------------------------------


def test_a_starting_point_is_kept_and_fills_another_draft(carl, draft, world):
    page = carl.post(address("keep", draft), {"name": "Early strength", "note": ""}, follow=True)
    assert "Kept as “Early strength”" in page.content.decode()
    point, kept = StartingPoint.objects.get(), ids(draft)
    edits.remove_exercise(exercise=draft.listed_now()[0], by=world.carl)
    page = carl.get(address("program", draft)).content.decode()
    assert "Early strength" in page
    assert EVERY in page
    begin = f"{address('begin', draft)}?starting_point={point.pk}"
    given = {"starting_point": point.pk, "sure": "on"} | seen_at(carl, begin)
    page = carl.post(address("begin", draft), given, follow=True).content.decode()
    assert "Filled from “Early strength”" in page
    assert ids(draft) == kept


@pytest.mark.parametrize("name", ["", "x" * 81, "Plan of Silva"])
def test_a_name_that_will_not_do_is_refused_and_kept(carl, draft, name):
    answer = carl.post(address("keep", draft), {"name": name, "note": "After a setback"})
    assert answer.status_code == 422
    assert "After a setback" in answer.content.decode()
    assert not StartingPoint.objects.exists()


def test_what_does_not_fit_and_what_is_given_up_is_told_before(carl, draft, point, world):
    library_id, *_ = ids(draft)
    actions.fit(version=draft, asked=Limits(dislikes=frozenset({library_id})), by=world.carl, now=world.now)
    changed = draft.listed_now()[1]
    edits.change_dose(
        exercise=changed, sets=1, reps="77", hold_s="", rest_s=0, by=world.carl, now=world.now, because="x"
    )
    before = list(draft.exercises.values())
    page = carl.get(address("begin", draft), {"starting_point": point.pk}).content.decode()
    left_out = page.split('id="left-out"')[1].split("</section>")[0]
    assert "rather not" in left_out
    changes = page.split('id="changes"')[1].split("</section>")[0]
    assert f"“{changed.name}”: from “77 times” to" in changes
    assert "After a setback." in page
    assert list(draft.exercises.values()) == before, "looking changes nothing"


def test_it_is_filled_only_with_the_tick(carl, draft, point):
    url = address("begin", draft)
    seen = seen_at(carl, f"{url}?starting_point={point.pk}")
    before = list(draft.exercises.values())
    answer = carl.post(url, {"starting_point": point.pk} | seen)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Tick that what" in page
    assert [seen_in(url, page, url)] == list(seen.values()), "what was shown stays what is compared with"
    assert list(draft.exercises.values()) == before


def test_what_was_edited_since_is_not_given_up_unseen(carl, draft, point, world):
    url = address("begin", draft)
    given = {"starting_point": point.pk, "sure": "on"} | seen_at(carl, f"{url}?starting_point={point.pk}")
    gone = draft.listed_now()[0]
    edits.remove_exercise(exercise=gone, by=world.cleo)
    answer = carl.post(url, given)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "by Cleo Marchetti since this page was opened. Nothing was filled" in page
    assert f"“{gone.name}” removed." in page
    again = given | {"seen": seen_in(url, page, url)}
    assert "Filled from" in carl.post(url, again, follow=True).content.decode()


def test_nothing_for_this_patient_offers_no_button(carl, draft, point):
    point.exercises = point.exercises[:1]
    point.exercises[0]["library_id"] = draft.proposal["blocked"][0]["id"]
    point.save(update_fields=["exercises"])
    page = carl.get(address("begin", draft), {"starting_point": point.pk}).content.decode()
    assert "Nothing of it can be used" in page
    assert draft.proposal["blocked"][0]["name"] in page
    assert "Fill from it" not in page


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("chosen", ["", "x", "9" * 30, "-1", "0"])
def test_a_starting_point_that_is_none_is_refused(carl, draft, method, chosen):
    answer = getattr(carl, method)(address("begin", draft), {"starting_point": chosen, "sure": "on"})
    assert answer.status_code == 409
    assert "Choose a starting point" in answer.content.decode()


def test_one_retired_meanwhile_is_refused(carl, draft, point, world):
    retire(starting_point=point, by=world.cleo, now=world.now)
    for method in (carl.get, carl.post):
        answer = method(address("begin", draft), {"starting_point": point.pk, "sure": "on"})
        assert answer.status_code == 409
        assert "“Early strength” was retired" in answer.content.decode()


@pytest.mark.parametrize("chosen", ["known", "1000000"])
def test_a_released_version_is_not_filled(carl, released, point, chosen):
    given = {"starting_point": point.pk if chosen == "known" else chosen, "sure": "on"}
    for method in (carl.get, carl.post):
        answer = method(address("begin", released), given)
        assert answer.status_code == 409
        assert "it stays as it is" in answer.content.decode()


# --- All of them -------------------------------------------------------------------------------------------------


def sections(client):
    """The page's two halves: in use, retired."""
    in_use, _, retired = client.get(EVERY).content.decode().partition('id="retired"')
    return in_use, retired


def test_each_says_what_it_holds_and_who_kept_it(carl, point):
    in_use, retired = sections(carl)
    for said in ("Early strength", "After a setback.", "Kept by Carl Jensen", "What it holds"):
        assert said in in_use
    assert in_use.count("<li><strong>") == len(point.exercises)
    assert not retired


def test_what_left_the_library_says_so(carl, point):
    point.exercises[0]["library_id"] = "gone_for_good"
    point.save(update_fields=["exercises"])
    assert "gone for good (not in the library any more)" in sections(carl)[0]


def test_one_is_retired_with_a_tick_and_stays_readable(carl, point):
    url = reverse("prescribing:retire_starting_point", args=[point.pk])
    answer = carl.post(url)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Tick that “Early strength” is offered no longer. Nothing was changed." in page
    assert '<details class="mt-2" open>' in page
    assert "is retired. It stays below" in carl.post(url, {"sure": "on"}, follow=True).content.decode()
    in_use, retired = sections(carl)
    assert "Early strength" not in in_use
    assert retired.count("<li><strong>") == len(point.exercises)
    answer = carl.post(url, {"sure": "on"})
    assert answer.status_code == 409
    assert "was retired. Nothing was changed" in answer.content.decode()


def test_a_retired_one_is_brought_back(carl, point, world, draft):
    retire(starting_point=point, by=world.carl, now=world.now)
    assert "Early strength" not in carl.get(address("program", draft)).content.decode()
    url = reverse("prescribing:bring_back_starting_point", args=[point.pk])
    assert "is in use again" in carl.post(url, follow=True).content.decode()
    assert "Early strength" in carl.get(address("program", draft)).content.decode()
    assert carl.post(url).status_code == 409


def test_one_whose_name_is_taken_stays_retired(carl, point, world, released):
    retire(starting_point=point, by=world.carl, now=world.now)
    keep_as_starting_point(version=released, name="early STRENGTH", note="", by=world.carl, now=world.now)
    answer = carl.post(reverse("prescribing:bring_back_starting_point", args=[point.pk]))
    assert answer.status_code == 409
    assert "“early STRENGTH” by now" in answer.content.decode()


def test_somebody_back_from_signing_in_finds_the_list(carl, point):
    for name in ("retire_starting_point", "bring_back_starting_point"):
        assert carl.get(reverse(f"prescribing:{name}", args=[point.pk]))["Location"] == EVERY
    point.refresh_from_db()
    assert point.retired_at is None


@pytest.mark.parametrize("name", ["worklist", "library"])
def test_it_is_found_from_where_programs_are(carl, name):
    assert EVERY in carl.get(reverse(f"prescribing:{name}")).content.decode()


@pytest.mark.parametrize("many", [1, 20])
def test_the_pages_cost_the_same_however_many(carl, draft, point, world, many, django_assert_max_num_queries):
    for number in range(many):
        StartingPoint.objects.create(
            name=f"Another {number}",
            catalogue=point.catalogue,
            phase="P1",
            exercises=point.exercises,
            made_at=world.now,
            made_by=world.carl,
        )
    begin = f"{address('begin', draft)}?starting_point={point.pk}"
    for page, most in ((EVERY, 4), (begin, 12)):
        carl.get(page)
        with django_assert_max_num_queries(most):
            carl.get(page)
