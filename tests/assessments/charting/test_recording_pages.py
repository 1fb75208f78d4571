"""Photos and videos on the clinician's pages: added beside a test, shown to those who may, handed out by the row."""

from __future__ import annotations

import re
from html import unescape
from io import BytesIO

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from django.urls import reverse

from assessments.screens import actions as screens
from assessments.screens.models import Answer, Recording
from assessments.screens.recordings import actions, shelf
from clinic.audit.models import Entry
from clinic.ui.largest import LargestRequestMiddleware
from tests.assessments.screens.recorded import BAD, mp4, photo
from tests.assessments.stories import DESK_WORKER, concluded, draft

MOST_QUERIES = 12


@pytest.fixture(autouse=True)
def _now(world):
    with time_machine.travel(world.now, tick=False):
        yield


@pytest.fixture
def carl(world):
    client = world.signed_in(world.carl)
    client.get(reverse("charting:today"))
    return client


@pytest.fixture
def screen(world):
    return draft(world, DESK_WORKER)


@pytest.fixture
def tested(screen):
    """A section with physical tests, and its first test."""
    section = next(one for one in screen.definition.sections if one.tests)
    return section, section.tests[0]


def page(screen):
    return reverse("charting:recordings", args=[screen.patient_id, screen.pk])


def of(screen, section):
    return reverse("charting:screen", args=[screen.patient_id, screen.pk, section.id])


def answers(screen):
    return reverse("charting:answers", args=[screen.patient_id, screen.pk])


def itself(row):
    return reverse("charting:recording", args=[row.screen.patient_id, row.pk])


def sent(data, name="IMG_0001.jpg"):
    return SimpleUploadedFile(name, data, "image/jpeg")


def add(client, screen, data=None, name="IMG_0001.jpg", shows="red_flags", **more):
    return client.post(page(screen), {"shows": shows, "file": sent(data or photo(), name), **more})


def words(response):
    return re.sub(r"\s+", " ", unescape(response.content.decode()))


# --- Adding -----------------------------------------------------------------------------------------------


def test_a_photo_is_added_beside_its_test(carl, screen, tested):
    section, test = tested
    answer = add(carl, screen, shows=f"{section.id}/{test.id}", caption="left heel lifts early")
    assert answer["Location"] == f"{of(screen, section)}#test-{test.id}"
    row = Recording.objects.get()
    assert (row.section, row.test, row.caption) == (section.id, test.id, "left heel lifts early")
    html = words(carl.get(of(screen, section)))
    card = html.split(f'aria-labelledby="test-{test.id}"')[1].split("</section>")[0]
    assert f"{itself(row)}?small=1" in card
    assert f'alt="Photo, {test.name}: left heel lifts early"' in card


def test_the_button_at_a_test_saves_the_section_first(carl, screen, tested):
    section, test = tested
    Answer.objects.filter(screen=screen, item__in=[item.id for item in section.items]).delete()
    item = next(one for one in section.items if one.kind == "bool" and one.laterality != "per_side")
    answer = carl.post(of(screen, section), {item.id: "yes", "record": f"{section.id}/{test.id}"})
    assert answer["Location"] == f"{page(screen)}?of={section.id}/{test.id}"
    assert Answer.objects.get(screen=screen, item=item.id).value is True
    html = carl.get(answer["Location"]).content.decode()
    assert f'<option value="{section.id}/{test.id}" selected>' in html


def test_enter_in_a_field_presses_no_tests_button(carl, screen, tested):
    html = carl.get(of(screen, tested[0])).content.decode()
    form = html.split("data-screen-form")[1]
    assert 'name="record"' not in re.search(r"<button[^>]*>", form)[0]
    assert 'name="record"' in form


@pytest.mark.parametrize("wanted", ["", "x", "../..", "https://evil.example", "9" * 400, "\x00"])
def test_a_made_up_subject_leads_nowhere_else(carl, screen, tested, wanted):
    answer = carl.post(of(screen, tested[0]), {"record": wanted})
    assert answer["Location"].startswith(f"/chart/patients/{screen.patient_id}/screens/{screen.pk}/")
    assert carl.get(page(screen), {"of": wanted}).status_code == 200
    assert add(carl, screen, shows=wanted).status_code == 422
    assert not Recording.objects.exists()


def test_the_phones_camera_is_a_way_in_of_its_own(carl, screen):
    html = carl.get(page(screen)).content.decode()
    assert re.search(r'name="camera"[^>]*capture="environment"', html)
    assert 'accept="image/jpeg,image/png,image/webp,video/mp4,video/quicktime,video/webm"' in html
    carl.post(page(screen), {"shows": "red_flags", "camera": sent(photo())})
    assert Recording.objects.count() == 1


