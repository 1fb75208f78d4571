"""Two who save at the same moment: real connections, real commits. One goes through, the other hears of it."""

from __future__ import annotations

import pytest

from programs.plans import actions, edits, proposals, seen
from programs.plans.models import Version
from programs.plans.refusals import ChangedMeanwhile, NotAProposal
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
