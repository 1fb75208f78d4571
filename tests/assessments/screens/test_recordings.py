"""Photos and videos: what is kept, what is refused and why, and that no file is without its row."""

from __future__ import annotations

import ast
import datetime as dt
import hashlib
import os
import stat
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, InternalError, transaction
from PIL import Image

from assessments.screens import actions as screens
from assessments.screens.actions import AlreadySigned
from assessments.screens.models import Recording
from assessments.screens.recordings import actions, shelf
from assessments.screens.recordings.actions import Subject
from assessments.screens.recordings.photos import LONGEST_SIDE, SMALL_SIDE, painted_anew
from assessments.screens.recordings.refusals import LARGEST, NoRoom, NotKept, TooLarge, TooMany, safe_label
from assessments.screens.recordings.videos import video_type
from assessments.screens.tasks import sweep_recordings
from clinic.audit.models import Entry
from tests.assessments.screens.recorded import BAD, HTML, mp4, photo, webm
from tests.assessments.stories import DESK_WORKER, draft

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def screen(world):
    return draft(world, DESK_WORKER)


def keep(world, screen, data: bytes, name: str = "IMG_1.jpg", caption: str = "") -> Recording:
    return actions.add(
        screen=screen,
        subject=Subject(screen.definition.sections[0].id),
        file=ContentFile(data, name=name),
        caption=caption,
        by=world.carl,
        now=world.now,
    )


def on_the_shelf() -> list[Path]:
    return [path for _, path in shelf.names()]


# --- Photos are painted anew ------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_a_photo_becomes_a_jpeg_of_the_same_picture(format):
    made = painted_anew("a", photo(format))
    with Image.open(BytesIO(made.data)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (64, 48))
        red, _, blue = picture.getpixel((8, 20))
        assert red > 200 > blue


def test_a_large_photo_is_made_smaller_and_a_list_gets_a_small_one():
    made = painted_anew("a", photo(size=(4032, 3024)))
    with Image.open(BytesIO(made.data)) as picture, Image.open(BytesIO(made.small)) as small:
        assert max(picture.size) == LONGEST_SIDE
        assert max(small.size) == SMALL_SIDE
    assert len(made.small) < 20_000


def test_where_and_when_it_was_taken_stays_behind():
    exif = Image.Exif()
    exif[0x010F] = "A-PHONE-MAKER"
    exif.get_ifd(0x8825)[1] = "N"
    sent = photo(exif=exif, comment=b"A-COMMENT", icc_profile=b"A-PROFILE" * 20)
    assert all(word in sent for word in (b"A-PHONE-MAKER", b"A-COMMENT", b"A-PROFILE"))
    made = painted_anew("a", sent)
    for data in (made.data, made.small):
        assert not any(word in data for word in (b"A-PHONE-MAKER", b"A-COMMENT", b"A-PROFILE", b"Exif"))


def test_a_photo_taken_sideways_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: turn a quarter to the right
    with Image.open(BytesIO(painted_anew("a", photo(exif=exif)).data)) as picture:
        assert picture.size == (48, 64)
        red, _, blue = picture.getpixel((24, 8))
        assert red > 200 > blue


@pytest.mark.parametrize("hidden", [HTML, b"PK\3\4" + b"\0" * 60, b"<?php system(1); ?>"])
def test_what_hides_behind_a_photo_is_gone(hidden):
    made = painted_anew("a", photo() + hidden)
    assert hidden not in made.data
    assert hidden not in made.small


@pytest.mark.parametrize("mode", ["L", "CMYK", "1"])
def test_other_kinds_of_colour_are_read(mode):
    assert painted_anew(
        "a", photo("TIFF" if mode == "x" else "JPEG" if mode != "1" else "PNG", mode=mode)
    ).data


# --- Videos are what is in them ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "type"),
    [
        (mp4(), "video/mp4"),
        (mp4(brand=b"mp42"), "video/mp4"),
        (mp4(brand=b"qt  "), "video/quicktime"),
        (webm(), "video/webm"),
        (webm(unknown=True), "video/webm"),
    ],
)
def test_a_video_is_known_by_its_content(data, type):
    assert video_type("anything.txt", data) == type


def test_a_video_is_kept_byte_for_byte(world, screen):
    row = keep(world, screen, mp4(), "clip.mov")
    assert (row.kind, row.content_type, row.bytes) == ("video", "video/mp4", len(mp4()))
    assert shelf.place(row.stored_name).read_bytes() == mp4()
    assert row.sha256 == hashlib.sha256(mp4()).hexdigest()