def test_no_file_is_refused_and_the_caption_stays(carl, screen):
    answer = carl.post(page(screen), {"shows": "red_flags", "caption": "left heel"})
    assert answer.status_code == 422
    assert "No file arrived. Choose a photo" in words(answer)
    assert 'value="left heel"' in words(answer)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("drawing.png", "neither a photo nor a video"),
        ("gif.jpg", "neither a photo nor a video"),
        ("heic.jpg", "“Most Compatible”"),
        ("cut.mp4", "cannot be read to its end"),
        ("bomb.png", "more pixels than we decode"),
        ("tall.png", "may have 25 million"),
        ("nothing.jpg", "0 bytes"),
    ],
)
def test_a_bad_file_is_named_with_the_limit_and_a_way_out_and_the_caption_stays(carl, screen, name, says):
    answer = carl.post(
        page(screen), {"shows": "red_flags", "file": sent(BAD[name], name), "caption": "left heel"}
    )
    assert answer.status_code == 422
    assert f"“{name}” was not kept" in words(answer)
    assert says in words(answer)
    assert 'value="left heel"' in words(answer)
    assert not Recording.objects.exists()


@pytest.mark.parametrize(
    "name",
    ["../../../etc/passwd", "..%2f..%2fx.jpg", "a\x00b.jpg", "x" * 300 + ".jpg", "<script>.jpg", "a.jpg.php"],
)
def test_a_hostile_name_is_only_text(carl, screen, name):
    answer = add(carl, screen, BAD["page.html"], name)
    assert answer.status_code == 422
    assert "<script>." not in answer.content.decode()
    assert add(carl, screen, photo(), name).status_code == 302


@pytest.mark.parametrize("caption", ["<script>alert(1)</script>", "🦵" * 100, "\u202eevil", "a\nb"])
def test_a_caption_is_only_text(carl, screen, caption):
    add(carl, screen, caption=caption)
    for address in (page(screen), answers(screen)):
        assert "<script>alert" not in carl.get(address).content.decode()


def test_a_caption_that_cannot_be_kept_is_refused_with_the_words(carl, screen):
    for caption in ("x" * 201, "a\x00b"):
        assert add(carl, screen, caption=caption).status_code == 422
    assert not Recording.objects.exists()


def test_a_signed_screen_takes_none_and_says_so(world, carl):
    screen = concluded(world, DESK_WORKER).screen
    html = words(add(carl, screen))
    assert html == ""
    assert "Its photos and videos stay as they are" in words(carl.get(answers(screen)))
    assert not Recording.objects.exists()


# --- Far too large ----------------------------------------------------------------------------------------


class Unread:
    """A body nobody may touch."""

    def read(self, *args):
        raise AssertionError("the body was read")

    readline = readlines = __iter__ = read


