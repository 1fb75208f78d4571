"""A draft open twice: what was typed comes back beside what stands now, and saved again it goes through."""

from __future__ import annotations

import pytest
from django.urls import reverse

from programs.builder.limits import Limits
from programs.plans import actions, edits
from tests.programs.prescribing.seen import seen_at, seen_in


def address(name, story, *more):
    return reverse(f"prescribing:{name}", args=[story.patient.pk, story.proposed.pk, *more])


def hinge(story):
    return story.proposed.listed_now().get(library_id="hip_hinge")


def typed(**given):
    return {"change": "dose", "sets": "5", "reps": "6 very slow", "hold_s": "", "rest_s": "75"} | given


def elsewhere(story, **given):
    """Cleo changes the dose in her window."""
    facts = {"sets": 2, "reps": "12", "hold_s": "", "rest_s": 60} | given
    edits.change_dose(exercise=hinge(story), by=story.world.cleo, now=story.now, **facts)


@pytest.fixture
def again(carl, ana_story):
    """The same post from the page that was answered, with what that page shows."""

    def post(url, given, answer, **how):
        seen = seen_in(address("program", ana_story), answer.content.decode(), url)
        return carl.post(url, given | {"seen": seen}, **how)

    return post


def test_a_dose_comes_back_beside_the_one_that_stands(carl, ana_story, again):
    url = address("exercise", ana_story, hinge(ana_story).pk)
    given = typed() | seen_at(carl, url)
    elsewhere(ana_story)
    answer = carl.post(url, given)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "changed by Cleo Marchetti since this page was opened. It is now: 2 sets of 12." in page
    assert 'value="6 very slow"' in page
    assert hinge(ana_story).sets == 2
    page = again(url, typed(), answer, follow=True).content.decode()
    assert "New dose for “Hip hinge”" in page
    assert (hinge(ana_story).sets, hinge(ana_story).reps) == (5, "6 very slow")


def test_a_dose_refused_for_what_it_says_still_knows_what_it_showed(carl, ana_story, again):
    url = address("exercise", ana_story, hinge(ana_story).pk)
    answer = carl.post(url, typed(sets="99") | seen_at(carl, url))
    assert answer.status_code == 422
    elsewhere(ana_story)
    assert again(url, typed(), answer).status_code == 409


def test_a_dose_of_a_draft_built_anew_is_offered_on_its_exercise(carl, ana_story, again):
    old = hinge(ana_story)
    url = address("exercise", ana_story, old.pk)
    elsewhere(ana_story)
    given = typed() | seen_at(carl, url)
    actions.fit(version=ana_story.proposed, asked=Limits(), by=ana_story.world.cleo, now=ana_story.now)
    assert hinge(ana_story).pk != old.pk
    answer = carl.post(url, given)
    assert answer.status_code == 409
    assert 'value="6 very slow"' in answer.content.decode()
    again(address("exercise", ana_story, hinge(ana_story).pk), typed(), answer)
    assert hinge(ana_story).sets == 5


def test_what_was_changed_elsewhere_is_removed_at_the_second_try(carl, ana_story, again):
    url = address("exercise", ana_story, hinge(ana_story).pk)
    given = {"change": "remove"} | seen_at(carl, url)
    elsewhere(ana_story)
    answer = carl.post(url, given)
    assert answer.status_code == 409
    assert "stays in the draft" in answer.content.decode()
    page = again(url, {"change": "remove"}, answer, follow=True).content.decode()
    assert "“Hip hinge” removed." in page


def test_what_was_changed_elsewhere_is_not_swapped_away(carl, ana_story):
    url = address("swap", ana_story, hinge(ana_story).pk)
    given = {"swap": "short_bridge"} | seen_at(carl, url)
    elsewhere(ana_story)
    answer = carl.post(url, given)
    assert answer.status_code == 409
    assert "Its dose is now: 2 sets of 12" in answer.content.decode()


def test_a_reason_given_afterwards_still_knows_what_was_shown(carl, ana_story):
    """The form that asks for it carries on what the page showed."""
    version = ana_story.proposed
    version.proposal["limits"]["strength_min"] = 9
    version.save()
    before = [one.pk for one in version.listed_now()]
    answer = carl.post(address("order", ana_story), {"order": before[::-1], "seen": before})
    page = answer.content.decode()
    assert "A reason is needed" in page
    asked = page.split('class="reason-form"')[1].split("</form>")[0]
    assert [f'name="seen" value="{pk}"' in asked for pk in before] == [True] * len(before)


def test_an_order_of_another_window_stands(carl, ana_story):
    before = [str(one.pk) for one in ana_story.proposed.listed_now()]
    theirs, mine = [before[-1], *before[:-1]], [before[1], before[0], *before[2:]]
    url = address("order", ana_story)
    carl.post(url, {"order": theirs, "seen": before})
    answer = carl.post(url, {"order": mine, "seen": before})
    assert answer.status_code == 409
    assert "The order was changed in another window" in answer.content.decode()
    assert [str(one.pk) for one in ana_story.proposed.listed_now()] == theirs


