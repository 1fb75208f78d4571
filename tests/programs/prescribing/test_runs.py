"""Where the runs of a draft start, on the program page."""

from __future__ import annotations

import pytest
from django.urls import reverse

from programs.plans import actions
from programs.plans.models import Version, Waiver
from programs.plans.running import starts_from
from tests.programs.prescribing.seen import seen_at, seen_in


def address(version):
    return reverse("prescribing:runs", args=[version.patient_id, version.pk])


@pytest.fixture
def released(ana_story):
    return ana_story.released


@pytest.fixture
def draft(world, released):
    return actions.revise(version=released, by=world.carl, now=world.now)


@pytest.fixture
def carl(world):
    return world.signed_in(world.carl)


def sends(client, version, **given):
    """Posted as a browser does, with what the page said it showed."""
    url = address(version)
    return client.post(url, given | seen_at(client, url), follow=True)


def program(version):
    return reverse("prescribing:program", args=[version.patient_id, version.pk])


def test_the_stages_to_choose_from_stand_below_the_weeks(carl, draft):
    page = carl.get(program(draft)).content.decode()
    assert "Where the runs start" in page
    assert 'name="stage"' in page
    assert 'name="week_km"' not in page


def test_a_higher_stage_comes_back_with_a_field_for_the_reason(carl, draft):
    first = starts_from(draft).stage
    answer = sends(carl, draft, stage=first + 2)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"this starts at stage {first + 2}" in page
    assert 'name="because"' in page
    assert f'<option value="{first + 2}" selected>' in page, "what was chosen stays chosen"
    assert starts_from(Version.objects.get(pk=draft.pk)).stage == first


def test_with_the_reason_it_is_done_and_the_page_says_why(carl, draft):
    first = starts_from(draft).stage
    page = sends(carl, draft, stage=first + 2, because="Ran here today without pain.").content.decode()
    assert "The runs start from there" in page
    assert "“Ran here today without pain.”" in page
    assert Waiver.objects.get().guard == "runs"
    assert starts_from(Version.objects.get(pk=draft.pk)).stage == first + 2


@pytest.mark.parametrize("stage", ["", "eleven", "99"])
def test_what_is_no_stage_is_refused_at_its_field(carl, draft, stage):
    answer = carl.post(address(draft), {"stage": stage})
    assert answer.status_code == 422
    assert "runs_stage" in answer.content.decode()


def test_a_released_version_stays_and_what_was_chosen_is_told(carl, released):
    answer = carl.post(address(released), {"stage": "3", "because": "Ran here."})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Start a new version" in page
    assert "Ran here." in page


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"runs": 3, "weeks": 2, "planned_km": 33.0}, "2 of the last 4 weeks, 3 runs in all"),
        (
            {"runs": 0, "weeks": 0, "planned_km": 33.0},
            "planned by time. The block before planned 33 km a week",
        ),
        ({"runs": 1, "weeks": 1, "planned_km": None}, "1 run in all"),
    ],
)
def test_a_next_block_says_which_runs_it_starts_from(carl, draft, told, words):
    draft.proposal["runs_told"] = told
    draft.save(update_fields=["proposal"])
    assert words in carl.get(program(draft)).content.decode()


def test_two_windows_do_not_go_over_each_other(carl, draft):
    first = starts_from(draft).stage
    here = seen_at(carl, address(draft))
    sends(carl, draft, stage=first - 1)
    answer = carl.post(address(draft), {"stage": first + 1, "because": "Ran here."} | here)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "was changed in another window" in page
    assert f'<option value="{first + 1}" selected>' in page, "what was chosen is kept"
    again = {
        "stage": first + 1,
        "because": "Ran here.",
        "seen": seen_in(address(draft), page, address(draft)),
    }
    carl.post(address(draft), again)
    assert starts_from(Version.objects.get(pk=draft.pk)).stage == first + 1


def test_where_nobody_runs_there_is_nothing_to_set(carl, draft):
    draft.proposal["running"] = "none"
    draft.save(update_fields=["proposal"])
    assert "Where the runs start" not in carl.get(program(draft)).content.decode()
    assert carl.post(address(draft), {"stage": "1"}).status_code == 409


def test_distances_are_asked_where_there_is_no_ladder(carl, draft):
    draft.proposal["runner"] |= {"first": None, "stages": [], "weeks_km": [20.0], "longest_km": 8.0}
    draft.proposal["running"] = "guarded"
    draft.save(update_fields=["proposal"])
    page = carl.get(program(draft)).content.decode()
    assert 'name="week_km"' in page
    answer = sends(carl, draft, week_km="10", longest_km="12")
    assert answer.status_code == 422
    assert "longer than the whole week" in answer.content.decode()
    sends(carl, draft, week_km="10,5", longest_km="4")
    draft.refresh_from_db()
    assert draft.proposal["runner"]["weeks_km"] == [10.5]
