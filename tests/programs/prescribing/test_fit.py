"""A draft fitted to the patient's week: the form, its presets, what it gives up, what brings something back."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from programs.builder.limits import Limits
from programs.plans import actions, choosing, edits
from programs.plans.blocks import asked_of
from programs.prescribing.edited import changes_of
from tests.programs.prescribing.released import ana_once, released, world
from tests.programs.prescribing.seen import seen_at

__all__ = ["ana_once", "released", "world"]


@pytest.fixture
def draft(world, released):
    """A draft built by the recipe in force, for a worked case, with nothing changed in it."""
    made = actions.revise(version=released, by=world.carl, now=world.now)
    return actions.fit(version=made, asked=Limits(), by=world.carl, now=world.now)


@pytest.fixture
def carl(world):
    return world.signed_in(world.carl)


def address(name, version, *more):
    return reverse(f"prescribing:{name}", args=[version.patient_id, version.pk, *more])


def asked(version):
    version.refresh_from_db()
    return asked_of(version.proposal)


def test_the_draft_is_built_within_what_was_asked(carl, draft):
    given = {
        "days": ["Mon", "Wed", "Sat"],
        "minutes": "25",
        "has": "ticked",
        "equipment": ["band"],
        "long_run": "Sat",
        "race_on": "2026-05-03",
    }
    url = address("fit", draft)
    page = carl.post(url, given | seen_at(carl, url), follow=True).content.decode()
    assert "Built anew" in page
    assert asked(draft) == Limits(
        days=frozenset({"Mon", "Wed", "Sat"}),
        minutes=25,
        equipment=frozenset({"band"}),
        long_run="Sat",
        race_on=dt.date(2026, 5, 3),
    )
    assert "Mon, Wed, Sat" in page
    assert "Sun 3 May 2026" in page


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"minutes": "4"}, "minutes"),
        ({"minutes": "x"}, "minutes"),
        ({"days": ["Someday"]}, "Choose only from the options"),
        ({"equipment": ["rocket"]}, "Choose only from the options"),
        ({"days": ["Mon"], "long_run": "Sat"}, "Saturday is not one of the days"),
        ({"equipment": ["band"]}, "Something is ticked below"),
        ({"race_on": "2026-02-31"}, "valid date"),
        ({"has": ""}, "required"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_kept(carl, draft, given, words):
    before = draft.proposal["asked"]
    answer = carl.post(address("fit", draft), {"has": "any", "minutes": "33"} | given)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    if "minutes" not in given:
        assert 'value="33"' in page
    draft.refresh_from_db()
    assert draft.proposal["asked"] == before


@pytest.mark.parametrize(
    ("preset", "ticked", "not_ticked"), [("gym", "barbell", "hill"), ("home", "band", "barbell")]
)
def test_a_preset_ticks_what_is_usual_and_saves_nothing(carl, draft, preset, ticked, not_ticked):
    page = carl.post(
        address("fit", draft), {"preset": preset, "minutes": "25", "has": "any"}
    ).content.decode()
    assert f'value="{ticked}" id="id_equipment' in page.replace(" checked", "")
    boxes = [one for one in page.split("<input") if 'name="equipment"' in one]
    by_kind = {kind: "checked" in one for one in boxes for kind in (ticked, not_ticked) if f'"{kind}"' in one}
    assert by_kind == {ticked: True, not_ticked: False}
    assert 'value="25"' in page
    assert "There is a problem" not in page
    assert asked(draft) == Limits()


def test_edits_are_named_and_given_up_only_with_a_tick(carl, draft, world):
    exercise = draft.listed_now()[0]
    edits.change_dose(exercise=exercise, sets=1, reps="5", hold_s="", rest_s=0, by=world.carl, now=world.now)
    gone = draft.listed_now()[2]
    edits.remove_exercise(exercise=gone, by=world.carl)
    page = carl.get(address("fit", draft)).content.decode()
    assert f"{exercise.name}: another dose" in page
    assert f"{gone.name}: taken out" in page
    assert "The order" not in page
    seen = seen_at(carl, address("fit", draft))
    answer = carl.post(address("fit", draft), {"has": "any", "minutes": "40"} | seen)
    assert answer.status_code == 422
    assert "Tick that the changes are given up" in answer.content.decode()
    assert asked(draft).minutes is None
    carl.post(address("fit", draft), {"has": "any", "minutes": "40", "sure": "on"} | seen)
    assert asked(draft).minutes == 40


def test_another_order_is_named_also_where_something_was_added(carl, draft, world):
    choices = choosing.Choices(draft).found("")
    new = next(one.exercise for one in choices if not (one.blocked or one.unwanted or one.is_listed))
    facts = {"by": world.carl, "now": world.now, "because": "Agreed with her."}
    choosing.add(version=draft, library_id=new.id, **facts)
    assert changes_of(draft) == [f"{new.name}: put in"]
    before = [one.pk for one in draft.listed_now() if one.library_id != new.id]
    added = draft.listed_now().get(library_id=new.id).pk
    edits.reorder(version=draft, order=[*reversed(before), added], **facts)
    assert changes_of(draft) == [f"{new.name}: put in", "The order"]
    page = carl.get(address("fit", draft)).content.decode()
    assert "The order" in page


def test_what_the_library_no_longer_has_is_named_by_its_id(draft, world):
    draft.proposal["reasons"]["gone_since"] = "x"
    assert changes_of(draft) == ["Gone since: taken out"]


def test_an_unchanged_draft_asks_for_no_tick(carl, draft):
    assert "are given up" not in carl.get(address("fit", draft)).content.decode()


@pytest.fixture
def tight(draft, world):
    """Two days, twenty minutes and a band: not everything fits."""
    limits = Limits(days=frozenset({"Mon", "Wed"}), minutes=20, equipment=frozenset({"band"}))
    return actions.fit(version=draft, asked=limits, by=world.carl, now=world.now)


def test_a_plan_that_goes_without_says_what_and_what_to_relax(carl, tight):
    page = carl.get(address("program", tight)).content.decode()
    assert "Not everything fits into their week" in page
    assert "This is the nearest program that fits" in page
    for one in tight.proposal["left_out"]:
        assert one["name"] in page
    assert tight.proposal["suggestions"]
    assert reverse("prescribing:relax", args=[tight.patient_id, tight.pk, 0]) in page


def test_one_press_relaxes_a_limit(carl, tight):
    offered = tight.proposal["suggestions"][0]
    page = carl.post(address("relax", tight, 0), {"words": offered["words"]}, follow=True).content.decode()
    assert "Built anew" in page
    assert asked(tight).as_json() == offered["asked"]


def test_with_edits_it_asks_first(carl, tight, world):
    edits.remove_exercise(exercise=tight.listed_now()[0], by=world.carl)
    answer = carl.post(address("relax", tight, 0))
    assert answer.status_code == 200
    assert "Changes to this draft are given up" in answer.content.decode()
    assert asked(tight).minutes == 20


@pytest.mark.parametrize(("place", "words"), [(9, None), (0, "something else")])
def test_a_suggestion_of_before_is_refused(carl, tight, place, words):
    answer = carl.post(address("relax", tight, place), {"words": words} if words else {})
    assert answer.status_code == 409
    assert "look again" in answer.content.decode()
    assert asked(tight).minutes == 20


def test_four_weeks_are_shown_with_runs_and_the_lighter_one(carl, draft):
    page = carl.get(address("program", draft)).content.decode()
    weeks = page.split('id="weeks"')[1].split("</section>")[0]
    assert weeks.count('scope="row"') == 4
    assert weeks.count("Lighter") == 1
    assert "runs" in weeks
    assert "Sleep" in page, "habits the patient reads"


@pytest.mark.parametrize("limits", [Limits(), Limits(days=frozenset({"Mon", "Wed"}), minutes=20)])
def test_the_pages_of_a_draft_cost_little(carl, draft, world, limits, django_assert_max_num_queries):
    actions.fit(version=draft, asked=limits, by=world.carl, now=world.now)
    for name, most in (("program", 8), ("fit", 12)):
        carl.get(address(name, draft))
        with django_assert_max_num_queries(most):
            carl.get(address(name, draft))
