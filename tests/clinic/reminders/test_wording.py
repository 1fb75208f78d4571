"""What a passer-by may read on a lock screen: the clinic's name, a date, a time, a link."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from django.conf import settings as live
from django.urls import reverse

from clinic.booking import missed_reminders, offer_reminders, reminders, series_reminders
from clinic.booking.hours import clinic_zone
from clinic.reminders.sources import Message
from clinic.reminders.wording import letter, moment

KINDS = reminders.KINDS | missed_reminders.KINDS | series_reminders.KINDS | offer_reminders.KINDS
EMAILS = Path(live.ROOT) / "templates" / "emails"
AT = dt.datetime(2026, 7, 9, 8, 30, tzinfo=dt.UTC)

# A condition, a body part, a treatment, a finding, a specialty; and names, which are not the lock screen's business.
CLINICAL = re.compile(
    r"\b(hamstring|thigh|knee|hip|leg|buttock|back|spine|muscle|tendon|nerve|sciatic\w*|body"
    r"|pain\w*|strain\w*|sprain\w*|tear|torn|tight\w*|injur\w*|hurt\w*|sore\w*|ache\w*|symptom\w*|condition\w*"
    r"|diagnos\w*|triage\w*|screen\w*|red.flag\w*|emergenc\w*|urgent\w*|finding\w*|assess\w*"
    r"|exercise\w*|stretch\w*|strength\w*|rehab\w*|physio\w*|therap\w*|treat\w*|clinician\w*|doctor\w*|run\w*)\b"
    r"|patient\.|full_name|family_name|legal_|display_name|record_number",
    re.IGNORECASE,
)
TAG = re.compile(r"{#.*?#}|{%.*?%}", re.DOTALL)


def said(source: str) -> list[str]:
    """The forbidden words of a template; its tags are not sent, its variables are."""
    return [hit[0] for hit in CLINICAL.finditer(TAG.sub(" ", source))]


def templates() -> list[Path]:
    return sorted(EMAILS.rglob("*.*"))


def test_no_template_says_anything_clinical():
    assert len(templates()) > len(KINDS)
    assert {path.name: words for path in templates() if (words := said(path.read_text()))} == {}


@pytest.mark.parametrize(
    "line",
    ["Your hamstring program", "Log your pain", "Time for your exercises", "After your triage", "Physiotherapy at ten",
     "Your movement screen", "A strain needs rest", "Dear {{ patient.full_name }}", "Your injury"],
)  # fmt: skip
def test_a_clinical_word_is_seen(line):
    assert said(line)


@pytest.mark.parametrize("kind", KINDS)
class TestEveryLetterOfTheCalendar:
    @pytest.fixture
    def written(self, world, settings, kind):
        settings.CLINIC_NAME = "Smith & Sons"
        settings.CLINIC_BASE_URL = "https://clinic.example/"
        facts = {"times": [{"when": moment(AT, clinic_zone()), "there": ""}] * 2}
        template = f"emails/{kind}.txt"
        return letter(Message(template=template, page="portal:appointments", at=AT, facts=facts), world.ana)

    def test_says_where_and_when(self, written):
        assert "Smith & Sons" in written.subject  # plain text: nothing is escaped
        assert "Thursday 9 July 2026 at 09:30 (Europe/London, BST)" in written.text
        assert "https://clinic.example/" in written.text

    def test_names_nobody(self, written, world):
        assert not re.search("Ana|Silva|Carl|Jensen", written.subject + written.text)

    def test_is_one_subject_line_and_tidy_text(self, written):
        assert written.subject == written.subject.strip()
        assert "\n" not in written.subject
        assert "\n\n\n" not in written.text


def test_a_clinic_name_cannot_add_a_header(world, settings):
    settings.CLINIC_NAME = "Stride\nBcc: everybody@elsewhere.example"
    written = letter(
        Message(template="emails/appointment_48h.txt", page="portal:appointments", at=AT), world.ana
    )
    assert "\n" not in written.subject


def test_a_page_that_went_away_does_not_cost_a_reminder(world, settings):
    settings.CLINIC_BASE_URL = "https://clinic.example"
    written = letter(Message(template="emails/appointment_48h.txt", page="portal:gone", at=AT), world.ana)
    assert "https://clinic.example/\n" in written.text


def test_a_letter_leads_to_the_page_it_names(world, settings):
    settings.CLINIC_BASE_URL = "https://clinic.example"
    written = letter(Message(template="emails/appointment_48h.txt", page="desk:reminders"), world.ana)
    assert "https://clinic.example" + reverse("desk:reminders") in written.text
