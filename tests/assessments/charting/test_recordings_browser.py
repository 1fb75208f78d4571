"""Adding a photo in a real browser: from the test to the camera and back, on a desktop and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from assessments.screens.models import Answer, Recording, Screen
from assessments.screens.recordings.refusals import LARGEST
from tests.assessments.screens.recorded import photo
from tests.assessments.stories import DESK_WORKER, draft
from tests.journeys.person import Person, Window, page_faults
from tests.world import World


@pytest.fixture
def world(transactional_db) -> World:
    """As everywhere, but committed, so that the server sees it."""
    return World()


@pytest.fixture(params=[Window(1280, "light"), Window(320, "dark")], ids=lambda window: window.name)
def carl(request, world, browser, live_server):
    person = Person.arrives("Carl", browser, live_server.url, request.param).brings(
        world.signed_in(world.carl)
    )
    yield person
    person.leaves()
    assert person.faults == []


@pytest.fixture
def screen(world) -> Screen:
    return draft(world, DESK_WORKER)


def of(screen, section):
    return f"/chart/patients/{screen.patient_id}/screens/{screen.pk}/in/{section.id}/"


def test_a_photo_from_the_test_and_back_with_every_answer_safe(carl, screen):
    section = next(one for one in screen.definition.sections if one.tests)
    Answer.objects.filter(screen=screen).exclude(item__in=[one.id for one in section.items]).delete()
    before = Answer.objects.filter(screen=screen).count()
    page = carl.opens(of(screen, section)).page
    carl.presses("Add a photo or video of")
    carl.is_on("Photos and videos")
    page.set_input_files("[name=file]", {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    carl.types("Caption", "left heel lifts early").presses("Keep it")
    expect(page.get_by_alt_text("left heel lifts early")).to_be_visible()
    for picture in page.locator("main img").all():
        expect(picture).to_have_js_property("complete", value=True)
        assert picture.evaluate("one => one.naturalWidth") > 0
    assert Recording.objects.get().test == section.tests[0].id
    assert Answer.objects.filter(screen=screen).count() >= before
    carl.faults += page_faults(page)
    carl.opens(f"/chart/patients/{screen.patient_id}/screens/{screen.pk}/recordings/")
    page.get_by_text("Remove").first.click()
    carl.faults += page_faults(page)
    carl.types("Why it goes", "wrong patient").presses("Remove it").sees("None yet")
    carl.faults += page_faults(page)


def test_a_file_too_large_is_refused_before_it_is_sent(carl, screen):
    page = carl.opens(f"/chart/patients/{screen.patient_id}/screens/{screen.pk}/recordings/").page
    posted = []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    large = {"name": "run.mp4", "mimeType": "video/mp4", "buffer": b"\0" * (LARGEST + 1)}
    page.set_input_files("[name=file]", large)
    carl.types("Caption", "left heel").presses("Keep it")
    told = page.locator("[name=file]").evaluate("field => field.validationMessage")
    assert "“run.mp4” is 10 MB, and a file may be at most 10 MB" in told
    assert posted == []
    expect(page.get_by_label("Caption")).to_have_value("left heel")
