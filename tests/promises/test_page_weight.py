"""What a first visit costs on a phone: few files, few bytes, nothing from anywhere else."""

from __future__ import annotations

import datetime as dt
import random
import re
from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles import finders
from django.http import HttpResponse

from assessments.charting.section_page import ScreenPage
from assessments.screens.offered import offered_screens
from tests.test_doors import ROWS, body

MOST_BYTES = 100_000
MOST_REQUESTS = 8
LOADED = re.compile(r'<(?:script|link|img|iframe|source)\b[^>]*?\s(?:src|href)="([^"]+)"')
IMPORTED = re.compile(
    r"""^\s*(?:import|export)\b[^"'\n]*["'](\.[^"']+)["']|@import\s+["']([^"']+)["']""", re.MULTILINE
)


def files_of(response: HttpResponse) -> dict[str, bytes]:
    """Address → content of the page itself and of everything it loads, what scripts import included."""
    found = {"the page": response.content}
    waiting = LOADED.findall(body(response))
    while waiting:
        address = waiting.pop()
        assert address.startswith("/static/"), f"{address} is not one of our files"
        if address not in found:
            file = Path(finders.find(address.removeprefix("/static/")))
            found[address] = file.read_bytes()
            if file.suffix in {".js", ".css"} and "vendor" not in address:
                near = [one or other for one, other in IMPORTED.findall(found[address].decode())]
                waiting += [str(Path(address).parent / name) for name in near]
    return found


def weight(files: dict[str, bytes]) -> int:
    """Bytes over the wire, as WhiteNoise and a proxy compress them."""
    return sum(len(brotli.compress(content, quality=9)) for content in files.values())


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("dee", "/desk/"),
        ("dee", "/desk/week/"),
        ("dee", "/desk/month/"),
        ("dee", "/desk/book/"),
        ("dee", "/desk/book/?patient={ana}"),
        ("dee", "/desk/book/find/?type=follow-up"),
        ("mona", "/desk/overbooked/"),
        ("dee", "/desk/patients/"),
        ("dee", "/desk/patients/register/"),
        ("dee", "/desk/patients/{ana}/"),
        ("dee", "/desk/patients/{ana}/series/new/"),
        ("dee", "/desk/numbers/"),
        ("dee", "/desk/reminders/"),
        ("dee", "/desk/reminders/replies/"),
        ("dee", "/desk/wait-list/"),
        ("dee", "/desk/patients/{ana}/wait/"),
        ("mona", "/desk/wait-list/settings/"),
        ("mona", "/desk/hours/"),
        ("mona", "/desk/reminders/settings/"),
        ("mona", "/desk/types/"),
        ("mona", "/desk/rooms/"),
        ("carl", "/chart/"),
        ("carl", "/chart/patients/{ana}/"),
        ("carl", "/chart/patients/{ana}/screens/"),
        ("carl", "/programs/"),
        ("carl", "/programs/{ana}/measures/"),
        ("carl", "/programs/{ana}/review/"),
        ("ana", "/my/"),
        ("ana", "/my/session/"),
        ("ana", "/my/session/?day=Mon"),
        ("ana", "/my/progress/"),
        ("ana", "/my/measures/"),
        ("ana", "/my/program/"),
        ("ana", "/my/calendar/"),
        ("ana", "/my/notices/"),
        ("ana", "/my/reminders/"),
        ("ana", "/my/appointments/"),
        ("ana", "/my/visit/{visit}/"),
        ("ana", "/my/visit/{visit}/move/?who=anybody"),
        ("ana", "/my/day/{day}/done/"),
        ("carl", "/chart/calendar/"),
    ],
)
def test_a_page_is_light(story, who, address):
    account = story.ana.account if who == "ana" else getattr(story, who)
    parts = {"ana": story.ana.pk, "visit": story.ana.visit_token, "day": ROWS["day_key"](story.ana)}
    response = story.signed_in(account).get(address.format(**parts))
    assert response.status_code == 200
    files = files_of(response)
    assert len(files) <= MOST_REQUESTS, sorted(files)
    assert weight(files) <= MOST_BYTES


@pytest.mark.parametrize("region", offered_screens())
def test_every_section_of_a_screen_is_light(story, region):
    carl, runner = (
        story.signed_in(story.carl),
        story.patient("Eva", "Horak", dt.date(1990, 5, 1), "+447946000789"),
    )
    carl.post(f"/chart/patients/{runner.pk}/screens/", {"catalogue": region})
    page = ScreenPage(runner.screens.get())
    for section in page.sections:
        response = carl.get(page.url(section))
        assert response.status_code == 200, section.id
        files = files_of(response)
        assert len(files) <= MOST_REQUESTS, sorted(files)
        assert weight(files) <= MOST_BYTES, section.id


def test_a_heavy_page_is_seen():
    noise = random.Random(1).randbytes(MOST_BYTES + 1)  # noqa: S311 - only hard to compress
    assert weight({"the page": noise}) > MOST_BYTES


def test_a_file_from_elsewhere_is_seen():
    with pytest.raises(AssertionError, match="not one of our files"):
        files_of(HttpResponse('<link rel="stylesheet" href="https://fonts.example/a.css">'))