# --- What is refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_by_name_with_a_way_out_and_leaves_nothing(world, screen, name):
    with pytest.raises(NotKept) as refused:
        keep(world, screen, BAD[name], name)
    words = str(refused.value)
    assert name in words
    assert any(way in words for way in ("Send ", "Take it", "Choose", "choose"))
    assert not Recording.objects.exists()
    assert on_the_shelf() == []


def test_the_table_of_bad_files_is_as_long_as_it_says():
    assert len(BAD) >= 60


def test_a_good_file_of_each_kind_is_not_refused(world, screen):
    """The control: the same door lets these in."""
    for data in (photo(), photo("PNG"), photo("WEBP"), mp4(), webm()):
        assert keep(world, screen, data, "page.html").pk


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("%2e%2e%2fetc%2fpasswd", "%2e%2e%2fetc%2fpasswd"),
        ("a\x00b.jpg", "ab.jpg"),
        ("a\r\nSet-Cookie: x", "aSet-Cookie: x"),
        ("\u202egpj.exe", "gpj.exe"),
        ("x" * 300, "x" * 59 + "…"),
        ("", "the file"),
        ("/", "the file"),
    ],
)
def test_a_name_is_shown_safely_and_never_used(world, screen, name, label):
    assert safe_label(name) == label
    file = ContentFile(photo())
    file.name = name
    row = actions.add(
        screen=screen, subject=Subject("red_flags"), file=file, caption="", by=world.carl, now=world.now
    )
    assert shelf.NAME.fullmatch(row.stored_name)
    assert len(on_the_shelf()) == 2
    assert all(shelf.root() in path.parents for path in on_the_shelf())


def test_a_file_over_the_limit_is_refused_without_being_read(world, screen):
    class Unread(ContentFile):
        def read(self, *args):
            raise AssertionError("it was read")

    file = Unread(b"", name="long.mp4")
    file.size = 500 * 1024 * 1024
    with pytest.raises(
        TooLarge, match=r"“long.mp4” was not kept: it is 500 MB, and a file may be at most 10 MB"
    ):
        actions.add(
            screen=screen, subject=Subject("red_flags"), file=file, caption="", by=world.carl, now=world.now
        )


def test_the_limit_is_the_last_size_taken(world, screen):
    video = mp4(tail=b"")
    room = LARGEST - len(video) - 8
    full = video + (room + 8).to_bytes(4, "big") + b"free" + b"\0" * room
    assert len(full) == LARGEST
    assert keep(world, screen, full).bytes == LARGEST


@pytest.mark.parametrize(
    "name", ["", "a", "../" * 8, "0" * 31, "G" * 32, "0" * 32 + "\n", "0" * 32 + "-small"]
)
def test_the_shelf_knows_only_names_of_its_own(name):
    with pytest.raises(ValueError, match="not a name"):
        shelf.place(name)


# --- On the disk and in the database ----------------------------------------------------------------------


def test_files_are_for_the_clinics_own_account_only(world, screen):
    keep(world, screen, photo())
    for path in on_the_shelf():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        for folder in (path.parent, path.parent.parent, shelf.root()):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_senders_name_is_kept_nowhere(world, screen):
    row = keep(world, screen, photo(), "Ana Silva at home.jpg")
    assert "Ana" not in " ".join(
        str(value) for value in Recording.objects.filter(pk=row.pk).values().get().values()
    )
    assert not any("Ana" in str(path.relative_to(shelf.root())) for path in on_the_shelf())


def test_the_same_file_sent_twice_is_kept_once(world, screen):
    first, second = keep(world, screen, photo()), keep(world, screen, photo())
    assert first == second
    assert len(on_the_shelf()) == 2


def test_the_twenty_first_is_refused(world, screen):
    for number in range(20):
        keep(world, screen, mp4(tail=box_of(number)))
    with pytest.raises(TooMany, match="already has 20"):
        keep(world, screen, mp4(tail=box_of(99)))
    assert len(on_the_shelf()) == 20


def box_of(number: int) -> bytes:
    return b"\0\0\0\x09free" + bytes([number])


def test_adding_and_removing_are_written_down(world, screen):
    row = keep(world, screen, photo())
    actions.remove(recording=row, because="wrong patient", by=world.cleo, now=world.now)
    said = list(Entry.objects.filter(what__startswith=f"recording {row.pk}").values_list("action", "account"))
    assert sorted(said) == sorted([("created", world.carl.pk), ("changed", world.cleo.pk)])
    row.refresh_from_db()
    assert (row.removed_by, row.removed_because) == (world.cleo, "wrong patient")