@pytest.mark.parametrize("length", [str(500 * 1024 * 1024), "9" * 30, "-1", "١٢", "x"])
def test_500_megabytes_are_refused_before_a_byte_is_read(carl, screen, length):
    answer = carl.generic(
        "POST",
        page(screen),
        b"",
        content_type="multipart/form-data; boundary=x",
        **{"CONTENT_LENGTH": length, "wsgi.input": Unread()},
    )
    assert answer.status_code == 413
    html = words(answer)
    assert "at most 10 MB" in html
    assert "everything saved before is as it was" in html
    assert "nosniff" in answer["X-Content-Type-Options"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_a_body_within_the_limit_is_read(settings):
    """The control, at the limit itself and a byte above it."""
    through = LargestRequestMiddleware(lambda request: "through")
    factory = RequestFactory()
    for length, let in ((settings.LARGEST_REQUEST, True), (settings.LARGEST_REQUEST + 1, False), ("", True)):
        request = factory.post("/", CONTENT_LENGTH=str(length))
        assert (through(request) == "through") is let


# --- Looking ----------------------------------------------------------------------------------------------


def test_a_photo_is_handed_out_as_a_picture_that_can_do_nothing(world, carl, screen):
    row = world.photo(screen)
    answer = carl.get(itself(row))
    assert answer.content == shelf.place(row.stored_name).read_bytes()
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Disposition"] == f'inline; filename="photo-{row.pk}.jpg"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert re.search(r"(^|; ?)sandbox(;|$)", answer["Content-Security-Policy"])
    assert answer["Cache-Control"] == "no-store"
    small = carl.get(itself(row), {"small": "1"}).content
    assert small == shelf.place(row.stored_name, small=True).read_bytes()


def test_a_video_is_handed_out_as_a_download(carl, screen):
    add(carl, screen, mp4(), "anything.html")
    answer = carl.get(itself(Recording.objects.get()), {"small": "1"})
    assert answer["Content-Type"] == "video/mp4"
    assert answer["Content-Disposition"].startswith('attachment; filename="video-')
    assert answer.content == mp4()


def test_looking_is_written_down(world, carl, screen):
    row = world.photo(screen)
    answer = carl.get(itself(row))
    entry = Entry.objects.get(request_id=answer["X-Request-ID"])
    assert (entry.action, entry.patient, entry.account) == ("read", world.ana, world.carl)


def test_anothers_recording_is_not_found_under_this_patient(world, carl, screen):
    bens = world.photo(draft(world, DESK_WORKER, patient=world.ben))
    assert carl.get(reverse("charting:recording", args=[world.ana.pk, bens.pk])).status_code == 404
    where = reverse("charting:recording_remove", args=[world.ana.pk, screen.pk, bens.pk])
    assert carl.post(where, {"because": "wrong patient"}).status_code == 404


@pytest.mark.parametrize("who", ["dee", "mona", "ana"])
def test_nobody_but_clinicians_sees_one(world, screen, who):
    account = world.ana.account if who == "ana" else getattr(world, who)
    assert world.signed_in(account).get(itself(world.photo(screen))).status_code == 403


def test_a_file_that_is_gone_is_no_fault(world, carl, screen):
    row = world.photo(screen)
    shelf.discard(row.stored_name)
    assert carl.get(itself(row)).status_code == 404
    assert carl.get(page(screen)).status_code == 200


def test_a_signed_screen_shows_them(world, carl, screen):
    row = world.photo(screen, caption="both heels")
    screens.sign(screen=screen, by=world.carl, now=world.now)
    html = words(carl.get(answers(screen)))
    assert f"{itself(row)}?small=1" in html
    assert "both heels" in html
    assert carl.get(page(screen))["Location"] == answers(screen)


@pytest.mark.parametrize("how_many", [1, 12])
def test_pages_keep_their_budget_however_many_there_are(
    world, carl, screen, tested, how_many, django_assert_max_num_queries
):
    for number in range(how_many):
        file = SimpleUploadedFile("a.mp4", mp4(tail=b"\0\0\0\x09free" + bytes([number])))
        actions.add(
            screen=screen,
            subject=actions.Subject(tested[0].id, tested[1].id),
            file=file,
            caption="",
            by=world.carl,
            now=world.now,
        )
    for address in (page(screen), of(screen, tested[0]), answers(screen)):
        with django_assert_max_num_queries(MOST_QUERIES):
            assert carl.get(address).content.count(b'class="recording-video"') == how_many


# --- Removing ---------------------------------------------------------------------------------------------


def test_a_removed_one_is_seen_nowhere_and_its_row_says_why(world, carl, screen):
    row = world.photo(screen)
    where = reverse("charting:recording_remove", args=[screen.patient_id, screen.pk, row.pk])
    assert where in carl.get(page(screen)).content.decode()
    carl.post(where, {"because": "wrong patient"})
    row.refresh_from_db()
    assert (row.removed_because, row.removed_by) == ("wrong patient", world.carl)
    assert itself(row) not in carl.get(page(screen)).content.decode()
    assert carl.get(itself(row)).status_code == 404


@pytest.mark.parametrize("because", ["", "  ", "x", "y" * 201, "a\x00bc"])
def test_a_removal_says_why(world, carl, screen, because):
    row = world.photo(screen)
    where = reverse("charting:recording_remove", args=[screen.patient_id, screen.pk, row.pk])
    carl.post(where, {"because": because})
    row.refresh_from_db()
    assert row.removed_at is None


def test_looking_at_the_address_of_a_removal_removes_nothing(world, carl, screen):
    row = world.photo(screen)
    carl.get(
        reverse("charting:recording_remove", args=[screen.patient_id, screen.pk, row.pk]),
        {"because": "x" * 9},
    )
    assert Recording.objects.standing().get() == row


def test_nothing_of_the_photo_is_in_the_page_itself(world, carl, screen):
    """Small pictures come by their own guarded address; a list of twenty stays a light page."""
    world.photo(screen)
    assert b"data:image" not in carl.get(page(screen)).content
    assert len(BytesIO(carl.get(page(screen)).content).getvalue()) < 100_000
