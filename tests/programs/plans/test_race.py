"""Two who save at the same moment: real connections, real commits. One goes through, the other hears of it."""

from __future__ import annotations

import pytest
from django.utils.datastructures import MultiValueDict

from programs.plans import actions, diary, edits, proposals, seen
from programs.plans.models import NotToday, SessionLog, Version
from programs.plans.refusals import ChangedMeanwhile, LoggedAlready, NotAProposal
from programs.portal import day_links
from tests.clinic.booking.test_race import race
from tests.programs.stories import Story, small_draft
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def story(transactional_db, monkeypatch) -> Story:
    monkeypatch.setattr(proposals, "draft", small_draft)
    world = World()
    story = Story(world, world.ana, world.carl)
    assert story.proposed, world.cleo  # made before the race
    return story


def test_of_two_doses_saved_at_once_one_is_refused(story):
    exercise = story.proposed.listed_now()[0]
    shown = seen.seen_exercise(exercise, [])

    def save(sets, by):
        return lambda: edits.change_dose(
            exercise=exercise, sets=sets, reps="8", hold_s="", rest_s=0, by=by, now=story.now, seen=shown
        )

    results = race([save(2, story.by), save(4, story.world.cleo)])
    refused = [place for place, one in enumerate(results) if isinstance(one, ChangedMeanwhile)]
    assert len(refused) == 1, results
    exercise.refresh_from_db()
    assert exercise.sets == (4, 2)[refused[0]]


def test_of_an_edit_and_a_release_at_once_one_is_refused(story):
    version = story.proposed
    shown = seen.seen_draft(version, list(version.exercises.all()), []) | seen.seen_words(version)
    edit, release = race(
        [
            lambda: edits.write_note(
                version=version, note="Slowly.", by=story.world.cleo, seen=seen.mark("")
            ),
            lambda: actions.release(version=version, by=story.by, now=story.now, seen=shown),
        ]
    )
    kept = Version.objects.get(pk=version.pk)
    if isinstance(release, ChangedMeanwhile):
        assert (kept.state, kept.note) == ("proposed", "Slowly.")
    else:
        assert isinstance(edit, NotAProposal), (edit, release)
        assert (kept.state, kept.note) == ("released", "")


class TestTheLinksOfADay:
    """Pressed in two mail programs at once; `world.now` is on a Tuesday, which has a session."""

    @pytest.fixture
    def pressed(self, story):
        key = day_links.key(story.released.pk, story.now.date())
        told = MultiValueDict({"pain_during": ["2"]})

        def done():
            asked = day_links.behind(key, now=story.now)
            form = day_links.as_planned(asked, told, now=story.now)
            assert form.is_valid()
            return day_links.log(asked, form, by=story.patient.account, now=story.now)

        def not_today():
            return diary.say_not_today(
                patient=story.patient, on_day=story.now.date(), by=story.patient.account, now=story.now
            )

        return {"done": done, "not today": not_today}

    def test_done_twice_is_one_session(self, pressed):
        one, other = race([pressed["done"]] * 2)
        assert one == other == SessionLog.objects.get()

    def test_not_today_twice_is_one_row(self, pressed):
        one, other = race([pressed["not today"]] * 2)
        assert one == other == NotToday.objects.get()

    def test_a_logged_day_is_never_put_off_after_it(self, pressed):
        log, said = race([pressed["done"], pressed["not today"]])
        assert log == SessionLog.objects.get()
        assert isinstance(said, LoggedAlready) or said == NotToday.objects.get()