def test_a_signed_screen_takes_none_and_loses_none(world, screen):
    row = keep(world, screen, photo())
    signed = screens.sign(screen=screen, by=world.carl, now=world.now)
    with pytest.raises(AlreadySigned):
        keep(world, signed, mp4())
    with pytest.raises(AlreadySigned):
        actions.remove(recording=row, because="wrong patient", by=world.carl, now=world.now)
    assert len(on_the_shelf()) == 2


ATTEMPTS = {
    "insert": lambda row: Recording.objects.create(
        **{**Recording.objects.values().get(pk=row.pk), "id": None, "stored_name": "0" * 32}
    ),
    "update": lambda row: Recording.objects.filter(pk=row.pk).update(caption="another"),
    "delete": lambda row: Recording.objects.filter(pk=row.pk).delete(),
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_the_database_itself_holds_a_signed_screens_recordings(world, screen, attempt):
    row = keep(world, screen, photo())
    screens.sign(screen=screen, by=world.carl, now=world.now)
    with pytest.raises((IntegrityError, InternalError), match="stay as written"), transaction.atomic():
        ATTEMPTS[attempt](row)


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_and_leaves_a_drafts_alone(world, screen, attempt):
    ATTEMPTS[attempt](keep(world, screen, photo()))


# --- No row without a file, no file without a row ---------------------------------------------------------


def test_a_full_disk_leaves_neither(world, screen, monkeypatch):
    real = os.fsync
    calls = []

    def full(descriptor):
        calls.append(descriptor)
        if len(calls) == 2:  # the small picture, after the photo itself was written
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NoRoom, match="Every answer of the screen is safe"):
        keep(world, screen, photo())
    assert on_the_shelf() == []
    assert not Recording.objects.exists()


def test_a_database_that_refuses_leaves_no_file(world, screen):
    with pytest.raises(IntegrityError):
        keep(world, screen, photo(), caption=None)
    assert on_the_shelf() == []


def test_a_file_a_crash_left_is_swept_and_a_young_one_is_left_alone(world, screen):
    row = keep(world, screen, photo())
    lost, young = shelf.keep(b"lost", b"small"), shelf.keep(b"young")
    for small in (False, True):
        os.utime(shelf.place(lost, small=small), (0, 0))
    os.utime(shelf.place(row.stored_name), (0, 0))
    (shelf.root() / "READ-ME.txt").write_text("not ours to take")
    sweep_recordings()
    assert {name for name, _ in shelf.names()} == {row.stored_name, young}
    assert (shelf.root() / "READ-ME.txt").exists()


def test_the_command_names_rows_whose_file_is_gone(world, screen):
    row = keep(world, screen, photo())
    out = StringIO()
    call_command("sweep_recordings", stdout=out)
    assert "0 files" in out.getvalue()
    shelf.discard(row.stored_name)
    with pytest.raises(CommandError, match=row.stored_name):
        call_command("sweep_recordings", stdout=out)


def test_a_removal_without_a_reason_is_refused_by_the_database(world, screen):
    row = keep(world, screen, photo())
    with pytest.raises(IntegrityError, match="a_removal_says_when_by_whom_and_why"), transaction.atomic():
        Recording.objects.filter(pk=row.pk).update(removed_at=world.now + dt.timedelta(hours=1))


# --- Never read by a rule ---------------------------------------------------------------------------------


def names_in(source: str) -> set[str]:
    """Every name, attribute and string of a module, but its comments and docstrings' words."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.alias):
            found |= set(node.name.split("."))
    return {name for name in found if name.lower() in {"recording", "recordings"}}


def test_triage_never_looks_at_a_recording():
    """import-linter holds the modules; this holds `screen.recordings`, which needs no import."""
    folders = [ROOT / "assessments" / "triage", ROOT / "programs" / "builder", ROOT / "programs" / "plans"]
    files = [path for folder in folders for path in folder.rglob("*.py")]
    assert files
    assert {str(path): found for path in files if (found := names_in(path.read_text()))} == {}


@pytest.mark.parametrize(
    "line", ["screen.recordings.all()", "from assessments.screens.models import Recording"]
)
def test_a_rule_that_looked_would_be_seen(line):
    assert names_in(line)