def test_a_note_comes_back_beside_the_one_that_stands(carl, ana_story, again):
    url = address("note", ana_story)
    seen = seen_at(carl, url)
    edits.write_note(version=ana_story.proposed, note="Cleo’s\nwords.", by=ana_story.world.cleo)
    answer = carl.post(url, {"note": "Carl’s words."} | seen)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "note was changed by Cleo Marchetti" in page
    assert "Cleo’s<br>words." in page
    assert "Carl’s words.</textarea>" in page
    again(url, {"note": "Carl’s words."}, answer)
    ana_story.proposed.refresh_from_db()
    assert ana_story.proposed.note == "Carl’s words."


def test_a_note_taken_away_elsewhere_is_told(carl, ana_story):
    url = address("note", ana_story)
    edits.write_note(version=ana_story.proposed, note="Old.", by=ana_story.by)
    seen = seen_at(carl, url)
    edits.write_note(version=ana_story.proposed, note="", by=ana_story.by)
    page = carl.post(url, {"note": "Mine."} | seen).content.decode()
    assert "taken away in another window" in page
    assert '<blockquote class="note-stands">None</blockquote>' in page


def test_steps_up_of_another_window_stand(carl, ana_story, again):
    url = address("steps_up", ana_story)
    seen = seen_at(carl, url)
    carl.post(url, {"allowed": "on"} | seen)
    answer = carl.post(url, seen)
    assert answer.status_code == 409
    assert "may take over by itself" in answer.content.decode()
    again(url, {}, answer)
    ana_story.proposed.refresh_from_db()
    assert not ana_story.proposed.steps_up_alone


# --- The whole draft ---------------------------------------------------------------------------------------------


def test_a_draft_edited_since_it_was_read_is_not_released(carl, ana_story, again):
    url = address("release", ana_story)
    given = {"sure": "on"} | seen_at(carl, url)
    elsewhere(ana_story)
    edits.write_note(version=ana_story.proposed, note="Cleo’s words.", by=ana_story.world.cleo)
    answer = carl.post(url, given)
    assert answer.status_code == 409
    beside = answer.content.decode().split('id="release"')[1].split("</section>")[0]
    assert "changed by Cleo Marchetti since this page was opened. Nothing was released" in beside
    assert "“Hip hinge”: from “3 sets of 8–10" in beside
    assert "The note to the patient is now: Cleo’s words." in beside
    assert "checked" not in beside, "it is read and ticked again"
    assert "Released." in again(url, {"sure": "on"}, answer, follow=True).content.decode()


@pytest.mark.parametrize("seen", [[], ["x"], ["x", "y"]])
def test_a_release_that_says_nothing_readable_is_refused(carl, ana_story, seen):
    answer = carl.post(address("release", ana_story), {"sure": "on", "seen": seen})
    assert answer.status_code == 409
    ana_story.proposed.refresh_from_db()
    assert ana_story.proposed.state == "proposed"


def test_half_of_what_was_shown_is_not_enough(carl, ana_story):
    url = address("release", ana_story)
    for one in seen_at(carl, url)["seen"]:
        assert carl.post(url, {"sure": "on", "seen": [one]}).status_code == 409


def test_what_another_patients_page_showed_releases_nothing(carl, ana_story, ben_story):
    seen = seen_at(carl, address("release", ben_story))
    assert carl.post(address("release", ana_story), {"sure": "on"} | seen).status_code == 409


@pytest.fixture
def draft(world):
    """A draft built by the recipe in force, for a worked case."""
    version = world.whole_story(world.ana, hour=0)
    return actions.revise(version=version, by=world.carl, now=world.now)


def test_the_form_of_limits_comes_back_with_what_is_given_up_now(world, draft):
    carl = world.signed_in(world.carl)
    url = reverse("prescribing:fit", args=[draft.patient_id, draft.pk])
    given = {"has": "any", "minutes": "40", "days": ["Mon", "Wed", "Sat"]} | seen_at(carl, url)
    exercise = draft.listed_now()[0]
    edits.change_dose(exercise=exercise, sets=1, reps="5", hold_s="", rest_s=0, by=world.cleo, now=world.now)
    answer = carl.post(url, given | {"sure": "on"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "changed by Cleo Marchetti since this page was opened. Nothing was built" in page
    assert f"{exercise.name}: another dose" in page
    assert 'value="40"' in page
    assert page.count("checked") == len(["has", "Mon", "Wed", "Sat"]), "what is given up is ticked again"
    draft.refresh_from_db()
    assert draft.proposal["asked"]["minutes"] is None
    seen = seen_in(url, page, url)
    carl.post(url, given | {"sure": "on", "seen": seen})
    draft.refresh_from_db()
    assert draft.proposal["asked"]["minutes"] == 40
