"""The worklist: flags first however old, 25 a page, and a flag is there as soon as its session is logged."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
import time_machine
from django.urls import reverse

from programs.plans import actions, diary
from programs.prescribing import caseload
from programs.prescribing.needs import LOOKS, Need
from tests.programs.stories import Story

DAY = dt.timedelta(days=1)
WORKLIST = "/programs/"
LOG = "/my/log/"


def a_form(story, **given):
    """What the patient's phone sends on a Tuesday: everything of that day done."""
    version = story.released
    today = version.block(list(version.listed_now())).week(1).days[1]
    facts = {
        "version": version.pk,
        "day": "Tue",
        "client_key": str(uuid.uuid4()),
        "on_day": "2026-03-03",
        "pain_during": "2",
        "note": "",
    }
    return {f"exercise_{e.pk}": "done" for e in today.all} | facts | given


def runners(story: Story, count: int) -> list[Story]:
    """More patients of the same clinician, each with a released program and a session of today."""
    world = story.world
    found = []
    for number in range(count):
        patient = world.patient(
            f"Runner{number}", "Okafor", dt.date(1990, 1, 1), f"+44 20 7946 {1000 + number}"
        )
        found.append(Story(world, patient, story.by))
        found[-1].logs()
    return found


def names(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', page)


@pytest.mark.parametrize("given", [{"pain_during": "4"}, {"symptoms": "limp", "pain_during": "0"}])
def test_what_needs_a_look_is_told_to_both_at_once(carl, ana_story, given):
    """One request: the patient is told to stop, and the clinician's list and chart show the flag."""
    ana = ana_story.world.signed_in(ana_story.patient.account)
    panel = reverse("prescribing:panel", args=[ana_story.patient.pk])
    label = "Warning sign" if "symptoms" in given else "Red"
    assert ana_story.released
    for page in (WORKLIST, panel):
        assert label not in carl.get(page).content.decode(), "nothing yet"
    answer = ana.post(LOG, a_form(ana_story, **given))
    for page in (WORKLIST, panel):
        assert label in carl.get(page).content.decode()
    told = ana.get(answer["Location"]).content.decode()
    assert "Stop all exercises and runs. Ring us." in told
    assert "emergency number" in told


def test_an_old_flag_comes_before_new_sessions_and_stays_on_the_first_page(carl, ana_story):
    ana_story.logs(pain_during=5, on_day=ana_story.now.date() - 14 * DAY, now=ana_story.now)
    with time_machine.travel(ana_story.now + 60 * DAY, tick=False):
        later = ana_story.now + 60 * DAY
        for story in runners(ana_story, 3):
            story.logs(on_day=later.date(), now=later)
        page = caseload.caseload(ana_story.by, now=later, everyone=False)
    assert page.cases[0].version.patient == ana_story.patient
    assert page.cases[0].need == LOOKS[Need.RED]


def test_pages_hold_25_and_miss_nobody(carl, ana_story, django_assert_max_num_queries):
    everybody = {story.patient.full_name for story in runners(ana_story, 27)}
    assert ana_story.proposed
    first = carl.get(WORKLIST).content.decode()
    assert len(names(first)) == 25
    assert names(first)[0] == ana_story.patient.full_name, "what waits for release comes before the rest"
    [link] = re.findall(r'rel="next" href="([^"]+)"', first)
    with django_assert_max_num_queries(7):
        second = carl.get(WORKLIST + link.replace("&amp;", "&")).content.decode()
    assert 'rel="next"' not in second
    assert sorted(names(first) + names(second)) == sorted(everybody | {ana_story.patient.full_name})


@pytest.mark.parametrize("after", ["x", "1_2", "9_99999999999_1_1", "0_1_9999999_1", "٣_1_1_1", "-1_1_1_1"])
def test_a_place_nobody_can_read_is_the_first_page(carl, ana_story, after):
    assert ana_story.released
    assert names(carl.get(WORKLIST, {"after": after}).content.decode()) == [ana_story.patient.full_name]


def test_an_ended_program_leaves_the_list_once_its_flags_are_read(carl, ana_story):
    log = ana_story.logs(pain_during=5)
    actions.end(version=ana_story.released, because="Referred on.", by=ana_story.by, now=ana_story.now)
    assert "Red" in carl.get(WORKLIST).content.decode()
    diary.mark_seen(log=log, by=ana_story.by, now=ana_story.now)
    assert names(carl.get(WORKLIST).content.decode()) == []


def test_ending_asks_why_and_keeps_what_was_typed(carl, ana_story):
    version = ana_story.released
    address = reverse("prescribing:end", args=[ana_story.patient.pk, version.pk])
    refused = carl.post(address, {"because": " "})
    assert refused.status_code == 422
    assert "Say why the program ends" in refused.content.decode()
    done = carl.post(address, {"because": "Referred to a specialist."}, follow=True).content.decode()
    assert "has no program now" in done
    assert "Referred to a specialist." in done
    again = carl.post(address, {"because": "Twice."})
    assert again.status_code == 409
    assert "Twice." in again.content.decode() or "nothing to end" in again.content.decode()


def test_another_patients_program_cannot_be_ended(carl, ana_story, ben_story):
    address = reverse("prescribing:end", args=[ana_story.patient.pk, ben_story.released.pk])
    assert carl.post(address, {"because": "Wrong one."}).status_code == 404
