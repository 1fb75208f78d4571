"""What an amendment does to the rest of the record: an old screen never becomes the newest, and nothing is hidden."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from assessments.charting.beside import last_time
from assessments.screens import actions as screens
from assessments.screens import amending
from assessments.screens.amending import earlier_versions
from assessments.screens.models import Screen
from assessments.triage import actions as triage
from assessments.triage.reminders import due, message
from clinic.reminders.sources import NotWanted
from tests.assessments.stories import DESK_WORKER, SCIATICA, STRIDES, concluded, draft

BECAUSE = "The sides were entered the wrong way round"
WEEK = dt.timedelta(days=7)


@pytest.fixture
def later(world):
    """Two weeks on, when somebody looks at the record again."""
    with time_machine.travel(world.now + 2 * WEEK, tick=False):
        yield world.now + 2 * WEEK


@pytest.fixture
def carl(world):
    return world.signed_in(world.carl)


def amended(world, result, now) -> Screen:
    return amending.amend(screen=result.screen, because=BECAUSE, by=world.cleo, now=now)


def signed_anew(world, result, now):
    return triage.sign_and_conclude(screen=amended(world, result, now), by=world.cleo, now=now)


def chart(carl, world):
    return carl.get(reverse("charting:patient", args=[world.ana.pk])).content.decode()


def test_an_old_screen_that_is_corrected_does_not_become_the_newest(world, carl, later):
    old = concluded(world, SCIATICA)
    newest = concluded(world, DESK_WORKER, now=world.now + WEEK)
    corrected = signed_anew(world, old, later)
    assert corrected.decided_at > newest.decided_at
    assert list(Screen.objects.signed()) == [newest.screen, corrected.screen, old.screen]
    shown = chart(carl, world).partition("Latest result")[2].partition("</section>")[0]
    assert reverse("charting:triage", args=[world.ana.pk, newest.pk]) in shown
    panel = carl.get(reverse("prescribing:panel", args=[world.ana.pk])).content.decode()
    assert reverse("charting:triage", args=[world.ana.pk, newest.pk]) in panel


def test_the_recheck_of_a_newer_result_is_still_due_after_an_older_screen_was_corrected(world, later):
    old, newest = concluded(world, STRIDES), concluded(world, DESK_WORKER, now=world.now + WEEK)
    triage.agree(result=newest, by=world.carl, now=world.now + WEEK)
    signed_anew(world, old, later)
    then = later + WEEK
    (one,) = due(now=then)
    assert one.subject_id == newest.pk
    words = message(kind=one.kind, subject_id=newest.pk, about_at=one.about_at, now=then)
    assert not isinstance(words, NotWanted)


def test_a_result_whose_screen_was_amended_invites_nobody(world, later):
    old = concluded(world, DESK_WORKER)
    triage.agree(result=old, by=world.carl, now=world.now)
    assert len(list(due(now=later))) == 1
    signed_anew(world, old, later)
    assert list(due(now=later)) == []
    words = message(kind="recheck", subject_id=old.pk, about_at=old.decided_at, now=later)
    assert isinstance(words, NotWanted)


def test_last_time_of_an_amendment_is_the_examination_before_it(world, later):
    concluded(world, STRIDES)
    wrong = concluded(world, DESK_WORKER, now=world.now + WEEK)
    new = amended(world, wrong, later)
    words = last_time(new)
    assert words
    assert all(text.startswith("Last time, 3 Mar 2026") for text in words.values())


def test_the_chart_says_what_was_amended_and_what_is_being_amended(world, carl, later):
    result = concluded(world, DESK_WORKER)
    assert "amended" not in chart(carl, world)
    new = amended(world, result, later)
    page = chart(carl, world)
    assert "A signed screen is being amended" in page
    assert "Its screen is being amended" in page
    assert "Continue the amendment" in page
    triage.sign_and_conclude(screen=new, by=world.cleo, now=later)
    page = chart(carl, world)
    assert "This screen was amended on 17 Mar 2026" in page
    assert "Its screen was amended on 17 Mar 2026" in page
    assert f"Reason: {BECAUSE}" in page


@pytest.mark.parametrize("versions", [1, 4])
def test_the_chart_costs_the_same_however_often_a_screen_was_amended(
    world, carl, later, versions, django_assert_max_num_queries
):
    result = concluded(world, DESK_WORKER)
    for number in range(versions):
        result = signed_anew(world, result, later + dt.timedelta(minutes=number))
    chart(carl, world)
    with django_assert_max_num_queries(8):
        chart(carl, world)


def test_what_is_found_today_does_not_end_up_in_an_open_amendment(world, carl, later):
    visit = world.booked(starts_at=later + dt.timedelta(hours=1), now=later)
    new = amended(world, concluded(world, DESK_WORKER), later)
    assert "Continue screen" not in carl.get(reverse("charting:today")).content.decode()
    start = reverse("charting:screen_start", args=[world.ana.pk])
    sent = carl.post(start, {"appointment": visit.pk, "catalogue": new.catalogue}, follow=True)
    page = sent.content.decode()
    assert "No new screen was started" in page
    assert f"/screens/{new.pk}/" in sent.redirect_chain[0][0]
    on = carl.post(start, {"amendment": "1", "catalogue": new.catalogue}, follow=True).content.decode()
    assert "No new screen was started" not in on


def test_an_amendment_shows_the_recordings_of_what_it_amends_and_cannot_take_them_away(world, carl, later):
    screen = draft(world, DESK_WORKER)
    photo = world.photo(screen, caption="Left heel lifts")
    result = triage.sign_and_conclude(screen=screen, by=world.carl, now=world.now)
    once = signed_anew(world, result, later)
    twice = amended(world, once, later)
    assert earlier_versions(twice) == [once.screen_id, screen.pk]
    own = world.photo(twice, now=later, caption="Right heel")
    for name in ("answers", "recordings"):
        page = carl.get(reverse(f"charting:{name}", args=[world.ana.pk, twice.pk])).content.decode()
        assert "Left heel lifts" in page
        assert "Right heel" in page
    gone = [
        reverse("charting:recording_remove", args=[world.ana.pk, one.screen_id, one.pk])
        for one in (photo, own)
    ]
    assert [address in page for address in gone] == [False, True]
    assert earlier_versions(screen) == []
    assert (
        "Right heel"
        not in carl.get(reverse("charting:answers", args=[world.ana.pk, screen.pk])).content.decode()
    )


def test_an_age_is_of_the_day_of_the_examination(world, later):
    ana = world.ana
    ana.birth_date = (world.now + WEEK).date().replace(year=1991)
    ana.save(update_fields=["birth_date"])
    new = amended(world, concluded(world, DESK_WORKER), later)
    assert new.record_says()["age_years"] == 34
    assert screens.start(patient=ana, by=world.carl, now=later) == new
